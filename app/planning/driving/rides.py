"""Food that must not ride long: a pickup is begun later where the run would wait behind it.

The step that delays the beginning of a ride without moving its end is from Cordeau and Laporte,
"A tabu search heuristic for the static multi-vehicle dial-a-ride problem" (2003), section 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.planning.driving.drive import Timed
from app.planning.problem import Rescue


def ride_excess_s(timed: Sequence[Timed]) -> int:
    """Seconds that rescues ride beyond their limits, all together."""
    return sum(max(0, excess_s) for _, _, excess_s in _rides(timed))


def held(timed: Sequence[Timed]) -> list[Timed]:
    """The same calls with pickups begun so late that rides keep their limits, where that helps."""
    best, excess_s = list(timed), ride_excess_s(timed)
    for i, j, over_s in _rides(timed) if excess_s else ():
        tried = _begun_later(best, i, j, over_s)
        tried_s = ride_excess_s(tried)
        if tried_s < excess_s:
            best, excess_s = tried, tried_s
    return best


def _rides(timed: Sequence[Timed]) -> Iterator[tuple[int, int, int]]:
    """Numbers of the calls at site and door of each limited rescue, and its seconds too many."""
    site: dict[str, int] = {}
    for k, item in enumerate(timed):
        task = item.call.task
        if not isinstance(task, Rescue) or task.max_ride_s is None:
            continue
        i = site.setdefault(task.id, k)
        if i != k:
            yield i, k, item.start_s - timed[i].leave_s - task.max_ride_s


def _begun_later(timed: list[Timed], i: int, j: int, most_s: int) -> list[Timed]:
    """Call i begins up to `most_s` later, as far as call j keeps its time and no window closes."""
    waited, delay_s = 0, min(max(0, most_s), timed[i].room_s)
    for item in timed[i + 1 : j + 1]:
        waited += item.wait_s
        delay_s = min(delay_s, waited + item.room_s)
    delay_s = max(0, min(delay_s, waited))
    moved = list(timed)
    late_s, before_s = delay_s, 0
    for k in range(i, j + 1):
        item = timed[k]
        wait_s = item.wait_s + delay_s if k == i else max(0, item.wait_s - before_s)
        late_s = delay_s if k == i else max(0, before_s - item.wait_s)
        moved[k] = Timed(
            item.call,
            item.arrival_s + before_s,
            item.start_s + late_s,
            item.leave_s + late_s,
            wait_s,
            item.room_s - late_s,
        )
        before_s = late_s
    return moved
