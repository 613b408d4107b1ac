"""When a household last had food: kept right by each hand-over, and when one is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.clock import today_in
from app.core.find import find
from app.recipients import service as recipients
from app.recipients.models import Recipient
from app.runs.models import Run, Stop, StopItem
from app.runs.rules import DONE_WITH, handed_over_on, last_fed

# A hand-over is taken back within seconds; who was fed longer ago cannot be touched by it.
LOOK_BACK = timedelta(days=3)


def day_of(zone: str, run_day: date, stop: Stop) -> date:
    """The day on which a stop's food was handed over."""
    phone_on = today_in(zone, stop.phone_time) if stop.phone_time else None
    return handed_over_on(run_day, today_in(zone, stop.state_at), phone_on)


def feed(db: Session, subject: Subject, run: Run, stop: Stop, items: Sequence[StopItem]) -> None:
    """Who got grams has eaten: the wait starts anew, and the items remember what was before."""
    day = day_of(subject.zone, run.day, stop)
    # In the order of their ids, so that two runs with the same households never wait crosswise.
    for recipient_id in sorted({i.recipient_id for i in items if i.recipient_id and i.moved_grams}):
        person = find(db, Recipient, subject.org_id, recipient_id, lock=True)
        before = person.last_food_on
        if (
            before == day
        ):  # another hand-over of today may have set it; then that one's before is ours
            others = _others(db, subject, stop, recipient_id)
            before = next((earlier for on, earlier in others if on == day), before)
        for item in items:
            if item.recipient_id == recipient_id:
                item.fed_before = before
        recipients.fed(db, subject.org_id, recipient_id, day)


def unfeed(db: Session, subject: Subject, stop: Stop, items: Sequence[StopItem]) -> None:
    """Take the hand-over back: the household waits since its food before, or since another's today."""
    fed = {
        item.recipient_id: item.fed_before
        for item in items
        if item.recipient_id and item.moved_grams and item.outcome in DONE_WITH
    }
    for recipient_id in sorted(fed):
        person = find(db, Recipient, subject.org_id, recipient_id, lock=True)
        others = [on for on, _ in _others(db, subject, stop, recipient_id)]
        person.last_food_on = last_fed(fed[recipient_id], others)


def _others(
    db: Session, subject: Subject, stop: Stop, recipient_id: UUID
) -> list[tuple[date, date | None]]:
    """The household's other hand-overs of these days: (day, last food before it)."""
    query = (
        select(StopItem.fed_before, Stop, Run.day)
        .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
        .join(Run, (Run.org_id == Stop.org_id) & (Run.id == Stop.run_id))
        .where(
            StopItem.org_id == subject.org_id,
            StopItem.recipient_id == recipient_id,
            StopItem.outcome.in_(DONE_WITH),
            StopItem.moved_grams > 0,
            Stop.id != stop.id,
            Stop.state_at > stop.state_at - LOOK_BACK,
        )
    )
    return [(day_of(subject.zone, day, other), before) for before, other, day in db.execute(query)]
