"""Rows laid out as PostgreSQL's binary COPY reads them: many at once, nothing turned into text.

https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

IntArray = NDArray[np.int64]

HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
END = struct.pack(">h", -1)
# Each value is preceded by its length in bytes; the point is EWKB (PostGIS), little-endian.
_EWKB_POINT_WITH_SRID = 0x20000001
_POINT = np.dtype(
    [
        ("fields", ">i2"),
        ("dataset_size", ">i4"),
        ("dataset", ">i4"),
        ("id_size", ">i4"),
        ("id", ">i4"),
        ("modes_size", ">i4"),
        ("modes", ">i2"),
        ("islands_size", ">i4"),
        ("islands", ">i2"),
        ("geom_size", ">i4"),
        ("order", "u1"),
        ("type", "<u4"),
        ("srid", "<u4"),
        ("x", "<f8"),
        ("y", "<f8"),
    ]
)
_SIZES = {"dataset": 4, "id": 4, "modes": 2, "islands": 2, "geom": 25}
_ROW_HEAD = struct.Struct(">hiiihiii")


def copy_points(
    db: Session,
    dataset_id: int,
    *,
    ids: IntArray,
    modes: IntArray,
    islands: IntArray,
    xy: NDArray[np.float64],
) -> None:
    """Append road points; `xy` are Mercator metres of shape (n, 2)."""
    rows = np.zeros(len(ids), _POINT)
    rows["fields"] = len(_SIZES)
    for name, size in _SIZES.items():
        rows[f"{name}_size"] = size
    rows["dataset"], rows["id"] = dataset_id, ids
    rows["modes"], rows["islands"] = modes, islands
    rows["order"], rows["type"], rows["srid"] = 1, _EWKB_POINT_WITH_SRID, 3857
    rows["x"], rows["y"] = xy[:, 0], xy[:, 1]
    _copy(db, "road_point (dataset_id, id, modes, islands, geom)", [rows.tobytes()])


def copy_rows(
    db: Session, dataset_id: int, mode: int, rows: Iterable[tuple[int, Sequence[bytes]]]
) -> None:
    """Append packed matrix rows: each an origin and the pieces of its bytes."""
    parts: list[bytes] = []
    for origin, packed in rows:
        size = sum(map(len, packed))
        parts.append(_ROW_HEAD.pack(4, 4, dataset_id, 2, mode, 4, origin, size))
        parts.extend(packed)
    _copy(db, "road_row (dataset_id, mode, origin, packed)", parts)


def _copy(db: Session, target: str, parts: list[bytes]) -> None:
    stream = BytesIO(b"".join([HEAD, *parts, END]))
    cursor = db.connection().connection.cursor()
    cursor.copy_expert(f"COPY {target} FROM STDIN BINARY", stream, size=1 << 20)
    cursor.close()
