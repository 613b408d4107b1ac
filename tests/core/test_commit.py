"""One commit point, before the answer leaves."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.db import transaction
from app.core.ids import new_id
from tests.world import World

WITHOUT_ITS_TWIN = text("INSERT INTO test_parcel VALUES (:id, 'y', :twin)")


def _parcels(note: str) -> int:
    with transaction() as db:
        counted = db.scalar(text("SELECT count(*) FROM test_parcel WHERE note = :n"), {"n": note})
    return int(counted or 0)


def test_nobody_is_told_that_all_went_well_when_the_commit_fails(parcels: FastAPI) -> None:
    answer = TestClient(parcels, raise_server_exceptions=False).post("/api/v1/twins")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "told" not in answer.json()


def test_a_commit_that_fails_in_a_job_step_is_raised_and_leaves_nothing(parcels: FastAPI) -> None:
    assert parcels is not None
    with pytest.raises(IntegrityError), transaction() as db:
        db.execute(WITHOUT_ITS_TWIN, {"id": new_id(), "twin": new_id()})
    assert _parcels("y") == 0


def test_work_that_fails_half_way_leaves_nothing(parcels: FastAPI) -> None:
    assert parcels is not None

    def half_a_job() -> None:
        with transaction() as db:
            db.execute(text("INSERT INTO test_parcel VALUES (:id, 'half')"), {"id": new_id()})
            raise KeyError

    with pytest.raises(KeyError):
        half_a_job()
    assert _parcels("half") == 0


def test_after_a_failed_commit_the_connection_serves_the_next_one(
    parcels: FastAPI, world: World
) -> None:
    client = TestClient(parcels, raise_server_exceptions=False)
    assert [client.post("/api/v1/twins").status_code for _ in range(40)] == [409] * 40
    assert world.client("coordinator").get("/api/v1/me").status_code == 200


def test_a_statement_that_takes_too_long_is_ended_and_the_client_may_try_again(
    parcels: FastAPI,
) -> None:
    answer = TestClient(parcels, raise_server_exceptions=False).get("/api/v1/slow")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["type"] == "/problems/busy"


def test_every_connection_carries_a_statement_timeout(world: World) -> None:
    with world.db() as db:
        assert db.scalar(text("SHOW statement_timeout")) == "20s"
        assert db.scalar(text("SHOW timezone")) == "UTC"
