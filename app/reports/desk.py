"""What the coordinator's day holds, counted in one read."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter
from sqlalchemy import Date, and_, cast, func, literal, select
from sqlalchemy.orm import Session

from app.accounts.access import Planner, Subject
from app.core.clock import day_bounds
from app.core.db import Db
from app.core.fields import Schema
from app.donors.models import Offer
from app.food.models import Balance, Holder, Lot
from app.recipients.models import Recipient
from app.recipients.queries import counts
from app.runs.models import CareAlert, Run
from app.volunteers.models import Shift

router = APIRouter(prefix="/api/v1/desk", tags=["desk"])


class DeskOut(Schema):
    """To-do counts and the day in one line each."""

    day: date
    new_offers: int
    to_confirm: int
    unapproved: int
    care_alerts: int
    oldest_care_alert_days: int
    households: int
    due: int
    longest_waiting_days: int
    on_duty: int
    stock_grams: int
    expiring_grams: int
    runs_draft: int
    runs_open: int
    runs_under_way: int
    runs_completed: int


@router.get("")
def desk(subject: Planner, db: Db) -> DeskOut:
    """The coordinator's day."""
    return day_at_a_glance(db, subject)


def day_at_a_glance(db: Session, subject: Subject) -> DeskOut:
    """Counts for the signed-in organisation's today."""
    org_id, today = subject.org_id, subject.today
    register = counts(db, org_id, today)
    alerts = db.execute(
        select(func.count(), func.min(CareAlert.created_at)).where(
            CareAlert.org_id == org_id, CareAlert.followed_up_at.is_(None)
        )
    ).one()
    runs = dict(
        db.execute(
            select(Run.state, func.count())
            .where(Run.org_id == org_id, Run.day == today)
            .group_by(Run.state)
        ).all()
    )
    stock, expiring = _stock(db, org_id, today)
    since = func.coalesce(Recipient.last_food_on, Recipient.registered_on)
    active = and_(Recipient.org_id == org_id, Recipient.state == "active")
    return DeskOut(
        day=today,
        new_offers=_count(db, and_(Offer.org_id == org_id, Offer.state == "announced")),
        to_confirm=register.to_confirm,
        unapproved=register.unapproved,
        care_alerts=alerts[0],
        oldest_care_alert_days=_days_since(alerts[1], day_bounds(today, subject.zone)[1]),
        households=register.all,
        due=register.longest,
        longest_waiting_days=db.scalar(
            select(func.max(cast(literal(today), Date) - since)).where(active)
        )
        or 0,
        on_duty=_count(db, and_(Shift.org_id == org_id, Shift.day == today)),
        stock_grams=stock,
        expiring_grams=expiring,
        runs_draft=runs.get("draft", 0),
        runs_open=runs.get("published", 0) + runs.get("claimed", 0),
        runs_under_way=runs.get("under_way", 0),
        runs_completed=runs.get("completed", 0),
    )


def _count(db: Session, condition: object) -> int:
    return db.scalar(select(func.count()).where(condition)) or 0  # type: ignore[arg-type]  # a SQL condition


def _stock(db: Session, org_id: object, today: date) -> tuple[int, int]:
    """Grams in hubs, and those of them that are past their date after tomorrow."""
    soon = Lot.best_before <= cast(literal(today), Date) + 1
    query = (
        select(
            func.coalesce(func.sum(Balance.grams), 0),
            func.coalesce(func.sum(Balance.grams).filter(soon), 0),
        )
        .join(Holder, (Holder.org_id == Balance.org_id) & (Holder.id == Balance.holder_id))
        .join(Lot, (Lot.org_id == Balance.org_id) & (Lot.id == Balance.lot_id))
        .where(Balance.org_id == org_id, Holder.kind == "hub", Balance.grams > 0)
    )
    total, expiring = db.execute(query).one()
    return int(total), int(expiring)


def _days_since(at: datetime | None, until: datetime) -> int:
    return (until - at).days if at is not None else 0
