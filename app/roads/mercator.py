"""Web Mercator (EPSG:3857), in which tiles and road points lie. Spherical formulas of the EPSG."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RADIUS_M = 6_378_137.0
HALF_M = np.pi * RADIUS_M
"""From the middle of the map to its edges."""

FloatArray = NDArray[np.float64]


def to_mercator(places: FloatArray) -> FloatArray:
    """(lng, lat) degrees of shape (n, 2) as Mercator metres."""
    lat = np.radians(np.clip(places[:, 1], -85.05, 85.05))
    return np.column_stack([np.radians(places[:, 0]), np.arcsinh(np.tan(lat))]) * RADIUS_M


def from_mercator(xy: FloatArray) -> FloatArray:
    """Mercator metres as (lng, lat) degrees, to 0.1 m (six digits)."""
    lat = np.degrees(np.arctan(np.sinh(xy[:, 1] / RADIUS_M)))
    return np.column_stack([np.degrees(xy[:, 0] / RADIUS_M), lat]).round(6)


def stretch(lat: FloatArray) -> FloatArray:
    """Mercator metres for one metre on the ground at this latitude."""
    factor: FloatArray = 1.0 / np.cos(np.radians(np.clip(lat, -85.05, 85.05)))
    return factor
