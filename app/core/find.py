"""One row of one's own organisation, or the refusal that tells nothing."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.models import OrgOwned, Versioned
from app.core.problems import NotFound, OutOfDate

Owned = TypeVar("Owned", bound=OrgOwned)


def find(
    db: Session, table: type[Owned], org_id: UUID, row_id: UUID, *, lock: bool = False
) -> Owned:
    """The row, if it is the organisation's (asked in the query and by row-level security).

    `lock` takes FOR NO KEY UPDATE: a plain FOR UPDATE deadlocks against the foreign-key
    checks of rows that point here. Raises NotFound.
    """
    query = select(table).where(table.org_id == org_id, table.id == row_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    row = db.scalar(query)
    if row is None:
        raise NotFound
    return row


def etag(row: Versioned) -> str:
    """The row's version as an ETag."""
    return f'"{row.version}"'


def show_etag(response: Response, row: Versioned) -> None:
    """Send the row's version along with it."""
    response.headers["ETag"] = etag(row)


def edit(row: Versioned, request: Request) -> None:
    """Count an edit. Raises OutOfDate when If-Match names another version than the present one."""
    expected = request.headers.get("if-match")
    if expected not in (None, "*", etag(row)):
        raise OutOfDate
    row.version += 1
