"""Append-only: who did what, and who read whose personal data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned


class AuditEntry(OrgOwned, Base):
    """One deed. Updates and deletes are refused by trigger and by privilege."""

    __tablename__ = "audit_entry"
    rules_of_table = (Index("ix_audit_entry_subject", "org_id", "subject_kind", "subject_id"),)

    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
