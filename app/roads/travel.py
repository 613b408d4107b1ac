"""The one `TravelTimes` interface: every source of travel times answers in these types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Source = Literal["estimate", "osrm"]
Point = tuple[float, float]
"""(lng, lat) in degrees, WGS-84."""
IntArray = NDArray[np.int64]

UNREACHABLE = 2_000_000_000
"""In a matrix: there is no way between two points (far above any real time or distance)."""

MAX_POINTS = 5_000
"""Largest matrix that is answered: 5000² cells are 400 MB of seconds and metres."""


class Mode(StrEnum):
    """How somebody moves. A van drives as a car."""

    CAR = "car"
    EBIKE = "ebike"
    BICYCLE = "bicycle"
    FOOT = "foot"


@dataclass(frozen=True, eq=False)
class Matrix:
    """Travel between n points.

    `seconds` and `metres` are int64 arrays of shape (n, n), row = from, column = to,
    `UNREACHABLE` where there is no way; they are made read-only here.
    """

    seconds: IntArray
    metres: IntArray
    source: Source

    def __post_init__(self) -> None:
        self.seconds.setflags(write=False)
        self.metres.setflags(write=False)


@dataclass(frozen=True)
class Leg:
    """The way from one point of a route to the next."""

    seconds: int
    metres: int


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


class TravelTimes(Protocol):
    """What the planner and the map ask of a road source.

    Both methods raise `ValueError` with a sentence for points that are no WGS-84 places.
    """

    def matrix(self, points: Sequence[Point], mode: Mode) -> Matrix:
        """Travel between every pair of `points`."""
        ...

    def route(self, points: Sequence[Point], mode: Mode) -> Route:
        """The way through `points` in their order; at least one point."""
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
