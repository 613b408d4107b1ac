"""An extract into the ground's tables: one pass over the file, everything by COPY."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.places.ground import areas, lines, spots
from app.places.ground.datasets import VERSION
from app.places.ground.reader import Found, read, read_bounds

__all__ = ["VERSION", "load", "read_bounds"]

BATCH = 20_000
# Reading takes the larger half of the time.
READ_SHARE = 0.6
# How many things a byte of a compressed extract usually holds; only the progress bar reads it.
THINGS_PER_BYTE = 1 / 250
Progress = Callable[[float], None]
Row = Sequence[object]


def load(db: Session, dataset_id: int, file: Path, on_progress: Progress) -> None:
    """Read `file` into ground_line, ground_area, ground_name and gazetteer of the dataset.

    Commits nothing. `on_progress` gets the share done, 0 to 1, rising. Raises
    `reader.Unreadable` for a file that is no extract.
    """
    db.execute(text("SET LOCAL statement_timeout = 0"))
    ways, seen = lines.Lines(), spots.Spots()
    expected = max(1.0, file.stat().st_size * THINGS_PER_BYTE)
    done = 0
    for batch in _batches(read(file)):
        found = areas.Areas()
        for thing in batch:
            if thing.shape == "way":
                ways.add(thing)
            elif thing.shape == "area":
                found.add(thing)
                seen.add(thing)
            else:
                seen.add(thing)
        _copy(db, "ground_area", areas.COLUMNS, dataset_id, found.rows())
        seen.settle()
        done += len(batch)
        on_progress(READ_SHARE * done / (done + expected))
    steps: list[tuple[str, Sequence[str], Iterator[Row]]] = [
        ("ground_line", lines.COLUMNS, ways.rows()),
        ("ground_name", spots.COLUMNS, seen.rows()),
        ("gazetteer", spots.GAZETTEER_COLUMNS, seen.gazetteer()),
        ("gazetteer", spots.GAZETTEER_COLUMNS, ways.gazetteer()),
    ]
    for number, (table, columns, rows) in enumerate(steps, 1):
        _copy(db, table, columns, dataset_id, rows)
        on_progress(READ_SHARE + (1 - READ_SHARE) * number / (len(steps) + 1))
    db.execute(text("SELECT refresh_ground_statistics()"))
    on_progress(1.0)


def _batches(things: Iterable[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _copy(
    db: Session, table: str, columns: Sequence[str], dataset_id: int, rows: Iterable[Row]
) -> None:
    """COPY rows, a few thousand at a time: neither a string per row nor one for a whole city."""
    cursor = db.connection().connection.cursor()
    statement = f"COPY {table} (dataset_id, {', '.join(columns)}) FROM STDIN"
    lines_: list[str] = []

    def send() -> None:
        if lines_:
            cursor.copy_expert(statement, io.StringIO("".join(lines_)))
            lines_.clear()

    for row in rows:
        lines_.append("\t".join((str(dataset_id), *map(_field, row))) + "\n")
        if len(lines_) >= BATCH:
            send()
    send()
    cursor.close()


def _field(value: object) -> str:
    """A value in COPY's text format; names hold no control character (`folding.clean`)."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.replace("\\", "\\\\")
    return str(value)
