"""Reads on volunteers and shifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session

from app.core.fields import Point
from app.core.paging import cut_page, decode_cursor
from app.volunteers.models import Shift, Volunteer
from app.volunteers.schemas import ShiftOut, VolunteerOut

_places = (
    func.ST_X(Volunteer.start_geom),
    func.ST_Y(Volunteer.start_geom),
    func.ST_X(Volunteer.end_geom),
    func.ST_Y(Volunteer.end_geom),
)
_same_volunteer = (Volunteer.org_id == Shift.org_id) & (Volunteer.id == Shift.volunteer_id)


@dataclass(frozen=True)
class OnDuty:
    """A volunteer who is there on a day, as the planner needs them.

    `start` and `end` are (lng, lat) in WGS-84 degrees, None where none was given; minutes
    count from the organisation's midnight.
    """

    volunteer_id: UUID
    person_id: UUID | None
    name: str
    mode: str
    vehicle: str
    capacity_grams: int
    capacity_boxes: int
    capacity_chilled_boxes: int
    skills: frozenset[str]
    from_minute: int
    until_minute: int
    start: tuple[float, float] | None
    end: tuple[float, float] | None


def on_duty(db: Session, org_id: UUID, day: date) -> list[OnDuty]:
    """The active volunteers with a shift on `day`, in a steady order."""
    query = select(Volunteer, Shift.from_minute, Shift.until_minute, *_places)
    query = query.join(Shift, _same_volunteer).where(
        Volunteer.org_id == org_id, Volunteer.active, Shift.org_id == org_id, Shift.day == day
    )
    rows = db.execute(query.order_by(Volunteer.name, Volunteer.id))
    return [_on_duty(row[0], (row[1], row[2]), row[3:]) for row in rows]


def _on_duty(volunteer: Volunteer, minutes: tuple[int, int], places: Any) -> OnDuty:
    return OnDuty(
        volunteer_id=volunteer.id,
        person_id=volunteer.person_id,
        name=volunteer.name,
        mode=volunteer.mode,
        vehicle=volunteer.vehicle,
        capacity_grams=volunteer.capacity_grams,
        capacity_boxes=volunteer.capacity_boxes,
        capacity_chilled_boxes=volunteer.capacity_chilled_boxes,
        skills=frozenset(volunteer.skills),
        from_minute=minutes[0],
        until_minute=minutes[1],
        start=(places[0], places[1]) if places[0] is not None else None,
        end=(places[2], places[3]) if places[2] is not None else None,
    )


def volunteer_of(db: Session, org_id: UUID, person_id: UUID) -> Volunteer | None:
    """The volunteer that a signed-in person is, if they are one."""
    query = select(Volunteer).where(Volunteer.org_id == org_id, Volunteer.person_id == person_id)
    return db.scalar(query.order_by(Volunteer.id).limit(1))


def volunteers(
    db: Session, org_id: UUID, *, q: str, cursor: str | None, limit: int
) -> tuple[list[VolunteerOut], str | None]:
    """A page of volunteers by name."""
    query: Select[Any] = select(Volunteer, *_places).where(Volunteer.org_id == org_id)
    if q.strip():
        query = query.where(Volunteer.name.contains(q.strip(), autoescape=True))
    after = decode_cursor(cursor, 2)
    if after is not None:
        name, row_id = literal(str(after[0]), String), literal(str(after[1]))
        last = tuple_(name, cast(row_id, Volunteer.id.type))
        query = query.where(tuple_(Volunteer.name, Volunteer.id) > last)
    rows = db.execute(query.order_by(Volunteer.name, Volunteer.id).limit(limit + 1)).all()
    page, following = cut_page(rows, limit, lambda row: (row[0].name, row[0].id))
    return [_volunteer_out(row[0], row[1:]) for row in page], following


def whole_volunteer(db: Session, org_id: UUID, volunteer_id: UUID) -> VolunteerOut:
    """One volunteer, known to be there."""
    query = select(Volunteer, *_places).where(Volunteer.org_id == org_id)
    row = db.execute(query.where(Volunteer.id == volunteer_id)).one()
    return _volunteer_out(row[0], row[1:])


def _volunteer_out(volunteer: Volunteer, places: Any) -> VolunteerOut:
    shown = set(VolunteerOut.model_fields) & set(Volunteer.__table__.columns.keys())
    return VolunteerOut(
        **{field: getattr(volunteer, field) for field in shown},
        start=Point(lng=places[0], lat=places[1]) if places[0] is not None else None,
        end=Point(lng=places[2], lat=places[3]) if places[2] is not None else None,
    )


def shifts(
    db: Session, org_id: UUID, day: date, *, person_id: UUID | None = None
) -> list[ShiftOut]:
    """The shifts of a day by name; with `person_id` only that person's own."""
    query = select(Shift, Volunteer.name, Volunteer.mode).join(Volunteer, _same_volunteer)
    query = query.where(Shift.org_id == org_id, Shift.day == day)
    if person_id is not None:
        query = query.where(Volunteer.person_id == person_id)
    rows = db.execute(query.order_by(Volunteer.name, Shift.id))
    return [_shift_out(shift, name, mode) for shift, name, mode in rows]


def _shift_out(shift: Shift, name: str, mode: Any) -> ShiftOut:
    return ShiftOut(
        id=shift.id,
        volunteer_id=shift.volunteer_id,
        name=name,
        mode=mode,
        day=shift.day,
        from_minute=shift.from_minute,
        until_minute=shift.until_minute,
        break_from_minute=shift.break_from_minute,
        break_until_minute=shift.break_until_minute,
        break_minutes=shift.break_minutes,
    )
