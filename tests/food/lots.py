"""Lots for tests, and what the ledger says about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.food import service
from app.food.models import Balance, Holder
from app.food.service import Facts
from tests.world import World


def make_lot(world: World, grams: int, **facts: Any) -> tuple[UUID, UUID]:
    """Weigh in a lot at a new hub; its id and the hub's."""
    hub_id, donor_id = world.hub(), world.donor()
    known: dict[str, Any] = {
        "donor_id": donor_id,
        "food": "大米",
        "storage_class": "ambient",
        "best_before": world.today + timedelta(days=30),
    }
    with world.db() as db:
        here = service.holder(db, world.org_id, "hub", hub_id)
        lot = service.open_lot(
            db, world.subject("keeper"), grams=grams, to_holder=here, facts=Facts(**known | facts)
        )
        return lot.id, hub_id


def grams_at(db: Session, world: World, lot_id: UUID) -> dict[str, int]:
    query = select(Holder.kind, Balance.grams).join(Balance, Balance.holder_id == Holder.id)
    rows = db.execute(query.where(Balance.org_id == world.org_id, Balance.lot_id == lot_id))
    found: dict[str, int] = {}
    for kind, grams in rows:
        found[kind] = found.get(kind, 0) + grams
    return found


def imbalance(db: Session) -> list[Any]:
    return list(db.execute(text("SELECT * FROM imbalance")))
