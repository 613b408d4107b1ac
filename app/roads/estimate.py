"""Travel times from the straight line: always there, always labelled "estimate".

Speeds and detour factors per mode are given at 0.5, 2 and 6 km of straight line, from the roads
measured for this project (detours by car are 1.6 to 2.0 below 3 km). The speeds of cars are those
of a Chinese city's traffic, not of the empty roads that an engine knows. Between the knots both are
linear in the straight line d. With v(d) = a + b·d every segment has a > 0, so d / v(d) rises with
d; with f(d) = a + b·d every segment has a + 2·b·d > 0 inside it, so d · f(d) rises too: a longer
way never takes less time nor is shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.roads.travel import (
    IntArray,
    Leg,
    Matrix,
    Mode,
    Point,
    Reach,
    Route,
    Snap,
    coordinates,
)

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of WGS-84 (IUGG): (2a + b) / 3."""

KNOTS_M = (500.0, 2_000.0, 6_000.0)
"""Straight-line metres at which speeds and detours are known; end values hold outside."""

EBIKE_FACTOR = 1.5
"""An e-bike is this much faster than a bicycle on the same way, as riders in Shanghai go.

Our profiles keep it to the law's 25 km/h and give 1.27 to 1.40 (tests/bench/calibrate_estimate.py).
"""

TRIKE_FACTOR = 0.9
"""A loaded cargo trike against a bicycle: 0.82 to 0.98 measured; no steps, no narrow paths."""

REACH_CORNERS = 36

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Pace:
    """Speed in km/h of straight line and detour factor at each of `KNOTS_M`."""

    kmh: tuple[float, float, float]
    detour: tuple[float, float, float]


_BICYCLE = Pace(kmh=(7.0, 8.0, 9.5), detour=(1.5, 1.45, 1.4))

PACES = {
    Mode.CAR: Pace(kmh=(10.0, 18.0, 22.0), detour=(2.0, 1.6, 1.5)),
    Mode.BICYCLE: _BICYCLE,
    Mode.EBIKE: Pace(
        kmh=(7.0 * EBIKE_FACTOR, 8.0 * EBIKE_FACTOR, 9.5 * EBIKE_FACTOR), detour=_BICYCLE.detour
    ),
    Mode.TRIKE: Pace(
        kmh=(7.0 * TRIKE_FACTOR, 8.0 * TRIKE_FACTOR, 9.5 * TRIKE_FACTOR), detour=_BICYCLE.detour
    ),
    Mode.FOOT: Pace(kmh=(3.3, 3.7, 4.0), detour=(1.5, 1.4, 1.3)),
}


def straight_line_m(start: FloatArray, end: FloatArray) -> FloatArray:
    """Great-circle metres between (…, 2) arrays of (lng, lat) degrees (haversine)."""
    lng1, lat1 = np.radians(start[..., 0]), np.radians(start[..., 1])
    lng2, lat2 = np.radians(end[..., 0]), np.radians(end[..., 1])
    half = (
        np.sin((lat2 - lat1) / 2) ** 2
        + np.cos(lat1) * np.cos(lat2) * np.sin((lng2 - lng1) / 2) ** 2
    )
    metres: FloatArray = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return metres


def travel(line_m: FloatArray, mode: Mode) -> tuple[IntArray, IntArray]:
    """Whole seconds and metres of travel for straight lines of `line_m` metres."""
    pace = PACES[mode]
    metres_per_second = np.interp(line_m, KNOTS_M, pace.kmh) / 3.6
    detour = np.interp(line_m, KNOTS_M, pace.detour)
    seconds = np.rint(line_m / metres_per_second).astype(np.int64)
    metres = np.rint(line_m * detour).astype(np.int64)
    return seconds, metres


class Estimate:
    """`TravelTimes` without a road network."""

    def matrix(self, points: Sequence[Point], mode: Mode) -> Matrix:
        """Estimated travel between every pair of points; see `TravelTimes.matrix`."""
        place = coordinates(points)
        seconds, metres = travel(straight_line_m(place[:, None], place[None, :]), mode)
        return Matrix(seconds=seconds, metres=metres, source="estimate")

    def route(self, points: Sequence[Point], mode: Mode) -> Route:
        """Straight lines through the points, with estimated seconds and metres per leg."""
        if not points:
            raise ValueError("A route needs at least one point.")
        place = coordinates(points)
        seconds, metres = travel(straight_line_m(place[:-1], place[1:]), mode)
        legs = tuple(Leg(int(s), int(m)) for s, m in zip(seconds, metres, strict=True))
        line = tuple((float(lng), float(lat)) for lng, lat in place)
        return Route(geometry=line, legs=legs, source="estimate")

    def nearest(self, points: Sequence[Point], mode: Mode) -> list[Snap]:
        """The points themselves: without a road network nothing is known about them."""
        del mode
        return [
            Snap((float(lng), float(lat)), 0.0, is_known=False) for lng, lat in coordinates(points)
        ]

    def reachable(self, point: Point, mode: Mode, minutes: float) -> Reach:
        """A circle whose rim is so many estimated minutes away."""
        ((lng, lat),) = coordinates([point])
        radius_m = _line_within(minutes * 60, mode)
        turns = np.linspace(0, 2 * np.pi, REACH_CORNERS + 1)
        north_deg = np.degrees(radius_m / EARTH_RADIUS_M)
        east_deg = north_deg / max(np.cos(np.radians(lat)), 1e-6)
        ring = tuple(
            (float(lng + east_deg * np.sin(turn)), float(lat + north_deg * np.cos(turn)))
            for turn in turns
        )
        return Reach((ring,), source="estimate")


def _line_within(seconds: float, mode: Mode) -> float:
    """Metres of straight line that take so many seconds: the inverse of `travel`."""
    line_m = np.linspace(0.0, 100_000.0, 100_001)
    taken_s, _ = travel(line_m, mode)
    return float(np.interp(seconds, taken_s, line_m))
