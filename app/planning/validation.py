"""Bad problems are refused with sentences before any solver sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from app.planning.problem import (
    LATEST_S,
    TOP_PRIORITY,
    Deliver,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Window,
    hub_of,
)
from app.roads.travel import MAX_POINTS, UNREACHABLE, Matrix

MAX_TASKS = 3_000
MAX_VEHICLES = 500
MAX_WINDOWS = 10
MAX_TRIPS = 10
MAX_BREAKS = 5
MAX_LOAD = 100_000_000
"""100 tonnes in grams, and more boxes than any day has: larger numbers are typing errors."""

Fault = tuple[str, str]
"""A sentence in Chinese and in English."""


class InvalidProblem(ValueError):
    """The problem cannot be planned; `faults` are its sentences (zh, en)."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(" ".join(en for _, en in faults))
        self.faults = faults

    @property
    def zh(self) -> str:
        """All sentences in Chinese."""
        return "".join(zh for zh, _ in self.faults)


def validate(problem: Problem) -> None:
    """Raise `InvalidProblem` unless the problem can be given to a solver."""
    faults = list(_too_large(problem)) or list(_travel_faults(problem))
    if not faults:
        size = _places(problem)
        faults = [*_setup_faults(problem, size), *_id_faults(problem)]
        for vehicle in problem.vehicles:
            faults += _vehicle_faults(vehicle, problem, size)
        for task in problem.tasks:
            faults += _task_faults(task, size)
            faults += _bond_faults(task, problem)
    if faults:
        raise InvalidProblem(faults[:20])


def _places(problem: Problem) -> int:
    return len(next(iter(problem.travel.values())).seconds)


def _too_large(problem: Problem) -> Iterator[Fault]:
    if not problem.vehicles:
        yield "没有可用的志愿者和车辆。", "There is no vehicle."
    if len(problem.tasks) > MAX_TASKS:
        n = len(problem.tasks)
        yield (
            f"一次最多排 {MAX_TASKS} 个任务，现在有 {n} 个。",
            f"At most {MAX_TASKS} tasks can be planned at once; there are {n}.",
        )
    if len(problem.vehicles) > MAX_VEHICLES:
        n = len(problem.vehicles)
        yield (
            f"一次最多排 {MAX_VEHICLES} 辆车，现在有 {n} 辆。",
            f"At most {MAX_VEHICLES} vehicles can be planned at once; there are {n}.",
        )


def _travel_faults(problem: Problem) -> Iterator[Fault]:
    missing = {vehicle.mode for vehicle in problem.vehicles} - problem.travel.keys()
    for mode in sorted(missing):
        yield f"缺少“{mode}”的路程表。", f"Travel times for {mode} are missing."
    shapes = set()
    for mode, matrix in problem.travel.items():
        yield from _matrix_faults(mode, matrix)
        shapes.add(np.shape(matrix.seconds))
    if len(shapes) > 1:
        yield "各种方式的路程表大小不一样。", "The travel matrices are of different sizes."


def _matrix_faults(mode: str, matrix: Matrix) -> Iterator[Fault]:
    for name, cells in (("时间", matrix.seconds), ("距离", matrix.metres)):
        label = "seconds" if name == "时间" else "metres"
        if cells.ndim != 2 or cells.shape[0] != cells.shape[1] or not 0 < len(cells) <= MAX_POINTS:
            yield (
                f"“{mode}”的{name}表不是方的。",
                f"The matrix of {label} for {mode} is not a square of 1 to {MAX_POINTS} places.",
            )
        elif wrong := _cells_fault(cells):
            yield (
                f"“{mode}”的{name}表里{wrong[0]}",
                f"The matrix of {label} for {mode} has {wrong[1]}",
            )
    if matrix.seconds.shape != matrix.metres.shape:
        yield (
            f"“{mode}”的时间表和距离表大小不一样。",
            f"Seconds and metres for {mode} are of different sizes.",
        )


def _cells_fault(cells: np.ndarray[Any, Any]) -> Fault | None:
    """What is wrong with the cells of a square matrix, worst first."""
    is_float = np.issubdtype(cells.dtype, np.floating)
    if is_float and np.isnan(cells).any():
        return "有不是数字的值（NaN）。", "cells that are no number (NaN)."
    if is_float and np.isinf(cells).any():
        return "有无穷大的值。", "infinite cells."
    if not np.issubdtype(cells.dtype, np.integer):
        return "有不是整数的值。", "cells that are not whole numbers."
    checks: tuple[tuple[bool, Fault], ...] = (
        (bool((cells < 0).any()), ("有负数。", "negative cells.")),
        (bool((cells > UNREACHABLE).any()), ("有大得离谱的值。", f"cells above {UNREACHABLE}.")),
        (bool(np.diag(cells).any()), ("，原地不动也要走路。", "a way from a place to itself.")),
    )
    return next((fault for is_wrong, fault in checks if is_wrong), None)


def _setup_faults(problem: Problem, size: int) -> Iterator[Fault]:
    if problem.setup_s and len(problem.setup_s) != size:
        yield "停车准备时间和地点数对不上。", "There must be one setup time per place."
    if any(not _whole(s, LATEST_S) for s in problem.setup_s):
        yield "停车准备时间不能是负数。", "A setup time is negative, too long or not whole."


def _id_faults(problem: Problem) -> Iterator[Fault]:
    for zh, en, ids in (
        ("车辆", "Vehicle", [vehicle.id for vehicle in problem.vehicles]),
        ("任务", "Task", [task.id for task in problem.tasks]),
    ):
        for id_, times in Counter(ids).items():
            if times > 1:
                yield f"{zh} {id_} 出现了 {times} 次。", f"{en} {id_} is there {times} times."


