"""The life of an extract's data: begun beside the live one, published in one step, cleared later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from geoalchemy2.shape import to_shape
from sqlalchemy import and_, delete, or_, select, text, update
from sqlalchemy.orm import Session

from app.core.clock import now
from app.places.ground.models import MapDataset

# No build takes this long.
ABANDONED_AFTER = timedelta(days=1)

VERSION = 1
"""Counts changes in what is loaded or drawn: part of a tile's ETag and of a dataset's digest."""

Box = tuple[float, float, float, float]
"""west, south, east, north in degrees, WGS-84."""


@dataclass(frozen=True)
class Dataset:
    """A dataset as readers need it."""

    id: int
    digest: str
    name: str
    bounds: Box


def begin(db: Session, digest: str, name: str, bounds: Box) -> int:
    """A new dataset that nobody sees yet; what was there of the same is cleared."""
    # A city's rows take longer to go than a page's question may.
    db.execute(text("SET LOCAL statement_timeout = 0"))
    db.execute(delete(MapDataset).where(MapDataset.digest == digest, ~MapDataset.live))
    row = MapDataset(digest=digest, name=name, bounds=_polygon(bounds))
    db.add(row)
    db.flush()
    return row.id


def publish(db: Session, dataset_id: int) -> None:
    """Make a built dataset the live one; the one before it stays for pages that still show it."""
    db.execute(update(MapDataset).where(MapDataset.live).values(live=False))
    db.execute(
        update(MapDataset).where(MapDataset.id == dataset_id).values(live=True, built_at=now())
    )


def live(db: Session) -> Dataset | None:
    """The dataset that map and roads stand on now, or None without an extract."""
    return _dataset(db.scalar(select(MapDataset).where(MapDataset.live)))


def by_digest(db: Session, digest: str) -> Dataset | None:
    """A built dataset by its digest."""
    query = select(MapDataset).where(MapDataset.digest == digest, MapDataset.built_at.is_not(None))
    return _dataset(db.scalar(query))


def clear_old(db: Session, keep: int = 2) -> None:
    """Delete all but the newest built datasets and the live one, with everything that hangs on them.

    Builds that were broken off long ago go too; one that may still be under way stays.
    """
    newest = (
        select(MapDataset.id)
        .where(MapDataset.built_at.is_not(None))
        .order_by(MapDataset.built_at.desc())
        .limit(keep)
    )
    abandoned = MapDataset.begun_at < now() - ABANDONED_AFTER
    old = and_(MapDataset.built_at.is_not(None), MapDataset.id.not_in(newest))
    db.execute(
        delete(MapDataset).where(
            ~MapDataset.live, or_(old, and_(MapDataset.built_at.is_(None), abandoned))
        )
    )


def _dataset(row: MapDataset | None) -> Dataset | None:
    if row is None:
        return None
    return Dataset(row.id, row.digest, row.name, _box(row))


def _box(row: MapDataset) -> Box:
    west, south, east, north = to_shape(row.bounds).bounds
    return west, south, east, north


def _polygon(box: Box) -> str:
    west, south, east, north = box
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return "SRID=4326;POLYGON((" + ", ".join(f"{lng!r} {lat!r}" for lng, lat in ring) + "))"
