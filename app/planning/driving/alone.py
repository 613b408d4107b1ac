"""Whether a task could be served by a vehicle with nothing else to do: all vehicles at once.

The same arithmetic as `schedule` for a run of one task (its latest departure included), in
arrays over the vehicles. Breaks are not looked at. What a vehicle could not do alone it cannot do
among other tasks either, as no detour is shorter than the direct way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from app.planning.driving.calls import Call, call_of, is_hub_food
from app.planning.problem import (
    LATEST_S,
    NOTHING,
    Collect,
    Problem,
    Rescue,
    Task,
    Vehicle,
    hub_of,
    needs_hub,
)
from app.roads.travel import UNREACHABLE, IntArray, Mode

Flags = NDArray[np.bool_]
"""One truth per vehicle, in the order of `problem.vehicles`."""

Clock = Literal["windows", "before", "shift", "ride"]
"""Rules of time that can be relaxed."""

GRAMS, BOXES, CHILLED = range(3)
NO_HUB = -1
HUB_CALL = Call("load", NO_HUB, None, (), 0, NOTHING)
"""Its place is each vehicle's own hub."""


@dataclass(frozen=True)
class _Group:
    """Vehicles of one mode: their ranks in the problem, and their facts as arrays."""

    ranks: IntArray
    seconds: IntArray
    start: IntArray
    end: IntArray
    hub: IntArray
    opens_s: IntArray
    closes_s: IntArray


class Fleet:
    """The vehicles of a problem as arrays."""

    def __init__(self, problem: Problem) -> None:
        vehicles = problem.vehicles
        self._vehicles, self._setup = vehicles, np.array(problem.setup_s or (0,), dtype=np.int64)
        self._has_setup = bool(problem.setup_s)
        self._capacity = np.array([v.capacity for v in vehicles], dtype=np.int64)
        hubs = [NO_HUB if v.hub is None else v.hub for v in vehicles]
        self._hub: IntArray = np.array(hubs, dtype=np.int64)
        most = [LATEST_S if v.max_stops is None else v.max_stops for v in vehicles]
        self._max_stops = np.array(most, dtype=np.int64)
        self._groups = [
            _group([n for n, v in enumerate(vehicles) if v.mode == mode], vehicles, problem, mode)
            for mode in dict.fromkeys(vehicle.mode for vehicle in vehicles)
        ]
        self._skilled: dict[frozenset[str], Flags] = {}
        self._able: dict[str, Flags] = {}

    def bound(self, task: Task) -> Flags:
        """Which vehicles the task is not bound away from."""
        everybody = np.ones(len(self._vehicles), dtype=np.bool_)
        if task.only is not None:
            everybody[:] = [vehicle.id == task.only for vehicle in self._vehicles]
        return everybody

    def skilled(self, task: Task) -> Flags:
        """Who has the task's skills."""
        if task.skills not in self._skilled:
            has = [task.skills <= vehicle.skills for vehicle in self._vehicles]
            self._skilled[task.skills] = np.array(has, dtype=np.bool_)
        return self._skilled[task.skills]

    def from_hub(self, task: Task) -> Flags:
        """Which vehicles run from the task's hub, where it needs one."""
        if not needs_hub(task):
            return np.ones(len(self._vehicles), dtype=np.bool_)
        hub = hub_of(task)
        fit: Flags = self._hub != NO_HUB if hub is None else self._hub == hub
        return fit

    def fits(self, task: Task, dimension: int) -> Flags:
        """Which vehicles have room for the task in one dimension of load."""
        fits: Flags = self._capacity[:, dimension] >= task.load[dimension]
        return fits

    def roomy(self, task: Task) -> Flags:
        """Which vehicles have room for the task in every dimension."""
        return self.fits(task, GRAMS) & self.fits(task, BOXES) & self.fits(task, CHILLED)

    def stops(self, task: Task) -> Flags:
        """Which vehicles may make as many stops as the task has."""
        return self._max_stops >= (2 if isinstance(task, Rescue) else 1)

    def could(self, task: Task) -> Flags:
        """Who may and can do the task but for its times."""
        fit = self.bound(task) & self.skilled(task) & self.from_hub(task)
        return fit & self.roomy(task) & self.stops(task)

    def able(self, task: Task) -> Flags:
        """Who could do the task with nothing else to do, breaks aside; remembered."""
        if task.id not in self._able:
            could = self.could(task)
            self._able[task.id] = could & self.in_time(task) if could.any() else could
        return self._able[task.id]

    def reaches(self, task: Task) -> Flags:
        """From where there is a way to the task and back, whatever the time."""
        return self.in_time(_timeless(task), "shift", UNREACHABLE - 1)

    def in_time(self, task: Task, without: Clock | None = None, limit_s: int = LATEST_S) -> Flags:
        """Who would be in time, with one rule of time left out if wanted.

        Without its shift a vehicle drives from midnight on and is back by `limit_s`.
        """
        task = _relaxed(task, without)
        found = np.zeros(len(self._vehicles), dtype=np.bool_)
        for group in self._groups:
            if without == "shift":
                nil = np.zeros_like(group.opens_s)
                group = replace(group, opens_s=nil, closes_s=nil + limit_s)  # noqa: PLW2901 - the same group without its shift
            for choice in _choices(task):
                found[group.ranks] |= self._driven(group, choice)
        return found

    def _driven(self, group: _Group, task: Task) -> Flags:
        """Drive each vehicle of the group through the calls of the one task."""
        clock = group.opens_s.copy()
        here, parked = group.start, np.full_like(group.start, NO_HUB)
        fine = np.ones(len(clock), dtype=np.bool_)
        before: tuple[IntArray, IntArray] | None = None
        for call in _calls(task):
            there = group.hub if call is HUB_CALL else np.full_like(here, call.place)
            ready = clock + group.seconds[here, there]
            if self._has_setup:
                ready += self._setup[there] * (parked != there)
            start, room = _begin(call, ready)
            fine &= room >= 0
            if before and isinstance(task, Rescue) and task.max_ride_s is not None:
                left_s, room_s = before
                # The pickup is begun later where the run would wait at the door.
                held_s = np.minimum(room_s, start - ready)
                fine &= start - left_s - held_s <= task.max_ride_s
            clock, here, parked = start + call.service_s, there, there
            before = clock, room
        home = np.where(group.end == NO_HUB, here, group.end)
        fine &= clock + group.seconds[here, home] <= group.closes_s
        return fine


