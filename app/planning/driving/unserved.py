"""Why a task is left over: the rules are relaxed one at a time until it would go.

Codes: off_road; what nobody at hand has: skill, hub, no_cold_vehicle, too_heavy, too_many_boxes,
no_room, too_few_stops; what a vehicle with nothing else to do could not keep: see `too_late`; what
the day has used up: capacity_used_up, trips_used_up, stops_used_up, all_used_up (one here, another
there), time_used_up; and bound, for a task that others could do but may not.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.planning.driving.alone import BOXES, CHILLED, GRAMS, Flags, fleet
from app.planning.driving.calls import is_hub_food
from app.planning.driving.off_road import Reason, off_road
from app.planning.driving.schedule import schedule
from app.planning.driving.too_late import too_late
from app.planning.plan import AT_HUB, Route, Unserved
from app.planning.problem import NOTHING, Collect, Deliver, Load, Problem, Rescue, Task, Vehicle

RESTING_TRIED = 10
"""Of the vehicles that might do a task but for their breaks, so many are really scheduled."""


def servable(problem: Problem, task: Task) -> bool:
    """Whether some vehicle could serve the task if it had nothing else to do.

    Where all have breaks and many are in question, the first few answer for them.
    """
    return _goes(problem, task, fleet(problem).able(task))


def unserved(problem: Problem, routes: dict[str, Route], task: Task) -> Unserved:
    """The reason why `task` is in none of `routes`."""
    return Unserved(task.id, *_why(problem, routes, task))


def _why(problem: Problem, routes: dict[str, Route], task: Task) -> Reason:
    if pin := off_road(problem, task):
        return pin
    reason = _nobody(problem, task) or _nobody_in_time(problem, task)
    reason = reason or _used_up(problem, routes, task)
    if not _others_could(problem, task):
        return reason
    _, zh, en = reason
    return "bound", f"只能由指定的志愿者做，可是：{zh}", f"One volunteer alone may do it, but: {en}"


def _others_could(problem: Problem, task: Task) -> bool:
    """Whether the bond to one vehicle is what stands in the way; food on board is where it is."""
    if task.only is None or (isinstance(task, Deliver) and task.aboard):
        return False
    known, free = fleet(problem), replace(task, only=None)
    return bool((known.could(free) & known.in_time(free)).any())


def _nobody(problem: Problem, task: Task) -> Reason | None:
    """Reasons that need no clock: nobody has the skill, the hub, the room or the stops."""
    known, need = fleet(problem), "、".join(sorted(task.skills))
    kg, boxes = -(-task.load.grams // 1000), task.load.boxes
    fit = known.bound(task) & known.skilled(task)
    if not fit.any():
        return "skill", f"没有志愿者会“{need}”。", f"No volunteer has the skill: {need}."
    fit = fit & known.from_hub(task)
    cold = "No vehicle can keep this many boxes cold."
    checks: list[tuple[Flags, Reason]] = [
        (fit, ("hub", "没有车从这个仓库出发。", "No run starts from this hub.")),
        (known.fits(task, CHILLED), ("no_cold_vehicle", "没有装得下的冷藏车。", cold)),
        (
            known.fits(task, GRAMS),
            ("too_heavy", f"{kg} 公斤，哪辆车都装不动。", f"{kg} kg is too heavy for any vehicle."),
        ),
        (
            known.fits(task, BOXES),
            (
                "too_many_boxes",
                f"{boxes} 箱，哪辆车都装不下。",
                f"No vehicle has room for {boxes} boxes.",
            ),
        ),
        (
            known.roomy(task),
            (
                "no_room",
                f"没有一辆车同时装得下 {kg} 公斤和 {boxes} 箱。",
                f"No vehicle takes both {kg} kg and {boxes} boxes.",
            ),
        ),
        (
            known.roomy(task) & known.stops(task),
            ("too_few_stops", "一取一送要停两站，没有车能停。", "No run may make the two stops."),
        ),
    ]
    return next((reason for flags, reason in checks if not (fit & flags).any()), None)


def _nobody_in_time(problem: Problem, task: Task) -> Reason | None:
    """Reasons of time, for a vehicle that has nothing else to do."""
    able = fleet(problem).able(task)
    if not able.any():
        return too_late(problem, task)
    if not _goes(problem, task, able):
        return "break", "那个时间志愿者要休息。", "The volunteers rest at that time."
    return None


def _goes(problem: Problem, task: Task, able: Flags) -> bool:
    """Whether one of these vehicles does it, which are in time but for their breaks."""
    order = (task.id, task.id) if isinstance(task, Rescue) else (task.id,)
    vehicles = [problem.vehicles[rank] for rank in np.flatnonzero(able)]
    if any(not vehicle.breaks for vehicle in vehicles):
        return True
    return any(
        not schedule(problem, vehicle.id, order).violations for vehicle in vehicles[:RESTING_TRIED]
    )


def _used_up(problem: Problem, routes: dict[str, Route], task: Task) -> Reason:
    """The task would go on an empty day, so the day itself is full."""
    able = np.flatnonzero(fleet(problem).able(task))
    driving = [v for v in (problem.vehicles[rank] for rank in able) if v.id in routes]
    full: set[str] = set()
    for vehicle in driving:
        what = _full(vehicle, routes[vehicle.id], task)
        if what is None:
            full.clear()
            break
        full.add(what)
    if not full:
        return "time_used_up", "今天的志愿者都排满了。", "No volunteer has time left today."
    if full == {"stops"}:
        return "stops_used_up", "每条路线的站数都用完了。", "Every run has all the stops it may."
    if full == {"trips"}:
        return "trips_used_up", "每趟都装满了，趟数也用完了。", "All trips are full and used up."
    if full == {"room"}:
        return "capacity_used_up", "今天的车都装满了。", "Every vehicle is full today."
    return (
        "all_used_up",
        "能去的路线不是装满了，就是站数、趟数用完了。",
        "The runs that could go are full, or have all the stops or trips they may.",
    )


def _full(vehicle: Vehicle, route: Route, task: Task) -> str | None:
    """What a run has no more of for the task: stops, trips, room; None: some of each is left."""
    stops = [stop for stop in route.stops if stop.kind not in (*AT_HUB, "break")]
    if vehicle.max_stops is not None and len(stops) >= vehicle.max_stops:
        return "stops"
    loads = _at_the_hub(route, task)
    if len(loads) < vehicle.trips_max:
        return None
    if any(load.plus(task.load).fits(vehicle.capacity) for load in loads):
        return None
    return "trips" if vehicle.trips_max > 1 else "room"


def _at_the_hub(route: Route, task: Task) -> list[Load]:
    """What is on board where the task would be too: leaving the hub with it, or bringing it."""
    loads, before = [], NOTHING
    for stop in route.stops:
        if stop.kind == "load" and is_hub_food(task):
            loads.append(stop.load_after)
        if stop.kind == "unload" and isinstance(task, Collect):
            loads.append(before)
        before = stop.load_after
    return loads
