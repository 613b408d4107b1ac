"""Volunteers and their shifts."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.access import PLANNERS, STAFF, Crew, Planner, Staff, Subject, allow
from app.core.db import Db
from app.core.fields import Day
from app.core.find import edit, show_etag
from app.core.idempotency import Fingerprint, Key, once
from app.core.paging import Cursor, Limit, Page
from app.volunteers import queries, service
from app.volunteers.schemas import ShiftIn, ShiftOut, VolunteerEdit, VolunteerIn, VolunteerOut

router = APIRouter(prefix="/api/v1", tags=["volunteers"])
Words = Annotated[str, Query(max_length=100)]
PlannerOrVolunteer = Annotated[Subject, Depends(allow(*PLANNERS, "volunteer"))]


def _fields(body: VolunteerIn | VolunteerEdit) -> dict[str, Any]:
    points = {"start": body.start, "end": body.end}
    given = body.model_dump(exclude_unset=isinstance(body, VolunteerEdit))
    return {field: points.get(field, value) for field, value in given.items()}


@router.get("/volunteers")
def list_volunteers(
    subject: Staff, db: Db, q: Words = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[VolunteerOut]:
    """Volunteers by name."""
    items, following = queries.volunteers(db, subject.org_id, q=q, cursor=cursor, limit=limit)
    return Page(items=items, next=following)


@router.post("/volunteers", status_code=201)
def add_volunteer(
    body: VolunteerIn, subject: Planner, db: Db, key: Key = None, fingerprint: Fingerprint = b""
) -> VolunteerOut:
    """A new volunteer."""

    def act() -> dict[str, Any]:
        volunteer = service.add_volunteer(db, subject, **_fields(body))
        made = queries.whole_volunteer(db, subject.org_id, volunteer.id)
        return made.model_dump(mode="json")

    return VolunteerOut.model_validate(once(db, subject.key, key, fingerprint, act))


@router.get("/volunteers/{volunteer_id}")
def open_volunteer(volunteer_id: UUID, subject: Crew, db: Db, response: Response) -> VolunteerOut:
    """One volunteer; volunteers open themselves only."""
    volunteer = service.own_volunteer(db, subject, volunteer_id)
    show_etag(response, volunteer)
    return queries.whole_volunteer(db, subject.org_id, volunteer.id)


@router.patch("/volunteers/{volunteer_id}")
def edit_volunteer(
    volunteer_id: UUID,
    body: VolunteerEdit,
    subject: PlannerOrVolunteer,
    db: Db,
    request: Request,
    response: Response,
) -> VolunteerOut:
    """Change a volunteer (If-Match); volunteers change their own vehicle, load and places."""
    volunteer = service.own_volunteer(db, subject, volunteer_id, lock=True)
    edit(volunteer, request)
    service.edit_volunteer(db, subject, volunteer, changes=_fields(body))
    show_etag(response, volunteer)
    return queries.whole_volunteer(db, subject.org_id, volunteer.id)


@router.get("/shifts")
def list_shifts(subject: Crew, db: Db, day: Day | None = None) -> list[ShiftOut]:
    """Who is there on a day (default: today); volunteers see their own shifts."""
    only = None if subject.has(*STAFF) else subject.person_id
    return queries.shifts(db, subject.org_id, day or subject.today, person_id=only)


@router.post("/shifts", status_code=201)
def add_shift(
    body: ShiftIn,
    subject: PlannerOrVolunteer,
    db: Db,
    key: Key = None,
    fingerprint: Fingerprint = b"",
) -> ShiftOut:
    """A volunteer is there on a day; volunteers say so for themselves."""

    def act() -> dict[str, Any]:
        shift = service.add_shift(db, subject, **body.model_dump())
        day = queries.shifts(db, subject.org_id, shift.day)
        return next(row for row in day if row.id == shift.id).model_dump(mode="json")

    return ShiftOut.model_validate(once(db, subject.key, key, fingerprint, act))


@router.delete("/shifts/{shift_id}", status_code=204)
def remove_shift(shift_id: UUID, subject: PlannerOrVolunteer, db: Db) -> None:
    """Take a shift away."""
    service.remove_shift(db, subject, shift_id)
