"""Which roads of a very small extract belong together, asked of the engine itself.

OSRM calls every part of a network below 1,000 pieces small. In an extract of one neighbourhood that
is all there is, and `is_small` says nothing; then the largest group of places that can be reached
from one another counts as the network, and the rest as islands.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.roads.mercator import from_mercator
from app.roads.osrm import Osrm
from app.roads.travel import UNREACHABLE, Mode

MAIN_SHARE_MIN = 0.5
"""Where the engine finds less than this on its main network, it is asked again here."""
CANDIDATES = 60
BLOCK = 1_000

BoolArray = NDArray[np.bool_]


def mend(db: Session, dataset_id: int, bit: int, mode: Mode, url: str) -> None:
    """Put the points of a mode on the network or on islands by who reaches whom, if need be."""
    counted = db.execute(
        text(
            "SELECT count(*) FILTER (WHERE modes & ~islands & :bit <> 0),"
            " count(*) FILTER (WHERE islands & :bit <> 0)"
            " FROM road_point WHERE dataset_id = :dataset"
        ),
        {"bit": bit, "dataset": dataset_id},
    ).one()
    on_main, on_island = counted
    if on_main >= MAIN_SHARE_MIN * (on_main + on_island):
        return
    rows = db.execute(
        text(
            "SELECT id, ST_X(geom), ST_Y(geom) FROM road_point"
            " WHERE dataset_id = :dataset AND modes & :bit <> 0 ORDER BY id"
        ),
        {"bit": bit, "dataset": dataset_id},
    ).all()
    places = from_mercator(np.array([row[1:] for row in rows], dtype=np.float64))
    together = _largest_group(Osrm({mode: url}), mode, places)
    for is_main, change in (
        (True, "islands & ~:bit"),
        (False, "islands | :bit"),
    ):
        ids = [row[0] for row, belongs in zip(rows, together, strict=True) if belongs == is_main]
        db.execute(
            text(
                f"UPDATE road_point SET islands = {change} WHERE dataset_id = :dataset AND id = ANY(:ids)"  # noqa: S608 - the two lines above
            ),
            {"bit": bit, "dataset": dataset_id, "ids": ids},
        )


def _largest_group(engine: Osrm, mode: Mode, places: NDArray[np.float64]) -> BoolArray:
    """Which places can be reached from the best connected of some candidates, and lead back to it."""
    some = places[np.linspace(0, len(places) - 1, min(CANDIDATES, len(places))).astype(int)]
    known = engine.table(mode, some).seconds < UNREACHABLE
    hub = some[np.argmax((known & known.T).sum(axis=1))][None]
    together: list[BoolArray] = []
    for first in range(0, len(places), BLOCK):
        block = places[first : first + BLOCK]
        there = engine.table(mode, hub, block).seconds[0] < UNREACHABLE
        back = engine.table(mode, block, hub).seconds[:, 0] < UNREACHABLE
        together.append(there & back)
    return np.concatenate(together)
