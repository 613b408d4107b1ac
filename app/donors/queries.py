"""Reads on donors, sites and offers."""

from __future__ import annotations

import typing
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.fields import Point, Schema
from app.core.paging import cut_page, decode_cursor
from app.donors import rules
from app.donors.models import Donor, Offer, Site
from app.donors.schemas import (
    DonorOut,
    DonorRow,
    GiftOut,
    OfferOut,
    PickupHours,
    SiteOut,
    StorageClass,
)

OPEN_STATES = ("announced", "accepted")


def donors(
    db: Session, org_id: UUID, *, q: str, cursor: str | None, limit: int
) -> tuple[list[DonorRow], str | None]:
    """A page of donors by name; `q` finds part of a donor's or a site's name."""
    own_sites = (Site.org_id == Donor.org_id) & (Site.donor_id == Donor.id)
    in_use = select(func.count()).where(own_sites, Site.ended_at.is_(None)).correlate(Donor)
    waiting = (
        select(func.count(Offer.id))
        .join(Site, (Site.org_id == Offer.org_id) & (Site.id == Offer.site_id))
        .where(own_sites, Offer.state.in_(OPEN_STATES))
        .correlate(Donor)
    )
    query = select(Donor, in_use.scalar_subquery(), waiting.scalar_subquery())
    query = query.where(Donor.org_id == org_id)
    if q.strip():
        text = q.strip()
        at_a_site = exists().where(own_sites, Site.name.contains(text, autoescape=True))
        query = query.where(Donor.name.contains(text, autoescape=True) | at_a_site)
    after = decode_cursor(cursor, 2)
    if after is not None:
        last = literal(str(after[0]), String), cast(literal(str(after[1])), Donor.id.type)
        query = query.where(tuple_(Donor.name, Donor.id) > tuple_(*last))
    rows = db.execute(query.order_by(Donor.name, Donor.id).limit(limit + 1)).all()
    page, following = cut_page(rows, limit, lambda row: (row[0].name, row[0].id))
    return [_donor_row(*row) for row in page], following


def _donor_row(donor: Donor, sites: int, open_offers: int) -> DonorRow:
    return DonorRow(
        id=donor.id,
        name=donor.name,
        kind=donor.kind,
        sites=sites,
        open_offers=open_offers,
        ended=donor.ended_at is not None,
    )


def whole_donor(db: Session, donor: Donor, phone: str | None) -> DonorOut:
    """A donor with its sites; `phone` in clear only where the reader may have it."""
    return DonorOut(
        id=donor.id,
        name=donor.name,
        kind=donor.kind,
        contact_name=donor.contact_name,
        phone=phone,
        has_phone=donor.phone_sealed is not None,
        ended=donor.ended_at is not None,
        version=donor.version,
        sites=sites(db, Site.org_id == donor.org_id, Site.donor_id == donor.id),
    )


def sites(db: Session, *conditions: Any) -> list[SiteOut]:
    """Sites with their points, those in use first."""
    query = select(Site, func.ST_X(Site.geom), func.ST_Y(Site.geom)).where(*conditions)
    found = db.execute(query.order_by(Site.ended_at.is_not(None), Site.name, Site.id))
    return [_site_out(site, Point(lng=lng, lat=lat)) for site, lng, lat in found]


def whole_site(db: Session, site: Site) -> SiteOut:
    """One site."""
    db.flush()
    return sites(db, Site.org_id == site.org_id, Site.id == site.id)[0]


def _site_out(site: Site, point: Point) -> SiteOut:
    hours = [
        PickupHours(weekday=day, from_minute=begin, until_minute=end)
        for day, begin, end in site.pickup_hours
    ]
    return SiteOut(
        id=site.id,
        donor_id=site.donor_id,
        name=site.name,
        address=site.address,
        street=site.street,
        point=point,
        storage_class=typing.cast("StorageClass", site.storage_class),
        pickup_hours=hours,
        ended=site.ended_at is not None,
        version=site.version,
    )


def _offers(org_id: UUID) -> Select[Any]:
    same_site = (Site.org_id == Offer.org_id) & (Site.id == Offer.site_id)
    same_donor = (Donor.org_id == Site.org_id) & (Donor.id == Site.donor_id)
    return (
        select(Offer, Site, Donor.name, func.ST_X(Site.geom), func.ST_Y(Site.geom))
        .join(Site, same_site)
        .join(Donor, same_donor)
        .where(Offer.org_id == org_id)
    )


def _newest_first(query: Select[Any], cursor: str | None, limit: int) -> Select[Any]:
    after = decode_cursor(cursor, 1)
    if after is not None:
        query = query.where(Offer.id < cast(literal(str(after[0])), Offer.id.type))
    return query.order_by(Offer.id.desc()).limit(limit + 1)


def offers(
    db: Session,
    subject: Subject,
    *,
    state: str | None,
    window: tuple[datetime, datetime] | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[OfferOut], str | None]:
    """Offers newest first, those that can be fetched within `window`; a contact sees their own."""
    query = _offers(subject.org_id)
    if not rules.sees_every_offer(subject.roles):
        query = query.where(Site.donor_id == subject.donor_id)
    if state is not None:
        query = query.where(Offer.state == state)
    if window is not None:
        query = query.where(Offer.ready_from < window[1], Offer.ready_until > window[0])
    rows = db.execute(_newest_first(query, cursor, limit)).all()
    page, following = cut_page(rows, limit, lambda row: [row[0].id])
    return _shown(page, subject), following


def whole_offer(db: Session, subject: Subject, offer_id: UUID) -> OfferOut:
    """One offer, which the caller has found to be the subject's to see."""
    db.flush()
    rows = db.execute(_offers(subject.org_id).where(Offer.id == offer_id)).all()
    return _shown(rows, subject)[0]


def _shown(rows: Iterable[Any], subject: Subject) -> list[OfferOut]:
    return [
        OfferOut(
            **_own_columns(OfferOut, offer),
            site_name=site.name,
            donor_id=site.donor_id,
            donor_name=donor_name,
            street=site.street,
            lng=lng,
            lat=lat,
            allowed=rules.steps(subject.roles, offer.state),
        )
        for offer, site, donor_name, lng, lat in rows
    ]


def _own_columns(answer: type[Schema], offer: Offer) -> dict[str, Any]:
    """The columns of an offer that an answer shows under the same name."""
    shown = set(answer.model_fields) & set(Offer.__table__.columns.keys())
    return {field: getattr(offer, field) for field in shown}


def gifts(
    db: Session, subject: Subject, *, cursor: str | None, limit: int
) -> tuple[list[GiftOut], str | None]:
    """A contact's own gifts, newest first; none for one who speaks for no donor."""
    query = _offers(subject.org_id).where(Site.donor_id == subject.donor_id)
    rows = db.execute(_newest_first(query, cursor, limit)).all()
    page, following = cut_page(rows, limit, lambda row: [row[0].id])
    shown = [
        GiftOut(**_own_columns(GiftOut, offer), site_name=site.name) for offer, site, *_ in page
    ]
    return shown, following
