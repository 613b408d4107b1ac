"""When a given order of tasks happens, and which rules it breaks.

`schedule` is how every plan gets its times: the order comes from a solver, from a coordinator
who drags a stop, or from a volunteer who taps reds and blues. It never refuses an order: what
cannot be kept comes back as violations beside the times that would result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.planning.driving.barred import barred
from app.planning.driving.breaks import Rested, broken_s, rested
from app.planning.driving.calls import Call, trips_of, whole_run
from app.planning.driving.drive import Timed, drive, end_of, is_one_stop
from app.planning.driving.faults import order_faults, run_faults
from app.planning.driving.rides import held
from app.planning.plan import Route, Stop, Violation
from app.planning.problem import NOTHING, Problem, Vehicle
from app.roads.travel import UNREACHABLE


@dataclass(frozen=True)
class Scheduled:
    """A route and the rules it breaks (none: it can be driven as it stands)."""

    route: Route
    violations: tuple[Violation, ...]


def schedule(problem: Problem, vehicle_id: str, order: Sequence[str]) -> Scheduled:
    """Times of `order` driven by one vehicle, its breaks included.

    `order` has task ids (a rescue twice, site first) and `RELOAD` between two trips. The run
    leaves as late as it can without ending later, so nobody waits at a door; where households have
    several windows it may wait for later ones, if that makes it shorter. Raises KeyError for
    an unknown vehicle or task.
    """
    vehicle = problem.vehicle_by_id[vehicle_id]
    clean, broken = order_faults(problem, vehicle, order)
    calls = whole_run(vehicle, trips_of(problem, clean)).calls
    run = _best_run(problem, vehicle, calls)
    depart_s, timed = run.from_s + run.delay_s, run.timed
    if run.delay_s:
        timed = drive(problem, vehicle, [item.call for item in timed], depart_s)
    timed = held(timed)
    route = _route(problem, vehicle, timed, depart_s)
    # With no way to a stop, no time behind it means anything.
    no_way = barred(problem, vehicle, calls) if route.end_s >= UNREACHABLE else []
    broken += no_way or run_faults(problem, vehicle, timed, route)
    return Scheduled(route, tuple(replace(fault, vehicle_id=vehicle_id) for fault in broken))


def _best_run(problem: Problem, vehicle: Vehicle, calls: Sequence[Call]) -> Rested:
    """The run begun with the shift, or later, when a first window is left out for a second one."""
    best = run = rested(problem, vehicle, calls, vehicle.shift.start_s)
    while (later_s := _misses_a_window(run)) is not None:
        run = rested(problem, vehicle, calls, later_s)
        best = min(best, run, key=lambda one: (*broken_s(vehicle, one), one.lasts_s))
    return best


def _misses_a_window(run: Rested) -> int | None:
    """The departure at which a run that waits is first too late for a window with one behind it."""
    waited, limit_s, tight = 0, UNREACHABLE, None
    for item in run.timed:
        waited += item.wait_s
        if waited + item.room_s < limit_s:
            limit_s, tight = waited + item.room_s, item
    if tight is None or not 0 <= limit_s < waited:
        return None
    last_s = UNREACHABLE if tight.call.before_s is None else tight.call.before_s
    if not any(tight.start_s < window.start_s <= last_s for window in tight.call.windows):
        return None
    return run.from_s + limit_s + 1


def _route(problem: Problem, vehicle: Vehicle, timed: list[Timed], depart_s: int) -> Route:
    metres = problem.travel[vehicle.mode].metres
    load = problem.aboard_of.get(vehicle.id, NOTHING)
    way = [vehicle.start_place, *(item.call.place for item in timed)]
    way += [] if vehicle.end_place is None else [vehicle.end_place]
    distance_m = sum(metres.item(a, b) for a, b in pairwise(way))
    stops: list[Stop] = []
    for number, item in enumerate(timed):
        call = item.call
        load = load.plus(call.change)
        ids = (call.task.id,) if call.task else ()
        if number and is_one_stop(timed[number - 1], item):
            grown = replace(
                stops[-1],
                task_ids=stops[-1].task_ids + ids,
                leave_s=item.leave_s,
                load_after=load,
            )
            stops[-1] = grown
        else:
            times = (item.arrival_s, item.start_s, item.leave_s)
            stops.append(Stop(call.kind, call.place, ids, *times, load))
    end_s = end_of(problem, vehicle, timed, depart_s)
    return Route(vehicle.id, tuple(stops), depart_s, end_s, distance_m, end_s - depart_s)
