"""The checker names each way in which a plan can be wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.checker import check
from app.planning.plan import Plan, Route, Stop, Unserved
from app.planning.problem import Collect, Deliver, Load, Problem, Rescue, Visit, Window
from app.planning.engines.day import solve
from app.planning.driving.schedule import schedule
from app.planning.stopping import MaxIterations
from app.roads.travel import UNREACHABLE, Matrix, Mode
from tests.planning.town import BOX, DOOR, FAR, HOME, NINE, NOON, SITE, street, town, van


def driven(problem: Problem, order: list[str], vehicle: str = "van") -> Plan:
    """A plan of one run in a given order, whatever rules it breaks."""
    route = schedule(problem, vehicle, order).route
    totals = (route.distance_m, route.duration_s)
    return Plan((route,), (), *totals, "by hand", 0, problem.source)


def codes(problem: Problem, plan: Plan) -> set[str]:
    """What the checker says."""
    return {fault.code for fault in check(problem, plan)}


def with_route(plan: Plan, **facts: object) -> Plan:
    """The plan with its first run changed."""
    return replace(plan, routes=(replace(plan.routes[0], **facts), *plan.routes[1:]))  # type: ignore[arg-type]


def with_stop(plan: Plan, number: int, **facts: object) -> Plan:
    """The plan with one stop of its first run changed."""
    stops = list(plan.routes[0].stops)
    stops[number] = replace(stops[number], **facts)  # type: ignore[arg-type]
    return with_route(plan, stops=tuple(stops))


ERRANDS = street(
    [van()],
    [
        Deliver(id="door", place=DOOR, load=BOX, service_s=300, windows=(Window(NINE, NOON),)),
        Deliver(id="neighbour", place=DOOR, load=BOX, service_s=300),
        Rescue(
            id="rescue",
            pickup_place=SITE,
            place=FAR,
            load=BOX,
            max_ride_s=3000,
            pickup_service_s=60,
        ),
        Collect(id="gift", place=SITE, load=BOX, service_s=120),
        Visit(id="talk", place=FAR, service_s=900),
    ],
    setup_s=(600, 60, 60, 60, 60),
)
ORDER = ["rescue", "door", "neighbour", "rescue", "talk", "gift"]
GOOD = driven(ERRANDS, ORDER)


def test_a_good_plan_of_every_kind_of_task_passes() -> None:
    assert check(ERRANDS, GOOD) == []
    kinds = [stop.kind for stop in GOOD.routes[0].stops]
    assert kinds == ["load", "collect", "deliver", "deliver", "visit", "collect", "unload"]
    assert GOOD.routes[0].stops[2].task_ids == ("door", "neighbour")


def stop_at(number: int) -> Stop:
    return GOOD.routes[0].stops[number]


MENDED_WRONG = {
    "unknown_vehicle": with_route(GOOD, vehicle_id="ghost"),
    "unknown_place": with_stop(GOOD, 2, place=99),
    "unknown_task": with_stop(GOOD, 2, task_ids=("door", "ghost")),
    "vehicle_twice": replace(GOOD, routes=GOOD.routes * 2),
    "task_twice": with_stop(GOOD, 2, task_ids=("door", "door", "neighbour")),
    "task_missing": with_stop(GOOD, 2, task_ids=("door",)),
    "served_and_left": replace(GOOD, unserved=(Unserved("door", "late", "晚", "late"),)),
    "reason_missing": replace(GOOD, unserved=(Unserved("door", "", "", ""),)),
    "empty_route": with_route(GOOD, stops=()),
    "load_order": with_route(GOOD, stops=GOOD.routes[0].stops[1:]),
    "unload_order": with_route(GOOD, stops=GOOD.routes[0].stops[:-1]),
    "wrong_hub": with_stop(GOOD, 0, place=HOME),
    "empty_stop": with_stop(GOOD, 4, task_ids=()),
    "wrong_kind": with_stop(GOOD, 4, kind="deliver"),
    "wrong_place": with_stop(GOOD, 4, place=DOOR),
    "pair_order": with_stop(GOOD, 1, kind="deliver"),
    "pair_broken": with_stop(GOOD, 3, task_ids=()),
    "load_wrong": with_stop(GOOD, 2, load_after=Load()),
    "shift_start": with_route(GOOD, depart_s=NINE - 60),
    "shift_end": with_route(GOOD, end_s=20 * 3600),
    "arrival_wrong": with_stop(GOOD, 2, arrival_s=stop_at(2).arrival_s - 60),
    "start_wrong": with_stop(GOOD, 2, start_s=stop_at(2).arrival_s + 59),
    "leave_wrong": with_stop(GOOD, 2, leave_s=stop_at(2).leave_s - 1),
    "end_wrong": with_route(GOOD, end_s=GOOD.routes[0].end_s + 1),
    "window": with_stop(GOOD, 2, start_s=NOON + 1),
    "distance_wrong": replace(GOOD, distance_m=1),
    "duration_wrong": replace(GOOD, duration_s=1),
    "source_wrong": replace(GOOD, source="osrm"),
}


@pytest.mark.parametrize("code", MENDED_WRONG)
def test_each_wrong_plan_is_named(code: str) -> None:
    assert code in codes(ERRANDS, MENDED_WRONG[code])


def test_a_runs_own_totals_are_worked_out_again() -> None:
    wrong = with_route(GOOD, distance_m=1, duration_s=1)
    assert {"distance_wrong", "duration_wrong"} <= codes(ERRANDS, wrong)


def test_a_task_left_over_twice_is_named() -> None:
    item = Unserved("door", "late", "晚", "late")
    assert "task_twice" in codes(ERRANDS, replace(GOOD, unserved=(item, item)))


def test_a_long_ride_is_named() -> None:
    problem = replace(
        ERRANDS,
        tasks=tuple(
            replace(t, max_ride_s=1200) if isinstance(t, Rescue) else t for t in ERRANDS.tasks
        ),
    )
    assert codes(problem, GOOD) == {"ride_too_long"}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"capacity": Load(14_999, 40, 20)}, "over_grams"),
        ({"capacity": Load(200_000, 2, 20)}, "over_boxes"),
        ({"max_stops": 4}, "too_many_stops"),
        ({"hub": HOME}, "wrong_hub"),
        ({"hub": None}, "hub"),
    ],
)
def test_a_vehicle_that_is_not_fit_is_named(facts: dict[str, object], code: str) -> None:
    assert code in codes(replace(ERRANDS, vehicles=(van(**facts),)), GOOD)


def test_cold_boxes_in_a_warm_van_and_a_missing_skill_are_named() -> None:
    cold = Deliver(id="cold", place=DOOR, load=Load(1, 1, 1), skills=frozenset({"dialect"}))
    problem = street([van(capacity=Load(9, 9, 0))], [cold])
    assert codes(problem, driven(problem, ["cold"])) == {"over_cold", "skill"}


def test_a_way_that_does_not_exist_is_named() -> None:
    cells = {m: Matrix(t.seconds.copy(), t.metres, "osrm") for m, t in ERRANDS.travel.items()}
    seconds = cells[Mode.CAR].seconds.copy()
    seconds[:, FAR] = UNREACHABLE
    cells[Mode.CAR] = Matrix(seconds, cells[Mode.CAR].metres, "osrm")
    problem = street([van()], [Visit(id="talk", place=FAR)])
    island = replace(problem, travel=cells)
    assert "unreachable" in codes(island, driven(island, ["talk"]))


@cache
def planned(seed: int) -> tuple[Problem, Plan]:
    """A day with a good plan."""
    problem = town(seed, households=14, mixed=True)
    return problem, solve(problem, MaxIterations(40), seed)


@given(st.integers(0, 7))
@settings(deadline=None)
def test_every_plan_of_the_solver_passes(seed: int) -> None:
    assert check(*planned(seed)) == []


def _swap_stops(plan: Plan, luck: Random) -> Plan:
    """Two stops of a run change places, times as they were written."""
    route = max(plan.routes, key=lambda r: len(r.stops))
    stops = list(route.stops)
    i, j = luck.sample(range(len(stops)), 2)
    stops[i], stops[j] = stops[j], stops[i]
    return _put(plan, replace(route, stops=tuple(stops)))


def _put(plan: Plan, route: Route) -> Plan:
    others = (route if r.vehicle_id == route.vehicle_id else r for r in plan.routes)
    return replace(plan, routes=tuple(others))


def _drop_stop(plan: Plan, luck: Random) -> Plan:
    route = luck.choice(plan.routes)
    gone = luck.randrange(len(route.stops))
    return _put(plan, replace(route, stops=route.stops[:gone] + route.stops[gone + 1 :]))


def _double_stop(plan: Plan, luck: Random) -> Plan:
    route = luck.choice(plan.routes)
    again = luck.randrange(len(route.stops))
    return _put(plan, replace(route, stops=route.stops[: again + 1] + route.stops[again:]))


def _shift_times(plan: Plan, luck: Random) -> Plan:
    route = luck.choice(plan.routes)
    at = luck.randrange(len(route.stops))
    stop, by = route.stops[at], luck.choice((-3600, -60, 60, 3600))
    moved = replace(
        stop, arrival_s=stop.arrival_s + by, start_s=stop.start_s + by, leave_s=stop.leave_s + by
    )
    return _put(plan, replace(route, stops=(*route.stops[:at], moved, *route.stops[at + 1 :])))


def _forget_unserved_or_task(plan: Plan, luck: Random) -> Plan:
    if plan.unserved:
        return replace(plan, unserved=plan.unserved[1:])
    return _drop_stop(plan, luck)


def _other_driver(plan: Plan, luck: Random) -> Plan:
    first, second = plan.routes[0], plan.routes[-1]
    del luck
    swapped = (
        replace(first, vehicle_id=second.vehicle_id),
        replace(second, vehicle_id=first.vehicle_id),
    )
    return replace(plan, routes=swapped)


@given(
    st.integers(0, 7),
    st.integers(0, 10**6),
    st.sampled_from(
        (
            _swap_stops,
            _drop_stop,
            _double_stop,
            _shift_times,
            _forget_unserved_or_task,
            _other_driver,
        )
    ),
)
@settings(deadline=None)
def test_every_spoilt_plan_is_refused(seed: int, luck: int, spoil: object) -> None:
    problem, plan = planned(seed)
    assert callable(spoil)
    wrong = spoil(plan, Random(luck))
    assert check(problem, wrong) != []


@given(st.integers(0, 7), st.integers(0, 2))
@settings(deadline=None)
def test_a_plan_is_refused_when_a_vehicle_shrinks_below_its_load(seed: int, dim: int) -> None:
    problem, plan = planned(seed)
    peak = max(stop.load_after[dim] for stop in plan.routes[0].stops)
    name = plan.routes[0].vehicle_id
    less = Load(*(peak - 1 if d == dim else c for d, c in enumerate((10**8,) * 3)))
    shrunk = tuple(replace(v, capacity=less) if v.id == name else v for v in problem.vehicles)
    refused = check(replace(problem, vehicles=shrunk), plan)
    assert bool(refused) == (peak > 0 or less[dim] < 0)
