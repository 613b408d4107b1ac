"""Days on which nothing goes: refused, or served in part with reasons, and never a hang."""

from dataclasses import replace

import numpy as np
import pytest

from app.planning.plan import Plan
from app.planning.problem import Collect, Deliver, Load, Problem, Rescue, Task, Visit, Window
from app.planning.service import InvalidProblem, check, solve
from app.planning.stopping import MaxIterations
from app.roads.travel import UNREACHABLE, Matrix, Mode
from tests.planning.engines.busy import door, pair
from tests.planning.town import DOOR, FAR, NINE, SITE, street, van

NEVER_ENDING = 10**9


def left_over(problem: Problem, iterations: int = 30) -> dict[str, str]:
    """What is left of a day, with the reason's code; the plan passes the checker."""
    plan: Plan = solve(problem, MaxIterations(iterations), 1)
    assert check(problem, plan) == []
    return {item.task_id: item.code for item in plan.unserved}


def test_a_day_that_no_vehicle_fits_ends_at_once_with_reasons() -> None:
    tasks: list[Task] = [
        door("heavy", DOOR, load=Load(900_000, 1, 0)),
        door("fluent", DOOR, skills=frozenset({"dialect"})),
        door("other hub", DOOR, hub=FAR),
    ]
    left = left_over(street([van()], tasks), NEVER_ENDING)
    assert left.keys() == {"heavy", "fluent", "other hub"}
    assert left["heavy"] == "too_heavy"


def _with_island(problem: Problem, place: int) -> Problem:
    """Nobody comes to or from `place`."""
    seconds = problem.travel[Mode.CAR].seconds.copy()
    seconds[place, :] = seconds[:, place] = UNREACHABLE
    seconds[place, place] = 0
    metres = np.where(seconds >= UNREACHABLE, UNREACHABLE, problem.travel[Mode.CAR].metres)
    return replace(problem, travel={mode: Matrix(seconds, metres, "estimate") for mode in Mode})


def test_an_island_is_left_and_the_rest_is_served() -> None:
    tasks: list[Task] = [door("island", FAR), door("shore", DOOR), pair("ferry", SITE, FAR)]
    left = left_over(_with_island(street([van()], tasks), FAR))
    assert left == {"island": "unreachable", "ferry": "unreachable"}


def test_a_hub_on_an_island_leaves_only_its_food() -> None:
    tasks: list[Task] = [
        door("hub food", SITE),
        Collect(id="gift", place=SITE),
        Visit(id="visit", place=SITE),
    ]
    left = left_over(_with_island(street([van(hub=FAR)], tasks), FAR))
    assert left.keys() == {"hub food", "gift"}


def test_windows_before_anybody_is_there_are_left_with_their_hours() -> None:
    early = (Window(NINE - 7200, NINE - 3600),)
    tasks: list[Task] = [door(f"d{n}", place, windows=early) for n, place in enumerate((DOOR, FAR))]
    left = left_over(street([van()], tasks), NEVER_ENDING)
    assert set(left.values()) == {"window_closed"}


def test_a_vehicle_without_any_room_only_visits() -> None:
    tasks: list[Task] = [door("box", DOOR), Visit(id="visit", place=FAR), pair("p", DOOR, FAR)]
    assert left_over(street([van(capacity=Load())], tasks)).keys() == {"box", "p"}
    full = [van("full", capacity=Load()), van("free")]
    assert left_over(street(full, tasks)) == {}


def test_a_day_of_no_length_serves_only_who_is_where_it_begins() -> None:
    instant = van(shift=Window(NINE, NINE), start_place=DOOR, end_place=None)
    tasks: list[Task] = [Visit(id="here", place=DOOR), Visit(id="there", place=FAR)]
    assert left_over(street([instant], tasks)).keys() == {"there"}


def test_far_too_many_tasks_for_one_bike_leave_most_with_reasons() -> None:
    tasks: list[Task] = [
        Deliver(id=f"d{n}", place=1 + n % 4, load=Load(4_000, 1, 0), service_s=60 + n)
        for n in range(120)
    ]
    left = left_over(street([van(capacity=Load(40_000, 10, 0))], tasks), 5)
    assert len(left) == 110
    assert set(left.values()) == {"capacity_used_up"}


def test_travel_times_that_are_no_numbers_are_refused() -> None:
    problem = street([van()], [door("d", DOOR)])
    broken = problem.travel[Mode.CAR].seconds.astype(float)
    broken[1, 2] = np.nan
    travel = {mode: Matrix(broken, problem.travel[mode].metres, "estimate") for mode in Mode}
    with pytest.raises(InvalidProblem):
        solve(replace(problem, travel=travel), MaxIterations(1), 1)


def test_food_that_cannot_arrive_in_time_is_left_with_that_reason() -> None:
    meal = Rescue(id="r", pickup_place=SITE, place=DOOR, only="van", max_ride_s=1)
    assert left_over(street([van(), van("other")], [meal])) == {"r": "ride_too_long"}
