"""What is in the hubs and may go out: for allocation and planning, in one read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.food.models import Balance, Holder, Hub, Lot


@dataclass(frozen=True)
class LotInHub:
    """Released grams of one lot at one hub."""

    lot_id: UUID
    hub_id: UUID
    food: str
    grams: int
    storage_class: str
    allergens: frozenset[str]
    unfit_for: frozenset[str]
    best_before: date
    lng: float
    lat: float


def lots_in_hubs(db: Session, org_id: UUID) -> list[LotInHub]:
    """Every released lot with grams in a hub, first expired first."""
    query = (
        select(Lot, Hub.id, Balance.grams, func.ST_X(Hub.geom), func.ST_Y(Hub.geom))
        .join(Balance, (Balance.org_id == Lot.org_id) & (Balance.lot_id == Lot.id))
        .join(
            Holder,
            (Holder.org_id == Balance.org_id)
            & (Holder.id == Balance.holder_id)
            & (Holder.kind == "hub"),
        )
        .join(Hub, (Hub.org_id == Holder.org_id) & (Hub.id == Holder.subject_id))
        .where(Lot.org_id == org_id, Lot.state == "released", Balance.grams > 0)
        .order_by(Lot.best_before, Lot.id)
    )
    return [
        LotInHub(
            lot_id=lot.id,
            hub_id=hub_id,
            food=lot.food,
            grams=grams,
            storage_class=lot.storage_class,
            allergens=frozenset(lot.allergens),
            unfit_for=frozenset(lot.unfit_for),
            best_before=lot.best_before,
            lng=lng,
            lat=lat,
        )
        for lot, hub_id, grams, lng, lat in db.execute(query)
    ]


@dataclass(frozen=True)
class HubPlace:
    """A hub as the planner needs it."""

    id: UUID
    name: str
    lng: float
    lat: float


def hub_places(db: Session, org_id: UUID) -> list[HubPlace]:
    """The organisation's hubs."""
    query = select(Hub.id, Hub.name, func.ST_X(Hub.geom), func.ST_Y(Hub.geom)).where(
        Hub.org_id == org_id
    )
    return [HubPlace(*row) for row in db.execute(query.order_by(Hub.name, Hub.id))]
