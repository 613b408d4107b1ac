"""Matrix rows kept in the database: travel between road points, whoever asked for it.

A row is one origin's travel to many road points, packed. Losing one costs a question to the engine,
so writing never waits: who finds another writer at work, or the dataset going, leaves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import structlog
from numpy.typing import NDArray
from psycopg2 import Error as DriverError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.roads.copying import copy_rows
from app.roads.source import Table
from app.roads.travel import UNREACHABLE

log = structlog.get_logger()
IntArray = NDArray[np.int64]
Cells = NDArray[np.int32]

ROW_MAX = 2_048
"""Road points of one row: 24 kB. A bigger matrix is not kept."""
UNKNOWN = -1
# pg_try_advisory_xact_lock(this, dataset · 32 + mode): who writes a mode's rows.
LOCK = 0x0F00D


def read(db: Session, dataset_id: int, mode: int, ids: IntArray) -> tuple[Cells, Cells]:
    """Known seconds and metres between road points, `UNKNOWN` where the cache has nothing.

    `ids` are distinct and rise; both answers have shape (n, n), row = from.
    """
    seconds = np.full((len(ids), len(ids)), UNKNOWN, np.int32)
    metres = seconds.copy()
    asked = ids.astype("<i4")
    for origin, row in _rows(db, dataset_id, mode, ids):
        at = int(np.searchsorted(ids, origin))
        known = row[0]
        if len(known) == len(asked) and (known == asked).all():
            seconds[at], metres[at] = row[1], row[2]
            continue
        place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        hit = known[place] == asked
        seconds[at, hit], metres[at, hit] = row[1, place[hit]], row[2, place[hit]]
    return seconds, metres


def write(db: Session, dataset_id: int, mode: int, ids: IntArray, table: Table) -> bool:
    """Keep a full table between road points, merged with what their rows know; False if left.

    Never raises and never waits: it holds one lock that other writers only try, and runs in a
    savepoint, so that the caller's transaction goes on whatever happens.
    """
    if len(ids) > ROW_MAX:
        return False
    try:
        with db.begin_nested():
            if not _may_write(db, dataset_id, mode):
                return False
            old = dict(_rows(db, dataset_id, mode, ids))
            if old:
                db.execute(
                    text(
                        "DELETE FROM road_row"
                        " WHERE dataset_id = :dataset AND mode = :mode AND origin = ANY(:ids)"
                    ),
                    {"dataset": dataset_id, "mode": mode, "ids": list(old)},
                )
            copy_rows(db, dataset_id, mode, _packed(ids, table, old))
    except (SQLAlchemyError, DriverError) as error:
        log.warning("road_rows_not_kept", error=type(error).__name__)
        return False
    return True


def _may_write(db: Session, dataset_id: int, mode: int) -> bool:
    """Whether nobody else writes these rows now, and the dataset is there and stays."""
    got: bool = db.execute(
        text(
            "SELECT pg_try_advisory_xact_lock(:lock, :key) AND EXISTS"
            " (SELECT FROM map_dataset WHERE id = :dataset FOR KEY SHARE SKIP LOCKED)"
        ),
        {"lock": LOCK, "key": dataset_id * 32 + mode, "dataset": dataset_id},
    ).scalar_one()
    return got


def _rows(db: Session, dataset_id: int, mode: int, ids: IntArray) -> Iterable[tuple[int, Cells]]:
    rows = db.execute(
        text(
            "SELECT origin, packed FROM road_row"
            " WHERE dataset_id = :dataset AND mode = :mode AND origin = ANY(:ids)"
        ),
        {"dataset": dataset_id, "mode": mode, "ids": ids.tolist()},
    )
    for origin, packed in rows:
        yield origin, np.frombuffer(packed, "<i4").reshape(3, -1)


def _packed(
    ids: IntArray, table: Table, old: dict[int, Cells]
) -> Iterable[tuple[int, Sequence[bytes]]]:
    asked = ids.astype("<i4")
    seconds, metres = (cells.astype("<i4") for cells in (table.seconds, table.metres))
    asked_bytes = asked.tobytes()
    for at, origin in enumerate(ids.tolist()):
        if origin not in old:
            yield origin, (asked_bytes, seconds[at].tobytes(), metres[at].tobytes())
            continue
        known = old[origin]
        known = known[:, ~np.isin(known[0], asked)][:, : ROW_MAX - len(asked)]
        fresh = np.stack([asked, seconds[at], metres[at]])
        both = np.concatenate([known, fresh], axis=1)
        yield origin, (both[:, np.argsort(both[0])].astype("<i4").tobytes(),)


assert np.iinfo(np.int32).max > UNREACHABLE  # noqa: S101 - it is kept in four bytes
