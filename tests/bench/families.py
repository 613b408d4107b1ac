"""Instances of our own in the shapes of the public families, so that a figure holds for many.

Random customers (R), in clusters (C) and half and half (RC), with short days and small vehicles
(type 1) or long days and large ones (type 2), after Solomon (1987, doi:10.1287/opre.35.2.254)
and, in size, after Gehring & Homberger; pairs inside known routes after Li & Lim (2001); and a
day of direct rescue: few donors, many recipients, roads that go one way and round corners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from random import Random
from typing import Literal

import numpy as np

from app.planning.contest.instances import Instance, Matrix, Node

Shape = Literal["R", "C", "RC"]
Kind = Literal[1, 2]


@dataclass(frozen=True)
class Day:
    """What the types differ in; lengths in the instance's unit."""

    horizon: float
    capacity: int
    width: float


DAYS = {1: Day(230, 200, 30), 2: Day(1000, 1000, 240)}


def solomon_like(shape: Shape, kind: Kind, customers: int, seed: int) -> Instance:
    """A VRPTW; a quarter of the customers may be served all day, as in Solomon's fourth files."""
    dice = Random(f"{shape}{kind}{customers}{seed}")
    side = 100 * math.sqrt(customers / 100)
    day = DAYS[kind]
    horizon = day.horizon + 2 * (side - 100)
    service = 90.0 if shape == "C" and kind == 1 else 10.0
    horizon += 0 if service < 50 else 1000
    depot = Node(side / 2, side / 2, 0, 0, round(horizon), 0)
    nodes = [depot]
    for x, y in _places(shape, customers, side, dice):
        away = math.hypot(x - depot.x, y - depot.y)
        latest = math.floor(horizon - away - service)
        ready, due = 0, latest
        if dice.random() > 0.25:
            middle = dice.uniform(away, latest)
            half = day.width * dice.uniform(0.5, 1.5) / 2
            ready, due = max(0, round(middle - half)), min(latest, round(middle + half))
            due = max(due, math.ceil(away))
        nodes.append(Node(x, y, dice.choice(range(5, 31)), min(ready, due), due, service))
    name = f"own_{shape.lower()}{kind}_{customers}_{seed}"
    return Instance(name, "vrptw", max(25, customers // 4), day.capacity, tuple(nodes))


def _places(shape: Shape, count: int, side: float, dice: Random) -> list[tuple[float, float]]:
    centres = [(dice.uniform(0, side), dice.uniform(0, side)) for _ in range(max(3, count // 10))]
    found = []
    for rank in range(count):
        if shape == "C" or (shape == "RC" and rank % 2):
            x, y = dice.choice(centres)
            x, y = dice.gauss(x, side / 40), dice.gauss(y, side / 40)
        else:
            x, y = dice.uniform(0, side), dice.uniform(0, side)
        found.append((float(round(min(max(x, 0), side))), float(round(min(max(y, 0), side)))))
    return found


def li_lim_like(shape: Shape, kind: Kind, tasks: int, seed: int) -> Instance:
    """A PDPTW of up to `tasks` nodes: pairs drawn inside routes that keep every window."""
    base = solomon_like(shape, kind, tasks, seed)
    dice = Random(f"pairs{shape}{kind}{tasks}{seed}")
    drawn = _nearest_routes(base, longest=12 if kind == 1 else 30)
    kept = sorted(node for route in drawn for node in route)
    nodes = [base.nodes[node] for node in (0, *kept)]
    routes = [[kept.index(node) + 1 for node in route] for route in drawn]
    for route in routes:
        for rank, node in enumerate(route[: len(route) // 2]):
            # The nth of the first half goes to a stop of the second: loads stay small.
            other = route[len(route) // 2 + rank]
            amount = dice.choice(range(5, 31)) if kind == 1 else dice.choice(range(5, 41))
            nodes[node] = replace(nodes[node], demand=amount, other=other)
            nodes[other] = replace(nodes[other], demand=-amount, other=node)
    name = f"own_l{shape.lower()}{kind}_{tasks}_{seed}"
    vehicles = max(base.vehicles_max, len(routes))
    return Instance(name, "pdptw", vehicles, base.capacity, tuple(nodes))


def _nearest_routes(base: Instance, longest: int) -> list[list[int]]:
    """Routes of an even number of stops, the earliest next."""
    left = set(range(1, len(base.nodes)))
    routes = []
    away = base.distances
    while left:
        route: list[int] = []
        clock, here = 0.0, 0
        while left and len(route) < longest:
            nexts = [n for n in left if _begin(base, clock, here, n) is not None]
            if not nexts:
                break
            node = min(nexts, key=lambda n: (_begin(base, clock, here, n), away[here, n], n))
            clock = (_begin(base, clock, here, node) or 0.0) + base.nodes[node].service
            route.append(node)
            left.remove(node)
            here = node
        if len(route) == 1:  # no other stop can follow this one, nor any before: left out
            continue
        if len(route) % 2:
            left.add(route.pop())
        routes.append(route)
    return routes


def _begin(base: Instance, clock: float, here: int, node: int) -> float | None:
    stop = base.nodes[node]
    begin = max(clock + float(base.distances[here, node]), stop.ready)
    home = begin + stop.service + float(base.distances[node, 0])
    return begin if begin <= stop.due and home <= base.nodes[0].due else None


def direct_rescue(pairs: int, donors: int, seed: int) -> Instance:
    """Food fetched at few doors and brought to many, in metres; 333 of them last a minute.

    Donors open for two hours each, recipients for three after them; handling lasts two minutes
    at a donor and four at a door; a van holds 24 boxes, a recipient gets one to three.
    """
    dice = Random(f"rescue{pairs}{donors}{seed}")
    minute = 333.0
    town = Town(dice)
    hub, *places = town.places(1 + donors + pairs)
    shops, doors = places[:donors], places[donors:]
    opens = [round(dice.uniform(0, 240)) * minute for _ in shops]
    rows = [Node(*town.point(hub), 0, 0, 600 * minute, 0)]
    at = [hub]
    for rank, door in enumerate(doors):
        shop = dice.randrange(donors)
        open_, boxes = opens[shop], dice.choice((1, 1, 2, 3))
        pickup, delivery = 2 * rank + 1, 2 * rank + 2
        fetched, brought = open_ + 120 * minute, open_ + 300 * minute
        here, there = town.point(shops[shop]), town.point(door)
        rows.append(Node(*here, boxes, open_, fetched, 2 * minute, delivery))
        rows.append(Node(*there, -boxes, open_, brought, 4 * minute, pickup))
        at += [shops[shop], door]
    vans = max(8, pairs // 8)
    name = f"own_rescue_{pairs}_{seed}"
    return Instance(name, "pdptw", vans, 24, tuple(rows), town.matrix(at))


class Town:
    """Streets of 200 m in a grid: some missing, a quarter one-way, none of them straight."""

    SIDE = 45
    BLOCK_M = 200.0

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._onward: list[list[tuple[int, float]]] = [[] for _ in range(self.SIDE**2)]
        for corner in range(self.SIDE**2):
            row, column = divmod(corner, self.SIDE)
            for end, is_inside in (
                (corner + 1, column + 1 < self.SIDE),
                (corner + self.SIDE, row + 1 < self.SIDE),
            ):
                if is_inside and dice.random() > 0.25:
                    self._street(corner, end)

    def _street(self, start: int, end: int) -> None:
        metres = round(self.BLOCK_M * self._dice.uniform(1.0, 1.25))
        way = self._dice.random()
        if way > 0.125:
            self._onward[start].append((end, metres))
        if way < 0.875:
            self._onward[end].append((start, metres))

    def point(self, corner: int) -> tuple[float, float]:
        """Where a corner lies, in metres."""
        row, column = divmod(corner, self.SIDE)
        return column * self.BLOCK_M, row * self.BLOCK_M

    def places(self, count: int) -> list[int]:
        """Different corners that reach each other, the first in the middle."""
        corners = range(self.SIDE**2)
        for middle in corners[len(corners) // 2 :]:
            there = self._away(middle)
            able = [corner for corner in corners if 0 < there[corner] < math.inf]
            if len(able) > len(corners) / 2:
                break
        chosen: list[int] = []
        while len(chosen) < count - 1:
            corner = able.pop(self._dice.randrange(len(able)))
            if self._away(corner)[middle] < math.inf:
                chosen.append(corner)
        return [middle, *chosen]

    def matrix(self, at: list[int]) -> Matrix:
        """Shortest ways between corners, in metres."""
        away = {corner: self._away(corner) for corner in set(at)}
        return np.array([[away[start][end] for end in at] for start in at], dtype=np.float64)

    def _away(self, start: int) -> list[float]:
        """Dijkstra's shortest ways from one corner to all."""
        found = [math.inf] * len(self._onward)
        found[start] = 0.0
        open_ = [(0.0, start)]
        while open_:
            metres, corner = heappop(open_)
            for end, more in self._onward[corner]:
                if metres + more < found[end]:
                    found[end] = metres + more
                    heappush(open_, (metres + more, end))
        return found
