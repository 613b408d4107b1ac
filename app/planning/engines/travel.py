"""Travel as PyVRP sees it: hub and setup folded into the arcs, forbidden doors out of reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.planning.problem import Collect, Deliver, Problem, Vehicle, hub_of, may_serve
from app.planning.driving.stops import Bundle
from app.roads.travel import UNREACHABLE, IntArray


@dataclass(frozen=True)
class Node:
    """A location of the model: a place as seen by one bundle's side, or a vehicle's end."""

    place: int
    bundle: int


class Profiles:
    """Seconds and metres between all nodes, one pair of matrices per mode and allowed set."""

    def __init__(self, problem: Problem, bundles: Sequence[Bundle], nodes: list[Node]) -> None:
        self._problem, self._bundles, self._nodes = problem, bundles, nodes
        self._number: dict[tuple[str, tuple[bool, ...]], int] = {}
        self.cells: list[tuple[IntArray, IntArray]] = []
        self._forbidden_s = max(v.shift.end_s for v in problem.vehicles) + 1

    def of(self, vehicle: Vehicle) -> int:
        """The number of the vehicle's profile, made when it is new."""
        allowed = tuple(may_serve(vehicle, item.first) for item in self._bundles)
        key = (vehicle.mode, allowed)
        if key not in self._number:
            self._number[key] = len(self.cells)
            self.cells.append(self._matrices(vehicle, np.array(allowed, dtype=bool)))
        return self._number[key]

    def _matrices(
        self, vehicle: Vehicle, allowed: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> tuple[IntArray, IntArray]:
        """Both matrices of a profile, of shape (nodes + 2 × vehicles) squared."""
        problem, n = self._problem, len(self._nodes)
        matrix = problem.travel[vehicle.mode]
        place = np.array([node.place for node in self._nodes], dtype=np.intp)
        setup = np.array([problem.setup(int(p)) for p in place], dtype=np.int64)
        size = n + 2 * len(problem.vehicles)
        seconds = np.full((size, size), self._forbidden_s, dtype=np.int64)
        metres = np.zeros((size, size), dtype=np.int64)
        inner = np.ix_(place, place)
        seconds[:n, :n] = matrix.seconds[inner] + setup * (place[:, None] != place[None, :])
        metres[:n, :n] = matrix.metres[inner]
        for k, other in enumerate(problem.vehicles):
            if other.mode == vehicle.mode:
                self._hub_arcs(other, n + 2 * k, place, (seconds, metres))
        barred = np.flatnonzero(~allowed[[node.bundle for node in self._nodes]])
        seconds[barred, :] = seconds[:, barred] = self._forbidden_s
        seconds, metres = np.minimum(seconds, self._forbidden_s), _sane(metres)
        np.fill_diagonal(seconds, 0)
        np.fill_diagonal(metres, 0)
        return seconds, metres

    def _hub_arcs(
        self,
        vehicle: Vehicle,
        start: int,
        place: np.ndarray[tuple[int], np.dtype[np.intp]],
        cells: tuple[IntArray, IntArray],
    ) -> None:
        """Arcs from the vehicle's start node and to its end node (`start` + 1), hub folded in."""
        problem, n = self._problem, len(place)
        seconds, metres = cells
        setup = np.array([problem.setup(int(p)) for p in place], dtype=np.int64)
        way = problem.travel[vehicle.mode]
        origin, hub = vehicle.start_place, vehicle.hub
        seconds[start, :n] = way.seconds[origin, place] + setup
        metres[start, :n] = way.metres[origin, place]
        if hub is not None and self._passes_hub(vehicle, Deliver):
            load_s = int(way.seconds[origin, hub]) + problem.setup(hub)
            seconds[start, :n] = load_s + way.seconds[hub, place] + setup * (place != hub)
            metres[start, :n] = way.metres[origin, hub] + way.metres[hub, place]
        end = vehicle.end_place
        seconds[:n, start + 1] = way.seconds[place, end] if end is not None else 0
        metres[:n, start + 1] = way.metres[place, end] if end is not None else 0
        if hub is not None and self._passes_hub(vehicle, Collect):
            home_s = int(way.seconds[hub, end]) if end is not None else 0
            home_m = int(way.metres[hub, end]) if end is not None else 0
            unload = problem.setup(hub) * (place != hub)
            seconds[:n, start + 1] = way.seconds[place, hub] + unload + home_s
            metres[:n, start + 1] = way.metres[place, hub] + home_m
        seconds[start, start + 1] = metres[start, start + 1] = 0

    def _passes_hub(self, vehicle: Vehicle, kind: type[Collect | Deliver]) -> bool:
        return any(
            isinstance(item.first, kind) and hub_of(item.first) in (None, vehicle.hub)
            for item in self._bundles
        )


def _sane(metres: IntArray) -> IntArray:
    """Metres with unreachable cells made merely far, so that sums cannot overflow."""
    return np.where(metres >= UNREACHABLE, 1_000_000, metres)
