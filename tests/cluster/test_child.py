"""Small helpers of the supervisor: programs that die, hang, leave others behind or talk too much."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.cluster import ClusterError, Finding, Running, doctor, down, read_running
from app.cluster import child as children
from app.cluster.child import Child
from app.cluster.migrate import applied_version, migrate
from app.cluster.processes import end, is_gone, wait_until_gone
from tests.database import LentDatabase

SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\n"
    "time.sleep(60)"
)
WITH_HELPER = (
    "import subprocess, sys, time\n"
    f"subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\n"
    "print('helped', flush=True)\n"
    "time.sleep(60)"
)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Child]:
    program = Child("cook", [sys.executable, "-c", SLEEP], tmp_path, tmp_path / "log" / "cook.log")
    yield program
    program.stop()


def says(program: Child, text: str) -> None:
    deadline = time.monotonic() + 30
    while text not in program.log.read_text("utf-8"):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def members(leader_pid: int) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == leader_pid and not is_gone(process):
                found.append(process)
        except ProcessLookupError:
            continue
    return found


def test_a_program_that_keeps_dying_is_started_less_and_less_often(program: Child) -> None:
    program.start(dict(os.environ))
    assert [program.plan_restart() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_program_that_ran_well_for_long_is_started_at_once(program: Child) -> None:
    program.start(dict(os.environ))
    program.plan_restart()
    program.plan_restart()
    program.started_at -= children.HEALTHY_S + 1
    assert program.plan_restart() == children.FIRST_PAUSE_S


def test_a_stopped_program_takes_its_helpers_along(program: Child) -> None:
    program.command = [sys.executable, "-c", WITH_HELPER]
    program.start(dict(os.environ))
    says(program, "helped")
    assert program.process is not None
    leader = program.process.pid
    assert len(members(leader)) == 2
    program.stop()
    assert members(leader) == []
    assert not program.has_died()


def test_a_program_that_will_not_listen_is_killed(
    program: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "PATIENCE_S", 0.3)
    program.command = [sys.executable, "-c", STUBBORN]
    program.start(dict(os.environ))
    says(program, "deaf")
    assert program.process is not None
    process = psutil.Process(program.process.pid)
    program.stop()
    assert is_gone(process)
    assert is_gone(process)  # asked again, a process that is gone stays gone


def test_a_long_log_is_put_aside_while_it_is_written(
    program: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.log.parent.mkdir()
    program.log.write_text("old news\n", "utf-8")
    monkeypatch.setattr(children, "LOG_LIMIT_BYTES", 5)
    program.rotate_log()
    assert program.log.read_text("utf-8") == ""
    assert program.log.with_suffix(".log.1").read_text("utf-8") == "old news\n"


def test_waiting_for_what_goes_on_names_it() -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEP]) as sleeper:
        process = psutil.Process(sleeper.pid)
        assert wait_until_gone([process], 0.05) == [process]
        end(process, signal.SIGTERM, 10)
        assert is_gone(process)
        end(process, signal.SIGTERM, 10)  # nothing left to end
    assert is_gone(process)


def test_half_a_running_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "running.json").write_text('{"base_url": "http://127.0', "utf-8")
    assert read_running(tmp_path) is None
    (tmp_path / "running.json").write_text(json.dumps({"address": "x"}), "utf-8")
    assert read_running(tmp_path) is None


def test_a_process_that_ended_before_it_was_noted_is_forgotten() -> None:
    running = Running("http://127.0.0.1:1", "", "")
    with subprocess.Popen(["true"]) as short:
        pass
    running.pids["web"] = short.pid
    running.note("web", short.pid)
    assert running.pids == {}
    assert running.process("web") is None


def test_down_where_nothing_ever_ran_says_so(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    assert down(root=tmp_path) is False


def test_tables_that_are_up_to_date_are_not_migrated_again(
    database: LentDatabase, tmp_path: Path
) -> None:
    root = Path(__file__).parents[2]
    migrate(root, tmp_path, database.owner_url)
    note = (tmp_path / "migrated.json").read_text("utf-8")
    assert json.loads(note)["version"] == applied_version(database.url)
    migrate(root, tmp_path, database.owner_url)
    migrate(root, tmp_path, "")  # a managed database: its owner migrates it
    assert (tmp_path / "migrated.json").read_text("utf-8") == note


def test_a_broken_migration_is_shown(database: LentDatabase, tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "env.py").write_text("raise SystemExit('wilted')", "utf-8")
    with pytest.raises(ClusterError, match="wilted"):
        migrate(tmp_path, tmp_path, database.owner_url)


def test_a_database_that_is_not_there_is_said_to_be(database: LentDatabase) -> None:
    with pytest.raises(ClusterError, match="cannot be reached"):
        applied_version(database.url + "_elsewhere")
    assert applied_version(database.superuser_url.rpartition("/")[0] + "/postgres") is None


def test_the_doctor_looks_at_an_operators_own_database(
    database: LentDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)
    well = {finding.name: finding.is_well for finding in doctor(root=tmp_path)}
    assert well["The serving role cannot step around row level security"]
    assert well["Spatial indexes work under row level security"]
    assert not well["Pages are built"]
    monkeypatch.setenv("DATABASE_URL", database.owner_url)
    assert "The serving role cannot step around row level security" in ill(doctor(root=tmp_path))
    monkeypatch.setenv("DATABASE_URL", database.url + "_elsewhere")
    assert "The database answers" in ill(doctor(root=tmp_path))


def ill(findings: list[Finding]) -> set[str]:
    return {finding.name for finding in findings if not finding.is_well and finding.advice}
