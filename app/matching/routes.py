"""The allocation of a day, read. It is made beside the plan, which knows what runs fetch anyway."""

from __future__ import annotations

from fastapi import APIRouter

from app.accounts.access import Staff
from app.core.db import Db
from app.core.fields import Day
from app.matching import queries
from app.matching.queries import AllocationRow

router = APIRouter(prefix="/api/v1/allocations", tags=["matching"])


@router.get("")
def list_allocations(day: Day, subject: Staff, db: Db) -> list[AllocationRow]:
    """The day's allocation."""
    return queries.rows(db, subject.org_id, day)