def _whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _counted(value: object, most: int) -> bool:
    return value != 0 and _whole(value, most)


def _window_faults(name: Fault, windows: tuple[Window, ...]) -> Iterator[Fault]:
    if len(windows) > MAX_WINDOWS:
        yield (
            f"{name[0]}的时间段超过 {MAX_WINDOWS} 个。",
            f"{name[1]} has more than {MAX_WINDOWS} windows.",
        )
    for start_s, end_s in windows:
        if not (_whole(start_s, LATEST_S) and _whole(end_s, LATEST_S)):
            yield f"{name[0]}的时间不在这两天里。", f"{name[1]} has a time outside two days."
        elif start_s > end_s:
            yield f"{name[0]}的结束时间早于开始时间。", f"{name[1]} has a window that ends first."


def _place_faults(name: Fault, places: tuple[int | None, ...], size: int) -> Iterator[Fault]:
    if any(place is not None and not _whole(place, size - 1) for place in places):
        yield f"{name[0]}的地点不在路程表里。", f"{name[1]} has a place outside the matrices."


def _vehicle_faults(vehicle: Vehicle, problem: Problem, size: int) -> Iterator[Fault]:
    name = (f"车辆 {vehicle.id} ", f"Vehicle {vehicle.id}")
    yield from _window_faults(name, (vehicle.shift,))
    places = (vehicle.start_place, vehicle.end_place, vehicle.hub)
    yield from _place_faults(name, places, size)
    if not all(_whole(amount, MAX_LOAD) for amount in vehicle.capacity):
        yield f"{name[0]}的载量不对。", f"{name[1]} has a capacity that is no sensible number."
    most = len(problem.tasks) + MAX_TASKS
    if vehicle.max_stops is not None and not _counted(vehicle.max_stops, most):
        yield f"{name[0]}最多停靠数至少是 1。", f"{name[1]} must be allowed at least one stop."
    if not _counted(vehicle.trips_max, MAX_TRIPS):
        yield (
            f"{name[0]}的趟数要在 1 到 {MAX_TRIPS} 之间。",
            f"{name[1]} must make 1 to {MAX_TRIPS} trips.",
        )
    if vehicle.fair_s is not None and not _whole(vehicle.fair_s, LATEST_S):
        yield f"{name[0]}的公平工时不对。", f"{name[1]} has a fair share that is no sensible time."
    yield from _break_faults(name, vehicle)


def _break_faults(name: Fault, vehicle: Vehicle) -> Iterator[Fault]:
    """Every break must be possible inside the shift, and no two may be due at once."""
    if len(vehicle.breaks) > MAX_BREAKS:
        yield (
            f"{name[0]}的休息超过 {MAX_BREAKS} 次。",
            f"{name[1]} has more than {MAX_BREAKS} breaks.",
        )
    windows = tuple(rest.window for rest in vehicle.breaks)
    faults = [*_window_faults((f"{name[0]}休息", f"{name[1]}'s break"), windows[:MAX_BREAKS])]
    if not all(_counted(rest.duration_s, LATEST_S) for rest in vehicle.breaks):
        faults.append(
            (f"{name[0]}的休息时长不对。", f"{name[1]} has a break of no sensible length.")
        )
    yield from faults
    if faults or any(_window_faults(name, (vehicle.shift,))):
        return
    begins, ends = vehicle.shift
    rests = sorted(vehicle.breaks)
    if any(
        r.window.end_s < begins or max(r.window.start_s, begins) + r.duration_s > ends
        for r in rests
    ):
        yield f"{name[0]}的休息不在班次里。", f"{name[1]} has a break outside its shift."
    if any(a.window.end_s >= b.window.start_s for a, b in pairwise(rests)):
        yield f"{name[0]}的两次休息重叠了。", f"{name[1]} has two breaks that overlap."


def _task_faults(task: Task, size: int) -> Iterator[Fault]:
    name = (f"任务 {task.id} ", f"Task {task.id}")
    yield from _window_faults(name, task.windows)
    places: tuple[int | None, ...] = (task.place, hub_of(task))
    services: tuple[int, ...] = (task.service_s,)
    if isinstance(task, Rescue):
        yield from _window_faults(name, task.pickup_windows)
        places = (task.place, task.pickup_place)
        services = (task.service_s, task.pickup_service_s, task.max_ride_s or 0)
    yield from _place_faults(name, places, size)
    if not all(_whole(amount, MAX_LOAD) for amount in task.load):
        yield f"{name[0]}的数量不对。", f"{name[1]} has a load that is no sensible number."
    if not all(_whole(service, LATEST_S) for service in services):
        yield f"{name[0]}的用时不对。", f"{name[1]} has a duration that is no sensible number."
    if not _whole(task.priority, TOP_PRIORITY):
        yield f"{name[0]}的优先级不对。", f"{name[1]} has a priority outside 0 to {TOP_PRIORITY}."


def _bond_faults(task: Task, problem: Problem) -> Iterator[Fault]:
    """Who must and who should do the task, and by when; wishes for strangers mean nothing."""
    name = (f"任务 {task.id} ", f"Task {task.id}")
    if task.only is not None and task.only not in problem.vehicle_by_id:
        yield f"{name[0]}指定的车辆不存在。", f"{name[1]} is bound to a vehicle that is not there."
    if isinstance(task, Deliver) and task.aboard and task.only is None:
        yield f"{name[0]}在车上，却没有写哪辆车。", f"{name[1]} is aboard, but of no vehicle."
    if task.before_s is not None and not _whole(task.before_s, LATEST_S):
        yield f"{name[0]}的过期时间不对。", f"{name[1]} has an expiry outside two days."
    if not _whole(task.prefer_s, LATEST_S):
        yield f"{name[0]}的偏好分量不对。", f"{name[1]} has a wish of no sensible weight."
