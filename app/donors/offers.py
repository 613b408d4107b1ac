"""Verbs on offers: announced by a donor, answered by a planner, collected by a run or at a hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.events import tell
from app.core.find import find
from app.core.ids import new_code, new_id
from app.core.problems import Malformed, NotAllowed, NotFound, Refused
from app.donors import rules
from app.donors.models import Donor, Offer, Site


@dataclass(frozen=True)
class OfferMoved:
    """An offer left a state; runs that count on it may listen."""

    org_id: UUID
    offer_id: UUID
    verb: str


def announce(
    db: Session,
    subject: Subject,
    *,
    site_id: UUID,
    food: str,
    grams: int,
    ready_from: datetime,
    ready_until: datetime,
    best_before: date,
    boxes: int = 0,
    storage_class: str = "ambient",
    allergens: Sequence[str] = (),
    unfit_for: Sequence[str] = (),
    note: str = "",
    at: datetime | None = None,
) -> Offer:
    """Announce surplus food. A donor's contact does so for their own sites only.

    Raises NotFound for another's site, Refused for an ended one, Malformed naming the fields.
    """
    moment = at or now()
    _check_site(db, subject, site_id)
    # The date mark is a day where the food lies, so the window is read in that zone.
    local = ready_from.astimezone(ZoneInfo(subject.zone))
    _check_window(rules.offer_faults(local, ready_until, best_before, moment))
    offer = Offer(
        id=new_id(),
        org_id=subject.org_id,
        site_id=site_id,
        food=food,
        grams=grams,
        boxes=boxes,
        storage_class=storage_class,
        allergens=sorted(set(allergens)),
        unfit_for=sorted(set(unfit_for)),
        ready_from=ready_from,
        ready_until=ready_until,
        best_before=best_before,
        note=note,
        tracking_code=new_code(),
        state="announced",
        state_at=moment,
        state_by_id=subject.person_id,
    )
    db.add(offer)
    db.flush()
    record(db, subject.org_id, subject.person_id, "announced_offer", ("offer", offer.id))
    return offer


def _check_site(db: Session, subject: Subject, site_id: UUID) -> None:
    site = find(db, Site, subject.org_id, site_id)
    if subject.roles.isdisjoint(rules.PLANNERS) and site.donor_id != subject.donor_id:
        raise NotFound
    donor = find(db, Donor, subject.org_id, site.donor_id)
    if site.ended_at is not None or donor.ended_at is not None:
        raise Refused("这个捐赠点已经停用了。", "This site is no longer in use.")


def _check_window(faults: list[tuple[str, str, str]]) -> None:
    if faults:
        _, zh, en = faults[0]
        errors = [{"field": field, "message": f"{zh} ({said})"} for field, zh, said in faults]
        raise Malformed(zh, en, errors=errors)


def own_offer(db: Session, subject: Subject, offer_id: UUID, *, lock: bool = False) -> Offer:
    """The offer, if the subject may see it: a donor's contact sees their own donor's only."""
    offer = find(db, Offer, subject.org_id, offer_id, lock=lock)
    if rules.sees_every_offer(subject.roles):
        return offer
    site = find(db, Site, subject.org_id, offer.site_id)
    if subject.donor_id is None or site.donor_id != subject.donor_id:
        raise NotFound
    return offer


def step(db: Session, subject: Subject, offer_id: UUID, verb: str, *, reason: str = "") -> Offer:
    """Accept, decline, withdraw or reopen an offer.

    Raises NotFound, NotAllowed for another role's step, Malformed for a decline without its
    reason, Refused with what is possible instead.
    """
    offer = own_offer(db, subject, offer_id, lock=True)
    if not rules.may_step(subject.roles, verb):
        raise NotAllowed
    if verb == "decline" and not reason:
        raise Malformed(
            "请写明为什么不收。",
            "Please say why it is declined.",
            errors=[
                {"field": "reason", "message": "请写明为什么不收 (a decline needs its reason)"}
            ],
        )
    if verb == "accept" and offer.ready_until <= now():
        raise Refused("取货时间已经过去了。", "The pickup window has already passed.")
    _apply(db, offer, verb, by=subject.person_id, at=now())
    if reason:
        offer.refusal = reason
    return offer


def collect(db: Session, subject: Subject, offer: Offer, *, at: datetime | None = None) -> None:
    """The food was taken over, on a run or at a hub. Raises Refused unless it was accepted."""
    locked = find(db, Offer, subject.org_id, offer.id, lock=True)
    _apply(db, locked, "collect", by=subject.person_id, at=at or now())


def miss(db: Session, subject: Subject, offer: Offer, *, at: datetime | None = None) -> None:
    """Nobody handed it over when it was to be collected. Raises Refused unless it was accepted."""
    locked = find(db, Offer, subject.org_id, offer.id, lock=True)
    _apply(db, locked, "miss", by=subject.person_id, at=at or now())


def take_back(db: Session, subject: Subject, offer: Offer, *, at: datetime | None = None) -> None:
    """It was not collected, or not missed, after all: it waits at its site again. Raises Refused."""
    locked = find(db, Offer, subject.org_id, offer.id, lock=True)
    _apply(db, locked, "take_back", by=subject.person_id, at=at or now())


def expire_past(db: Session, org_id: UUID, at: datetime) -> int:
    """Announced offers whose window has passed expire; how many did."""
    query = select(Offer).where(
        Offer.org_id == org_id, Offer.state == "announced", Offer.ready_until <= at
    )
    # An offer that somebody is answering this moment is left to the next round.
    due = db.scalars(query.with_for_update(skip_locked=True, key_share=True)).all()
    for offer in due:
        _apply(db, offer, "expire", by=None, at=at)
    return len(due)


def _apply(db: Session, offer: Offer, verb: str, *, by: UUID | None, at: datetime) -> None:
    rules.OFFER_MOVES.apply(offer, verb, by=by, at=at)
    offer.version += 1
    record(db, offer.org_id, by, f"offer_{verb}", ("offer", offer.id))
    db.flush()
    tell(db, OfferMoved(offer.org_id, offer.id, verb))
