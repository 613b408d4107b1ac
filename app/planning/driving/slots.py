"""Where in a run one more task could go in time, without driving the whole run each time.

Forward, every call has its earliest leaving time; backward, the latest time at which it may be
ready so that all behind it stays in time. A task fits between two calls when its own start is in
a window and the call behind it is ready by its latest time: constant work per place in the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from app.planning.driving.calls import Call, WholeRun, call_of, trip_loads, trips_of, whole_run
from app.planning.driving.cost import METRES_PER_SECOND_OF_COST
from app.planning.driving.drive import NOWHERE
from app.planning.problem import Problem, Rescue, Task, Vehicle, needs_hub

NEVER = -1


class Slot(NamedTuple):
    """An order with the task in it, and about how much the run costs more, in seconds."""

    detour_s: int
    order: tuple[str, ...]


class _At(NamedTuple):
    """A moment in a run: where, since when, and from which stop (`NOWHERE`: not stopped yet)."""

    place: int
    second: int
    stopped: int


def slots(
    problem: Problem, vehicle: Vehicle, order: Sequence[str], task: Task, trip: int | None = None
) -> Iterator[Slot]:
    """`order` with `task` at each place where nobody is late and the shift is long enough.

    Trips that have no room for the task are left out; `trip` (0: the first) looks at one only, for
    a task that needs the hub. Ride times, breaks, the number of stops and loads that cross in a
    run are not looked at: `schedule` does.
    """
    trips = trips_of(problem, order)
    if not needs_hub(task):
        if task.load.fits(vehicle.capacity):
            yield from _Run(problem, vehicle, trips, None, task).slots(order, task)
        return
    loads = trip_loads(trips, task)
    for number in range(len(trips)) if trip is None else (trip,):
        if loads[number].plus(task.load).fits(vehicle.capacity):
            yield from _Run(problem, vehicle, trips, number, task).slots(order, task)


def _with_hub_for(
    task: Task, vehicle: Vehicle, trips: Sequence[Sequence[Call]], number: int
) -> WholeRun:
    """The run as it goes by the hub once `task` is in trip `number`, but without its call."""
    call = call_of(task, first=True)
    run = whole_run(vehicle, [[*t, call] if n == number else t for n, t in enumerate(trips)])
    del run.calls[run.starts[number] + len(trips[number])]
    return WholeRun(run.calls, [start - (n > number) for n, start in enumerate(run.starts)])


class _Run:
    """A run with its visits to the hub as they are once `task` is in one of its trips.

    `at[p]` is the call before which position p of the order lies, `leave[k]` the moment before
    call k.
    """

    def __init__(
        self,
        problem: Problem,
        vehicle: Vehicle,
        trips: Sequence[Sequence[Call]],
        number: int | None,
        task: Task,
    ) -> None:
        self._problem, self._vehicle = problem, vehicle
        self._seconds = problem.travel[vehicle.mode].seconds
        self._metres = problem.travel[vehicle.mode].metres
        plain = whole_run(vehicle, trips)
        run = plain if number is None else _with_hub_for(task, vehicle, trips, number)
        self._calls = run.calls
        numbers = range(len(trips)) if number is None else (number,)
        self._at = [run.starts[n] + o for n in numbers for o in range(len(trips[n]) + 1)]
        self._first_position = sum(len(trip) + 1 for trip in trips[: numbers[0]])
        # Going by the hub only now, or setting off only now, is part of what the task costs.
        more_hub = len(self._calls) > len(plain.calls) or not plain.calls
        old_s = self._way_s(plain.calls) if plain.calls else 0
        self._base_s = self._way_s(self._calls) - old_s if more_hub else 0
        self._leave = self._forward()
        self._latest = self._backward()

    def slots(self, order: Sequence[str], task: Task) -> Iterator[Slot]:
        """The order with the task at each position that is in time."""
        call = call_of(task, first=True)
        for p, k in enumerate(self._at, start=self._first_position):
            if k >= len(self._leave):
                return
            before = self._leave[k]
            after = self._call(before, call)
            if after is None:
                continue
            if isinstance(task, Rescue):
                yield from self._doors(order, task, p, after)
            elif self._in_time(after, k):
                detour_s = self._base_s + self._detour(before.place, (call.place,), k)
                yield Slot(detour_s, (*order[:p], task.id, *order[p:]))

    def _doors(self, order: Sequence[str], task: Rescue, p: int, moment: _At) -> Iterator[Slot]:
        """Where a rescue's hand-over fits, once its pickup sits at position p."""
        door = call_of(task, first=False)
        first = k = self._at[p]
        came_from = self._leave[first].place
        site_s = self._detour(came_from, (task.pickup_place,), first)
        for q in range(p, len(self._at)):
            for passed in self._calls[k : self._at[q]]:
                then = self._call(moment, passed)
                if then is None:
                    return
                moment = then
            k = self._at[q]
            after = self._call(moment, door)
            if after is None or not self._in_time(after, k):
                continue
            if k == first:
                detour_s = self._detour(came_from, (task.pickup_place, door.place), k)
            else:
                detour_s = site_s + self._detour(moment.place, (door.place,), k)
            ids = (*order[:p], task.id, *order[p:q], task.id, *order[q:])
            yield Slot(self._base_s + detour_s, ids)

    def _forward(self) -> list[_At]:
        """Moments from the start on, as far as nobody is late (a new way by the hub may be)."""
        leave = [_At(self._vehicle.start_place, self._vehicle.shift.start_s, NOWHERE)]
        for call in self._calls:
            after = self._call(leave[-1], call)
            if after is None:
                break
            leave.append(after)
        return leave

    def _backward(self) -> list[int]:
        """Latest ready second of each call; one more for the arrival at the end."""
        latest = [self._vehicle.shift.end_s]
        for k in reversed(range(len(self._calls))):
            call = self._calls[k]
            spare_s = latest[-1] - self._way_on(call.place, k + 1, call.place) - call.service_s
            last_s = call.latest(spare_s)
            latest.append(NEVER if last_s is None else last_s)
        return latest[::-1]

    def _call(self, at: _At, call: Call) -> _At | None:
        """The moment of leaving a call that is driven to next; None when it is too late."""
        ready = at.second + self._seconds.item(at.place, call.place)
        if at.stopped != call.place:
            ready += self._problem.setup(call.place)
        start, room = call.begin(ready)
        return _At(call.place, start + call.service_s, call.place) if room >= 0 else None

    def _way_on(self, place: int, k: int, stopped: int) -> int:
        """Seconds from `place` until call k is ready, or until the end of the run."""
        if k < len(self._calls):
            there = self._calls[k].place
            setup = self._problem.setup(there) if stopped != there else 0
            return self._seconds.item(place, there) + setup
        end = self._vehicle.end_place
        return self._seconds.item(place, end) if end is not None else 0

    def _in_time(self, at: _At, k: int) -> bool:
        """Whether call k and all behind it stay in time when driven to from `at`."""
        return at.second + self._way_on(at.place, k, at.stopped) <= self._latest[k]

    def _detour(self, a: int, between: tuple[int, ...], k: int) -> int:
        """What it costs to pass these places on the way from place a to call k (or the end)."""
        ahead = [self._calls[k].place] if k < len(self._calls) else []
        if not ahead and self._vehicle.end_place is not None:
            ahead = [self._vehicle.end_place]
        return self._cost_s((a, *between, *ahead)) - self._cost_s((a, *ahead))

    def _way_s(self, calls: Sequence[Call]) -> int:
        """What the whole way through these calls costs."""
        end = self._vehicle.end_place
        ends = () if end is None else (end,)
        return self._cost_s((self._vehicle.start_place, *(call.place for call in calls), *ends))

    def _cost_s(self, way: Sequence[int]) -> int:
        cost_s = 0
        for a, b in pairwise(way):
            if a != b:
                metres = self._metres.item(a, b)
                cost_s += self._seconds.item(a, b) + metres // METRES_PER_SECOND_OF_COST
                cost_s += self._problem.setup(b)
        return cost_s
