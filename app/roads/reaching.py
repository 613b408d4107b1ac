"""What can be reached in some minutes: the road points around, asked of the engine's matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPoint, Polygon, simplify
from shapely import Point as Dot
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.places.ground.datasets import Dataset
from app.roads.mercator import from_mercator, stretch, to_mercator
from app.roads.models import BIT
from app.roads.source import RoadSource
from app.roads.travel import Mode, Point

KMH_MAX = {Mode.CAR: 110.0, Mode.EBIKE: 26.0, Mode.TRIKE: 22.0, Mode.BICYCLE: 22.0, Mode.FOOT: 6.0}
"""Nobody gets farther than this in an hour, in a straight line."""
GRID = 24
"""The asked points stand on a grid of so many cells from the middle to the edge."""
HOUR_MIN = 60.0

# One point of each cell, the same one at every time.
POINTS = """
SELECT DISTINCT ON (floor(ST_X(geom) / :cell), floor(ST_Y(geom) / :cell)) ST_X(geom), ST_Y(geom)
FROM road_point
WHERE dataset_id = :dataset AND modes & :bit <> 0 AND islands & :bit = 0
  AND geom && ST_MakeEnvelope(:west, :south, :east, :north, 3857)
ORDER BY floor(ST_X(geom) / :cell), floor(ST_Y(geom) / :cell), id
"""

Rings = tuple[tuple[Point, ...], ...]
FloatArray = NDArray[np.float64]


def reach_on_points(
    db: Session, source: RoadSource, dataset: Dataset, place: Point, *, mode: Mode, minutes: float
) -> Rings:
    """Rings around what can be reached from a place on the network; the first is the outer one.

    Raises `EngineDown` as the source does.
    """
    start = np.array([place])
    ((x, y),) = to_mercator(start).tolist()
    radius = KMH_MAX[mode] * 1000 * minutes / HOUR_MIN * float(stretch(start[:, 1])[0])
    # At first as far as anybody could get, then as far as somebody did, on a finer grid.
    cell, reached = _reached(db, source, dataset, (x, y), mode=mode, minutes=minutes, radius=radius)
    if len(reached):
        radius = min(radius, float(np.abs(reached - (x, y)).max()) + 2 * cell)
        cell, reached = _reached(
            db, source, dataset, (x, y), mode=mode, minutes=minutes, radius=radius
        )
    return _rings(np.vstack([reached, [(x, y)]]), (x, y), cell)


def _reached(
    db: Session,
    source: RoadSource,
    dataset: Dataset,
    middle: tuple[float, float],
    *,
    mode: Mode,
    minutes: float,
    radius: float,
) -> tuple[float, FloatArray]:
    """The grid's cell and the points of it that lie within the minutes, in Mercator metres."""
    x, y = middle
    cell = max(radius / GRID, 40.0)
    box = {"west": x - radius, "south": y - radius, "east": x + radius, "north": y + radius}
    rows = db.execute(text(POINTS), {"cell": cell, "dataset": dataset.id, "bit": BIT[mode], **box})
    points = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 2)
    if not len(points):
        return cell, points
    seconds = source.table(mode, from_mercator(np.array([middle])), from_mercator(points)).seconds
    return cell, points[seconds[0] <= minutes * 60]


def _rings(reached: FloatArray, middle: tuple[float, float], cell: float) -> Rings:
    """A patch around each reached point, grown together, as seen from the middle."""
    area = MultiPoint(reached).buffer(cell * 1.5, quad_segs=3).buffer(-cell * 0.75, quad_segs=3)
    parts = [part for part in getattr(area, "geoms", [area]) if isinstance(part, Polygon)]
    mine = min(parts, key=lambda part: part.distance(Dot(middle)))
    shape = simplify(mine, cell / 8)
    assert isinstance(shape, Polygon)  # noqa: S101 - a part of an area, simplified with its topology
    holes = [ring for ring in shape.interiors if Polygon(ring).area > 4 * cell * cell]
    return tuple(_ring(np.array(ring.coords)) for ring in (shape.exterior, *holes))


def _ring(xy: FloatArray) -> tuple[Point, ...]:
    return tuple((lng, lat) for lng, lat in from_mercator(xy).tolist())
