"""WGS-84, GCJ-02 and BD-09: the three datums in which Chinese maps write the same place.

GCJ-02 moves a WGS-84 point by 100 to 700 m, BD-09 moves a GCJ-02 point by about 1 km more.
Both hold for mainland China only; elsewhere (Hong Kong, Macau, Taiwan, neighbours, the sea far
out) maps of either kind use WGS-84, so the conversion is the identity there. The outline is in
`mainland_outline.csv`, its source in that file's first line. In the strip of a few hundred metres
along the outline where a point could be either, the mainland reading wins.

Sources: ellipsoid of Krasovsky 1940 and the polynomials as in the public "eviltransform" and
"coordtransform" libraries; BD-09 as in Baidu's published offset. The inverse is found by
fixed-point iteration, because the published inverse formulas are off by up to some metres.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import overload

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

SEMI_MAJOR_AXIS_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BAIDU_TURN = math.pi * 3000.0 / 180.0
BAIDU_SHIFT_LNG_DEG, BAIDU_SHIFT_LAT_DEG = 0.0065, 0.006
# 1e-11 degrees are about a micrometre; the iteration gains two to three digits a round.
PRECISION_DEG, MAX_ROUNDS = 1e-11, 20


class Datum(StrEnum):
    """How a pair of degrees is to be read."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@cache
def mainland() -> shapely.Polygon:
    """The outline inside which the offsets apply, in WGS-84 degrees."""
    text = files("app.places").joinpath("mainland_outline.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
    outline = shapely.Polygon([(float(lng), float(lat)) for lng, lat in rows])
    shapely.prepare(outline)
    return outline


def _is_shifted(lng: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    return np.asarray(shapely.contains_xy(mainland(), lng, lat), dtype=np.bool_)


def _wgs84_to_gcj02(lng: Degrees, lat: Degrees) -> Pair:
    x, y = lng - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    flattened = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_m = SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (flattened * np.sqrt(flattened))
    parallel_m = SEMI_MAJOR_AXIS_M / np.sqrt(flattened) * np.cos(phi)
    return lng + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)


def _gcj02_to_bd09(lng: Degrees, lat: Degrees) -> Pair:
    radius = np.hypot(lng, lat) + 0.00002 * np.sin(lat * BAIDU_TURN)
    angle = np.arctan2(lat, lng) + 0.000003 * np.cos(lng * BAIDU_TURN)
    east, north = radius * np.cos(angle), radius * np.sin(angle)
    return east + BAIDU_SHIFT_LNG_DEG, north + BAIDU_SHIFT_LAT_DEG


def _wgs84_to_bd09(lng: Degrees, lat: Degrees) -> Pair:
    return _gcj02_to_bd09(*_wgs84_to_gcj02(lng, lat))


_SHIFTS: dict[Datum, Callable[[Degrees, Degrees], Pair]] = {
    Datum.GCJ02: _wgs84_to_gcj02,
    Datum.BD09: _wgs84_to_bd09,
}


def _unshifted(lng: Degrees, lat: Degrees, shift: Callable[[Degrees, Degrees], Pair]) -> Pair:
    """The point that `shift` moves to (lng, lat)."""
    found_lng, found_lat = lng.copy(), lat.copy()
    for _ in range(MAX_ROUNDS):
        moved_lng, moved_lat = shift(found_lng, found_lat)
        step_lng, step_lat = lng - moved_lng, lat - moved_lat
        found_lng, found_lat = found_lng + step_lng, found_lat + step_lat
        largest = max(np.abs(step_lng).max(initial=0.0), np.abs(step_lat).max(initial=0.0))
        if largest < PRECISION_DEG:
            break
    return found_lng, found_lat


def _as_degrees(lng: ArrayLike, lat: ArrayLike) -> Pair:
    east, north = np.broadcast_arrays(np.asarray(lng, np.float64), np.asarray(lat, np.float64))
    if not (np.isfinite(east).all() and np.isfinite(north).all()):
        raise ValueError("coordinates must be finite numbers")
    if (np.abs(north) > 90).any() or (np.abs(east) > 180).any():
        raise ValueError("not on the globe: order is lng, lat in degrees")
    return east, north


def _as_given(lng: Degrees, lat: Degrees) -> tuple[float, float] | Pair:
    return (lng, lat) if lng.ndim else (float(lng), float(lat))


@overload
def to_wgs84(lng: float, lat: float, datum: Datum) -> tuple[float, float]: ...
@overload
def to_wgs84(lng: ArrayLike, lat: ArrayLike, datum: Datum) -> Pair: ...
def to_wgs84(lng: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[float, float] | Pair:
    """(lng, lat) in `datum` → (lng, lat) in WGS-84, degrees; arrays keep their shape.

    Raises ValueError for numbers that are not finite or not on the globe.
    """
    east, north = _as_degrees(lng, lat)
    if datum is not Datum.WGS84:
        found_lng, found_lat = _unshifted(np.atleast_1d(east), np.atleast_1d(north), _SHIFTS[datum])
        inside = _is_shifted(found_lng, found_lat).reshape(east.shape)
        east = np.where(inside, found_lng.reshape(east.shape), east)
        north = np.where(inside, found_lat.reshape(north.shape), north)
    return _as_given(east, north)


@overload
def from_wgs84(lng: float, lat: float, datum: Datum) -> tuple[float, float]: ...
@overload
def from_wgs84(lng: ArrayLike, lat: ArrayLike, datum: Datum) -> Pair: ...
def from_wgs84(lng: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[float, float] | Pair:
    """(lng, lat) in WGS-84 → (lng, lat) in `datum`, degrees; arrays keep their shape.

    Raises ValueError for numbers that are not finite or not on the globe.
    """
    east, north = _as_degrees(lng, lat)
    if datum is not Datum.WGS84:
        inside = _is_shifted(east, north)
        moved_lng, moved_lat = _SHIFTS[datum](east, north)
        east, north = np.where(inside, moved_lng, east), np.where(inside, moved_lat, north)
    return _as_given(east, north)
