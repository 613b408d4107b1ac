"""Who needs food on a day: for allocation and planning, in one read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.recipients.models import Recipient
from app.recipients.queries import served, waits_since
from app.recipients.rules import climb_seconds, service_seconds, waiting_days


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
    second_window_minutes: tuple[int, int] | None = None
    floor: int | None = None
    has_lift: bool | None = None
    must_serve: bool = False
    skills: frozenset[str] = frozenset()
    visit_s: int = 0

    @property
    def windows_minutes(self) -> tuple[tuple[int, int], ...]:
        """When somebody is at home: one or two parts of the day."""
        second = self.second_window_minutes
        return (self.window_minutes, second) if second else (self.window_minutes,)

    def service_s_for(self, boxes: int) -> int:
        """Seconds at the door when so many boxes go up."""
        return service_seconds(
            self.kind,
            self.floor,
            has_lift=self.has_lift,
            boxes=boxes,
            two_people=self.two_people,
        )

    @property
    def is_due(self) -> bool:
        """Whether the wait has reached the agreed rhythm, or today is the day that was set."""
        return self.must_serve or self.waiting_days >= self.every_days

    def clashes_with(self, day: date, coming: Iterable[date]) -> bool:
        """Whether food that is on its way (`coming`) already makes more on `day` too much.

        Who must be served on `day` gets food then, whatever comes before or after.
        """
        apart = 1 if self.must_serve else self.every_days
        return any(abs((day - on).days) < apart for on in coming)


def demands(db: Session, org_id: UUID, day: date, ids: list[UUID] | None = None) -> list[Demand]:
    """Recipients to serve on `day`, or those named by `ids` whether due or not, who waits longest first."""
    query = select(Recipient, func.ST_X(Recipient.geom), func.ST_Y(Recipient.geom)).where(
        Recipient.org_id == org_id, served, Recipient.geom.is_not(None)
    )
    if ids is not None:
        query = query.where(Recipient.id.in_(ids))
    else:
        query = query.where(
            or_(
                Recipient.last_food_on.is_(None),
                day - waits_since >= Recipient.need_every_days,
                Recipient.must_serve_on == day,
            )
        )
    return [
        _demand(row, lng, lat, day)
        for row, lng, lat in db.execute(query.order_by(waits_since, Recipient.id))
    ]


def visits_due(db: Session, org_id: UUID, day: date, ids: list[UUID] | None = None) -> list[Demand]:
    """Whom somebody is to look in on by `day`, also before they are approved; longest due first.

    With `ids` only those of them.
    """
    query = select(Recipient, func.ST_X(Recipient.geom), func.ST_Y(Recipient.geom)).where(
        Recipient.org_id == org_id,
        Recipient.state == "active",
        Recipient.geom.is_not(None),
        Recipient.visit_due_on <= day,
    )
    if ids is not None:
        query = query.where(Recipient.id.in_(ids))
    return [
        _demand(row, lng, lat, day)
        for row, lng, lat in db.execute(query.order_by(Recipient.visit_due_on, Recipient.id))
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
        service_s=service_seconds(
            row.kind, row.floor, has_lift=row.has_lift, two_people=row.two_people
        ),
        two_people=row.two_people,
        second_window_minutes=_second_window(row),
        floor=row.floor,
        has_lift=row.has_lift,
        must_serve=row.must_serve_on == day and row.last_food_on != day,
        skills=frozenset(row.skills_needed),
        visit_s=row.visit_minutes * 60 + climb_seconds(row.floor, has_lift=row.has_lift),
    )


def _second_window(row: Recipient) -> tuple[int, int] | None:
    if row.second_from_minute is None or row.second_until_minute is None:
        return None
    return row.second_from_minute, row.second_until_minute
