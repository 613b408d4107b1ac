"""Write down a deed in the transaction that does it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.models import AuditEntry


def record(
    db: Session,
    org_id: UUID,
    actor_id: UUID | None,
    action: str,
    about: tuple[str, UUID],
    **detail: Any,
) -> None:
    """Note that `actor_id` did `action` to `about` = (kind, id). Detail holds no personal data."""
    kind, subject_id = about
    db.add(
        AuditEntry(
            org_id=org_id,
            actor_id=actor_id,
            action=action,
            subject_kind=kind,
            subject_id=subject_id,
            detail=detail,
        )
    )
