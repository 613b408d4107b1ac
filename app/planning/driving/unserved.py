"""Why a task is left over: the rules are relaxed one at a time until it would go.

Codes: off_road, skill, hub, too_heavy, too_many_boxes, no_cold_vehicle, unreachable, window_closed,
shift_too_short, ride_too_long, several_rules, capacity_used_up, time_used_up.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from app.planning.driving.off_road import Reason, off_road
from app.planning.driving.schedule import schedule
from app.planning.plan import Route, Unserved, clock_time
from app.planning.problem import (
    LATEST_S,
    Collect,
    Deliver,
    Load,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Window,
    may_serve,
)
from app.roads.travel import UNREACHABLE

WHOLE_TIME = Window(0, LATEST_S)


def servable(problem: Problem, task: Task) -> bool:
    """Whether some vehicle could serve the task if it had nothing else to do."""
    return any(may_serve(v, task) and _goes(problem, v, task) for v in problem.vehicles)


def unserved(problem: Problem, routes: dict[str, Route], task: Task) -> Unserved:
    """The reason why `task` is in none of `routes`."""
    return Unserved(
        task.id,
        *(off_road(problem, task) or _nobody(problem, task) or _rule(problem, routes, task)),
    )


def _goes(problem: Problem, vehicle: Vehicle, task: Task) -> bool:
    order = (task.id, task.id) if isinstance(task, Rescue) else (task.id,)
    return not schedule(problem, vehicle.id, order).violations


def _goes_with(task: Task, problem: Problem, vehicles: list[Vehicle]) -> bool:
    """Whether the (relaxed) task goes with one of the (relaxed) vehicles."""
    world = Problem(problem.travel, tuple(vehicles), (task,), problem.setup_s)
    return any(_goes(world, vehicle, task) for vehicle in vehicles)


def _nobody(problem: Problem, task: Task) -> Reason | None:
    """Reasons that need no clock: nobody has the skill, the hub or the room."""
    skilled = [v for v in problem.vehicles if task.skills <= v.skills]
    if not skilled:
        need = "、".join(sorted(task.skills))
        return "skill", f"没有志愿者会“{need}”。", f"No volunteer has the skill: {need}."
    fit = [v for v in skilled if may_serve(v, task)]
    if not fit:
        return "hub", "没有车从这个仓库出发。", "No run starts from this hub."
    if not any(task.load.chilled_boxes <= v.capacity.chilled_boxes for v in fit):
        return (
            "no_cold_vehicle",
            "没有装得下的冷藏车。",
            "No vehicle can keep this many boxes cold.",
        )
    if not any(task.load.grams <= v.capacity.grams for v in fit):
        kg = -(-task.load.grams // 1000)
        return "too_heavy", f"{kg} 公斤，哪辆车都装不动。", f"{kg} kg is too heavy for any vehicle."
    if not any(task.load.fits(v.capacity) for v in fit):
        n = task.load.boxes
        return "too_many_boxes", f"{n} 箱，哪辆车都装不下。", f"No vehicle has room for {n} boxes."
    return None


def _rule(problem: Problem, routes: dict[str, Route], task: Task) -> Reason:
    """Reasons of time: which single rule, once relaxed, would let the task go."""
    fit = [v for v in problem.vehicles if may_serve(v, task) and task.load.fits(v.capacity)]
    if _goes_with(task, problem, fit):
        return _used_up(problem, routes, task, fit)
    if not any(_reachable(problem, vehicle, task) for vehicle in fit):
        return "unreachable", "没有路可以到那里。", "There is no way to get there."
    if _goes_with(_any_time(task), problem, fit):
        return _window_closed(task)
    if _goes_with(task, problem, [replace(v, shift=WHOLE_TIME) for v in fit]):
        return "shift_too_short", "班次太短，来不及往返。", "The shifts are too short to go there."
    if isinstance(task, Rescue) and _goes_with(replace(task, max_ride_s=None), problem, fit):
        most = (task.max_ride_s or 0) // 60
        return (
            "ride_too_long",
            f"路上要超过 {most} 分钟，食物会坏。",
            f"The food would ride longer than {most} minutes.",
        )
    return "several_rules", "时间和班次都对不上。", "Neither times nor shifts allow it."


def _used_up(problem: Problem, routes: dict[str, Route], task: Task, fit: list[Vehicle]) -> Reason:
    """The task would go on an empty day, so the day itself is full."""
    driving = [vehicle for vehicle in fit if vehicle.id in routes]
    if all(_is_full(problem, vehicle, routes[vehicle.id], task) for vehicle in driving):
        return "capacity_used_up", "今天的车都装满了。", "Every vehicle is full today."
    return "time_used_up", "今天的志愿者都排满了。", "No volunteer has time left today."


def _is_full(problem: Problem, vehicle: Vehicle, route: Route, task: Task) -> bool:
    stops = sum(stop.kind not in ("load", "unload") for stop in route.stops)
    if vehicle.max_stops is not None and stops >= vehicle.max_stops:
        return True
    if not isinstance(task, Collect | Deliver):
        return False
    return not same_way_load(problem, route, task).plus(task.load).fits(vehicle.capacity)


def same_way_load(problem: Problem, route: Route, task: Task) -> Load:
    """What a route carries together with `task` from the hub (or to it) at one moment."""
    total = Load()
    for id_ in route.order:
        other = problem.task_by_id[id_]
        if type(other) is type(task):
            total = total.plus(other.load)
    return total


def _reachable(problem: Problem, vehicle: Vehicle, task: Task) -> bool:
    seconds = problem.travel[vehicle.mode].seconds
    way = [vehicle.start_place]
    if isinstance(task, Deliver) and vehicle.hub is not None:
        way.append(vehicle.hub)
    way += [task.pickup_place, task.place] if isinstance(task, Rescue) else [task.place]
    if isinstance(task, Collect) and vehicle.hub is not None:
        way.append(vehicle.hub)
    if vehicle.end_place is not None:
        way.append(vehicle.end_place)
    return all(seconds[a, b] < UNREACHABLE for a, b in pairwise(way))


def _any_time(task: Task) -> Task:
    if isinstance(task, Rescue):
        return replace(task, windows=(), pickup_windows=())
    return replace(task, windows=())


def _window_closed(task: Task) -> Reason:
    windows = task.windows
    if isinstance(task, Rescue):
        windows = task.windows + task.pickup_windows
    spans = [f"{clock_time(start)}–{clock_time(end)}" for start, end in windows]
    zh, en = "、".join(spans), ", ".join(spans)
    if task.load.chilled_boxes:
        return (
            "window_closed",
            f"{zh} 之间没有冷藏车能到。",
            f"No cold vehicle can be there at {en}.",
        )
    return "window_closed", f"{zh} 之间没有人能到。", f"Nobody can be there at {en}."
