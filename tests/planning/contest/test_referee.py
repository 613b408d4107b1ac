"""The referee runs an entrant in its own process, measures it, and believes no answer unchecked."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from app.planning.contest import referee
from app.planning.contest.entrants import NoAnswer, Terms
from app.planning.contest.judge import BadAnswer, judged
from app.planning.contest.referee import run
from tests.bench.families import solomon_like
from tests.planning.contest.files import solomon

SHORT = Terms("vehicles", 0.5, 1)
STEADY = Terms("vehicles", 0.5, 1, 60)
GOOD = [[1, 2], [3, 4, 5]]
LONG = [[1, 2], [3, 4], [5]]


def liar(tmp_path: Path, *said: str) -> tuple[str, ...]:
    """A child that says and does these things, whatever the order."""
    file = tmp_path / "liar.py"
    helpers = (
        "import json, time\n"
        "def say(**what): print(json.dumps(what), flush=True)\n"
        "def answer(routes, cpu_s):\n"
        "    say(answer=dict(routes=routes, cpu_s=cpu_s, first_s=0, peak_mb=1, effort='x'))\n"
        "def burn(s):\n"
        "    until = time.process_time() + s\n"
        "    while time.process_time() < until: pass\n"
    )
    file.write_text(helpers + "\n".join(said), "utf-8")
    return sys.executable, str(file)


@pytest.mark.parametrize("engine", ["ours", "pyvrp", "ortools", "seeded"])
def test_an_engine_keeps_its_budget_and_is_measured(engine: str) -> None:
    others = set(psutil.Process().children(recursive=True))
    found = run(solomon_like("R", 1, 40, 1), engine, SHORT)
    assert found.is_within
    # The first plan may come within one tick of the CPU clock, which is 4 ms on some machines.
    assert 0 <= found.first_s < found.cpu_s
    assert found.peak_mb > 20
    assert not set(psutil.Process().children(recursive=True)) - others


def test_vroom_is_taken_at_the_level_that_fits() -> None:
    found = run(solomon(), "vroom", SHORT)
    assert found.is_within
    assert found.effort.startswith("level ")
    assert judged(solomon(), found.routes) == (found.vehicles, found.distance)


def test_the_same_seed_and_iterations_give_the_same_routes() -> None:
    town = solomon_like("C", 2, 30, 1)
    assert run(town, "pyvrp", STEADY).routes == run(town, "pyvrp", STEADY).routes
    assert run(town, "ours", STEADY).routes == run(town, "ours", STEADY).routes


@pytest.mark.parametrize(
    ("objective", "best"), [("vehicles", GOOD), ("distance", [[1, 2], [3, 4], [5]])]
)
def test_of_several_answers_the_best_by_the_objective_counts(
    tmp_path: Path, objective: str, best: list[list[int]]
) -> None:
    longer = [[3, 4, 5], [2, 1]] if objective == "vehicles" else GOOD
    child = liar(tmp_path, f"answer({best}, .1)", f"answer({longer}, .2)")
    terms = replace(SHORT, objective=objective)  # type: ignore[arg-type]  # the two there are
    assert [list(route) for route in run(solomon(), "vroom", terms, child).routes] in (best, longer)


def test_an_answer_that_took_too_long_does_not_count_beside_one_in_time(tmp_path: Path) -> None:
    child = liar(tmp_path, f"answer({LONG}, .4)", f"answer({GOOD}, 9)")
    found = run(solomon(), "vroom", SHORT, child)
    assert found.is_within
    assert found.vehicles == 3


def test_an_answer_that_took_too_long_is_told_as_such_where_it_is_the_only_one(
    tmp_path: Path,
) -> None:
    found = run(solomon(), "vroom", SHORT, liar(tmp_path, f"answer({GOOD}, 9)", "burn(99)"))
    assert not found.is_within
    assert found.cpu_s == 9
    assert run(solomon(), "vroom", STEADY, liar(tmp_path, f"answer({GOOD}, 9)")).is_within


def test_a_level_that_cannot_count_any_more_is_stopped(tmp_path: Path) -> None:
    child = liar(tmp_path, "say(ready=True)", f"answer({GOOD}, .1)", "burn(99)")
    found = run(solomon(), "vroom", SHORT, child)
    assert found.vehicles == 2
    assert found.overran_s > SHORT.seconds


def test_a_child_that_only_computes_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referee, "GRACE_S", 0.2)
    with pytest.raises(NoAnswer, match=r"No plan after [\d.]+ s of CPU"):
        run(solomon(), "pyvrp", SHORT, liar(tmp_path, "say(ready=True)", "burn(99)"))


def test_a_warm_up_without_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referee, "WARM_UP_MAX_S", 0.3)
    with pytest.raises(NoAnswer, match="it said nothing"):
        run(solomon(), "pyvrp", SHORT, liar(tmp_path, "burn(99)"))


def test_a_child_that_waits_for_ever_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referee, "STUCK_S", 1.0)
    others = set(psutil.Process().children(recursive=True))
    child = liar(
        tmp_path,
        "import subprocess, sys",
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
        "time.sleep(600)",
    )
    with pytest.raises(NoAnswer):
        run(solomon(), "pyvrp", SHORT, child)
    assert not set(psutil.Process().children(recursive=True)) - others


def test_a_child_that_crashes_tells_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(NoAnswer, match=r"status 1\): ZeroDivisionError"):
        run(solomon(), "pyvrp", SHORT, liar(tmp_path, "1 / 0"))


def test_a_child_that_leaves_at_once_is_no_hang(tmp_path: Path) -> None:
    with pytest.raises(NoAnswer, match="it said nothing"):
        run(solomon_like("R", 1, 1000, 1), "pyvrp", SHORT, liar(tmp_path, ""))


def test_a_child_that_does_not_leave_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referee, "LEAVE_MAX_S", 0.2)
    child = liar(tmp_path, f"answer({GOOD}, .1)", "import os", "os.close(1)", "time.sleep(600)")
    assert run(solomon(), "pyvrp", SHORT, child).vehicles == 2


def test_a_refusal_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(NoAnswer, match="Not today"):
        run(solomon(), "pyvrp", SHORT, liar(tmp_path, "say(refused='Not today.')"))


def test_a_wrong_answer_is_not_believed(tmp_path: Path) -> None:
    child = liar(tmp_path, "answer([[1, 2, 3, 4, 5]], .1)")
    with pytest.raises(BadAnswer, match="40 on board"):
        run(solomon(), "pyvrp", SHORT, child)


def test_patience_fits_the_entrant() -> None:
    assert referee._patience_s(SHORT, "vroom") == referee.OWN_TIME_LEAST_S
    assert referee._patience_s(SHORT, "pyvrp") < 60 < referee._patience_s(STEADY, "pyvrp")
