"""Whether what claims to be a plan is one: whole numbers, known kinds, known names.

A plan may have been stored, sent or written by hand: its values are of any type until looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.planning.checker.run import Found, bad
from app.planning.plan import Plan, Route, Stop, Unserved, Violation
from app.planning.problem import Load, Problem

KINDS = ("load", "collect", "deliver", "visit", "unload", "break")
LARGEST = 10**15
"""No second, metre or gram of any day comes near; larger numbers are not worked with."""

STOP_NUMBERS = ("place", "arrival_s", "start_s", "leave_s")
ROUTE_NUMBERS = ("depart_s", "end_s", "distance_m", "duration_s")
PLAN_NUMBERS = ("distance_m", "duration_s", "seed")


def form_faults(plan: object) -> Found:
    """What cannot even be read as a plan."""
    if not isinstance(plan, Plan):
        yield _unreadable()
        return
    yield from _numbers(plan, PLAN_NUMBERS)
    yield from _texts(plan, ("engine", "source"))
    for route in _items(plan.routes):
        if isinstance(route, Route):
            yield from _route_faults(route)
        else:
            yield _unreadable()
    for item in _items(plan.unserved):
        if isinstance(item, Unserved):
            yield from _texts(item, ("task_id", "code", "zh", "en"))
        else:
            yield _unreadable()


def size_faults(problem: Problem, plan: Plan) -> Found:
    """More stops and calls than any run could need: then nothing else is looked at.

    Each task is called at twice at most, each call may be a stop of its own with unloading and
    loading before it: eight lines for a task.
    """
    written = sum(1 + len(stop.task_ids) for route in plan.routes for stop in route.stops)
    breaks = sum(len(vehicle.breaks) for vehicle in problem.vehicles)
    if written > 10 * (len(problem.tasks) + len(problem.vehicles) + breaks):
        text = ("计划里的站点比任务多得太多。", "There are far more stops than the tasks need.")
        yield bad("too_large", *text)


def name_faults(problem: Problem, plan: Plan) -> Found:
    """Names and places that the problem does not have."""
    places = len(next(iter(problem.travel.values())).seconds)
    for route in plan.routes:
        if route.vehicle_id not in problem.vehicle_by_id:
            name = route.vehicle_id[:40]
            yield bad("unknown_vehicle", f"没有车辆 {name}。", f"There is no vehicle {name}.")
        for stop in route.stops:
            if not 0 <= stop.place < places:
                yield bad("unknown_place", "有一站不在地图上。", "A stop is at no known place.")
    named = [id_ for route in plan.routes for stop in route.stops for id_ in stop.task_ids]
    for id_ in [*named, *(item.task_id for item in plan.unserved)]:
        if id_ not in problem.task_by_id:
            name = id_[:40]
            yield bad("unknown_task", f"没有任务 {name}。", f"There is no task {name}.", id_)


def _items(values: object) -> Iterator[object]:
    """The parts of a tuple; what is no tuple has one part that is nothing."""
    return iter(values if isinstance(values, tuple) else (None,))


def _unreadable() -> Violation:
    return bad("unreadable", "计划的格式不对，读不出来。", "This cannot be read as a plan.")


def _route_faults(route: Route) -> Found:
    yield from _texts(route, ("vehicle_id",))
    yield from _numbers(route, ROUTE_NUMBERS)
    for stop in _items(route.stops):
        if isinstance(stop, Stop):
            yield from _stop_faults(stop)
        else:
            yield _unreadable()


def _stop_faults(stop: Stop) -> Found:
    yield from _numbers(stop, STOP_NUMBERS)
    if not _is_kind(stop.kind):
        yield bad("unknown_kind", "有一站不知道要做什么。", "A stop is of no known kind.")
    if not all(isinstance(id_, str) for id_ in _items(stop.task_ids)):
        yield _unreadable()
    load: object = stop.load_after
    if not isinstance(load, Load):
        yield _unreadable()
    elif not all(_is_whole(amount) for amount in load):
        yield _no_number()


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and value in KINDS


def _numbers(part: object, names: tuple[str, ...]) -> Found:
    if not all(_is_whole(getattr(part, name)) for name in names):
        yield _no_number()


def _texts(part: object, names: tuple[str, ...]) -> Found:
    if not all(isinstance(getattr(part, name), str) for name in names):
        yield _unreadable()


def _is_whole(value: object) -> bool:
    """True and 1.0 are numbers to Python, not to a plan."""
    return type(value) is int and -LARGEST <= value <= LARGEST


def _no_number() -> Violation:
    return bad(
        "no_number",
        "计划里有不是整数或者大得离谱的数。",
        "A number in the plan is not whole, or beyond all sense.",
    )
