"""The tables are what the code believes them to be, and a step back is possible."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.database import LentDatabase

ROOT = Path(__file__).parents[2]


def alembic(owner_url: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "alembic", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_OWNER_URL": owner_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def copy_url(database: LentDatabase) -> Iterator[str]:
    """Lend a second migrated database, so that taking steps back disturbs no other test."""
    name = f"{database.name}_steps"
    plain = database.superuser_url.replace("+psycopg2", "")
    maintenance = plain.rpartition("/")[0] + "/postgres"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(maintenance, autocommit=True) as session:
        session.execute(drop)
        session.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER foodmap_owner").format(
                sql.Identifier(name), sql.Identifier(database.template)
            )
        )
        yield database.owner_url.rpartition("/")[0] + f"/{name}"
        session.execute(drop)


def tables(owner_url: str) -> set[str]:
    with psycopg.connect(owner_url.replace("+psycopg2", "")) as session:
        rows = session.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v') "
            "AND relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend "
            "WHERE objid = pg_class.oid AND deptype = 'e')"
        ).fetchall()
    return {str(row[0]) for row in rows}


def test_the_migrated_tables_are_the_models_tables(copy_url: str) -> None:
    assert "No new upgrade operations detected" in alembic(copy_url, "check")


def test_every_step_can_be_taken_back_and_taken_again(copy_url: str) -> None:
    before = tables(copy_url)
    alembic(copy_url, "downgrade", "base")
    assert tables(copy_url) <= {"alembic_version"}
    alembic(copy_url, "upgrade", "head")
    assert tables(copy_url) == before


def test_there_is_one_newest_migration(database: LentDatabase) -> None:
    assert len(alembic(database.owner_url, "heads").strip().splitlines()) == 1


def test_migrations_without_an_address_say_what_to_set() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_OWNER_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "Set DATABASE_OWNER_URL: migrations run as the database's owner."
    )


# Stops as they lie there once a day has been planned anew; what they belong to is left out.
ORG = "00000000-0000-7000-8000-000000000001"
STOP = (
    "INSERT INTO stop (id, org_id, run_id, seq, kind, label, street, geom, planned_at, "
    "window_from, window_until, service_s, locked, state, state_at, way, photo, note, version) "
    "VALUES (%s, %s, gen_random_uuid(), 1, %s, '', '', 'SRID=4326;POINT(121 31)', now(), "
    "now(), now(), 0, false, 'skipped', now(), '{}', '', '', 1)"
)
ITEM = (
    "INSERT INTO stop_item (id, org_id, stop_id, lot_id, grams, boxes, outcome) "
    "VALUES (gen_random_uuid(), %s, %s, gen_random_uuid(), 1, 1, '')"
)
ALERT = (
    "INSERT INTO care_alert (id, org_id, stop_id, reason, note, follow_up) "
    "VALUES (gen_random_uuid(), %s, %s, 'other', '', '')"
)


def test_steps_are_taken_back_over_stops_that_older_tables_do_not_know(
    database: LentDatabase, copy_url: str
) -> None:
    plain = database.superuser_url.replace("+psycopg2", "").rpartition("/")[0]
    with psycopg.connect(f"{plain}/{copy_url.rpartition('/')[2]}", autocommit=True) as session:
        session.execute("SET session_replication_role = replica")
        for kind in ("break", "take_over", "deliver"):
            stop_id = uuid4()
            session.execute(STOP, [stop_id, ORG, kind])
            session.execute(ITEM, [ORG, stop_id])
            session.execute(ALERT, [ORG, stop_id])
        alembic(copy_url, "downgrade", "follow_ups_1")
        assert session.execute("SELECT kind FROM stop").fetchall() == [("deliver",)]
        for table in ("stop_item", "care_alert"):
            left = session.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
            assert len(left.fetchall()) == 1
        forced = session.execute(
            "SELECT bool_and(relforcerowsecurity) FROM pg_class "
            "WHERE relname IN ('stop', 'stop_item', 'care_alert')"
        )
        assert forced.fetchone() == (True,)
