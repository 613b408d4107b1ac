"""What travels between the pages and the day's allocation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.core.fields import Day, Schema
from app.matching.queries import AllocationRow


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
