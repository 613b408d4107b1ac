"""The solver in its own process: seen early, cancelled at once, never left behind."""

import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from time import sleep

import psutil
import pytest

from app.planning.engines.day import solve
from app.planning.plan import Plan, plan_to_dict
from app.planning.problem import Deliver, Problem, Rescue
from app.planning.process.child import Order, main, read_order, work
from app.planning.process.pipes import ORPHANED, end_with_parent, packed
from app.planning.service import InvalidProblem, SolverDied, check, solve_in_child
from app.planning.stopping import MaxIterations
from tests.planning.town import BOX, DOOR, FAR, street, town, van


@pytest.fixture
def others() -> set[psutil.Process]:
    """Return helpers of this test process that were there before, such as road engines."""
    return set(psutil.Process().children())


def _left_behind(others: set[psutil.Process]) -> set[psutil.Process]:
    return set(psutil.Process().children()) - others


def _python(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", textwrap.dedent(script))


def _saying(plan: Plan, then: str) -> tuple[str, ...]:
    """A process that shows one plan and then does something else."""
    line = json.dumps({"incumbent": plan_to_dict(plan)})
    return _python(f"import os, time\nprint('a banner')\nprint({line!r}, flush=True)\n{then}")


def test_a_child_shows_plans_and_ends_with_the_same_as_without_it() -> None:
    problem = town(1)
    shown: list[Plan] = []
    plan = solve_in_child(problem, seconds=30, seed=7, iterations=150, on_incumbent=shown.append)
    assert shown[-1] == plan
    assert plan == solve(problem, MaxIterations(150), 7)


def test_a_day_of_pairs_is_planned_alike_by_two_children(others: set[psutil.Process]) -> None:
    pairs = [
        Rescue(id=f"r{n}", pickup_place=1 + n % 3, place=5 + n % 9, load=BOX) for n in range(12)
    ]
    problem = replace(town(2), tasks=tuple(pairs))
    plans = [solve_in_child(problem, seconds=60, seed=1, iterations=30) for _ in range(2)]
    assert plans[0] == plans[1]
    assert plans[0].unserved == ()
    assert not _left_behind(others)


def test_a_child_improves_on_the_plan_it_is_given() -> None:
    problem = town(2)
    rough = solve(problem, MaxIterations(0), 1)
    better = solve_in_child(problem, seconds=30, seed=1, iterations=50, incumbent=rough)
    assert check(problem, better) == []
    assert len(better.unserved) <= len(rough.unserved)


def test_a_cancelled_child_leaves_its_best_plan(
    others: set[psutil.Process],
) -> None:
    problem = town(3)
    shown: list[Plan] = []
    plan = solve_in_child(
        problem, seconds=300, seed=1, on_incumbent=shown.append, should_cancel=lambda: bool(shown)
    )
    assert plan == shown[-1]
    assert not _left_behind(others)


def test_a_child_cancelled_before_any_plan_leaves_none(
    others: set[psutil.Process],
) -> None:
    with pytest.raises(SolverDied, match="without a plan"):
        solve_in_child(town(3), seconds=300, seed=1, should_cancel=lambda: True)
    assert not _left_behind(others)


def test_a_child_that_dies_after_a_plan_leaves_that_plan() -> None:
    problem = town(4)
    plan = solve(problem, MaxIterations(5), 1)
    command = _saying(plan, "os.kill(os.getpid(), 9)")
    assert solve_in_child(problem, seconds=60, seed=1, command=command) == plan


def test_the_same_plan_told_twice_is_shown_once() -> None:
    problem = town(4)
    plan = solve(problem, MaxIterations(5), 1)
    line = json.dumps({"final": plan_to_dict(plan)})
    shown: list[Plan] = []
    command = _saying(plan, f"print({line!r}, flush=True)")
    solve_in_child(problem, seconds=60, seed=1, on_incumbent=shown.append, command=command)
    assert shown == [plan]


def test_a_child_that_hangs_is_killed_and_leaves_its_plan(
    others: set[psutil.Process],
) -> None:
    problem = town(4, households=400)
    plan = solve(town(4, households=400), MaxIterations(0), 1)
    command = _saying(plan, "time.sleep(600)")
    assert solve_in_child(problem, seconds=0, grace_s=2, seed=1, command=command) == plan
    assert not _left_behind(others)


def test_a_child_that_dies_at_once_says_why() -> None:
    with pytest.raises(SolverDied, match="no memory left"):
        solve_in_child(
            town(1), seconds=9, seed=1, command=_python("raise Exception('no memory left')")
        )
    with pytest.raises(SolverDied, match="it said nothing"):
        solve_in_child(town(1), seconds=9, seed=1, command=_python("pass"))


def test_a_plan_that_the_checker_refuses_is_never_passed_on() -> None:
    plan = solve(town(5), MaxIterations(5), 1)
    shown: list[Plan] = []
    with pytest.raises(SolverDied, match="checker refused"):
        solve_in_child(
            town(6), seconds=9, seed=1, on_incumbent=shown.append, command=_saying(plan, "pass")
        )
    assert shown == []


def test_a_bad_problem_is_refused_before_and_in_the_child() -> None:
    nobody = street(tasks=[Deliver(id="t", place=DOOR)])
    with pytest.raises(InvalidProblem, match="no vehicle"):
        solve_in_child(nobody, seconds=9, seed=1)
    line = json.dumps({"refused": [["没有车。", "No van."]]})
    with pytest.raises(InvalidProblem, match="No van"):
        solve_in_child(town(1), seconds=9, seed=1, command=_python(f"print({line!r})"))


def test_a_child_does_not_outlive_a_parent_killed_outright() -> None:
    script = """
        from app.planning.service import solve_in_child
        from tests.planning.town import town
        show = lambda plan: print("seen", flush=True)
        solve_in_child(town(1), seconds=500, seed=1, on_incumbent=show)
    """
    with subprocess.Popen(_python(script), stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"seen\n"
        (child,) = psutil.Process(parent.pid).children()
        parent.send_signal(signal.SIGKILL)
        gone, alive = psutil.wait_procs([child], timeout=20)
    assert (len(gone), alive) == (1, [])


GRANDCHILD = """
    import subprocess, sys, time
    other = subprocess.Popen(["sleep", "600"])
    print('{"incumbent": ' + PLAN + "}", flush=True)
    print(other.pid, file=open(SAYS, "w"), flush=True)
    from app.planning.process.pipes import end_with_parent
    end_with_parent(0).join()
"""


def _with_a_helper(plan: Plan, says: Path) -> tuple[str, ...]:
    """A solver that starts a process of its own, whose number it writes to `says`."""
    line = json.dumps(plan_to_dict(plan))
    return _python(f"PLAN, SAYS = {line!r}, {str(says)!r}\n" + textwrap.dedent(GRANDCHILD))


def _ends(pid: int) -> bool:
    """Whether the process is gone within moments (a zombie that nobody fetches counts as gone)."""
    for _ in range(200):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        sleep(0.05)
    return False


def test_a_cancelled_child_takes_its_own_helpers_along(tmp_path: Path) -> None:
    problem, says = town(4), tmp_path / "helper"
    plan = solve(problem, MaxIterations(5), 1)
    command = _with_a_helper(plan, says)
    shown: list[Plan] = []
    found = solve_in_child(
        problem,
        seconds=60,
        seed=1,
        command=command,
        on_incumbent=shown.append,
        should_cancel=lambda: bool(shown and _read(says)),
    )
    assert found == plan
    assert _ends(int(_read(says)))


def _read(says: Path) -> str:
    return says.read_text() if says.exists() else ""


def test_helpers_of_a_child_end_with_a_parent_killed_outright(tmp_path: Path) -> None:
    says = tmp_path / "helper"
    command = _with_a_helper(solve(town(4), MaxIterations(5), 1), says)
    script = f"""
        from app.planning.service import solve_in_child
        from tests.planning.town import town
        show = lambda plan: print("seen", flush=True)
        solve_in_child(town(4), seconds=500, seed=1, on_incumbent=show, command={command!r})
    """
    with subprocess.Popen(_python(script), stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"seen\n"
        while not _read(says):
            sleep(0.05)
        parent.send_signal(signal.SIGKILL)
    assert _ends(int(_read(says)))


def test_a_process_that_leads_no_group_ends_alone() -> None:
    script = """
        from app.planning.process.pipes import ORPHANED, leave_all
        leave_all(ORPHANED)
    """
    assert subprocess.run(_python(script), check=False).returncode == ORPHANED


def _worked(order: Order, ticks: list[float]) -> list[str]:
    out = io.BytesIO()
    work(order, out, lambda: ticks.pop(0) if len(ticks) > 1 else ticks[0])
    return [next(iter(json.loads(line))) for line in out.getvalue().splitlines()]


def test_plans_that_follow_too_fast_are_passed_over_but_never_the_last() -> None:
    calm = _worked(Order(town(1, 60), 7, 30, 250), [float(n) for n in range(100)])
    hurried = _worked(Order(town(1, 60), 7, 30, 250), [0.0])
    assert hurried == ["incumbent", "final"]
    assert calm[-1] == "final"
    assert len(calm) > len(hurried)


def test_a_child_tells_why_it_refuses() -> None:
    nobody = street(tasks=[Deliver(id="t", place=DOOR)])
    assert _worked(Order(nobody, 1, 1), [0.0]) == ["refused"]


def test_a_child_takes_nothing_but_an_order() -> None:
    pipe = io.BytesIO(packed("not an order"))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not an order"):
        read_order(pipe)
    with pytest.raises(EOFError):
        read_order(io.BytesIO())


def test_a_child_leaves_when_its_parent_closes_the_line_and_not_before() -> None:
    reads, writes = os.pipe()
    left: list[int] = []
    thread = end_with_parent(reads, left.append)
    os.write(writes, b"still there")
    assert left == []
    os.close(writes)
    thread.join(60)
    assert left == [ORPHANED]
    os.close(reads)


def test_the_childs_way_through(monkeypatch: pytest.MonkeyPatch) -> None:
    near = street([van()], [Deliver(id="near", place=DOOR, load=BOX)])
    answer = io.BytesIO()
    reader, writer = os.pipe()
    os.write(writer, packed(Order(near, 1, 30, 5)))
    statuses: list[int] = []
    with os.fdopen(reader, "rb") as stdin, io.TextIOWrapper(answer) as stdout:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stdin))
        monkeypatch.setattr("sys.stdout", stdout)
        monkeypatch.setattr("app.planning.process.child.end_with_parent", lambda _: None)
        main(statuses.append)
        last = json.loads(answer.getvalue().splitlines()[-1])
    os.close(writer)
    assert statuses == [0]
    assert [stop["place"] for stop in last["final"]["routes"][0]["stops"]] == [0, DOOR]


def test_a_problem_travels_to_the_child_whole() -> None:
    far = street([van()], [Deliver(id="far", place=FAR, load=BOX)])
    pipe = io.BytesIO(packed(Order(far, 1, 2.0)))
    problem: Problem = read_order(pipe).problem
    assert problem.tasks == far.tasks
    assert problem.vehicles == far.vehicles
