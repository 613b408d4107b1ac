"""Google's encoded polyline with six digits, which OSRM and Valhalla read and write.

https://developers.google.com/maps/documentation/utilities/polylinealgorithm
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.roads.travel import Point

SCALE = 1e6


def encode(places: NDArray[np.float64]) -> str:
    """The polyline of (lng, lat) places of shape (n, 2)."""
    latlng = np.rint(places[:, ::-1] * SCALE).astype(np.int64)
    steps = np.diff(latlng, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel()
    # Zigzag: the sign is the lowest bit.
    text = bytearray()
    for value in np.where(steps < 0, ~(steps << 1), steps << 1).tolist():
        rest = value
        while rest >= 0x20:
            text.append((0x20 | (rest & 0x1F)) + 63)
            rest >>= 5
        text.append(rest + 63)
    return text.decode("ascii")


def decode(text: str) -> list[Point]:
    """The (lng, lat) places of a polyline. Raises ValueError when it is none."""
    values: list[int] = []
    value, shift = 0, 0
    for char in text.encode("ascii"):
        bits = char - 63
        if not 0 <= bits < 0x40 or shift > 60:
            raise ValueError("It is no polyline.")
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value, shift = 0, 0
    if shift or len(values) % 2:
        raise ValueError("The polyline breaks off.")
    latlng = np.cumsum(np.array(values, np.int64).reshape(-1, 2), axis=0) / SCALE
    return [(lng, lat) for lat, lng in latlng.tolist()]
