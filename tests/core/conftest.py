"""A small throwaway application on the real ground floor, with a table of its own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Annotated, Any

import hypothesis
import psycopg
import pytest
from fastapi import FastAPI, Query
from sqlalchemy import text

from app.accounts.access import SignedIn
from app.core import problems
from app.core.db import Db
from app.core.fields import Day, Grams, Instant, Line, Point, Schema
from app.core.idempotency import Fingerprint, Key, once
from app.core.ids import new_id
from app.core.web import RequestFrame
from app.settings import settings
from tests.database import LentDatabase

# Two cores shared with a database: how long one example takes proves nothing.
hypothesis.settings.register_profile("calm", deadline=None, max_examples=60)
hypothesis.settings.load_profile("calm")

TABLE = """
CREATE TABLE test_parcel (
  id uuid PRIMARY KEY, note text NOT NULL,
  twin uuid REFERENCES test_parcel (id) DEFERRABLE INITIALLY DEFERRED
);
GRANT ALL ON test_parcel TO foodmap_app;
"""


class ParcelIn(Schema):
    """One of each kind of input that rooms share."""

    note: Line = "x"
    grams: Grams = 1
    day: Day | None = None
    at: Instant | None = None
    point: Point | None = None
    weight: float = 1.0


def _add_parcel_routes(app: FastAPI) -> None:
    @app.post("/api/v1/twins")
    def with_a_twin_that_is_not_there(db: Db) -> dict[str, str]:
        db.execute(
            text("INSERT INTO test_parcel VALUES (:id, 'x', :twin)"),
            {"id": new_id(), "twin": new_id()},
        )
        return {"told": "all is well"}

    @app.post("/api/v1/parcels", status_code=201)
    def parcel(
        body: ParcelIn, subject: SignedIn, db: Db, fingerprint: Fingerprint, key: Key = None
    ) -> dict[str, Any]:
        def act() -> dict[str, Any]:
            made = {"id": new_id(), "note": body.note}
            db.execute(text("INSERT INTO test_parcel VALUES (:id, :note)"), made)
            db.execute(text("SELECT pg_sleep(0.05)"))
            return made

        return once(db, subject.key, key, fingerprint, act)

    @app.post("/api/v1/echo")
    def echo(body: ParcelIn) -> dict[str, str]:
        return {"note": body.note}

    @app.get("/api/v1/search")
    def search(db: Db, q: Annotated[str, Query(max_length=100)]) -> int:
        return int(db.scalar(text("SELECT count(*) FROM test_parcel WHERE note = :q"), {"q": q}))

    @app.get("/api/v1/slow")
    def slow(db: Db) -> None:
        db.execute(text("SET LOCAL statement_timeout = 50"))
        db.execute(text("SELECT pg_sleep(5)"))

    @app.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("王小明 lives at 示例路1号")


@pytest.fixture(scope="session")
def parcels(application: FastAPI, database: LentDatabase) -> Iterator[FastAPI]:
    """Return an application with routes that do what ours must never do."""
    assert application is not None
    with psycopg.connect(database.owner_url.replace("+psycopg2", ""), autocommit=True) as owner:
        owner.execute(TABLE)
        app = FastAPI()
        problems.install(app)
        _add_parcel_routes(app)
        app.add_middleware(RequestFrame, settings=settings())
        yield app
        owner.execute("DROP TABLE test_parcel")


@pytest.fixture(scope="session")
def field_key() -> bytes:
    """Return the tests' key, as the settings hold it."""
    return base64.b64decode(settings().field_key.get_secret_value())
