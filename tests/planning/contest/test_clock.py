"""CPU seconds count for the whole process tree, once each, whatever time passes on the wall."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.planning.contest import clock as clocks
from app.planning.contest.clock import CpuBudget, TreeClock, own_peak_mb, tree_usage

BURN = "import time\nwhile time.process_time() < 0.4: pass\nprint('burnt', flush=True)\ninput()\n"


ROOT = Path(__file__).resolve().parents[3]


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_sleeping_costs_nothing_and_work_does() -> None:
    clock = TreeClock()
    time.sleep(0.2)
    asleep_s = clock.used_s
    burn(0.2)
    assert asleep_s < 0.15
    assert clock.used_s >= asleep_s + 0.2


def test_a_child_counts_while_it_lives_and_after_but_once() -> None:
    clock = TreeClock()
    own_s = time.process_time()
    child = subprocess.Popen(
        [sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "burnt\n"
    time.sleep(clocks.LOOK_EVERY_S)
    assert clock.used_s >= 0.35
    child.communicate("\n")
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    most_s = time.process_time() - own_s + spent.ru_utime + spent.ru_stime + 0.1
    assert 0.4 <= clock.used_s <= most_s


def test_looking_for_children_that_are_not_there_is_spared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # In a process of its own: this one may have children of other tests.
    alone = (
        "import subprocess, sys\n"
        "from app.planning.contest import clock\n"
        "print(clock._has_children())\n"
        "with subprocess.Popen([sys.executable, '-c', '']):\n"
        "    print(clock._has_children())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", alone], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == ["False", "True"]

    def nobody(*_: object) -> None:
        raise ChildProcessError

    monkeypatch.setattr(os, "waitid", nobody)
    assert not clocks._has_children()
    monkeypatch.delattr(os, "waitid")
    assert clocks._has_children()


def test_the_first_plan_is_noted_once_and_forgotten_with_a_restart() -> None:
    clock = TreeClock()
    burn(0.05)
    clock.found()
    first_s = clock.first_s
    burn(0.05)
    clock.found()
    assert first_s is not None
    assert first_s >= 0.05
    assert clock.first_s == first_s
    used_s = clock.used_s
    clock.restart()
    assert clock.used_s < used_s
    clock.found()
    assert clock.first_s < first_s


def test_a_budget_is_used_up_by_work() -> None:
    clock = TreeClock()
    stop = CpuBudget(clock, 0.1)
    assert not stop(0)
    burn(0.11)
    assert stop(0)
    assert stop.used() == 1.0


def test_a_tree_is_measured_from_outside() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        cpu_s, resident_mb = tree_usage(psutil.Process())
        of_child_s, _ = tree_usage(psutil.Process(child.pid))
        gone = psutil.Process(child.pid)
        child.communicate("\n")
    assert cpu_s >= of_child_s >= 0.3
    assert resident_mb > 10
    assert tree_usage(gone) == (0.0, 0.0)
    assert clocks._cpu_s(gone) == 0.0


def test_the_peak_is_what_was_once_held() -> None:
    before_mb = own_peak_mb()
    held = bytearray(64_000_000)
    held[::4096] = b"x" * len(held[::4096])
    del held
    assert own_peak_mb() >= max(before_mb, 64)


def test_where_the_system_does_not_tell_its_peak_the_samples_must_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clocks, "STATUS", tmp_path / "status")
    assert own_peak_mb() == 0.0
    (tmp_path / "status").write_text("Name:\tx\n", "ascii")
    assert own_peak_mb() == 0.0
