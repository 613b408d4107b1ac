"""The invented town with its real engines, its road points in the database, and nobody's cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from app.places.ground import datasets
from app.roads import network
from app.roads.engines import Engines
from app.roads.real import RealRoads
from app.roads.service import travel_times_of
from app.roads.travel import TravelTimes
from tests.database import LentDatabase
from tests.roads import town


@dataclass(frozen=True)
class TownRoads:
    """The town as it is built, not yet the live extract: other rooms' tests know nothing of it."""

    engine: Engine
    engines: Engines
    dataset: datasets.Dataset

    def times(self, db: Session) -> TravelTimes:
        """Travel times with the engines up."""
        return travel_times_of(db, self.engines)

    def from_the_cache(self, db: Session) -> TravelTimes:
        """Travel times with no engine at all."""
        return RealRoads(db, None, self.dataset)


@pytest.fixture(scope="module")
def town_roads(database: LentDatabase, town_engines: Engines) -> Iterator[TownRoads]:
    """The town's road points, loaded from its engines."""
    engine = create_engine(database.url)
    with Session(engine) as db:
        dataset_id = datasets.begin(db, town_engines.digest, "town.osm", town.BOUNDS)
        network.load(db, dataset_id, town_engines.urls, town.BOUNDS)
        db.execute(
            text("UPDATE map_dataset SET built_at = now() WHERE id = :id"), {"id": dataset_id}
        )
        dataset = datasets.by_digest(db, town_engines.digest)
        assert dataset is not None
        db.commit()
    yield TownRoads(engine, town_engines, dataset)
    with Session(engine) as db:
        db.execute(text("DELETE FROM map_dataset WHERE id = :id"), {"id": dataset_id})
        db.commit()
    engine.dispose()


@pytest.fixture
def db(town_roads: TownRoads) -> Iterator[Session]:
    """A transaction that is rolled back: each test begins with an empty cache."""
    with Session(town_roads.engine) as session:
        yield session


@pytest.fixture
def times(db: Session, town_roads: TownRoads) -> TravelTimes:
    """Travel times in the town."""
    return town_roads.times(db)
