"""Where in a run the volunteer rests.

A break is put between two calls, where the volunteer is then. It is owed by a run that leaves
before the break's window begins and ends after the window ends. Of all gaps that are reached by
the end of the window the one is taken that makes nobody late, then the one that makes the run
shortest, then the earliest. Where the whole run can wait until the break is over, leaving home
after it is one more choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from app.planning.driving.calls import Call
from app.planning.driving.drive import Timed, drive, end_of, is_one_stop, spare
from app.planning.driving.rides import held, ride_excess_s
from app.planning.problem import NOTHING, Break, Problem, Rescue, Vehicle


class Rested(NamedTuple):
    """Calls with breaks among them, driven from `from_s` on; `delay_s` later costs nothing."""

    from_s: int
    timed: list[Timed]
    delay_s: int
    end_s: int

    @property
    def lasts_s(self) -> int:
        """Seconds from the latest departure to the end."""
        return self.end_s - self.from_s - self.delay_s


def rested(problem: Problem, vehicle: Vehicle, calls: Sequence[Call], from_s: int) -> Rested:
    """The calls driven as early as can be from `from_s` on, with every break that the run owes."""
    run = _run(problem, vehicle, drive(problem, vehicle, calls, from_s), from_s)
    left = sorted(vehicle.breaks) if calls else []
    while owed := next((rest for rest in left if _owes(run, rest)), None):
        left.remove(owed)
        tries = [*_everywhere(problem, vehicle, run, owed)]
        run = min(tries, key=lambda tried: _price(vehicle, tried, owed))
    return run


def _run(problem: Problem, vehicle: Vehicle, timed: list[Timed], from_s: int) -> Rested:
    return Rested(from_s, timed, spare(timed), end_of(problem, vehicle, timed, from_s))


def _owes(run: Rested, rest: Break) -> bool:
    return run.from_s + run.delay_s <= rest.window.start_s and run.end_s > rest.window.end_s


def _everywhere(problem: Problem, vehicle: Vehicle, run: Rested, rest: Break) -> Iterator[Rested]:
    """The run with the break in each gap worth a look, and the run that leaves after it."""
    timed = run.timed
    # With no gap in time (windows inside one another) the rest comes late, and is told as such.
    for k in _gaps(timed, rest) or [1]:
        place = timed[k - 1].call.place
        pause = Call("break", place, None, (rest.window,), rest.duration_s, NOTHING)
        calls = [pause, *(item.call for item in timed[k:])]
        tried = drive(problem, vehicle, calls, run.from_s, timed[:k])
        yield _run(problem, vehicle, tried, run.from_s)
    if any(item.call.kind == "break" for item in timed):
        return
    # Resting at home and leaving then is never worse than leaving first to rest at the start.
    after_s = max(run.from_s, rest.window.start_s + rest.duration_s)
    calls = [item.call for item in timed]
    yield _run(problem, vehicle, drive(problem, vehicle, calls, after_s), after_s)


def _gaps(timed: Sequence[Timed], rest: Break) -> list[int]:
    """Numbers of calls before the break: k means between call k − 1 and call k.

    Of the gaps reached before the window begins only the last is worth a look, and the last
    without food on board that must not ride long: an earlier one only wastes time.
    """
    early: dict[bool, int] = {}
    inside: list[int] = []
    riding: set[str] = set()
    for k, item in enumerate(timed, start=1):
        task = item.call.task
        if isinstance(task, Rescue) and task.max_ride_s is not None:
            riding ^= {task.id}
        if item.leave_s > rest.window.end_s:
            break
        if item.call.kind == "unload" and k < len(timed) and timed[k].call.kind == "load":
            continue  # one visit to the hub stays one
        if item.leave_s < rest.window.start_s:
            early[bool(riding)] = k
        else:
            inside.append(k)
    return [*sorted(early.values()), *inside]


def _price(vehicle: Vehicle, run: Rested, rest: Break) -> tuple[int, int, int, int, int]:
    """Seconds late, seconds food rides too long, stops (torn apart), seconds of the run, start."""
    stops = sum(1 for a, b in pairwise(run.timed) if not is_one_stop(a, b))
    starts = [
        item.start_s
        for item in run.timed
        if item.call.kind == "break" and item.call.windows == (rest.window,)
    ]
    late_s, excess_s = broken_s(vehicle, run)
    return late_s, excess_s, stops, run.lasts_s, min(starts, default=rest.window.start_s)


def broken_s(vehicle: Vehicle, run: Rested) -> tuple[int, int]:
    """Seconds too late at doors, breaks and the shift's end; seconds that food rides too long."""
    late_s = sum(-item.room_s for item in run.timed if item.room_s < 0)
    late_s += max(0, run.end_s - vehicle.shift.end_s)
    return late_s, ride_excess_s(held(run.timed))
