"""Verbs on volunteers and their shifts."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.accounts.models import Person
from app.audit.service import record
from app.core.fields import Point
from app.core.find import find
from app.core.ids import new_id
from app.core.problems import NotAllowed, NotFound, Refused
from app.volunteers import rules
from app.volunteers.models import Shift, Volunteer

PLACES = {"start": "start_geom", "end": "end_geom"}
# What a volunteer may have none of; elsewhere null means that nothing was said.
MAY_GO = frozenset({"max_stops"})


def add_volunteer(
    db: Session,
    subject: Subject,
    *,
    name: str,
    person_id: UUID | None = None,
    start: Point | None = None,
    end: Point | None = None,
    mode: str = "foot",
    **fields: Any,
) -> Volunteer:
    """A new volunteer. `fields`: vehicle, the three capacities (None: as usual), skills, limits.

    Raises NotFound for a person of another organisation, Refused for one who is a volunteer.
    """
    usual = dict(zip(("capacity_grams", "capacity_boxes"), rules.USUAL_LOADS[mode], strict=True))
    fields |= {name: amount for name, amount in usual.items() if fields.get(name) is None}
    volunteer = Volunteer(id=new_id(), mode=mode, org_id=subject.org_id, name=name, **fields)
    if person_id is not None:
        _name_person(db, volunteer, person_id)
    _put(volunteer, {"start": start, "end": end})
    db.add(volunteer)
    db.flush()
    _record(db, subject, "added_volunteer", volunteer)
    return volunteer


def _name_person(db: Session, volunteer: Volunteer, person_id: UUID) -> None:
    person = find(db, Person, volunteer.org_id, person_id)
    taken = select(Volunteer.id).where(
        Volunteer.org_id == volunteer.org_id,
        Volunteer.person_id == person.id,
        Volunteer.id != volunteer.id,
    )
    if db.scalar(taken.limit(1)) is not None:
        raise Refused("这个人已经登记为志愿者了。", "This person is already a volunteer.")
    volunteer.person_id = person.id


def _put(volunteer: Volunteer, places: dict[str, Point | None]) -> None:
    for word, point in places.items():
        setattr(volunteer, PLACES[word], point.to_geometry() if point else None)


def own_volunteer(
    db: Session, subject: Subject, volunteer_id: UUID, *, lock: bool = False
) -> Volunteer:
    """The volunteer, if the subject may see them: staff everybody, others themselves."""
    volunteer = find(db, Volunteer, subject.org_id, volunteer_id, lock=lock)
    is_own = volunteer.person_id == subject.person_id
    if not is_own and not subject.has(*rules.PLANNERS, "keeper"):
        raise NotFound
    return volunteer


def edit_volunteer(
    db: Session, subject: Subject, volunteer: Volunteer, *, changes: dict[str, Any]
) -> None:
    """Change what is named in `changes`; volunteers change what they ride and carry themselves.

    Raises NotAllowed, NotFound and Refused for the person as in `add_volunteer`.
    """
    is_own = volunteer.person_id == subject.person_id
    if not rules.may_edit(subject.roles, set(changes), is_own=is_own):
        raise NotAllowed
    for field, value in changes.items():
        if field in PLACES:
            _put(volunteer, {field: value})
        elif field == "person_id" and value is not None:
            _name_person(db, volunteer, value)
        elif value is not None or field in MAY_GO:
            setattr(volunteer, field, value)
    db.flush()
    _record(db, subject, "edited_volunteer", volunteer, fields=sorted(changes))


def add_shift(
    db: Session,
    subject: Subject,
    *,
    volunteer_id: UUID,
    day: date,
    from_minute: int,
    until_minute: int,
    **rest: int | None,
) -> Shift:
    """A volunteer is there on a day. `rest`: the three minutes of a break, or none of them.

    Raises NotFound, Refused for a second shift that day.
    """
    volunteer = _to_schedule(db, subject, volunteer_id)
    same = select(Shift.id).where(
        Shift.org_id == subject.org_id, Shift.volunteer_id == volunteer.id, Shift.day == day
    )
    if db.scalar(same) is not None:
        raise Refused("这一天已经排了班，请先删掉原来的。", "There is a shift on that day already.")
    shift = Shift(
        id=new_id(),
        org_id=subject.org_id,
        volunteer_id=volunteer.id,
        day=day,
        from_minute=from_minute,
        until_minute=until_minute,
        **rest,
    )
    db.add(shift)
    db.flush()
    _record(db, subject, "added_shift", volunteer, day=day.isoformat())
    return shift


def remove_shift(db: Session, subject: Subject, shift_id: UUID) -> None:
    """Take a shift away. Raises NotFound."""
    shift = find(db, Shift, subject.org_id, shift_id, lock=True)
    volunteer = _to_schedule(db, subject, shift.volunteer_id)
    db.delete(shift)
    db.flush()
    _record(db, subject, "removed_shift", volunteer, day=shift.day.isoformat())


def _to_schedule(db: Session, subject: Subject, volunteer_id: UUID) -> Volunteer:
    volunteer = own_volunteer(db, subject, volunteer_id, lock=True)
    is_own = volunteer.person_id == subject.person_id
    if not is_own and rules.PLANNERS.isdisjoint(subject.roles):
        raise NotAllowed
    return volunteer


def _record(
    db: Session, subject: Subject, action: str, volunteer: Volunteer, **detail: Any
) -> None:
    about = ("volunteer", volunteer.id)
    record(db, subject.org_id, subject.person_id, action, about, **detail)
