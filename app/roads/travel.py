"""The one `TravelTimes` interface: every source of travel times answers in these types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Source = Literal["estimate", "osrm", "valhalla", "mixed"]
"""Where an answer comes from; "mixed": real roads, and estimates where the extract does not reach."""
Point = tuple[float, float]
"""(lng, lat) in degrees, WGS-84."""
IntArray = NDArray[np.int64]

UNREACHABLE = 2_000_000_000
"""In a matrix: there is no way between two points (far above any real time or distance)."""

SNAP_MAX_M = 150.0
"""A pin farther than this from any road of its mode is to be checked by a person."""

MAX_POINTS = 5_000
"""Largest matrix that is answered: 5000² cells are 400 MB of seconds and metres."""


class Mode(StrEnum):
    """How somebody moves. A van drives as a car."""

    CAR = "car"
    EBIKE = "ebike"
    TRIKE = "trike"
    BICYCLE = "bicycle"
    FOOT = "foot"


@dataclass(frozen=True)
class Snap:
    """Where a point meets the roads of a mode.

    `fault` is "" for a good point, "far" when the nearest road is more than `SNAP_MAX_M` away,
    "island" when from there no other part of the network can be reached. `is_known` is False where
    no extract reaches; then `point` is the point itself and `metres_off` 0.
    """

    point: Point
    metres_off: float
    fault: Literal["", "far", "island"] = ""
    is_known: bool = True


@dataclass(frozen=True, eq=False)
class Matrix:
    """Travel between n points.

    `seconds` and `metres` are int64 arrays of shape (n, n), row = from, column = to,
    `UNREACHABLE` where there is no way; they are made read-only here. `off_road` names the points
    (by their index) that lie too far from any road of the mode or on an unreachable island: their
    rows and columns are `UNREACHABLE` but for the diagonal, and a person should check their pins.
    """

    seconds: IntArray
    metres: IntArray
    source: Source
    off_road: Mapping[int, Snap] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seconds.setflags(write=False)
        self.metres.setflags(write=False)


@dataclass(frozen=True)
class Step:
    """One instruction on the way, and what follows it until the next one."""

    zh: str
    en: str
    seconds: int
    metres: int
    at: Point


@dataclass(frozen=True)
class Leg:
    """The way from one point of a route to the next; an estimate has no steps."""

    seconds: int
    metres: int
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Route:
    """A way through n points: its line as (lng, lat) pairs and its n − 1 legs."""

    geometry: tuple[Point, ...]
    legs: tuple[Leg, ...]
    source: Source

    @property
    def duration_s(self) -> int:
        """Seconds on the way, stops not counted."""
        return sum(leg.seconds for leg in self.legs)

    @property
    def distance_m(self) -> int:
        """Metres along the way."""
        return sum(leg.metres for leg in self.legs)


@dataclass(frozen=True)
class Reach:
    """The area around a point that lies within some minutes: rings of (lng, lat), the first outer."""

    polygon: tuple[tuple[Point, ...], ...]
    source: Source


class TravelTimes(Protocol):
    """What the planner and the map ask of a road source.

    All methods raise `ValueError` with a sentence for points that are no WGS-84 places; none
    raises because an engine is down: then they answer with estimates, and say so in `source`.
    """

    def matrix(self, points: Sequence[Point], mode: Mode) -> Matrix:
        """Travel between every pair of `points`."""
        ...

    def route(self, points: Sequence[Point], mode: Mode) -> Route:
        """The way through `points` in their order; at least one point."""
        ...

    def nearest(self, points: Sequence[Point], mode: Mode) -> list[Snap]:
        """Where each point meets the roads of the mode."""
        ...

    def reachable(self, point: Point, mode: Mode, minutes: float) -> Reach:
        """The area that can be reached from `point` within so many minutes."""
        ...


def coordinates(points: Sequence[Point]) -> NDArray[np.float64]:
    """Points as a float array of shape (n, 2), or `ValueError` naming the first bad point."""
    if len(points) > MAX_POINTS:
        raise ValueError(f"{len(points)} points are too many: at most {MAX_POINTS} at a time.")
    for number, point in enumerate(points, start=1):
        fault = _fault(point)
        if fault:
            raise ValueError(f"Point {number} {fault}.")
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def _fault(point: object) -> str | None:
    """Why a point is no (lng, lat) pair in degrees, as the end of a sentence."""
    if not isinstance(point, tuple | list) or len(point) != 2:
        return "is not a (lng, lat) pair"
    lng, lat = point
    if not all(isinstance(x, int | float) and not isinstance(x, bool) for x in (lng, lat)):
        return "has a coordinate that is not a number"
    if not (abs(lng) < float("inf") and abs(lat) < float("inf")):
        return f"is not a finite coordinate (lng {lng}, lat {lat})"
    if abs(lat) > 90 >= abs(lng) and abs(lat) <= 180:
        return f"looks swapped: latitude {lat} is beyond the pole, (lng, lat) is expected"
    if abs(lng) > 180 or abs(lat) > 90:
        return f"is outside the earth's degrees (lng {lng}, lat {lat})"
    return None
