"""Travel as PyVRP sees it: hub and setup folded into the arcs, forbidden doors out of reach.

A profile is a pair of matrices, seconds and cost of the way, over all nodes: doors and sites
first, then the fleet's depots. Vehicles share one when they move alike, may serve the same and
are wished for by the same households. What a vehicle may not serve is out of its reach: its arcs
last just longer than the day. Who is wished for is cheaper to send: the wish is on the cost of
every arc that enters the door, never on its time.

Setup is on every arc that enters another place. Where a plan is known, a volunteer's break is on
the arcs from doors that were served before a break to those after one. A vehicle with food aboard passes by its hub on
each arc from a stop that is not hub food to one that is; that may be once too often (the run is
scheduled with one visit), never too seldom.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.planning.driving.cost import METRES_PER_SECOND_OF_COST
from app.planning.driving.stops import Bundle
from app.planning.engines.bonds import Likeness
from app.planning.engines.doors import BoolArray, Doors, is_hub_food
from app.planning.engines.fleet import End, Fleet, Start
from app.planning.problem import Problem
from app.roads.travel import UNREACHABLE, IntArray, Matrix

FAR_M = 1_000_000
"""Unreachable, but so that sums cannot overflow."""

Cells = tuple[IntArray, IntArray]


class Profiles:
    """The distinct profiles of a fleet; `number[k]` is that of vehicle k."""

    def __init__(
        self,
        problem: Problem,
        bundles: Sequence[Bundle],
        doors: Doors,
        fleet: Fleet,
        alike: Likeness,
    ) -> None:
        self._problem, self._fleet, self._alike = problem, fleet, alike
        self._place, self._owner = doors.places(), doors.owners()
        self._setup = np.array([problem.setup(int(p)) for p in self._place], dtype=np.int64)
        self._hub_food = np.array([is_hub_food(item) for item in bundles], dtype=bool)[self._owner]
        self._is_door = np.array([node.is_door for node in doors.nodes], dtype=bool)
        self._forbidden_s = max(v.shift.end_s for v in problem.vehicles) + 1
        self._size = len(doors.nodes) + fleet.depots
        numbers = {key: number for number, key in enumerate(dict.fromkeys(alike.keys))}
        self.number = [numbers[key] for key in alike.keys]
        made = [self._matrices(alike.keys.index(key)) for key in numbers]
        self.seconds = [seconds for seconds, _ in made]
        self.costs = [costs for _, costs in made]

    def _matrices(self, k: int) -> Cells:
        """Both matrices of vehicle k's profile, of shape (nodes + depots) squared."""
        vehicle, fleet, n = self._problem.vehicles[k], self._fleet, len(self._place)
        way = self._problem.travel[vehicle.mode]
        seconds = np.full((self._size, self._size), self._forbidden_s, dtype=np.int64)
        metres = np.zeros((self._size, self._size), dtype=np.int64)
        inner = np.ix_(self._place, self._place)
        elsewhere = self._place[:, None] != self._place[None, :]
        seconds[:n, :n] = way.seconds[inner] + self._setup * elsewhere
        metres[:n, :n] = way.metres[inner]
        if fleet.under_way[k] and vehicle.hub is not None:
            self._by_the_hub(way, vehicle.hub, (seconds, metres))
        if fleet.after_rest is not None:
            after = fleet.after_rest[self._owner]
            seconds[:n, :n] += fleet.rest_on_arcs(k) * (~after[:, None] & after[None, :])
        self._depots(way, (seconds, metres))
        barred = np.flatnonzero(~self._alike.allowed[k][self._owner])
        seconds[barred, :] = seconds[:, barred] = self._forbidden_s
        np.minimum(seconds, self._forbidden_s, out=seconds)
        metres[metres >= UNREACHABLE] = FAR_M
        metres //= METRES_PER_SECOND_OF_COST
        metres[:, :n] += np.where(self._is_door, self._alike.strange_s[k][self._owner], 0)
        np.fill_diagonal(seconds, 0)
        np.fill_diagonal(metres, 0)
        return seconds, metres

    def _by_the_hub(self, way: Matrix, hub: int, cells: Cells) -> None:
        """Arcs between doors that pass by the hub, for a vehicle with food aboard."""
        seconds, metres = cells
        other, food = np.flatnonzero(~self._hub_food), np.flatnonzero(self._hub_food)
        to_s, to_m = self._into_hub(way, hub)
        from_s, from_m = self._from_hub(way, hub)
        seconds[np.ix_(other, food)] = to_s[other][:, None] + from_s[food]
        metres[np.ix_(other, food)] = to_m[other][:, None] + from_m[food]

    def _into_hub(self, way: Matrix, hub: int) -> Cells:
        """From every node to the hub, set up there."""
        to_s = way.seconds[self._place, hub] + self._problem.setup(hub) * (self._place != hub)
        return to_s, way.metres[self._place, hub]

    def _from_hub(self, way: Matrix, hub: int) -> Cells:
        """From the hub to every node, set up there."""
        from_s = way.seconds[hub, self._place] + self._setup * (self._place != hub)
        return from_s, way.metres[hub, self._place]

    def _depots(self, way: Matrix, cells: Cells) -> None:
        """Arcs from start depots, to end depots, and to and from hubs."""
        seconds, metres = cells
        n, fleet = len(self._place), self._fleet
        hubs = [n + fleet.hub_depot(hub) for hub in fleet.hubs]
        first_end = n + len(fleet.starts)
        for row, start in enumerate(fleet.starts, n):
            seconds[row, :n], metres[row, :n] = self._from_start(way, start)
            for hub, column in zip(fleet.hubs, hubs, strict=True):
                seconds[row, column] = way.seconds[start.place, hub] + self._problem.setup(hub)
                metres[row, column] = way.metres[start.place, hub]
        for column, end in enumerate(fleet.ends, first_end):
            seconds[:n, column], metres[:n, column] = self._to_end(way, end)
            for hub, row in zip(fleet.hubs, hubs, strict=True):
                home = hub if end.place is None else end.place
                seconds[row, column], metres[row, column] = way.seconds[hub, home], 0
                metres[row, column] = way.metres[hub, home]
        seconds[n:first_end, first_end : first_end + len(fleet.ends)] = 0
        for hub, at in zip(fleet.hubs, hubs, strict=True):
            seconds[:n, at], metres[:n, at] = self._into_hub(way, hub)
            seconds[at, :n], metres[at, :n] = self._from_hub(way, hub)

    def _from_start(self, way: Matrix, start: Start) -> Cells:
        """From a start to every node, by the hub where that is needed first."""
        seconds = way.seconds[start.place, self._place] + self._setup
        metres = way.metres[start.place, self._place]
        if start.hub is None:
            return seconds, metres
        load_s = int(way.seconds[start.place, start.hub]) + self._problem.setup(start.hub)
        from_s, from_m = self._from_hub(way, start.hub)
        loads: BoolArray | bool = self._hub_food if start.under_way else True
        return (
            np.where(loads, load_s + from_s, seconds),
            np.where(loads, way.metres[start.place, start.hub] + from_m, metres),
        )

    def _to_end(self, way: Matrix, end: End) -> Cells:
        """From every node to an end, by the hub where food is unloaded last."""
        if end.hub is None:
            if end.place is None:
                return np.zeros_like(self._setup), np.zeros_like(self._setup)
            return way.seconds[self._place, end.place], way.metres[self._place, end.place]
        to_s, to_m = self._into_hub(way, end.hub)
        home = end.hub if end.place is None else end.place
        return to_s + way.seconds[end.hub, home], to_m + way.metres[end.hub, home]
