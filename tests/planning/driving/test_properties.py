"""What the scheduler lets pass the independent checker lets pass, and nothing else."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.checker import check
from app.planning.driving.calls import order_of, trips_used
from app.planning.driving.repair import repair
from app.planning.driving.schedule import schedule
from app.planning.driving.slots import slots
from app.planning.plan import RELOAD
from app.planning.problem import Problem, Rescue, Task, Vehicle
from tests.planning.driving.rich import plan_of, rich_town, roomy, some_order

SEEDS = st.integers(0, 10**6)


@given(SEEDS)
@settings(deadline=None, max_examples=120)
def test_scheduler_and_checker_are_of_one_mind_about_any_order(seed: int) -> None:
    problem, luck = rich_town(seed), Random(seed)
    for vehicle in problem.vehicles:
        order = some_order(problem, vehicle, luck)
        result = schedule(problem, vehicle.id, order)
        found = check(problem, plan_of(problem, result.route))
        assert bool(found) == bool(result.violations), (order, found, result.violations)


@given(SEEDS)
@settings(deadline=None, max_examples=60)
def test_a_route_read_back_as_an_order_is_the_same_route(seed: int) -> None:
    problem, luck = rich_town(seed), Random(seed)
    for vehicle in problem.vehicles:
        route = schedule(problem, vehicle.id, some_order(problem, vehicle, luck)).route
        assert schedule(problem, vehicle.id, order_of(route)).route == route
        assert trips_used(route) == 1 + order_of(route).count(RELOAD)


@given(SEEDS)
@settings(deadline=None, max_examples=60)
def test_the_quick_look_misses_no_place_that_can_be_driven(seed: int) -> None:
    problem, luck = rich_town(seed), Random(seed)
    for vehicle in problem.vehicles:
        *rest, last = some_order(problem, vehicle, luck)
        order = tuple(id_ for id_ in rest if id_ != last)
        if last == RELOAD or _is_broken(problem, vehicle, order):
            continue
        task = problem.task_by_id[last]
        found = {slot.order for slot in slots(problem, vehicle, order, task)}
        for tried in everywhere(order, task):
            assert tried in found or _is_broken(problem, vehicle, tried)


@given(SEEDS)
@settings(deadline=None, max_examples=60)
def test_the_quick_look_is_exact_where_nobody_rests_and_all_have_room(seed: int) -> None:
    problem, luck = roomy(rich_town(seed)), Random(seed)
    for vehicle in problem.vehicles:
        *rest, last = some_order(problem, vehicle, luck)
        order = tuple(id_ for id_ in rest if id_ != last)
        if last == RELOAD or vehicle.breaks:
            continue
        task = problem.task_by_id[last]
        found = {slot.order for slot in slots(problem, vehicle, order, task)}
        for tried in everywhere(order, task):
            faults = {fault.code for fault in schedule(problem, vehicle.id, tried).violations}
            assert (tried in found) == (not faults & {"late", "expired", "shift_end"})


@given(SEEDS)
@settings(deadline=None, max_examples=40)
def test_a_repaired_day_keeps_every_rule_and_loses_nobody(seed: int) -> None:
    problem, luck = rich_town(seed, 14), Random(seed)
    orders = {v.id: some_order(problem, v, luck) for v in problem.vehicles}
    day = repair(problem, orders)
    plan = plan_of(problem, *day.routes.values())
    assert check(problem, plan) == []
    assert sorted(day.left) == sorted(left.task_id for left in plan.unserved)


def everywhere(order: tuple[str, ...], task: Task) -> list[tuple[str, ...]]:
    """The order with the task at every place (a rescue: at every pair of places)."""
    places = range(len(order) + 1)
    if not isinstance(task, Rescue):
        return [(*order[:i], task.id, *order[i:]) for i in places]
    pairs = [(i, j) for i in places for j in places if j >= i]
    return [(*order[:i], task.id, *order[i:j], task.id, *order[j:]) for i, j in pairs]


def _is_broken(problem: Problem, vehicle: Vehicle, order: tuple[str, ...]) -> bool:
    return bool(schedule(problem, vehicle.id, order).violations)
