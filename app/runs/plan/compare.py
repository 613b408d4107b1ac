"""Two plannings of one day side by side."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.problems import Refused
from app.runs.plan.schemas import PlanComparisonOut


def compare(db: Session, subject: Subject, a: UUID, b: UUID) -> PlanComparisonOut:
    """Figures of both, and what differs for each volunteer."""
    del db, subject, a, b
    raise Refused
