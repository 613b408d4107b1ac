"""Which rules an order breaks once it is driven: codes and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.planning.driving.calls import trips_used
from app.planning.driving.drive import Timed
from app.planning.plan import AT_HUB, RELOAD, Route, Violation, clock_time
from app.planning.problem import NOTHING, Problem, Rescue, Vehicle, may_serve


def order_faults(
    problem: Problem, vehicle: Vehicle, order: Sequence[str]
) -> tuple[list[str], list[Violation]]:
    """The order without what is said too often, and what is wrong with it before any clock."""
    clean: list[str] = []
    broken: list[Violation] = []
    seen: dict[str, int] = {}
    for id_ in order:
        if id_ == RELOAD:
            clean.append(id_)
            continue
        task = problem.task_by_id[id_]
        times = seen[id_] = seen.get(id_, 0) + 1
        if times > (2 if isinstance(task, Rescue) else 1):
            broken.append(_fault("task_twice", f"{id_} 排了两次。", f"{id_} is there twice.", id_))
            continue
        clean.append(id_)
        if times == 1 and not may_serve(vehicle, task):
            text = (f"{vehicle.id} 不能做任务 {id_}。", f"{vehicle.id} is not fit for task {id_}.")
            broken.append(_fault("not_fit", *text, id_))
    for id_, times in seen.items():
        if times == 1 and isinstance(problem.task_by_id[id_], Rescue):
            text = (f"{id_} 只取不送。", f"{id_} is fetched but never brought.")
            broken.append(_fault("pair_broken", *text, id_))
    return clean, broken


def run_faults(
    problem: Problem, vehicle: Vehicle, timed: Sequence[Timed], route: Route
) -> list[Violation]:
    """What is wrong with a run as it is driven."""
    return [
        *_late(timed),
        *_rides(timed),
        *_overload(problem, vehicle, route),
        *_long(vehicle, route),
    ]


def _late(timed: Sequence[Timed]) -> Iterator[Violation]:
    for item in timed:
        if item.room_s >= 0:
            continue
        at, task, before_s = clock_time(item.start_s), item.call.task, item.call.before_s
        if task is None:
            yield _fault("break_wrong", f"{at} 才能休息，太晚了。", f"The break is late, at {at}.")
        elif before_s is not None and item.start_s > before_s:
            text = (
                f"{task.id} {at} 才送到，食物 {clock_time(before_s)} 就过期了。",
                f"{task.id} is handed over at {at}; the food expires at {clock_time(before_s)}.",
            )
            yield _fault("expired", *text, task.id)
        else:
            late = -(item.room_s // 60)
            text = (
                f"{task.id} {at} 才到，晚了 {late} 分钟。",
                f"{task.id} at {at} is {late} min late.",
            )
            yield _fault("late", *text, task.id)


def _rides(timed: Sequence[Timed]) -> Iterator[Violation]:
    left: dict[str, int] = {}
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
            yield _fault("ride_too_long", *text, task.id)


def _overload(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    first = problem.aboard_of.get(vehicle.id, NOTHING)
    if not all(
        load.fits(vehicle.capacity) for load in (first, *(stop.load_after for stop in route.stops))
    ):
        yield _fault("overload", "车上装不下。", "The vehicle is overloaded.")


def _long(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    """The shift, the number of stops and of trips."""
    if route.end_s > vehicle.shift.end_s:
        ends, at = clock_time(vehicle.shift.end_s), clock_time(route.end_s)
        text = (f"{ends} 下班，要到 {at} 才结束。", f"The shift ends {ends}, the run {at}.")
        yield _fault("shift_end", *text)
    called = sum(stop.kind not in (*AT_HUB, "break") for stop in route.stops)
    if vehicle.max_stops is not None and called > vehicle.max_stops:
        text = (
            f"{called} 站，最多 {vehicle.max_stops} 站。",
            f"{called} stops, at most {vehicle.max_stops} are allowed.",
        )
        yield _fault("too_many_stops", *text)
    trips = trips_used(route)
    if trips > vehicle.trips_max:
        text = (
            f"要跑 {trips} 趟，最多 {vehicle.trips_max} 趟。",
            f"{trips} trips, at most {vehicle.trips_max} are allowed.",
        )
        yield _fault("too_many_trips", *text)


def _fault(code: str, zh: str, en: str, task_id: str | None = None) -> Violation:
    return Violation(code, zh, en, task_id=task_id)
