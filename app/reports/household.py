"""What became of one household: what it was given, what it agreed to, what had to be followed up."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access import Planner
from app.accounts.models import Person
from app.core.clock import today_in
from app.core.db import Db
from app.core.fields import Schema
from app.donors.models import Offer
from app.food.models import Holder, Lot, Movement
from app.recipients.models import Consent
from app.recipients.service import reveal
from app.runs.models import CareAlert, Run, Stop, StopItem
from app.runs.rules import ENDED_STOPS
from app.volunteers.models import Volunteer

router = APIRouter(prefix="/api/v1/recipients", tags=["recipients"])
MOST = 100


class VisitOut(Schema):
    """Food brought to the door, or meant to be. `by`: the volunteer, or who handed it out."""

    on: date
    food: str
    grams: int
    outcome: str
    by: str
    note: str


class ConsentOut(Schema):
    """What was agreed to, when, by the person or a proxy; withdrawn or not."""

    purpose: str
    wording_version: str
    given_on: date
    given_by: str
    withdrawn_on: date | None


class FollowUpOut(Schema):
    """A visit that somebody had to follow up, and what was done."""

    id: UUID
    reason: str
    note: str
    created_at: datetime
    follow_up: str
    followed_up_at: datetime | None
    followed_up_by: str


class HistoryOut(Schema):
    """A household's past, newest first; at most a hundred visits and follow-ups."""

    visits: list[VisitOut]
    consents: list[ConsentOut]
    follow_ups: list[FollowUpOut]


@router.get("/{recipient_id}/history")
def history(recipient_id: UUID, subject: Planner, db: Db) -> HistoryOut:
    """One household's past; the reading is logged like that of its file."""
    row = reveal(db, subject, recipient_id)
    visits = [*_visits(db, row.org_id, row.id), *_handed_out(db, row.org_id, row.id, subject.zone)]
    return HistoryOut(
        visits=sorted(visits, key=lambda visit: visit.on, reverse=True)[:MOST],
        consents=_consents(db, row.org_id, row.id),
        follow_ups=_follow_ups(db, row.org_id, row.id),
    )


def _visits(db: Session, org_id: UUID, recipient_id: UUID) -> list[VisitOut]:
    """What runs brought: one line for each food of each stop that has ended."""
    query = (
        select(Run.day, StopItem, Stop, func.coalesce(Lot.food, Offer.food), Volunteer.name)
        .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
        .join(Run, (Run.org_id == Stop.org_id) & (Run.id == Stop.run_id))
        .outerjoin(Lot, (Lot.org_id == StopItem.org_id) & (Lot.id == StopItem.lot_id))
        .outerjoin(Offer, (Offer.org_id == StopItem.org_id) & (Offer.id == StopItem.offer_id))
        .outerjoin(Volunteer, (Volunteer.org_id == Run.org_id) & (Volunteer.id == Run.volunteer_id))
        .where(StopItem.org_id == org_id, StopItem.recipient_id == recipient_id)
        .where(Stop.state.in_(ENDED_STOPS), Run.state != "cancelled")
        .order_by(Run.day.desc(), StopItem.id.desc())
        .limit(MOST)
    )
    return [
        VisitOut(
            on=day,
            food=food or "",
            grams=(item.moved_grams or 0) if stop.state == "done" else 0,
            outcome=item.outcome or stop.state,
            by=volunteer or "",
            note=stop.note,
        )
        for day, item, stop, food, volunteer in db.execute(query)
    ]


def _handed_out(db: Session, org_id: UUID, recipient_id: UUID, zone: str) -> list[VisitOut]:
    """What was handed out without a run; a movement that was mended does not count."""
    mended = select(Movement.reverses_id).where(
        Movement.org_id == org_id, Movement.reverses_id.is_not(None)
    )
    query = (
        select(Movement, Lot.food, Person.name)
        .join(Holder, (Holder.org_id == Movement.org_id) & (Holder.id == Movement.to_holder_id))
        .join(Lot, (Lot.org_id == Movement.org_id) & (Lot.id == Movement.lot_id))
        .outerjoin(Person, Person.id == Movement.by_id)
        .where(Movement.org_id == org_id, Holder.kind == "recipient")
        .where(Holder.subject_id == recipient_id, Movement.stop_id.is_(None))
        .where(Movement.reverses_id.is_(None), Movement.id.not_in(mended))
        .order_by(Movement.at.desc())
        .limit(MOST)
    )
    return [
        VisitOut(
            on=today_in(zone, moved.at),
            food=food,
            grams=moved.grams,
            outcome="handed_over",
            by=name or "",
            note="",
        )
        for moved, food, name in db.execute(query)
    ]


def _consents(db: Session, org_id: UUID, recipient_id: UUID) -> list[ConsentOut]:
    query = select(Consent).where(Consent.org_id == org_id, Consent.recipient_id == recipient_id)
    return [
        ConsentOut.model_validate(row)
        for row in db.scalars(query.order_by(Consent.given_on.desc(), Consent.id.desc()))
    ]


def _follow_ups(db: Session, org_id: UUID, recipient_id: UUID) -> list[FollowUpOut]:
    query = (
        select(CareAlert, Person.name)
        .outerjoin(Person, Person.id == CareAlert.followed_up_by_id)
        .where(CareAlert.org_id == org_id, CareAlert.recipient_id == recipient_id)
        .order_by(CareAlert.id.desc())
        .limit(MOST)
    )
    return [
        FollowUpOut(
            id=alert.id,
            reason=alert.reason,
            note=alert.note,
            created_at=alert.created_at,
            follow_up=alert.follow_up,
            followed_up_at=alert.followed_up_at,
            followed_up_by=name or "",
        )
        for alert, name in db.execute(query)
        # A slip of the finger that was taken back is no visit that went wrong.
        if alert.follow_up != "taken_back"
    ]
