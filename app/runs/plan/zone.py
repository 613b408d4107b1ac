"""The stops of a drawn zone are given to chosen volunteers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.problems import Refused
from app.runs.models import DayPlan


def start(
    db: Session,
    subject: Subject,
    day: date,
    stop_ids: Sequence[UUID],
    volunteer_ids: Sequence[UUID],
    *,
    seconds: float,
    seed: int | None,
) -> DayPlan:
    """Ask for a plan of the zone and of those who give it away."""
    del db, subject, day, stop_ids, volunteer_ids, seconds, seed
    raise Refused
