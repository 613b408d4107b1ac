"""Which vehicle works in which part: near it, and in proportion to what is to be done there.

What is to be done is counted in several measures: grams, boxes, cold boxes, seconds at doors, and
the seconds that need each rare set of skills. A part wants of each measure the share of the fleet
that it has of the work. Vehicles with rare gifts choose first, each going where it is wanted
most, the way there weighed against it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.planning.parts.clusters import FloatArray, IntArray
from app.planning.problem import Rescue, Task, Vehicle

LEG_S = 300
"""Driving that comes with every hand-over, for the share of a shift that it takes."""

NEARNESS = 0.5
"""How much a way as long as the farthest weighs against a part that wants a vehicle entirely."""


def shared(
    groups: Sequence[Sequence[Task]],
    centres: FloatArray,
    vehicles: Sequence[Vehicle],
    spots: FloatArray,
) -> list[int]:
    """The number of the group that each vehicle works in.

    `centres` (groups, 2) and `spots` (vehicles, 2) lie in one plane. Every group gets a vehicle
    as long as there are enough of them. The same arguments give the same answer.
    """
    skills = sorted({tuple(sorted(t.skills)) for group in groups for t in group if t.skills})
    work = np.array([_work(group, skills) for group in groups])
    gifts = np.array([_gifts(vehicle, skills) for vehicle in vehicles])
    wanted = gifts.sum(axis=0) * work / np.maximum(1, work.sum(axis=0))
    tightness = work.sum(axis=0) / np.maximum(1, gifts.sum(axis=0))
    tightness /= max(float(tightness.max()), 1e-9)
    far = np.linalg.norm(spots[:, None] - centres[None], axis=2)
    far = NEARNESS * far / max(float(far.max()), 1e-9)
    given = np.zeros_like(wanted)
    chosen = [-1] * len(vehicles)
    without = set(range(len(groups)))
    order = _rarest_first(gifts)
    for turn, v in enumerate(order):
        open_ = sorted(without) if len(without) >= len(order) - turn else range(len(groups))
        best = max(open_, key=lambda g: _want(wanted, given, g, gifts[v], tightness) - far[v, g])
        chosen[v] = best
        given[best] += gifts[v]
        without.discard(best)
    return chosen


def _work(group: Sequence[Task], skills: list[tuple[str, ...]]) -> list[float]:
    """What a group asks for, measure by measure."""
    seconds = [t.service_s + LEG_S + _site_s(t) for t in group]
    loads = [sum(t.load[d] for t in group) for d in range(3)]
    skilled = [
        sum(s for s, t in zip(seconds, group, strict=True) if tuple(sorted(t.skills)) == need)
        for need in skills
    ]
    return [*loads, sum(seconds), *skilled]


def _site_s(task: Task) -> int:
    return task.pickup_service_s + LEG_S if isinstance(task, Rescue) else 0


def _gifts(vehicle: Vehicle, skills: list[tuple[str, ...]]) -> list[float]:
    """What a vehicle brings, measure by measure."""
    hours = vehicle.shift.end_s - vehicle.shift.start_s
    skilled = [hours if vehicle.skills.issuperset(need) else 0 for need in skills]
    return [*(room * vehicle.trips_max for room in vehicle.capacity), hours, *skilled]


def _rarest_first(gifts: FloatArray) -> list[int]:
    """Vehicles by how few others bring their rarest gift."""
    holders = (gifts > 0).sum(axis=0)
    rarest = np.where(gifts > 0, holders, len(gifts) + 1).min(axis=1)
    return [int(v) for v in np.argsort(rarest, kind="stable")]


def _want(
    wanted: FloatArray, given: FloatArray, group: int, gifts: FloatArray, tightness: FloatArray
) -> float:
    """How much a group still wants of what a vehicle brings: 1 all of it, 0 nothing any more."""
    lack = (wanted[group] - given[group]) / np.maximum(1, wanted[group])
    useful = (gifts > 0) & (wanted[group] > 0)
    return float((lack * tightness)[useful].max(initial=-1.0))


def nearest_fit(fits: Sequence[bool], spot: FloatArray, centres: FloatArray, otherwise: int) -> int:
    """The nearest group that fits; `otherwise` where none does."""
    if not any(fits):
        return otherwise
    away = np.where(np.array(fits), np.linalg.norm(centres - spot, axis=1), np.inf)
    return int(away.argmin())


def centres_of(spots: FloatArray, number: IntArray, count: int) -> FloatArray:
    """The middle of each of `count` clusters, shape (count, 2)."""
    return np.array([spots[number == g].mean(axis=0) for g in range(count)]).reshape(-1, 2)
