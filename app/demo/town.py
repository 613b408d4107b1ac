"""What a demo needs to know of a place: real streets and houses, and what its parts are called."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from app.demo.cast import Place
from app.matching.rules import metres_between

METRES_PER_DEGREE = 111_195.0
# Neighbours stand at least so far apart while there is room, then closer.
APART_M = (24.0, 12.0, 5.0)
BESIDE_M = 6.0
ROUNDS = 12
NUMBER_FIRST_ENDS = (" street", " road", " lane", " avenue", " drive", " way", " close", " terrace")
NUMBER_FIRST_STARTS = ("rue ", "avenue ", "boulevard ", "chemin ", "impasse ", "allée ")


@dataclass(frozen=True)
class Spot:
    """A real house, or a point beside a real street; `number` as the extract writes it, or ''."""

    place: Place
    street: str = ""
    number: str = ""


@dataclass(frozen=True)
class Part:
    """A district, a suburb, a neighbourhood, with its names and its middle."""

    name: str
    name_en: str
    place: Place


@dataclass(frozen=True)
class Town:
    """Where a demo is laid out. `parts` is never empty; `spots` lie where people live."""

    name: str
    box: tuple[float, float, float, float]
    parts: Sequence[Part]
    spots: Sequence[Spot]

    def part_of(self, place: Place) -> Part:
        """The part whose middle is nearest."""
        return min(self.parts, key=lambda part: metres_between(part.place, place))


class Lots:
    """Gives out spots, each but once; when all are taken, again, a few metres beside."""

    def __init__(self, town: Town, dice: Random) -> None:
        self._town, self._dice = town, dice
        self._given: set[Spot] = set()
        self._order = dice.sample(town.spots, len(town.spots))
        self._next = self._walk()

    def take(self) -> Spot:
        """The next one."""
        spot = next(self._next)
        self._given.add(spot)
        return spot

    def take_near(self, place: Place) -> Spot:
        """The nearest of those that are left."""
        left = [spot for spot in self._order if spot not in self._given]
        if not left:
            return self.take()
        spot = min(left, key=lambda spot: metres_between(spot.place, place))
        self._given.add(spot)
        return spot

    def _walk(self) -> Iterator[Spot]:
        for apart_m in APART_M:
            taken = {_cell(spot.place, apart_m) for spot in self._given}
            for spot in self._order:
                cell = _cell(spot.place, apart_m)
                if spot not in self._given and cell not in taken:
                    taken.add(cell)
                    yield spot
        while True:
            for spot in self._order:
                yield replace(spot, place=beside(spot.place, self._dice, BESIDE_M))


def beside(place: Place, dice: Random, metres: float) -> Place:
    """A point at that distance, in any direction."""
    angle = dice.uniform(0, 2 * math.pi)
    lat = place[1] + metres * math.sin(angle) / METRES_PER_DEGREE
    scale = METRES_PER_DEGREE * math.cos(math.radians(place[1]))
    return round(place[0] + metres * math.cos(angle) / scale, 6), round(lat, 6)


def _cell(place: Place, size_m: float) -> tuple[int, int]:
    scale = METRES_PER_DEGREE * math.cos(math.radians(round(place[1])))
    return math.floor(place[0] * scale / size_m), math.floor(place[1] * METRES_PER_DEGREE / size_m)


def middles(spots: Sequence[Spot], count: int) -> list[Place]:
    """So many middles of the spots' clusters, the largest cluster's first (Lloyd's iteration)."""
    places = [spot.place for spot in spots]
    lng, lat = (sum(place[axis] for place in places) / len(places) for axis in (0, 1))
    found = [min(places, key=lambda place: metres_between(place, (lng, lat)))]
    while len(found) < count:  # begin as far apart as can be
        found.append(max(places, key=lambda p: min(metres_between(p, one) for one in found)))
    groups: list[list[Place]] = []
    for _ in range(ROUNDS):
        groups = [[] for _ in found]
        for place in places:
            nearest = min(range(count), key=lambda n: metres_between(place, found[n]))
            groups[nearest].append(place)
        found = [
            (sum(p[0] for p in group) / len(group), sum(p[1] for p in group) / len(group))
            if group else old
            for group, old in zip(groups, found, strict=True)
        ]  # fmt: skip
    return [found[n] for n in sorted(range(count), key=lambda n: -len(groups[n]))]


def address(spot: Spot, dice: Random, room: str = "") -> str:
    """Street and number in the order of the country; `room` is told where people write it."""
    street, number = spot.street, spot.number or str(dice.randrange(1, 120))
    if not street:
        return ""
    if is_chinese(street):
        return _chinese_address(street, number, dice, room)
    said = street.lower()
    if said.endswith(NUMBER_FIRST_ENDS) or said.startswith(NUMBER_FIRST_STARTS):
        return f"{number} {street}"
    return f"{street} {number}"


def _chinese_address(street: str, number: str, dice: Random, room: str) -> str:
    if number.endswith("弄"):
        return f"{street}{number}{dice.randrange(1, 40)}号{room}"
    return f"{street}{number}{'' if number.endswith(('号', '室')) else '号'}{room}"


def is_chinese(text: str) -> bool:
    """Whether it is written in Chinese characters."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def joined(name: str, more: str) -> str:
    """A place's name before Chinese words: with a space unless it is Chinese too."""
    return f"{name}{more}" if is_chinese(name[-1:]) else f"{name} {more}"
