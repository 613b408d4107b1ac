"""When a given order of tasks happens, and which rules it breaks.

`schedule` is how every plan gets its times: the order comes from a solver, from a coordinator
who drags a stop, or from a volunteer who taps reds and blues. It never refuses an order: what
cannot be kept comes back as violations beside the times that would result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.planning.driving.barred import barred
from app.planning.driving.calls import Call, begin, call_of, with_hub
from app.planning.plan import Route, Stop, Violation, clock_time
from app.planning.problem import (
    NOTHING,
    Problem,
    Rescue,
    Vehicle,
    may_serve,
)
from app.roads.travel import UNREACHABLE


@dataclass(frozen=True)
class Scheduled:
    """A route and the rules it breaks (none: it can be driven as it stands)."""

    route: Route
    violations: tuple[Violation, ...]


@dataclass
class _Timed:
    """A call with its times; `room_s` is how much later it could begin in its window."""

    call: Call
    arrival_s: int
    start_s: int
    leave_s: int
    wait_s: int
    room_s: int


def schedule(problem: Problem, vehicle_id: str, order: Sequence[str]) -> Scheduled:
    """Times of `order` (task ids; a rescue twice, site first) driven by one vehicle.

    The run leaves as late as it can without ending later, so nobody waits at a door. Raises
    KeyError for an unknown vehicle or task.
    """
    vehicle = problem.vehicle_by_id[vehicle_id]
    calls, broken = _calls(problem, vehicle, order)
    timed = _drive(problem, vehicle, calls, vehicle.shift.start_s)
    delay = _spare(timed)
    if delay > 0:
        timed = _drive(problem, vehicle, calls, vehicle.shift.start_s + delay)
    route = _route(problem, vehicle, timed, vehicle.shift.start_s + max(0, delay))
    # With no way to a stop, no time behind it means anything.
    no_way = barred(problem, vehicle, calls) if route.end_s >= UNREACHABLE else []
    broken += no_way or _order_faults(vehicle, timed, route)
    return Scheduled(route, tuple(replace(fault, vehicle_id=vehicle_id) for fault in broken))


def _calls(
    problem: Problem, vehicle: Vehicle, order: Sequence[str]
) -> tuple[list[Call], list[Violation]]:
    """The order as calls, with the hub before and after where the run needs it."""
    calls: list[Call] = []
    broken: list[Violation] = []
    seen: dict[str, int] = {}
    for id_ in order:
        task = problem.task_by_id[id_]
        times = seen[id_] = seen.get(id_, 0) + 1
        if times > (2 if isinstance(task, Rescue) else 1):
            broken.append(_fault("task_twice", f"{id_} 排了两次。", f"{id_} is there twice.", id_))
            continue
        calls.append(call_of(task, first=times == 1))
        if times == 1 and not may_serve(vehicle, task):
            text = (f"{vehicle.id} 不能做任务 {id_}。", f"{vehicle.id} is not fit for task {id_}.")
            broken.append(_fault("not_fit", *text, id_))
    for id_, times in seen.items():
        if times == 1 and isinstance(problem.task_by_id[id_], Rescue):
            text = (f"{id_} 只取不送。", f"{id_} is fetched but never brought.")
            broken.append(_fault("pair_broken", *text, id_))
    return with_hub(vehicle, calls), broken


def _drive(problem: Problem, vehicle: Vehicle, calls: list[Call], depart_s: int) -> list[_Timed]:
    """Drive the calls in order from `depart_s`, each begun as early as its windows allow."""
    seconds = problem.travel[vehicle.mode].seconds
    now, place, before = depart_s, vehicle.start_place, -1
    timed: list[_Timed] = []
    for call in calls:
        arrival = now + int(seconds[place, call.place])
        ready = arrival + (problem.setup(call.place) if call.place != before else 0)
        start, room = begin(call.windows, ready)
        now = start + call.service_s
        timed.append(_Timed(call, arrival, start, now, start - ready, room))
        place = before = call.place
    return timed


def _spare(timed: list[_Timed]) -> int:
    """How much later the run can leave without ending later (all waiting falls away first)."""
    waited, spare = 0, UNREACHABLE
    for item in timed:
        waited += item.wait_s
        spare = min(spare, waited + item.room_s)
    return min(spare, waited)


def _route(problem: Problem, vehicle: Vehicle, timed: list[_Timed], depart_s: int) -> Route:
    matrix = problem.travel[vehicle.mode]
    stops: list[Stop] = []
    load = NOTHING
    place, distance = vehicle.start_place, 0
    for item in timed:
        call = item.call
        distance += int(matrix.metres[place, call.place])
        load = load.plus(call.change)
        ids = (call.task.id,) if call.task else ()
        stop = Stop(call.kind, call.place, ids, item.arrival_s, item.start_s, item.leave_s, load)
        if stops and _same_stop(stops[-1], stop):
            last = stops.pop()
            stop = replace(
                stop, task_ids=last.task_ids + ids, arrival_s=last.arrival_s, start_s=last.start_s
            )
        stops.append(stop)
        place = call.place
    end_s = stops[-1].leave_s if stops else depart_s
    if vehicle.end_place is not None:
        end_s += int(matrix.seconds[place, vehicle.end_place])
        distance += int(matrix.metres[place, vehicle.end_place])
    return Route(vehicle.id, tuple(stops), depart_s, end_s, distance, end_s - depart_s)


def _same_stop(last: Stop, stop: Stop) -> bool:
    """Households behind one door, served without a pause, are one stop."""
    return (last.place, last.kind, last.leave_s) == (stop.place, stop.kind, stop.start_s)


def _order_faults(vehicle: Vehicle, timed: list[_Timed], route: Route) -> list[Violation]:
    faults = [*_late(timed), *_rides(timed), *_overloads(vehicle, timed, route)]
    if route.end_s > vehicle.shift.end_s:
        ends, at = clock_time(vehicle.shift.end_s), clock_time(route.end_s)
        text = (f"{ends} 下班，要到 {at} 才结束。", f"The shift ends {ends}, the run {at}.")
        faults.append(_fault("shift_end", *text))
    called = sum(stop.kind not in ("load", "unload") for stop in route.stops)
    if vehicle.max_stops is not None and called > vehicle.max_stops:
        text = (
            f"{called} 站，最多 {vehicle.max_stops} 站。",
            f"{called} stops, at most {vehicle.max_stops} are allowed.",
        )
        faults.append(_fault("too_many_stops", *text))
    return faults


def _late(timed: list[_Timed]) -> list[Violation]:
    faults = []
    for item in timed:
        if item.room_s < 0 and item.call.task:
            id_, at = item.call.task.id, clock_time(item.start_s)
            late = -(item.room_s // 60)
            text = (f"{id_} {at} 才到，晚了 {late} 分钟。", f"{id_} at {at} is {late} min late.")
            faults.append(_fault("late", *text, id_))
    return faults


def _rides(timed: list[_Timed]) -> list[Violation]:
    faults, left = [], {}
    for item in timed:
        task = item.call.task
        if not isinstance(task, Rescue) or task.max_ride_s is None:
            continue
        if item.call.kind == "collect":
            left[task.id] = item.leave_s
        elif item.start_s - left[task.id] > task.max_ride_s:
            ride, most = (item.start_s - left[task.id]) // 60, task.max_ride_s // 60
            text = (
                f"{task.id} 路上 {ride} 分钟，最多 {most} 分钟。",
                f"{task.id} rides {ride} min, at most {most} are allowed.",
            )
            faults.append(_fault("ride_too_long", *text, task.id))
    return faults


def _overloads(vehicle: Vehicle, timed: list[_Timed], route: Route) -> list[Violation]:
    on_board = NOTHING
    loads = [on_board, *(stop.load_after for stop in route.stops)]
    if all(load.fits(vehicle.capacity) for load in loads):
        return []
    return [_fault("overload", "车上装不下。", "The vehicle is overloaded.")]


def _fault(code: str, zh: str, en: str, task_id: str | None = None) -> Violation:
    return Violation(code, zh, en, task_id=task_id)
