"""Verbs of the warehouse: hubs, receiving and weighing, and what a keeper does with stock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.fields import Point
from app.core.find import find
from app.core.ids import new_id
from app.core.problems import Malformed
from app.donors.models import Donor, Offer
from app.donors.service import collect
from app.food import rules
from app.food.models import Holder, Hub, Lot, Movement
from app.food.service import Facts, facts_of, holder, move, open_lot


def add_hub(
    db: Session,
    subject: Subject,
    *,
    name: str,
    point: Point,
    storage_classes: list[str],
    address: str = "",
    opens_minute: int = 8 * 60,
    closes_minute: int = 18 * 60,
) -> Hub:
    """A new hub. Raises Malformed when it closes before it opens."""
    hub = Hub(
        id=new_id(),
        org_id=subject.org_id,
        name=name,
        geom=point.to_geometry(),
        address=address,
        storage_classes=storage_classes,
        opens_minute=opens_minute,
        closes_minute=closes_minute,
    )
    _check_hours(hub)
    db.add(hub)
    db.flush()
    record(db, subject.org_id, subject.person_id, "added_hub", ("hub", hub.id))
    return hub


def _check_hours(hub: Hub) -> None:
    if hub.closes_minute <= hub.opens_minute:
        fault = {"field": "closes_minute", "message": "关门要晚于开门 (must be after opening)"}
        raise Malformed("关门要晚于开门。", "It must close after it opens.", errors=[fault])


def edit_hub(db: Session, subject: Subject, hub: Hub, *, changes: dict[str, Any]) -> None:
    """Change what is named in `changes`; None leaves a field as it is."""
    for field, value in changes.items():
        if value is None:
            continue
        if field == "point":
            hub.geom = value.to_geometry()
        else:
            setattr(hub, field, value)
    _check_hours(hub)
    db.flush()
    fields = sorted(changes)
    record(db, subject.org_id, subject.person_id, "edited_hub", ("hub", hub.id), fields=fields)


def at_hub(db: Session, org_id: UUID, hub_id: UUID) -> Holder:
    """The hub as a holder. Raises NotFound."""
    return holder(db, org_id, "hub", find(db, Hub, org_id, hub_id).id)


def receive_offer(
    db: Session,
    subject: Subject,
    *,
    offer_id: UUID,
    hub_id: UUID,
    grams: int,
    food: str | None = None,
    storage_class: str | None = None,
    best_before: date | None = None,
) -> Lot:
    """An accepted offer was brought to a hub and weighed: the offer is collected, a lot opens.

    Raises NotFound, Refused unless the offer is accepted.
    """
    offer = find(db, Offer, subject.org_id, offer_id, lock=True)
    collect(db, subject, offer)
    seen = {"food": food, "storage_class": storage_class, "best_before": best_before}
    written = {field: value for field, value in seen.items() if value is not None}
    facts: Facts = replace(facts_of(db, offer), **written)  # type: ignore[arg-type]  # fields by name
    taker = at_hub(db, subject.org_id, hub_id)
    return open_lot(db, subject, offer=offer, facts=facts, grams=grams, to_holder=taker)


def receive_walk_in(
    db: Session, subject: Subject, *, facts: Facts, hub_id: UUID, grams: int
) -> Lot:
    """A known donor brought food without announcing it. Raises NotFound."""
    find(db, Donor, subject.org_id, facts.donor_id)
    taker = at_hub(db, subject.org_id, hub_id)
    return open_lot(db, subject, facts=facts, grams=grams, to_holder=taker)


def rearrange(
    db: Session,
    subject: Subject,
    *,
    lot_id: UUID,
    purpose: str,
    hub_id: UUID,
    grams: int,
    reason: str,
    to_hub_id: UUID | None = None,
) -> Movement:
    """Transfer to another hub, throw away, sample, give back, or book a count's difference.

    The purpose stands before the reason in the ledger. Raises NotFound, NotEnough.
    """
    _, to_kind = rules.PURPOSES[purpose]
    here = at_hub(db, subject.org_id, hub_id)
    if purpose == "count_surplus":
        giver, taker = holder(db, subject.org_id, "source"), here
    elif to_hub_id is not None:
        giver, taker = here, at_hub(db, subject.org_id, to_hub_id)
    else:
        giver, taker = here, holder(db, subject.org_id, to_kind)
    written = f"{purpose}: {reason}"
    return move(
        db, subject, lot_id=lot_id, from_holder=giver, to_holder=taker, grams=grams, reason=written
    )
