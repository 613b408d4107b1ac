"""Accepted offers of a day: for allocation and planning, in one read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.donors.models import Offer, Site


@dataclass(frozen=True)
class AcceptedOffer:
    """Food that waits at a site."""

    id: UUID
    site_id: UUID
    site_name: str
    street: str
    donor_id: UUID
    food: str
    grams: int
    boxes: int
    storage_class: str
    allergens: frozenset[str]
    unfit_for: frozenset[str]
    best_before: date
    ready_from: datetime
    ready_until: datetime
    lng: float
    lat: float


def accepted_offers(
    db: Session,
    org_id: UUID,
    window: tuple[datetime, datetime] | None,
    ids: list[UUID] | None = None,
    states: tuple[str, ...] = ("accepted",),
) -> list[AcceptedOffer]:
    """Accepted offers that can be fetched in `window` (from, until), or those named by `ids`."""
    query = (
        select(Offer, Site, func.ST_X(Site.geom), func.ST_Y(Site.geom))
        .join(Site, (Site.org_id == Offer.org_id) & (Site.id == Offer.site_id))
        .where(Offer.org_id == org_id, Offer.state.in_(states))
    )
    if window is not None:
        query = query.where(Offer.ready_from < window[1], Offer.ready_until > window[0])
    if ids is not None:
        query = query.where(Offer.id.in_(ids))
    return [
        AcceptedOffer(
            id=offer.id,
            site_id=site.id,
            site_name=site.name,
            street=site.street,
            donor_id=site.donor_id,
            food=offer.food,
            grams=offer.grams,
            boxes=offer.boxes,
            storage_class=offer.storage_class,
            allergens=frozenset(offer.allergens),
            unfit_for=frozenset(offer.unfit_for),
            best_before=offer.best_before,
            ready_from=offer.ready_from,
            ready_until=offer.ready_until,
            lng=lng,
            lat=lat,
        )
        for offer, site, lng, lat in db.execute(query.order_by(Offer.ready_until, Offer.id))
    ]
