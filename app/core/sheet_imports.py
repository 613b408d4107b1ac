"""An uploaded sheet on its way into a room: guessed, confirmed, imported, undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from app.core.clock import now
from app.core.find import find
from app.core.ids import new_id
from app.core.models import Base, OrgOwned, Versioned, one_of
from app.core.problems import NotFound, Refused
from app.core.sealing import seal_bytes, unseal_bytes

CONTENT_PLACE = "sheet_import|content"
STATES = ("uploaded", "imported", "undone")
LATEST = 10
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


def keep_upload(
    db: Session, org_id: UUID, by_id: UUID, *, kind: str, filename: str, data: bytes
) -> SheetImport:
    """Keep an uploaded file, sealed."""
    row = SheetImport(
        id=new_id(), org_id=org_id, kind=kind, filename=filename, state="uploaded", made_by_id=by_id
    )
    row.content = seal_bytes(data, org_id=org_id, place=CONTENT_PLACE, row_id=row.id)
    db.add(row)
    db.flush()
    return row


def content_of(row: SheetImport) -> bytes:
    """The file as it was uploaded. Raises NotFound when it is not kept any more."""
    if row.content is None:
        raise NotFound
    return unseal_bytes(row.content, org_id=row.org_id, place=CONTENT_PLACE, row_id=row.id)


def find_import(
    db: Session, org_id: UUID, import_id: UUID, kind: str, *, lock: bool = False
) -> SheetImport:
    """An import of one's own organisation and of this kind. Raises NotFound."""
    row = find(db, SheetImport, org_id, import_id, lock=lock)
    if row.kind != kind:
        raise NotFound
    return row


def latest_imports(db: Session, org_id: UUID, kind: str) -> list[SheetImport]:
    """The latest imports of this kind, newest first, without their files: the way back to an undo."""
    query = (
        select(SheetImport)
        .options(defer(SheetImport.content, raiseload=True))
        .where(SheetImport.org_id == org_id, SheetImport.kind == kind)
        .order_by(SheetImport.id.desc())
        .limit(LATEST)
    )
    return list(db.scalars(query))


def advance(row: SheetImport, verb: str) -> datetime:
    """Import or undo, stamped; the instant. Raises Refused with what is possible instead."""
    source, target = MOVES[verb]
    if row.state != source:
        allowed = [word for word, (begins, _) in MOVES.items() if begins == row.state]
        raise Refused(
            "这一步已经做过了，请刷新看看。",
            "This step has been done; please reload.",
            state=row.state,
            allowed=allowed,
        )
    row.state, at = target, now()
    row.version += 1
    if verb == "import":
        row.imported_at = at
    else:
        row.undone_at = at
    return at
