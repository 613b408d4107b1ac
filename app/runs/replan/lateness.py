"""Times that have slipped already: hours that the old lists miss are stretched that far. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.planning.plan import Route, Stop
from app.planning.problem import Collect, Problem, Rescue, Task, Visit, Window
from app.runs.replan.rules import LATE_MAX_S


def as_late_as_it_is(problem: Problem, old: Mapping[str, Route]) -> Problem:
    """The problem in which whoever is late already may be: as late as the old order makes them.

    `old`: the old rest of the day as driven from now on, by vehicle. Nobody is dropped for a slipped
    time alone, and nobody becomes later than without a change.
    """
    late: dict[tuple[str, str], int] = {}
    vehicles = []
    for vehicle in problem.vehicles:
        route = old.get(vehicle.id)
        if route is None:
            vehicles.append(vehicle)
            continue
        ends = min(route.end_s, vehicle.shift.end_s + LATE_MAX_S)
        end_s = max(ends, vehicle.shift.end_s)
        vehicles.append(replace(vehicle, shift=Window(vehicle.shift.start_s, end_s)))
        for stop in route.stops:
            late |= {(id_, stop.kind): _last_start(problem, stop, id_) for id_ in stop.task_ids}
    tasks = tuple(_relaxed(task, late) for task in problem.tasks)
    return replace(problem, vehicles=tuple(vehicles), tasks=tasks)


def _last_start(problem: Problem, stop: Stop, task_id: str) -> int:
    """When the task's own hand-over begins at the latest: its stop is over by `leave_s`."""
    task = problem.task_by_id[task_id]
    is_site = stop.kind == "collect" and isinstance(task, Rescue)
    service_s = task.pickup_service_s if is_site and isinstance(task, Rescue) else task.service_s
    return max(stop.start_s, stop.leave_s - service_s)


def _relaxed(task: Task, late: Mapping[tuple[str, str], int]) -> Task:
    if isinstance(task, Rescue):
        sites = _until(task.pickup_windows, late.get((task.id, "collect")))
        task = replace(task, pickup_windows=sites)
    kind = {Collect: "collect", Visit: "visit"}.get(type(task), "deliver")
    return replace(task, windows=_until(task.windows, late.get((task.id, kind))))


def _until(windows: tuple[Window, ...], start_s: int | None) -> tuple[Window, ...]:
    """The last window open until `start_s`, at most an hour longer than it was."""
    if not windows or start_s is None or start_s <= windows[-1].end_s:
        return windows
    *before, last = windows
    return (*before, Window(last.start_s, min(start_s, last.end_s + LATE_MAX_S)))
