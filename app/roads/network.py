"""The engines' own road network as points in the database, so that pins are put on real roads.

The engines tell their network in debug tiles (docs/http.md of osrm-backend, "Tile service"): each
directed piece of road with `is_small`, true for pieces from which only a small part of the network
can be reached, and `is_startpoint`, false where no way may begin (a motorway).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.places.ground.datasets import Box
from app.roads.asking import EngineDown, ask_bytes
from app.roads.copying import copy_points
from app.roads.islands import mend
from app.roads.mercator import HALF_M
from app.roads.models import BIT
from app.roads.tiles import EXTENT, Pieces, read_tile
from app.roads.travel import Mode

ZOOM = 14
SPACING_M = 40.0
"""No place on a road is farther than half of this from a road point."""
TILE_BYTES_MAX = 100_000_000
TILES_MAX = 200_000
"""About a million square kilometres in China."""
# The world is this many tile pixels wide at `ZOOM`; a pixel is 0.6 m at the equator.
WORLD_PX = EXTENT << ZOOM

IntArray = NDArray[np.int64]
NOTHING: IntArray = np.zeros(0, np.int64)


def load(
    db: Session,
    dataset_id: int,
    urls: Mapping[Mode, str],
    bounds: Box,
    on_progress: Callable[[float], None] = lambda _: None,
) -> int:
    """Fill road_point of a dataset from the engines that were built with it.

    Args:
        db: the transaction to load in; tiles stream through, so its size does not matter.
        dataset_id: a dataset without road points.
        urls: an answering osrm-routed for each mode.
        bounds: west, south, east, north of what to load, degrees.
        on_progress: told the share that is done, 0 to 1.

    Returns:
        How many points there are.

    Raises:
        EngineDown: an engine does not answer.
        ValueError: the bounds are those of no region (a file that does not know its own).
    """
    tiles = list(islice(_tiles(bounds), TILES_MAX + 1))
    if len(tiles) > TILES_MAX:
        raise ValueError("The extract's bounds are larger than any region.")
    db.execute(text("SET LOCAL statement_timeout = 0"))
    total = 0
    for number, tile in enumerate(tiles, start=1):
        keys, on_any, on_island = _merged(tile, urls)
        copy_points(
            db,
            dataset_id,
            ids=np.arange(total + 1, total + 1 + len(keys)),
            modes=on_any,
            islands=on_island,
            xy=_mercator(keys),
        )
        total += len(keys)
        on_progress(number / len(tiles) * 0.95)
    for mode, url in urls.items():
        mend(db, dataset_id, BIT[mode], mode, url)
    db.execute(text("SELECT refresh_road_statistics()"))
    on_progress(1.0)
    return total


def _tiles(bounds: Box) -> Iterator[tuple[int, int]]:
    west, south, east, north = bounds
    columns = [_column(lng) for lng in (west, east)]
    rows = [_row(lat) for lat in (north, south)]
    for x in range(columns[0], columns[1] + 1):
        for y in range(rows[0], rows[1] + 1):
            yield x, y


def _column(lng: float) -> int:
    return int(np.clip((lng + 180) / 360 * 2**ZOOM, 0, 2**ZOOM - 1))


def _row(lat: float) -> int:
    up = np.arcsinh(np.tan(np.radians(np.clip(lat, -85.05, 85.05)))) / np.pi
    return int(np.clip((1 - up) / 2 * 2**ZOOM, 0, 2**ZOOM - 1))


def _mercator(keys: IntArray) -> NDArray[np.float64]:
    pixel_m = 2 * HALF_M / WORLD_PX
    return np.column_stack(
        [(keys // WORLD_PX) * pixel_m - HALF_M, HALF_M - (keys % WORLD_PX) * pixel_m]
    )


def _merged(tile: tuple[int, int], urls: Mapping[Mode, str]) -> tuple[IntArray, IntArray, IntArray]:
    """One tile's points of all modes: keys (x · world + y in pixels), mode bits, island bits."""
    keys, bits, mains = [], [], []
    for mode, url in urls.items():
        pieces = _pieces(url, tile)
        if pieces is None:
            continue
        found, is_main = _points(pieces, tile)
        keys.append(found)
        bits.append(np.full(len(found), BIT[mode]))
        mains.append(np.where(is_main, BIT[mode], 0))
    if not keys:
        return NOTHING, NOTHING, NOTHING
    key, bit, main = (np.concatenate(part) for part in (keys, bits, mains))
    order = np.argsort(key, kind="stable")
    key, bit, main = key[order], bit[order], main[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(first):
        return NOTHING, NOTHING, NOTHING
    on_main = np.bitwise_or.reduceat(main, first)
    on_any = np.bitwise_or.reduceat(bit, first)
    return key[first], on_any, on_any - on_main


def _pieces(url: str, tile: tuple[int, int]) -> Pieces | None:
    x, y = tile
    raw = ask_bytes(
        f"{url}/tile/v1/driving/tile({x},{y},{ZOOM}).mvt", patience_s=60, bytes_max=TILE_BYTES_MAX
    )
    try:
        return read_tile(raw)
    except ValueError as error:
        raise EngineDown(str(error)) from error


def _points(pieces: Pieces, tile: tuple[int, int]) -> tuple[IntArray, NDArray[np.bool_]]:
    """Keys of points along the pieces, and whether each is on the main network.

    Only points inside the tile count: its neighbour tells those in its margin.
    """
    x, y = tile
    start, end = pieces.start, pieces.end
    middle_row = (y + 0.5) * EXTENT
    # Pixels on the ground: the map stretches by 1/cos(lat) = cosh(y).
    pixel_m = 2 * HALF_M / WORLD_PX / np.cosh(np.pi * (1 - 2 * middle_row / WORLD_PX))
    length_m = np.hypot(*(end - start).T) * pixel_m
    parts = np.maximum(1, np.ceil(length_m / SPACING_M)).astype(np.int64)
    # Each piece gives parts + 1 points: its ends and what lies between.
    which = np.repeat(np.arange(len(parts)), parts + 1)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(parts + 1) - (parts + 1), parts + 1)
    share = (nth / parts[which])[:, None]
    xy = np.rint(start[which] * (1 - share) + end[which] * share).astype(np.int64)
    inside = ((xy >= 0) & (xy < EXTENT)).all(axis=1)
    xy = xy[inside] + np.array([x * EXTENT, y * EXTENT])
    return xy[:, 0] * WORLD_PX + xy[:, 1], ~pieces.is_small[which][inside]
