"""The one door to travel times: real roads where there are any, estimates everywhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.places.ground import datasets
from app.places.ground.models import MapDataset
from app.roads import engines
from app.roads.osrm import Osrm
from app.roads.real import RealRoads
from app.roads.source import RoadSource
from app.roads.travel import TravelTimes
from app.roads.valhalla import Valhalla
from app.settings import settings

REMEMBERED_MAX = 8
_datasets: dict[tuple[str, str], datasets.Dataset] = {}


@dataclass(frozen=True)
class RoadsState:
    """What travel times stand on now, for pages.

    `reason` says why they are estimates: "no_extract", or "no_answer" when the engines are down.
    `dataset_name` and `built_at` name the extract; of an operator's own engine nothing is known.
    """

    source: Literal["osrm", "valhalla", "estimate"]
    reason: Literal["", "no_extract", "no_answer"] = ""
    dataset_name: str = ""
    built_at: datetime | None = None


def travel_times(db: Session) -> TravelTimes:
    """The best source there is now, bound to this transaction (its matrix rows are kept there)."""
    return travel_times_of(db, engines.current(settings()))


def travel_times_of(db: Session, known: engines.Engines | None) -> TravelTimes:
    """Travel times from these engines, the matrix cache, and estimates for the rest."""
    source = _source(known)
    if known is None or not known.digest:
        # Nothing is known about an operator's data; without engines the cache still answers.
        return RealRoads(db, source, datasets.live(db) if known is None else None)
    dataset = _remembered(db, known.digest)
    # Engines of data that is gone say nothing about the live one.
    return RealRoads(db, source if dataset else None, dataset or datasets.live(db))


def roads_state(db: Session) -> RoadsState:
    """What travel times stand on now; asks the engine whether it is there, briefly."""
    known = engines.current(settings())
    source = _source(known)
    if known is not None and source is not None and not known.digest:
        if source.answers():
            return RoadsState(source.name)
        return RoadsState("estimate", "no_answer")
    row = db.scalar(select(MapDataset).where(MapDataset.live))
    if row is None:
        return RoadsState("estimate", "no_extract")
    if source is None or not source.answers():
        return RoadsState("estimate", "no_answer", row.name, row.built_at)
    return RoadsState("osrm", "", row.name, row.built_at)


def _remembered(db: Session, digest: str) -> datasets.Dataset | None:
    """The dataset of this digest: facts that never change, once found looked up no more.

    It may have gone since, and even come back under another number: `RealRoads` looks again when
    no pin meets a road.
    """
    where = (str(db.get_bind()), digest)
    if where not in _datasets:
        found = datasets.by_digest(db, digest)
        if found is None:
            return None
        if len(_datasets) >= REMEMBERED_MAX:
            _datasets.clear()
        _datasets[where] = found
    return _datasets[where]


def _source(known: engines.Engines | None) -> RoadSource | None:
    if known is None:
        return None
    return Valhalla(known.urls) if known.kind == "valhalla" else Osrm(known.urls)
