"""What a move by hand would bring, before it is made."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.problems import Refused
from app.runs.plan.schemas import PreviewOut


def preview(
    db: Session, subject: Subject, stop_id: UUID, run_id: UUID, position: int
) -> PreviewOut:
    """Times, lengths and faults after a move. Changes nothing."""
    del db, subject, stop_id, run_id, position
    raise Refused
