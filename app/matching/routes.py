"""The allocation of a day."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.accounts.access import Planner, Staff
from app.core.db import Db
from app.core.fields import Day, Schema
from app.matching import queries, service
from app.matching.queries import AllocationRow

router = APIRouter(prefix="/api/v1/allocations", tags=["matching"])


class AllocateIn(Schema):
    """Which day, and how many households at most."""

    day: Day
    limit: Annotated[int, Field(ge=1, le=5000)] | None = None


class LeftOutOut(Schema):
    """Who gets nothing, and why."""

    household_id: str
    code: str
    zh: str
    en: str


class AllocationOut(Schema):
    """The allocation that was made."""

    rows: list[AllocationRow]
    left_out: list[LeftOutOut]


@router.post("", status_code=201)
def allocate(body: AllocateIn, subject: Planner, db: Db) -> AllocationOut:
    """Make the day's allocation anew; what is on a run already stays."""
    outcome = service.allocate_day(db, subject, body.day, body.limit)
    left = [
        LeftOutOut(
            household_id=out.household_id, code=out.reason.code, zh=out.reason.zh, en=out.reason.en
        )
        for out in outcome.left_out
    ]
    return AllocationOut(rows=queries.rows(db, subject.org_id, body.day), left_out=left)


@router.get("")
def list_allocations(day: Day, subject: Staff, db: Db) -> list[AllocationRow]:
    """The day's allocation."""
    return queries.rows(db, subject.org_id, day)
