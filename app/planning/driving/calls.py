"""The hand-overs of a run, one by one, with the hub before and after where the run needs it."""

from __future__ import annotations

from dataclasses import dataclass

from app.planning.plan import StopKind
from app.planning.problem import (
    NOTHING,
    Collect,
    Deliver,
    Load,
    Rescue,
    Task,
    Vehicle,
    Visit,
    Window,
)
from app.roads.travel import UNREACHABLE


@dataclass(frozen=True)
class Call:
    """One hand-over, loading or unloading, before it has a time."""

    kind: StopKind
    place: int
    task: Task | None
    windows: tuple[Window, ...]
    service_s: int
    change: Load
    """What comes on board; goods handed over are negative."""


def call_of(task: Task, *, first: bool) -> Call:
    """The call for a task; a rescue is called at twice, `first` at its site."""
    less = NOTHING.minus(task.load)
    if isinstance(task, Rescue) and first:
        windows, service_s = task.pickup_windows, task.pickup_service_s
        return Call("collect", task.pickup_place, task, windows, service_s, task.load)
    if isinstance(task, Collect):
        return Call("collect", task.place, task, task.windows, task.service_s, task.load)
    if isinstance(task, Visit):
        return Call("visit", task.place, task, task.windows, task.service_s, NOTHING)
    return Call("deliver", task.place, task, task.windows, task.service_s, less)


def with_hub(vehicle: Vehicle, calls: list[Call]) -> list[Call]:
    """The calls with loading before and unloading after, where the run needs them."""
    hub = vehicle.hub
    if hub is None:
        return calls
    out = total_load(calls, Deliver)
    back = total_load(calls, Collect)
    if any(isinstance(call.task, Deliver) for call in calls):
        calls = [Call("load", hub, None, (), 0, out), *calls]
    if any(isinstance(call.task, Collect) for call in calls):
        calls = [*calls, Call("unload", hub, None, (), 0, NOTHING.minus(back))]
    return calls


def total_load(calls: list[Call], kind: type[Collect | Deliver]) -> Load:
    """What the collections, or the deliveries, among the calls weigh together."""
    total = NOTHING
    for call in calls:
        if isinstance(call.task, kind):
            total = total.plus(call.task.load)
    return total


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
