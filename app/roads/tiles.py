"""An engine's debug tile, read: straight pieces of road.

The tile's messages are read directly: mapbox-vector-tile's own `decode` builds a dictionary per
piece and takes 30 times as long, which for a whole city is minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # carries no types
from mapbox_vector_tile.Mapbox import (  # type: ignore[import-untyped]  # carries no types
    vector_tile_pb2,
)
from numpy.typing import NDArray

EXTENT = 4096
"""Tile pixels along a side."""
LAYER = "speeds"
# A piece is MoveTo(1) x y LineTo(1) x y (vector tile specification 2.1, 4.3).
_GEOMETRY = 6


@dataclass(frozen=True, eq=False)
class Pieces:
    """Directed straight pieces of road in tile pixels, arrays of shape (n, 2), x right, y down."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    is_small: NDArray[np.bool_]


def read_tile(raw: bytes) -> Pieces | None:
    """The pieces on which a way may begin; None when there are none.

    Raises ValueError when it is no such tile.
    """
    tile = vector_tile_pb2.tile()
    try:
        tile.ParseFromString(raw)
    except DecodeError as error:
        raise ValueError("It is no vector tile.") from error
    layer = next((layer for layer in tile.layers if layer.name == LAYER), None)
    if layer is None or not layer.features:
        return None
    if layer.extent != EXTENT:
        raise ValueError(f"A tile of {layer.extent} pixels.")
    keys = list(layer.keys)
    truth = [value.bool_value for value in layer.values]
    small_key, begin_key = (keys.index(name) for name in ("is_small", "is_startpoint"))
    # Every piece tells all its properties in the keys' order; looking up two is four times as fast
    # as reading all, and a city has millions of pieces.
    small_at, begin_at = 2 * small_key, 2 * begin_key
    lines: list[int] = []
    small: list[bool] = []
    for feature in layer.features:
        tags = feature.tags
        if tags[small_at] != small_key or tags[begin_at] != begin_key:
            raise ValueError("A tile with properties in another order.")
        if truth[tags[begin_at + 1]]:
            lines.extend(feature.geometry)
            small.append(truth[tags[small_at + 1]])
    if len(lines) != _GEOMETRY * len(small):
        raise ValueError("A tile with pieces that are not straight.")
    if not lines:
        return None
    zigzag = np.array(lines, np.int64).reshape(-1, _GEOMETRY)[:, (1, 2, 4, 5)]
    moves = (zigzag >> 1) ^ -(zigzag & 1)
    start = moves[:, :2].astype(np.float64)
    return Pieces(start, start + moves[:, 2:], np.array(small, dtype=bool))
