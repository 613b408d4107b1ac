"""Donors, their sites and their offers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.access import (
    CREW,
    PLANNERS,
    STAFF,
    Planner,
    Staff,
    Subject,
    allow,
)
from app.core.clock import day_bounds
from app.core.db import Db
from app.core.fields import Day
from app.core.find import edit, find, show_etag
from app.core.idempotency import Fingerprint, Key, once
from app.core.paging import Cursor, Limit, Page
from app.core.problems import NotFound
from app.donors import import_routes, offers, queries, service
from app.donors.models import Donor, Site
from app.donors.schemas import (
    DonorEdit,
    DonorIn,
    DonorOut,
    DonorRow,
    OfferIn,
    OfferOut,
    OfferState,
    OfferStep,
    OfferVerb,
    SiteEdit,
    SiteIn,
    SiteOut,
)

router = APIRouter(prefix="/api/v1", tags=["donors"])
Words = Annotated[str, Query(max_length=100)]
StaffOrContact = Annotated[Subject, Depends(allow(*STAFF, "donor_contact"))]
CrewOrContact = Annotated[Subject, Depends(allow(*CREW, "donor_contact"))]
PlannerOrContact = Annotated[Subject, Depends(allow(*PLANNERS, "donor_contact"))]


@router.get("/donors")
def list_donors(
    subject: Staff, db: Db, q: Words = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[DonorRow]:
    """Donors by name."""
    items, following = queries.donors(db, subject.org_id, q=q, cursor=cursor, limit=limit)
    return Page(items=items, next=following)


@router.post("/donors", status_code=201)
def add_donor(
    body: DonorIn, subject: Planner, db: Db, key: Key = None, fingerprint: Fingerprint = b""
) -> DonorOut:
    """A new donor."""

    def act() -> dict[str, Any]:
        donor = service.add_donor(db, subject, **body.model_dump())
        return queries.whole_donor(db, donor, None).model_dump(mode="json")

    # The answer is kept with its key: without the telephone, which lies nowhere in clear.
    made = DonorOut.model_validate(once(db, subject.key, key, fingerprint, act))
    return made.model_copy(update={"phone": body.phone})


@router.get("/donors/{donor_id}")
def open_donor(donor_id: UUID, subject: StaffOrContact, db: Db, response: Response) -> DonorOut:
    """A donor with its sites; a planner also gets the telephone, which is logged."""
    if not subject.has(*STAFF) and donor_id != subject.donor_id:
        raise NotFound
    donor = find(db, Donor, subject.org_id, donor_id)
    phone = service.reveal_phone(db, subject, donor) if subject.has(*PLANNERS) else None
    show_etag(response, donor)
    return queries.whole_donor(db, donor, phone)


@router.patch("/donors/{donor_id}")
def edit_donor(
    donor_id: UUID, body: DonorEdit, subject: Planner, db: Db, request: Request, response: Response
) -> DonorOut:
    """Change a donor (If-Match)."""
    donor = find(db, Donor, subject.org_id, donor_id, lock=True)
    edit(donor, request)
    service.edit_donor(db, subject, donor, changes=body.model_dump(exclude_unset=True))
    db.flush()
    show_etag(response, donor)
    return queries.whole_donor(db, donor, service.reveal_phone(db, subject, donor))


@router.post("/donors/{donor_id}/sites", status_code=201)
def add_site(
    donor_id: UUID,
    body: SiteIn,
    subject: Planner,
    db: Db,
    key: Key = None,
    fingerprint: Fingerprint = b"",
) -> SiteOut:
    """A new place of collection."""

    def act() -> dict[str, Any]:
        site = service.add_site(db, subject, donor_id, **_site_fields(body))
        return queries.whole_site(db, site).model_dump(mode="json")

    return SiteOut.model_validate(once(db, subject.key, key, fingerprint, act))


def _site_fields(body: SiteIn | SiteEdit) -> dict[str, Any]:
    fields = body.model_dump(exclude_unset=True)
    if body.point is not None:
        fields["point"] = body.point
    if body.pickup_hours is not None:
        fields["pickup_hours"] = [
            [hours.weekday, hours.from_minute, hours.until_minute] for hours in body.pickup_hours
        ]
    return fields


@router.patch("/sites/{site_id}")
def edit_site(
    site_id: UUID, body: SiteEdit, subject: Planner, db: Db, request: Request, response: Response
) -> SiteOut:
    """Change a site (If-Match)."""
    site = find(db, Site, subject.org_id, site_id, lock=True)
    edit(site, request)
    service.edit_site(db, subject, site, changes=_site_fields(body))
    show_etag(response, site)
    return queries.whole_site(db, site)


@router.get("/offers")
def list_offers(
    subject: CrewOrContact,
    db: Db,
    state: OfferState | None = None,
    day: Day | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OfferOut]:
    """Offers newest first; a donor's contact sees their own donor's only."""
    window: tuple[datetime, datetime] | None = day_bounds(day, subject.zone) if day else None
    items, following = queries.offers(
        db, subject, state=state, window=window, cursor=cursor, limit=limit
    )
    return Page(items=items, next=following)


@router.post("/offers", status_code=201)
def announce(
    body: OfferIn,
    subject: PlannerOrContact,
    db: Db,
    key: Key = None,
    fingerprint: Fingerprint = b"",
) -> OfferOut:
    """Announce surplus food."""

    def act() -> dict[str, Any]:
        offer = offers.announce(db, subject, **body.model_dump())
        return queries.whole_offer(db, subject, offer.id).model_dump(mode="json")

    return OfferOut.model_validate(once(db, subject.key, key, fingerprint, act))


@router.get("/offers/{offer_id}")
def open_offer(offer_id: UUID, subject: CrewOrContact, db: Db, response: Response) -> OfferOut:
    """One offer."""
    show_etag(response, offers.own_offer(db, subject, offer_id))
    return queries.whole_offer(db, subject, offer_id)


@router.post("/offers/{offer_id}/{verb}")
def step_offer(
    offer_id: UUID, verb: OfferVerb, body: OfferStep, subject: PlannerOrContact, db: Db
) -> OfferOut:
    """Accept, decline (with its reason), withdraw or reopen an offer."""
    offers.step(db, subject, offer_id, verb, reason=body.reason)
    return queries.whole_offer(db, subject, offer_id)


router.include_router(import_routes.router)