_known: WeakKeyDictionary[Problem, Fleet] = WeakKeyDictionary()


def fleet(problem: Problem) -> Fleet:
    """The fleet of a problem, made once and gone with it: tasks are asked about in turn."""
    if problem not in _known:
        _known[problem] = Fleet(problem)
    return _known[problem]


def _group(ranks: list[int], vehicles: tuple[Vehicle, ...], problem: Problem, mode: Mode) -> _Group:
    own = [vehicles[rank] for rank in ranks]
    return _Group(
        ranks=np.array(ranks, dtype=np.int64),
        seconds=problem.travel[mode].seconds,
        start=np.array([v.start_place for v in own], dtype=np.int64),
        end=np.array([NO_HUB if v.end_place is None else v.end_place for v in own], dtype=np.int64),
        hub=np.array([v.start_place if v.hub is None else v.hub for v in own], dtype=np.int64),
        opens_s=np.array([v.shift.start_s for v in own], dtype=np.int64),
        closes_s=np.array([v.shift.end_s for v in own], dtype=np.int64),
    )


def _calls(task: Task) -> Iterator[Call]:
    if is_hub_food(task):
        yield HUB_CALL
    if isinstance(task, Rescue):
        yield call_of(task, first=True)
    yield call_of(task, first=False)
    if isinstance(task, Collect):
        yield HUB_CALL


def _begin(call: Call, ready: IntArray) -> tuple[IntArray, IntArray]:
    """`Call.begin` for many vehicles: when each begins, and the room behind it."""
    start, room = ready, np.full_like(ready, UNREACHABLE)
    if call.windows:
        start, room = ready, np.full_like(ready, -1)
        best = np.full_like(ready, UNREACHABLE)
        for opens_s, closes_s in call.windows:
            begun = np.maximum(ready, opens_s)
            better = (ready <= closes_s) & (begun <= best)
            # Of windows that open at once the longer one counts.
            room = np.where(
                better,
                np.where(begun == best, np.maximum(room, closes_s - begun), closes_s - begun),
                room,
            )
            best = np.where(better, begun, best)
        start = np.where(best < UNREACHABLE, best, ready)
    if call.before_s is not None:
        room = np.minimum(room, call.before_s - start)
    return start, room


def _choices(task: Task) -> Iterator[Task]:
    """The task with each pair of its windows where it depends on them how long its food rides."""
    if not isinstance(task, Rescue) or task.max_ride_s is None:
        yield task
        return
    for site in task.pickup_windows or (None,):
        for door in task.windows or (None,):
            yield replace(
                task,
                pickup_windows=(site,) if site else (),
                windows=(door,) if door else (),
            )


def _relaxed(task: Task, without: Clock | None) -> Task:
    if without == "windows":
        task = replace(task, windows=())
        return replace(task, pickup_windows=()) if isinstance(task, Rescue) else task
    if without == "before":
        return replace(task, before_s=None)
    if without == "ride" and isinstance(task, Rescue):
        return replace(task, max_ride_s=None)
    return task


def _timeless(task: Task) -> Task:
    for rule in ("windows", "before", "ride"):
        task = _relaxed(task, rule)
    return task
