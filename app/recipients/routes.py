"""The register."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.accounts.access import Planner
from app.core.db import Db
from app.core.find import edit, find, show_etag
from app.core.idempotency import Fingerprint, Key, once
from app.core.paging import Cursor, Limit, Page
from app.places.datums import Datum
from app.recipients import queries, service
from app.recipients.models import Recipient
from app.recipients.schemas import (
    Filter,
    MoveIn,
    PlaceIn,
    RecipientIn,
    RecipientOut,
    RecipientRow,
    RegisterCounts,
)

router = APIRouter(prefix="/api/v1/recipients", tags=["recipients"])
Words = Annotated[str, Query(max_length=100)]


@router.get("")
def list_recipients(
    subject: Planner,
    db: Db,
    which: Filter = "all",
    q: Words = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RecipientRow]:
    """The register, who waits longest first; names are masked."""
    items, following = queries.register(
        db, subject.org_id, subject.today, which=which, q=q, cursor=cursor, limit=limit
    )
    return Page(items=items, next=following)


@router.get("/counts")
def count_recipients(subject: Planner, db: Db) -> RegisterCounts:
    """How many rows each filter holds."""
    return queries.counts(db, subject.org_id, subject.today)


@router.post("", status_code=201)
def register(
    body: RecipientIn, subject: Planner, db: Db, key: Key = None, fingerprint: Fingerprint = b""
) -> RecipientOut:
    """Register one household or community point."""

    def act() -> dict[str, object]:
        # Only the id is kept with the key: the answer itself has a name and a telephone in it.
        return {"id": str(service.register(db, subject, body).id)}

    kept = once(db, subject.key, key, fingerprint, act)
    db.flush()
    row = find(db, Recipient, subject.org_id, UUID(str(kept["id"])))
    return queries.whole(db, row)


@router.get("/{recipient_id}")
def open_recipient(
    recipient_id: UUID, subject: Planner, db: Db, response: Response
) -> RecipientOut:
    """One file with name and telephone; the reading is logged."""
    row = service.reveal(db, subject, recipient_id)
    show_etag(response, row)
    return queries.whole(db, row)


@router.put("/{recipient_id}")
def amend(
    recipient_id: UUID,
    body: RecipientIn,
    subject: Planner,
    db: Db,
    request: Request,
    response: Response,
) -> RecipientOut:
    """Save the form again (If-Match)."""
    row = find(db, Recipient, subject.org_id, recipient_id, lock=True)
    edit(row, request)
    service.amend(db, subject, row, body)
    db.flush()
    show_etag(response, row)
    return queries.whole(db, row)


@router.put("/{recipient_id}/place")
def confirm_place(recipient_id: UUID, body: PlaceIn, subject: Planner, db: Db) -> RecipientOut:
    """Put the pin where the door is."""
    pin = service.Pin(body.point, Datum(body.datum), body.source, body.confidence)
    row = service.confirm_place(db, subject, recipient_id, pin)
    db.flush()
    return queries.whole(db, row)


@router.post("/{recipient_id}/moves")
def move(recipient_id: UUID, body: MoveIn, subject: Planner, db: Db) -> RecipientOut:
    """Approve, pause, resume, end or restore."""
    row = service.move(db, subject, recipient_id, body.verb, reason=body.reason, until=body.until)
    db.flush()
    return queries.whole(db, row)
