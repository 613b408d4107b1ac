"""Who needs food on a day: for allocation and planning, in one read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.recipients.models import Recipient
from app.recipients.queries import served, waits_since
from app.recipients.rules import service_seconds, waiting_days


@dataclass(frozen=True)
class Demand:
    """An approved, active recipient with a confirmed place, as rules and planner need it."""

    id: UUID
    kind: str
    name: str
    street: str
    need_grams: int
    every_days: int
    waiting_days: int
    allergens: frozenset[str]
    diets: frozenset[str]
    keeps_chilled: bool
    lng: float
    lat: float
    window_minutes: tuple[int, int]
    service_s: int
    two_people: bool

    @property
    def is_due(self) -> bool:
        """Whether the wait has reached the agreed rhythm."""
        return self.waiting_days >= self.every_days


def demands(db: Session, org_id: UUID, day: date, ids: list[UUID] | None = None) -> list[Demand]:
    """Recipients to serve on `day`, or those named by `ids` whether due or not, who waits longest first."""
    query = select(Recipient, func.ST_X(Recipient.geom), func.ST_Y(Recipient.geom)).where(
        Recipient.org_id == org_id, served, Recipient.geom.is_not(None)
    )
    if ids is not None:
        query = query.where(Recipient.id.in_(ids))
    else:
        query = query.where(
            or_(Recipient.last_food_on.is_(None), day - waits_since >= Recipient.need_every_days)
        )
    return [
        _demand(row, lng, lat, day)
        for row, lng, lat in db.execute(query.order_by(waits_since, Recipient.id))
    ]


def _demand(row: Recipient, lng: float, lat: float, day: date) -> Demand:
    return Demand(
        id=row.id,
        kind=row.kind,
        name=row.name,
        street=row.street,
        need_grams=row.need_grams,
        every_days=row.need_every_days,
        waiting_days=waiting_days(row.registered_on, row.last_food_on, day),
        allergens=frozenset(row.allergens),
        diets=frozenset(row.diets),
        keeps_chilled=row.needs_chilled or row.kind == "community_point",
        lng=lng,
        lat=lat,
        window_minutes=(row.window_from_minute, row.window_until_minute),
        service_s=service_seconds(row.kind, row.floor, has_lift=row.has_lift),
        two_people=row.two_people,
    )
