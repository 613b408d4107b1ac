"""Where pins meet the roads: on the network that reaches everywhere, not too far away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.places.ground.datasets import Dataset
from app.roads.estimate import straight_line_m
from app.roads.mercator import from_mercator, stretch, to_mercator
from app.roads.models import BIT
from app.roads.travel import SNAP_MAX_M, Mode, Snap

FloatArray = NDArray[np.float64]
Fault = Literal["", "far", "island"]

# The function of the migration: its plan is kept from one call to the next.
NEAR = "SELECT n, point_id, x, y FROM snap_to_roads(:dataset, {bit}, :x, :y, :reach)"
# For the few that found nothing: how far is it, to whatever road?
ANYWHERE = """
SELECT p.n, r.id, ST_X(r.geom), ST_Y(r.geom)
FROM unnest(:x, :y, :reach) WITH ORDINALITY AS p(x, y, reach, n)
CROSS JOIN LATERAL (
  SELECT id, geom FROM road_point
  WHERE dataset_id = :dataset AND modes & {bit} <> 0
  ORDER BY geom <-> ST_SetSRID(ST_MakePoint(p.x, p.y), 3857) LIMIT 1
) AS r
"""


@dataclass(frozen=True, eq=False)
class Snapped:
    """Where n places meet the roads of a mode.

    `ids` are road points, -1 where a place has none (off the roads, outside the extract, or snapped
    by an engine whose points have no ids); `places` (n, 2) the points on the road, or the place
    itself; `is_known` False where no extract reaches.
    """

    ids: NDArray[np.int64]
    places: FloatArray
    metres_off: FloatArray
    faults: tuple[Fault, ...]
    is_known: NDArray[np.bool_]

    @property
    def is_good(self) -> NDArray[np.bool_]:
        """Which places are on the network."""
        good: NDArray[np.bool_] = self.is_known & np.array(
            [not fault for fault in self.faults], bool
        )
        return good

    def snap(self, number: int) -> Snap:
        """One place's answer for a person."""
        lng, lat = self.places[number].tolist()
        return Snap(
            (lng, lat),
            float(self.metres_off[number]),
            self.faults[number],
            is_known=bool(self.is_known[number]),
        )


def snap(db: Session, dataset: Dataset, places: FloatArray, mode: Mode) -> Snapped:
    """Put (lng, lat) places of shape (n, 2) on the roads of the mode."""
    count = len(places)
    ids, on_road = np.full(count, -1), places.copy()
    metres_off, faults = np.zeros(count), [""] * count
    west, south, east, north = dataset.bounds
    lng, lat = places[:, 0], places[:, 1]
    is_known = (west <= lng) & (lng <= east) & (south <= lat) & (lat <= north)
    open_ = np.flatnonzero(is_known)
    for query, is_last in ((NEAR, False), (ANYWHERE, True)):
        if not len(open_):
            break
        which, found, xy = _nearest(db, query, dataset.id, places[open_], mode)
        hit = open_[which]
        off = straight_line_m(places[hit], xy)
        near = off <= SNAP_MAX_M
        if is_last:
            for number in open_:
                faults[number] = "far"
            for number in hit[near]:
                faults[number] = "island"
        else:
            ids[hit[near]] = found[near]
        keep = near | is_last
        on_road[hit[keep]], metres_off[hit[keep]] = xy[keep], off[keep]
        open_ = open_[ids[open_] < 0]
    return Snapped(ids, on_road, metres_off, tuple(faults), is_known)  # type: ignore[arg-type]  # the words above


@lru_cache(maxsize=32)
def _for_mode(query: str, mode: Mode) -> TextClause:
    """A mode's bit stands in the text: PostgreSQL uses an index on some roads only for a constant."""
    return text(query.format(bit=BIT[mode]))


def _nearest(
    db: Session, query: str, dataset_id: int, places: FloatArray, mode: Mode
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Which of the places have a point, its id, and where it is."""
    xy = to_mercator(places)
    # A little more than the limit: the box is cut in Mercator, the limit kept on the ground.
    reach = SNAP_MAX_M * 1.01 * stretch(places[:, 1])
    rows = db.execute(
        _for_mode(query, mode),
        {
            "x": xy[:, 0].tolist(),
            "y": xy[:, 1].tolist(),
            "reach": reach.tolist(),
            "dataset": dataset_id,
        },
    ).all()
    found = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 4)
    return found[:, 0].astype(int) - 1, found[:, 1].astype(int), from_mercator(found[:, 2:])
