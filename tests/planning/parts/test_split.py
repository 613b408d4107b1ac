"""Parts: everything in exactly one, bound tasks with their vehicle, nothing where nobody may do it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.checker import check
from app.planning.engines.day import solve
from app.planning.parts.join import join
from app.planning.parts.part import Part, in_whole, part_of
from app.planning.parts.split import split
from app.planning.plan import Plan, Route, Unserved
from app.planning.problem import Load, Problem, Rescue, Visit, Window, may_serve
from app.planning.stopping import MaxIterations
from app.planning.validation import validate
from tests.planning.parts.days import large_day
from tests.planning.town import FAR, HUB, NINE, street, van

several = settings(max_examples=15, deadline=None)
days = st.builds(
    large_day,
    st.integers(0, 999),
    tasks=st.integers(1, 90),
    vehicles=st.integers(1, 8),
    hubs=st.integers(1, 2),
)


def planned(parts: tuple[Part, ...]) -> list[Plan]:
    return [solve(part.problem, MaxIterations(2), 1, part.incumbent) for part in parts]


def assert_complete(problem: Problem, parts: tuple[Part, ...]) -> None:
    tasks = Counter(task.id for part in parts for task in part.problem.tasks)
    vehicles = Counter(vehicle.id for part in parts for vehicle in part.problem.vehicles)
    assert tasks == Counter(task.id for task in problem.tasks)
    assert vehicles == Counter(vehicle.id for vehicle in problem.vehicles)
    assert [part.number for part in parts] == list(range(len(parts)))


@several
@given(days, st.integers(1, 40), st.integers(0, 3))
def test_every_task_and_vehicle_is_in_exactly_one_part_and_each_part_can_be_planned(
    problem: Problem, size: int, turn: int
) -> None:
    parts = split(problem, size=size, turn=turn)
    assert_complete(problem, parts)
    for part in parts:
        validate(part.problem)


@several
@given(days, st.integers(5, 40))
def test_a_task_is_never_where_nobody_may_do_it_while_elsewhere_somebody_may(
    problem: Problem, size: int
) -> None:
    for part in split(problem, size=size):
        for task in part.problem.tasks:
            whole = problem.task_by_id[task.id]
            if task.only:
                assert task.only in part.problem.vehicle_by_id
            elif any(may_serve(v, whole) and whole.load.fits(v.capacity) for v in problem.vehicles):
                assert any(
                    may_serve(v, task) and task.load.fits(v.capacity) for v in part.problem.vehicles
                )


@several
@given(days, st.integers(5, 40))
def test_a_part_knows_the_same_ways_as_the_day(problem: Problem, size: int) -> None:
    for part in split(problem, size=size):
        rows = np.array(part.places)
        for mode, matrix in part.problem.travel.items():
            assert (matrix.seconds == problem.travel[mode].seconds[np.ix_(rows, rows)]).all()
            assert (matrix.metres == problem.travel[mode].metres[np.ix_(rows, rows)]).all()
        for task in part.problem.tasks:
            whole = problem.task_by_id[task.id]
            assert part.places[task.place] == whole.place
            if isinstance(task, Rescue) and isinstance(whole, Rescue):
                assert part.places[task.pickup_place] == whole.pickup_place
        assert part.problem.setup_s == tuple(problem.setup_s[place] for place in part.places)


@several
@given(days, st.integers(5, 40))
def test_plans_of_parts_make_one_plan_that_the_checker_accepts(problem: Problem, size: int) -> None:
    parts = split(problem, size=size)
    plan = join(problem, parts, planned(parts))
    assert check(problem, plan) == []


@several
@given(days, st.integers(5, 40), st.integers(0, 3))
def test_parts_of_a_plan_are_whole_routes_and_start_from_them(
    problem: Problem, size: int, turn: int
) -> None:
    first = split(problem, size=size)
    plan = join(problem, first, planned(first))
    parts = split(problem, size=size, plan=plan, turn=turn)
    assert_complete(problem, parts)
    kept: list[Route] = []
    left: list[Unserved] = []
    for part in parts:
        assert part.incumbent is not None
        kept += in_whole(part, part.incumbent)
        left += part.incumbent.unserved
        assert check(part.problem, part.incumbent) == []
    by_vehicle = {route.vehicle_id: route for route in kept}
    assert by_vehicle == {route.vehicle_id: route for route in plan.routes}
    assert {item.task_id for item in left} == {item.task_id for item in plan.unserved}


@several
@given(days, st.integers(5, 40))
def test_the_same_day_is_always_cut_alike(problem: Problem, size: int) -> None:
    one, other = split(problem, size=size), split(problem, size=size)
    assert [part.places for part in one] == [part.places for part in other]
    assert [part.problem.tasks for part in one] == [part.problem.tasks for part in other]


def test_vehicles_are_shared_in_proportion_to_the_work() -> None:
    problem = large_day(4, tasks=120, vehicles=12)
    plain = replace(
        problem,
        tasks=tuple(Visit(id=t.id, place=t.place, service_s=300) for t in problem.tasks),
        vehicles=tuple(replace(v, skills=frozenset()) for v in problem.vehicles),
    )
    parts = split(plain, size=30)
    assert [len(part.problem.tasks) for part in parts] == [30, 30, 30, 30]
    assert [len(part.problem.vehicles) for part in parts] == [3, 3, 3, 3]


def test_cold_boxes_go_where_the_cold_vans_are_and_these_are_spread() -> None:
    problem = large_day(6, tasks=80, vehicles=8)
    cold = replace(
        problem,
        tasks=tuple(
            Visit(id=t.id, place=t.place, load=Load(1, 1, n % 2), service_s=60)
            for n, t in enumerate(problem.tasks)
        ),
    )
    for part in split(cold, size=20):
        assert any(v.capacity.chilled_boxes for v in part.problem.vehicles)


def test_a_small_day_is_one_part() -> None:
    problem = large_day(2, tasks=20)
    (part,) = split(problem)
    assert len(part.problem.tasks) == 20
    assert len(part.problem.vehicles) == len(problem.vehicles)


def test_a_day_without_tasks_is_one_part() -> None:
    problem = replace(large_day(2), tasks=())
    (part,) = split(problem)
    assert part.problem.vehicles


def test_tasks_of_two_hubs_are_parted_by_hub_before_the_city_is_cut() -> None:
    problem = large_day(8, tasks=60, vehicles=6, hubs=2)
    bound = replace(
        problem,
        tasks=tuple(
            replace(t, hub=n % 2, only=None, skills=frozenset(), load=Load(1, 1, 0))
            for n, t in enumerate(problem.tasks)
            if not isinstance(t, Rescue | Visit)
        ),
    )
    for part in split(bound, size=len(bound.tasks) // 2 + 1):
        assert len({part.places[v.hub] for v in part.problem.vehicles if v.hub is not None}) == 1


def test_hubs_with_few_tasks_are_taken_together() -> None:
    problem = large_day(8, tasks=30, vehicles=6, hubs=2)
    assert len(split(problem, size=300)) == 1


def test_a_map_of_the_places_may_be_given() -> None:
    problem = replace(large_day(3, tasks=40, vehicles=4), setup_s=())
    places = len(next(iter(problem.travel.values())).seconds)
    line = np.stack([np.arange(places, dtype=np.float64), np.zeros(places)], axis=1)
    assert_complete(problem, split(problem, size=10, points=line))


def test_a_plan_of_yesterday_with_strangers_in_it_is_no_trouble() -> None:
    problem = large_day(7, tasks=40, vehicles=5)
    parts = split(problem, size=15)
    plan = join(problem, parts, planned(parts))
    gone = plan.routes[0].vehicle_id
    less = replace(
        problem,
        vehicles=tuple(v for v in problem.vehicles if v.id != gone),
        tasks=tuple(t for t in problem.tasks[5:] if t.only != gone),
    )
    parts = split(less, size=15, plan=plan)
    assert_complete(less, parts)
    assert check(less, join(less, parts, planned(parts))) == []


def test_a_plan_of_strangers_only_is_like_none() -> None:
    problem = large_day(7, tasks=40, vehicles=5)
    plan = join(problem, split(problem), planned(split(problem)))
    others = replace(
        problem, vehicles=tuple(replace(v, id=f"new {v.id}") for v in problem.vehicles)
    )
    free = replace(others, tasks=tuple(replace(t, only=None) for t in problem.tasks))
    assert_complete(free, split(free, size=15, plan=plan))


def test_what_one_part_leaves_over_another_may_still_take() -> None:
    vehicles = (
        van("full", shift=Window(NINE, NINE + 1300)),
        van("free"),
    )
    day = street(vehicles, [Visit(id="a", place=HUB), Visit(id="b", place=FAR)])
    parts = (
        part_of(day, 0, day.tasks, vehicles[:1]),
        part_of(day, 1, (), vehicles[1:]),
    )
    plans = planned(parts)
    assert [item.task_id for item in plans[0].unserved] == ["b"]
    plan = join(day, parts, plans)
    assert check(day, plan) == []
    assert plan.unserved == ()


def test_what_nobody_takes_is_left_over_for_a_reason_of_the_whole_day() -> None:
    short = van("short", shift=Window(NINE, NINE + 1300))
    day = street((short,), [Visit(id="b", place=FAR)])
    parts = (part_of(day, 0, day.tasks, day.vehicles),)
    plan = join(day, parts, planned(parts))
    assert [item.task_id for item in plan.unserved] == ["b"]
    assert check(day, plan) == []


def test_joining_without_a_part_is_refused() -> None:
    problem = large_day(7)
    parts = split(problem, size=15)
    with pytest.raises(ValueError, match="argument"):
        join(problem, parts, [])
