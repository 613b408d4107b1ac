"""The record of deeds: written with the deed, and never changed."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.audit.models import AuditEntry
from app.audit.service import record
from app.core.ids import new_id
from tests.database import LentDatabase
from tests.world import World


def test_a_deed_vanishes_with_the_work_that_fails(world: World) -> None:
    about = new_id()

    def half_done() -> None:
        with world.db() as db:
            record(db, world.org_id, None, "tried", ("thing", about))
            db.flush()
            raise KeyError

    with pytest.raises(KeyError):
        half_done()
    with world.db() as db:
        assert db.scalars(select(AuditEntry).where(AuditEntry.subject_id == about)).all() == []


def test_not_even_the_owner_of_the_tables_rewrites_history(
    world: World, database: LentDatabase
) -> None:

    about = new_id()
    with world.db() as db:
        record(db, world.org_id, world.people["keeper"], "weighed", ("lot", about), grams=500)
    with psycopg.connect(database.owner_url.replace("+psycopg2", "")) as owner:
        owner.execute("SELECT set_config('foodmap.org_id', %s, true)", [str(world.org_id)])
        for change in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"):
            with pytest.raises(psycopg.errors.RestrictViolation), owner.transaction():
                owner.execute(change)
        with pytest.raises(psycopg.errors.RestrictViolation), owner.transaction():
            owner.execute("TRUNCATE audit_entry")


def test_the_application_itself_may_only_add(world: World) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), world.db() as db:
        db.execute(text("UPDATE audit_entry SET detail = '{}'"))
