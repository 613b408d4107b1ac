"""Where in a run one more task could go in time, without driving the whole run each time.

Forward, every call has its earliest leaving time; backward, the latest time at which it may be
ready so that all behind it stays in time. A task fits between two calls when its own start is in
a window and the call behind it is ready by its latest time: constant work per place in the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.planning.driving.calls import Call, begin, call_of, with_hub
from app.planning.problem import Problem, Rescue, Task, Vehicle

NEVER = -1


@dataclass(frozen=True)
class _At:
    """A moment in a run: where, since when, and from which stop (None: not stopped yet)."""

    place: int
    second: int
    stopped: int | None


def slots(
    problem: Problem, vehicle: Vehicle, order: Sequence[str], task: Task
) -> Iterator[tuple[str, ...]]:
    """`order` with `task` at each place where nobody is late and the shift is long enough.

    Loads, ride times and the number of stops are not looked at.
    """
    run = _Run(problem, vehicle, order, task)
    for i, moment in enumerate(run.leave):
        after = run.call(moment, call_of(task, first=True))
        if after is None:
            continue
        if not isinstance(task, Rescue):
            if run.rest_in_time(after, i):
                yield (*order[:i], task.id, *order[i:])
            continue
        for j in run.second_places(after, i, call_of(task, first=False)):
            yield (*order[:i], task.id, *order[i:j], task.id, *order[j:])


class _Run:
    """A run with `task` somewhere in it: `leave[i]` is the moment before middle call i."""

    def __init__(
        self, problem: Problem, vehicle: Vehicle, order: Sequence[str], task: Task
    ) -> None:
        self._problem, self._vehicle = problem, vehicle
        self._seconds = problem.travel[vehicle.mode].seconds
        seen: set[str] = set()
        middle: list[Call] = []
        for id_ in order:
            middle.append(call_of(problem.task_by_id[id_], first=id_ not in seen))
            seen.add(id_)
        whole = with_hub(vehicle, [*middle, call_of(task, first=True)])
        before = [call for call in whole if call.kind == "load"]
        behind = [call for call in whole if call.kind == "unload"]
        self._calls = [*middle, *behind]
        self.leave = self._forward(before, middle)
        self._latest = self._backward()

    def _forward(self, before: list[Call], middle: list[Call]) -> list[_At]:
        """Moments from the start on, as far as nobody is late (a new way by the hub may be)."""
        leave = [_At(self._vehicle.start_place, self._vehicle.shift.start_s, None)]
        for call in (*before, *middle):
            after = self.call(leave[-1], call)
            if after is None:
                break
            leave.append(after)
        return leave[len(before) :]

    def _backward(self) -> list[int]:
        """Latest ready second of each call; one more for the arrival at the end."""
        latest = [self._vehicle.shift.end_s]
        for k in reversed(range(len(self._calls))):
            call = self._calls[k]
            spare = latest[0] - self._way_on(call.place, k + 1, call.place) - call.service_s
            ends = [min(w.end_s, spare) for w in call.windows if w.start_s <= spare]
            latest.insert(0, max(ends, default=NEVER) if call.windows else spare)
        return latest

    def call(self, at: _At, call: Call) -> _At | None:
        """The moment of leaving a call that is driven to next; None when it is too late."""
        ready = at.second + self._seconds.item(at.place, call.place)
        if at.stopped != call.place:
            ready += self._problem.setup(call.place)
        start, room = begin(call.windows, ready)
        return _At(call.place, start + call.service_s, call.place) if room >= 0 else None

    def _way_on(self, place: int, k: int, stopped: int | None) -> int:
        """Seconds from `place` until call k is ready, or until the end of the run."""
        if k < len(self._calls):
            there = self._calls[k].place
            setup = self._problem.setup(there) if stopped != there else 0
            return self._seconds.item(place, there) + setup
        end = self._vehicle.end_place
        return self._seconds.item(place, end) if end is not None else 0

    def rest_in_time(self, at: _At, k: int) -> bool:
        """Whether call k and all behind it stay in time when driven to from `at`."""
        return at.second + self._way_on(at.place, k, at.stopped) <= self._latest[k]

    def second_places(self, at: _At, i: int, call: Call) -> Iterator[int]:
        """Where a rescue's hand-over fits, once its pickup sits before middle call i."""
        moment: _At | None = at
        for j in range(i, len(self.leave)):
            if moment is None:
                return
            after = self.call(moment, call)
            if after is not None and self.rest_in_time(after, j):
                yield j
            if j < len(self._calls):
                moment = self.call(moment, self._calls[j])
