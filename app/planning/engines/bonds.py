"""What the matrices tell apart between vehicles, and what must be told otherwise.

A pair of matrices per volunteer would hold every wish and every lock, but at 1,000 stops one
pair takes 32 MB while PyVRP copies it. Where they would take too much room, wishes are left aside
first (parts of a day are small enough to carry them). Locks must always hold; they then become
tokens, dimensions of the load: each volunteer with locked tasks has room in half of some
dimensions, no two in the same half, and a locked task takes room in all of its volunteer's
(Sperner 1928: no half contains another, so nobody else has room for it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, count, islice
from math import comb

import numpy as np

from app.planning.driving.stops import Bundle
from app.planning.engines.doors import BoolArray, strange_s
from app.planning.engines.fleet import Fleet, allowed_rows
from app.planning.problem import Problem, Rescue
from app.roads.travel import IntArray, Mode

PROFILE_CELLS_MAX = 5_000_000
"""Cells of all profiles together; each takes 32 bytes while they are handed over, 16 after."""

Key = tuple[Mode, int | None, int, bytes, bytes]


@dataclass(frozen=True)
class Likeness:
    """What each vehicle's matrices hold: whom it may serve, and seconds of wishes per bundle.

    Vehicles with the same `keys` share their matrices. `codes` are the tokens' dimensions that
    each locked volunteer has room in; empty where the matrices hold the locks.
    """

    allowed: list[BoolArray]
    strange_s: list[IntArray]
    keys: list[Key]
    codes: dict[str, tuple[int, ...]]

    @property
    def dimensions(self) -> int:
        """How many dimensions the tokens take."""
        return max((max(code) + 1 for code in self.codes.values()), default=0)

    def room(self, vehicle_id: str, most: int) -> list[int]:
        """A vehicle's room for `most` tokens in its own dimensions."""
        code = self.codes.get(vehicle_id, ())
        return [most if d in code else 0 for d in range(self.dimensions)]

    def tokens(self, item: Bundle) -> list[int]:
        """The room a bundle takes."""
        code = self.codes.get(item.first.only or "", ())
        return [int(d in code) for d in range(self.dimensions)]


def likeness(problem: Problem, bundles: Sequence[Bundle], fleet: Fleet, cells_max: int) -> Likeness:
    """All wishes and locks in matrices, or what of it fits into `cells_max` cells."""
    wishes = [
        np.array([strange_s(item, vehicle) for item in bundles], dtype=np.int64)
        for vehicle in problem.vehicles
    ]
    nodes = len(bundles) + sum(isinstance(item.first, Rescue) for item in bundles)
    profiles_max = cells_max // (nodes + fleet.depots) ** 2
    none = [np.zeros_like(row) for row in wishes]
    for strange in (wishes, none):
        keys = _keys(problem, fleet, fleet.allowed, strange)
        if len(set(keys)) <= profiles_max:
            return Likeness(fleet.allowed, strange, keys, {})
    bound = list(dict.fromkeys(item.first.only for item in bundles if item.first.only))
    if not bound:
        return Likeness(fleet.allowed, none, keys, {})
    loose = allowed_rows(problem, bundles, bonds=False)
    keys = _keys(problem, fleet, loose, none)
    return Likeness(loose, none, keys, dict(zip(bound, _codes(len(bound)), strict=True)))


def _keys(
    problem: Problem, fleet: Fleet, allowed: list[BoolArray], strange: list[IntArray]
) -> list[Key]:
    return [
        (
            vehicle.mode,
            vehicle.hub if fleet.under_way[k] else None,
            fleet.rest_on_arcs(k),
            allowed[k].tobytes(),
            strange[k].tobytes(),
        )
        for k, vehicle in enumerate(problem.vehicles)
    ]


def _codes(wanted: int) -> list[tuple[int, ...]]:
    """So many different halves of as few dimensions as possible."""
    size = next(n for n in count(1) if comb(n, n // 2) >= wanted and n > 1)
    return list(islice(combinations(range(size), size // 2), wanted))
