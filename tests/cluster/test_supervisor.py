"""The whole system started, hurt and stopped, as a person at a terminal would."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from app.cluster import ClusterError, Running, doctor, down, read_running, reset
from app.cluster.processes import is_gone
from app.roads import engine_run, engines
from app.roads.travel import Mode
from tests.roads import town

ROOT = Path(__file__).parents[2]
PATIENCE_S = 90.0
# Other tests of this process point these at their own database.
OTHERS = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "FIELD_KEY", "BASE_URL", "FILES_DIR", "ROADS_DIR", "PORT",
)  # fmt: skip
PROGRAMS = {"supervisor", "web", "worker", "database", "osrm-car"}
UP = """
import sys
from pathlib import Path
from app.cluster import ClusterError, Step, up

accounts = [{"role": "coordinator", "sign_in": "demo-coordinator", "password": "fictional"}]
try:
    up([Step("Loading the demo", lambda: accounts)], root=Path(sys.argv[1]))
except ClusterError as problem:
    sys.exit(str(problem))
"""


@dataclass
class Checkout:
    """A checkout of its own: the same sources, another var/."""

    root: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", UP, str(self.root)]
        with (self.root / "up.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        self.started.append(process)
        return process

    def up(self) -> Running:
        """Start unless it runs, and wait until it says where it is."""
        known = read_running(self.root / "var")
        if known and known.process("supervisor") and answers(known):
            return known
        process = self.start()
        wait_for(lambda: process.poll() is not None or self.said("Ctrl-C"))
        assert process.poll() is None, (self.root / "up.log").read_text("utf-8")
        return self.running()

    def said(self, text: str) -> bool:
        return text in (self.root / "up.log").read_text("utf-8")

    def running(self) -> Running:
        known = read_running(self.root / "var")
        assert known is not None
        return known


def answers(running: Running) -> bool:
    try:
        return httpx.get(running.base_url + "/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def car_engine_answers(checkout: Checkout) -> bool:
    roads = checkout.root / "var" / "roads"
    try:
        said = json.loads((roads / engines.ADDRESSES).read_text("utf-8"))
    except FileNotFoundError:
        return False
    return engine_run.answers(said["urls"]["car"], engines.live_digest(roads))


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def process(running: Running, name: str) -> psutil.Process:
    found = running.process(name)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def checkout(town_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    root = tmp_path_factory.mktemp("checkout")
    for part in ("app", "migrations", "alembic.ini"):
        (root / part).symlink_to(ROOT / part)
    built = town.build_town(town_file, root / "var" / "roads", [Mode.CAR])
    engines.write_in_one_step(root / "var" / "roads" / engines.LIVE, built.digest)
    checkout = Checkout(root)
    with pytest.MonkeyPatch.context() as patch:
        for setting in OTHERS:
            patch.delenv(setting, raising=False)
        yield checkout
        reset(root=root)
    for process in checkout.started:
        process.wait(PATIENCE_S)


def test_up_says_where_it_is_and_who_can_sign_in(checkout: Checkout) -> None:
    running = checkout.up()
    assert answers(running)
    assert checkout.said(running.base_url)
    assert checkout.said("demo-coordinator / fictional")
    assert set(running.pids) == PROGRAMS
    assert checkout.said("Roads of town.osm are served (car).")
    assert running.accounts[0]["role"] == "coordinator"


def test_only_the_owner_of_the_checkout_reads_passwords(checkout: Checkout) -> None:
    checkout.up()
    for name in ("running.json", "secrets.json"):
        assert stat.S_IMODE((checkout.root / "var" / name).stat().st_mode) == 0o600


def test_what_serves_does_not_know_the_owners_password(checkout: Checkout) -> None:
    running = checkout.up()
    for name in ("web", "worker"):
        environment = process(running, name).environ()
        assert running.database_owner_url not in environment.values()
        assert environment["DATABASE_URL"] == running.database_url


def test_what_serves_roads_knows_no_secrets(checkout: Checkout) -> None:
    environment = process(checkout.up(), "osrm-car").environ()
    assert set(environment) <= {"PATH", "LUA_PATH", "LC_ALL"}


def test_a_second_start_is_told_so_in_one_sentence(checkout: Checkout) -> None:
    running = checkout.up()
    second = subprocess.run(
        [sys.executable, "-c", UP, str(checkout.root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.strip() == (
        f"The system already runs in this checkout at {running.base_url}: "
        "stop it with `make down` first."
    )
    assert answers(running)


def test_web_and_worker_do_not_outlive_a_killed_supervisor(checkout: Checkout) -> None:
    before = checkout.up()
    programs = [process(before, name) for name in ("web", "worker", "osrm-car")]
    process(before, "supervisor").kill()
    wait_for(lambda: all(is_gone(program) for program in programs))
    after = checkout.up()
    assert answers(after)
    assert after.pids["database"] == before.pids["database"]


def test_a_kill_of_everything_is_recovered_from(checkout: Checkout) -> None:
    before = checkout.up()
    database = process(before, "database")
    for victim in [
        process(before, "supervisor"),
        process(before, "web"),
        process(before, "worker"),
        process(before, "osrm-car"),
        *database.children(),
        database,
    ]:
        if not is_gone(victim):
            victim.kill()
    after = checkout.up()
    assert answers(after)
    assert after.pids["database"] != before.pids["database"]


@pytest.mark.parametrize("name", ["web", "worker", "database", "osrm-car"])
def test_what_dies_is_started_again(checkout: Checkout, name: str) -> None:
    before = checkout.up()
    old = process(before, name)
    old.kill()
    wait_for(lambda: checkout.running().pids.get(name, old.pid) != old.pid)
    after = checkout.running()
    assert after.base_url == before.base_url
    assert after.database_url == before.database_url
    wait_for(lambda: answers(after))


def test_a_system_whose_road_engine_is_down_stays_ready(checkout: Checkout) -> None:
    running = checkout.up()
    wait_for(lambda: car_engine_answers(checkout))
    process(checkout.running(), "osrm-car").kill()
    assert answers(running)
    wait_for(lambda: car_engine_answers(checkout))


def test_ctrl_c_stops_everything_that_was_started(checkout: Checkout) -> None:
    running = checkout.up()
    programs = [process(running, name) for name in running.pids]
    process(running, "supervisor").send_signal(signal.SIGINT)
    wait_for(lambda: all(is_gone(program) for program in programs))
    assert read_running(checkout.root / "var") is None


def test_down_stops_everything_and_says_when_there_was_nothing(checkout: Checkout) -> None:
    running = checkout.up()
    programs = [process(running, name) for name in running.pids]
    assert down(root=checkout.root)
    assert all(is_gone(program) for program in programs)
    assert not down(root=checkout.root)


def test_down_leaves_a_stranger_with_a_reused_number_alone(checkout: Checkout) -> None:
    running = checkout.up()
    down(root=checkout.root)
    with subprocess.Popen(["sleep", "60"], cwd=checkout.root, start_new_session=True) as stranger:
        for name in ("supervisor", "web", "worker"):
            running.pids[name] = stranger.pid
        running.write(checkout.root / "var")
        down(root=checkout.root)
        assert stranger.poll() is None
        stranger.kill()


def test_the_doctor_finds_a_running_system_well(checkout: Checkout) -> None:
    checkout.up()
    findings = doctor(root=checkout.root)
    about_database = [finding for finding in findings if "ages" not in finding.name]
    assert [finding.name for finding in about_database if not finding.is_well] == []
    names = {finding.name for finding in findings}
    assert {"Roads of town.osm are built", "Every road engine answers"} <= names


def test_the_doctor_knows_roads_that_are_lost_not_yet_there_or_the_operators_own(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.up()
    monkeypatch.setenv("ROADS_DIR", str(tmp_path))
    told = " ".join(finding.name for finding in doctor(root=checkout.root) if finding.is_well)
    assert "make up ROADS=city.osm.pbf" in told
    (tmp_path / engines.LIVE).write_text("0123456789abcdef", "utf-8")
    ill = {finding.name: finding.advice for finding in doctor(root=checkout.root)}
    assert "foodmap roads build" in ill["Roads of 0123456789abcdef are built"]
    assert "estimates meanwhile" in ill["Every road engine answers"]
    monkeypatch.setenv("OSRM_URL", "https://roads.example/{mode}")
    told = " ".join(finding.name for finding in doctor(root=checkout.root))
    assert "the operator's own engine" in told


def test_the_doctor_says_how_to_start_what_is_stopped(checkout: Checkout) -> None:
    down(root=checkout.root)
    advice = {finding.name: finding.advice for finding in doctor(root=checkout.root)}
    assert advice["The database runs"] == "Start it with `make up`."


def test_a_taken_port_is_named(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    running = checkout.up()
    other = checkout.root / "other"
    other.mkdir(exist_ok=True)
    port = running.base_url.rpartition(":")[2]
    refused = subprocess.run(
        [sys.executable, "-c", UP, str(other)],
        cwd=ROOT,
        env={**os.environ, "PORT": port, "DATABASE_URL": running.database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.stderr.strip() == (
        f"Port {port} is taken by another program: choose another PORT."
    )
    monkeypatch.setenv("DATABASE_URL", running.database_url)
    with pytest.raises(ClusterError, match="deletes only the private database"):
        reset(root=other)
