"""An earlier planning becomes the day's drafts again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.problems import Refused
from app.runs.models import DayPlan


def restore(db: Session, subject: Subject, plan_id: UUID) -> DayPlan:
    """Put an earlier planning back."""
    del db, subject, plan_id
    raise Refused
