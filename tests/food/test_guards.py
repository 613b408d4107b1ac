"""What the database itself refuses: nobody rewrites the ledger."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.core.clock import now
from app.core.db import engine
from app.core.tenancy import enter_organisation
from app.food import service
from app.food.service import Transfer
from tests.database import LentDatabase
from tests.food.lots import make_lot
from tests.world import World

REWRITES = (
    "UPDATE movement SET grams = grams + 1",
    "DELETE FROM movement",
    "TRUNCATE movement",
    "TRUNCATE lot CASCADE",
)


def _refused(role: Engine, world: World, statement: str) -> str:
    with Session(role) as db:
        enter_organisation(db, world.org_id)
        with pytest.raises(DBAPIError) as refusal:
            db.execute(text(statement))
        return str(refusal.value.orig)


@pytest.mark.parametrize("statement", REWRITES)
def test_the_application_cannot_rewrite_the_ledger(
    world: World, database: LentDatabase, statement: str
) -> None:
    make_lot(world, 5_000)
    app_role = create_engine(database.url, poolclass=NullPool)
    assert "permission denied" in _refused(app_role, world, statement)


@pytest.mark.parametrize("statement", REWRITES)
def test_not_even_the_owner_can_rewrite_the_ledger(
    world: World, database: LentDatabase, statement: str
) -> None:
    make_lot(world, 5_000)
    owner = database.owner_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    assert "append-only" in _refused(create_engine(owner, poolclass=NullPool), world, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE balance SET grams = grams + 1",
        "DELETE FROM balance",
        "TRUNCATE balance",
        "INSERT INTO balance SELECT org_id, lot_id, holder_id, 1, false FROM balance",
    ],
)
def test_a_balance_is_never_written_by_hand(
    world: World, database: LentDatabase, statement: str
) -> None:
    make_lot(world, 5_000)
    app_role = create_engine(database.url, poolclass=NullPool)
    assert "permission denied" in _refused(app_role, world, statement)


def test_the_database_itself_refuses_a_holder_below_nothing(world: World) -> None:
    lot_id, hub_id = make_lot(world, 5_000)
    with Session(engine()) as db:
        enter_organisation(db, world.org_id)
        here = service.holder(db, world.org_id, "hub", hub_id)
        waste = service.holder(db, world.org_id, "waste")
        transfer = Transfer(lot_id, here, waste, 5_001, "waste: 测试")
        db.add(service._movement(world.subject("keeper"), transfer, now()))
        with pytest.raises(DBAPIError, match="never_below_zero"):
            db.flush()
