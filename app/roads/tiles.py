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
    columns = [keys.index(name) for name in ("is_small", "is_startpoint")]
    lines, small = [], []
    for feature in layer.features:
        tags = list(feature.tags)
        told = dict(zip(tags[::2], tags[1::2], strict=True))
        is_small, may_begin = (truth[told[column]] for column in columns)
        line = list(feature.geometry)
        if may_begin and len(line) == _GEOMETRY:
            lines.append(line)
            small.append(is_small)
    if not lines:
        return None
    zigzag = np.array(lines, np.int64)[:, (1, 2, 4, 5)]
    moves = (zigzag >> 1) ^ -(zigzag & 1)
    start = moves[:, :2].astype(np.float64)
    return Pieces(start, start + moves[:, 2:], np.array(small, dtype=bool))
