"""An uploaded sheet on its way into a room: guessed, confirmed, imported, undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, Versioned, one_of

STATES = ("uploaded", "imported", "undone")
MOVES = {"import": ("uploaded", "imported"), "undo": ("imported", "undone")}


class SheetImport(OrgOwned, Versioned, Base):
    """One file; its bytes are sealed, since it is the paper register itself."""

    __tablename__ = "sheet_import"
    rules_of_table = (one_of("state", STATES), one_of("kind", ("register", "donors")))

    kind: Mapped[str]
    filename: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(default="uploaded")
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    edits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_by_id: Mapped[UUID | None]
    imported_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
