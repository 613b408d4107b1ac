"""Reads on allocations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.fields import Schema
from app.donors.models import Offer
from app.food.models import Lot
from app.matching.models import Allocation
from app.recipients.models import Recipient
from app.recipients.rules import masked


class AllocationRow(Schema):
    """Who gets how much of what today, and why."""

    id: UUID
    recipient_id: UUID
    label: str
    street: str
    food: str
    grams: int
    boxes: int
    rank: int
    state: str
    reasons: list[Any]


@dataclass(frozen=True)
class Promise:
    """An allocation as the planner needs it."""

    id: UUID
    recipient_id: UUID
    lot_id: UUID | None
    offer_id: UUID | None
    grams: int
    boxes: int
    storage_class: str
    best_before: date | None = None


def rows(db: Session, org_id: UUID, day: date) -> list[AllocationRow]:
    """The day's allocation, first served first."""
    food = func.coalesce(Lot.food, Offer.food)
    query = (
        select(Allocation, Recipient.name, Recipient.kind, Recipient.street, food)
        .join(
            Recipient,
            (Recipient.org_id == Allocation.org_id) & (Recipient.id == Allocation.recipient_id),
        )
        .outerjoin(Lot, (Lot.org_id == Allocation.org_id) & (Lot.id == Allocation.lot_id))
        .outerjoin(Offer, (Offer.org_id == Allocation.org_id) & (Offer.id == Allocation.offer_id))
        .where(Allocation.org_id == org_id, Allocation.day == day)
        .order_by(Allocation.rank, Allocation.id)
    )
    return [
        AllocationRow(
            id=row.id,
            recipient_id=row.recipient_id,
            label=masked(name) if kind == "household" else name,
            street=street,
            food=food_name,
            grams=row.grams,
            boxes=row.boxes,
            rank=row.rank,
            state=row.state,
            reasons=row.reasons,
        )
        for row, name, kind, street, food_name in db.execute(query)
    ]


def promises(
    db: Session,
    org_id: UUID,
    day: date,
    states: tuple[str, ...] = ("proposed",),
    ids: Collection[UUID] | None = None,
) -> list[Promise]:
    """The day's allocations in these states; of those named by `ids` alone, where it is given."""
    storage = func.coalesce(Lot.storage_class, Offer.storage_class)
    last_day = func.coalesce(Lot.best_before, Offer.best_before)
    query = (
        select(Allocation, storage, last_day)
        .outerjoin(Lot, (Lot.org_id == Allocation.org_id) & (Lot.id == Allocation.lot_id))
        .outerjoin(Offer, (Offer.org_id == Allocation.org_id) & (Offer.id == Allocation.offer_id))
        .where(Allocation.org_id == org_id, Allocation.day == day, Allocation.state.in_(states))
        .order_by(Allocation.rank, Allocation.id)
    )
    if ids is not None:
        query = query.where(Allocation.id.in_(ids))
    return [
        Promise(
            row.id,
            row.recipient_id,
            row.lot_id,
            row.offer_id,
            row.grams,
            row.boxes,
            storage_class,
            best_before,
        )
        for row, storage_class, best_before in db.execute(query)
    ]
