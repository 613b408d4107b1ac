"""The hand-overs of a run, one by one, with its visits to the hub where the run needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeGuard

from app.planning.plan import AT_HUB, RELOAD, Route, StopKind
from app.planning.problem import (
    NOTHING,
    Collect,
    Deliver,
    Load,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Visit,
    Window,
)
from app.roads.travel import UNREACHABLE


class Call(NamedTuple):
    """One hand-over, visit to the hub or break, before it has a time.

    `change` is what comes on board; goods handed over are negative. `before_s`: it must begin by
    then whatever the windows say.
    """

    kind: StopKind
    place: int
    task: Task | None
    windows: tuple[Window, ...]
    service_s: int
    change: Load
    before_s: int | None = None

    def begin(self, ready_s: int) -> tuple[int, int]:
        """Earliest start at or after `ready_s` and the room behind it (negative: too late)."""
        start_s, room_s = begin(self.windows, ready_s)
        if self.before_s is not None:
            room_s = min(room_s, self.before_s - start_s)
        return start_s, room_s

    def latest(self, spare_s: int) -> int | None:
        """The last second at or before `spare_s` at which it may begin; None when there is none."""
        if self.before_s is not None:
            spare_s = min(spare_s, self.before_s)
        if not self.windows:
            return spare_s
        ends = [min(w.end_s, spare_s) for w in self.windows if w.start_s <= spare_s]
        return max(ends, default=None)


def begin(windows: tuple[Window, ...], ready_s: int) -> tuple[int, int]:
    """Earliest start at or after `ready_s` and the room behind it (negative: too late)."""
    if not windows:
        return ready_s, UNREACHABLE
    open_ = [window for window in windows if window.end_s >= ready_s]
    if not open_:
        return ready_s, max(window.end_s for window in windows) - ready_s
    window = min(open_, key=lambda w: (max(w.start_s, ready_s), -w.end_s))
    start = max(window.start_s, ready_s)
    return start, window.end_s - start


def call_of(task: Task, *, first: bool) -> Call:
    """The call for a task; a rescue is called at twice, `first` at its site."""
    if isinstance(task, Rescue) and first:
        windows, service_s = task.pickup_windows, task.pickup_service_s
        return Call("collect", task.pickup_place, task, windows, service_s, task.load)
    kind: StopKind = "deliver"
    change = NOTHING.minus(task.load)
    if isinstance(task, Collect):
        kind, change = "collect", task.load
    elif isinstance(task, Visit):
        kind, change = "visit", NOTHING
    return Call(kind, task.place, task, task.windows, task.service_s, change, task.before_s)


def trips_of(problem: Problem, order: Sequence[str]) -> list[list[Call]]:
    """The calls of an order, cut at its `RELOAD` markers; one trip when there is none.

    A task's second mention is its door. Raises KeyError for an unknown task.
    """
    trips: list[list[Call]] = [[]]
    seen: set[str] = set()
    for id_ in order:
        if id_ == RELOAD:
            trips.append([])
            continue
        trips[-1].append(call_of(problem.task_by_id[id_], first=id_ not in seen))
        seen.add(id_)
    return trips


class WholeRun(NamedTuple):
    """All calls of a run, and for each of its trips the index of the trip's first call."""

    calls: list[Call]
    starts: list[int]


def whole_run(vehicle: Vehicle, trips: Sequence[Sequence[Call]]) -> WholeRun:
    """The trips with the hub before, between and after them, as far as the run needs it.

    Between two trips the hub is visited when the one before collected something or the one after
    brings hub food; otherwise the marker means nothing.
    """
    calls: list[Call] = []
    starts: list[int] = []
    behind: Sequence[Call] = ()
    for trip in trips:
        calls += _hub_visit(vehicle.hub, behind, trip)
        starts.append(len(calls))
        calls += trip
        behind = trip
    return WholeRun([*calls, *_hub_visit(vehicle.hub, behind, ())], starts)


def _hub_visit(hub: int | None, behind: Iterable[Call], ahead: Iterable[Call]) -> list[Call]:
    """Unloading what the trip behind collected, loading what the trip ahead brings."""
    if hub is None:
        return []
    visit = []
    came_in = [call.task for call in behind if isinstance(call.task, Collect)]
    goes_out = [call.task for call in ahead if is_hub_food(call.task)]
    if came_in:
        visit.append(Call("unload", hub, None, (), 0, NOTHING.minus(total_load(came_in))))
    if goes_out:
        visit.append(Call("load", hub, None, (), 0, total_load(goes_out)))
    return visit


def is_hub_food(task: Task | None) -> TypeGuard[Deliver]:
    """Whether the task brings food that is loaded at the hub."""
    return isinstance(task, Deliver) and not task.aboard


def trip_loads(trips: Sequence[Sequence[Call]], task: Task) -> list[Load]:
    """What each trip carries the same way as the task, to the hub or from it."""
    if isinstance(task, Collect):
        return [total_load(c.task for c in trip if isinstance(c.task, Collect)) for trip in trips]
    return [total_load(c.task for c in trip if is_hub_food(c.task)) for trip in trips]


def total_load(tasks: Iterable[Task]) -> Load:
    """What the tasks weigh together."""
    total = NOTHING
    for task in tasks:
        total = total.plus(task.load)
    return total


def order_of(route: Route) -> tuple[str, ...]:
    """The route's order with a `RELOAD` wherever it passes by the hub between two stops."""
    order: list[str] = []
    by_hub = False
    for stop in route.stops:
        by_hub = by_hub or (stop.kind in AT_HUB and bool(order))
        if stop.task_ids:
            order += [RELOAD, *stop.task_ids] if by_hub else stop.task_ids
            by_hub = False
    return tuple(order)


def trips_used(route: Route) -> int:
    """How many trips a route makes."""
    return 1 + order_of(route).count(RELOAD)
