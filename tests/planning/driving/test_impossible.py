"""A day that cannot be done is served as far as it goes, and says why about the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from app.planning import service
from app.planning.problem import Deliver, Load, Problem, Task, Vehicle, Visit, Window
from app.planning.stopping import MaxIterations
from app.roads.travel import UNREACHABLE, Matrix, Mode
from tests.planning.town import BOX, DOOR, FAR, FIVE, NINE, SITE, TEN, street, van

MEAL = Deliver(id="meal", place=DOOR, load=BOX)
NIGHT = (Window(0, 3600),)


def left_over(problem: Problem) -> dict[str, str]:
    """Codes of what is left over, by task."""
    plan = service.solve(problem, MaxIterations(20), 1)
    assert service.check(problem, plan) == []
    return {left.task_id: left.code for left in plan.unserved}


def island(problem: Problem) -> Problem:
    """The same street with no way to its far end."""
    seconds = problem.travel[Mode.CAR].seconds.copy()
    seconds[FAR, :FAR] = seconds[:FAR, FAR] = UNREACHABLE
    return replace(problem, travel={Mode.CAR: Matrix(seconds, seconds, "osrm")})


IMPOSSIBLE: list[tuple[Sequence[Vehicle], Task, str]] = [
    ([van(capacity=Load())], MEAL, "too_heavy"),
    ([van(hub=None)], MEAL, "hub"),
    ([van()], replace(MEAL, windows=NIGHT), "window_closed"),
    ([van()], replace(MEAL, before_s=3600), "expired"),
    ([van()], replace(MEAL, before_s=TEN, windows=(Window(TEN + 60, FIVE),)), "window_closed"),
    ([van(shift=Window(NINE, NINE))], MEAL, "shift_too_short"),
    (
        [van("a"), van("b", skills=frozenset({"lift"}))],
        replace(MEAL, skills=frozenset("x")),
        "skill",
    ),
    ([van("a", capacity=Load()), van("b")], replace(MEAL, only="a"), "bound"),
    ([van()], replace(MEAL, aboard=True, only="van", windows=NIGHT), "window_closed"),
]


@pytest.mark.parametrize(("vehicles", "task", "code"), IMPOSSIBLE)
def test_a_day_on_which_nothing_can_be_done_is_a_plan_of_reasons(
    vehicles: Sequence[Vehicle], task: Task, code: str
) -> None:
    assert left_over(street(vehicles, [task])) == {"meal": code}
    tasks = [replace(task, id=f"t{n}") for n in range(50)]
    assert left_over(street(vehicles, tasks)) == {task.id: code for task in tasks}


def test_what_can_be_done_is_done_beside_what_cannot() -> None:
    tasks: list[Task] = [
        MEAL,
        Visit(id="far", place=FAR),
        Visit(id="night", place=SITE, windows=NIGHT),
    ]
    assert left_over(island(street([van()], tasks))) == {
        "far": "unreachable",
        "night": "window_closed",
    }


def test_a_matrix_with_holes_is_refused_by_name() -> None:
    cells = np.full((5, 5), np.nan)
    problem = replace(street([van()], [MEAL]), travel={Mode.CAR: Matrix(cells, cells, "osrm")})  # type: ignore[arg-type]
    with pytest.raises(service.InvalidProblem, match="NaN"):
        service.solve(problem, MaxIterations(1), 1)
