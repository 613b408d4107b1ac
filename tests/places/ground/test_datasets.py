"""The life of an extract's data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.db import transaction
from app.places.ground import datasets

BOX = (109.0, 29.0, 111.0, 31.0)


@pytest.fixture
def db(application: FastAPI) -> Iterator[Session]:
    """Return a transaction that is rolled back."""
    del application  # it points the settings at this process's database
    with transaction() as session:
        yield session
        session.rollback()


def test_the_newest_two_and_the_live_one_are_kept(db: Session) -> None:
    first, second, third, unfinished = (
        datasets.begin(db, digest, digest, BOX) for digest in ("one", "two", "three", "half")
    )
    for dataset_id in (second, third, first):
        datasets.publish(db, dataset_id)
    db.execute(
        text("UPDATE map_dataset SET built_at = now() - interval '1 h' * :n WHERE id = :id"),
        [{"id": first, "n": 3}, {"id": second, "n": 2}, {"id": third, "n": 1}],
    )
    datasets.clear_old(db, keep=1)
    live = datasets.live(db)
    assert live is not None
    assert (live.id, live.digest, live.bounds) == (first, "one", BOX)
    assert datasets.by_digest(db, "two") is None
    assert datasets.by_digest(db, "three") is not None
    assert datasets.by_digest(db, "half") is None  # nobody sees it yet, and it stays
    query = text("SELECT count(*) FROM map_dataset WHERE id = :id")
    assert db.scalar(query, {"id": unfinished}) == 1


def test_an_extract_built_before_is_cleared_however_long_that_takes(db: Session) -> None:
    before = datasets.begin(db, "again", "again", BOX)
    db.execute(text("SET LOCAL statement_timeout = '20s'"))
    assert datasets.begin(db, "again", "again", BOX) != before
    assert db.scalar(text("SHOW statement_timeout")) == "0"
