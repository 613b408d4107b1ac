"""Whose rows a transaction may see. Transaction-local, so nothing leaks to the next request."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


def enter_organisation(db: Session, org_id: UUID) -> None:
    """From here to the end of this transaction the database shows only this tenant's rows."""
    db.execute(text("SELECT set_config('foodmap.org_id', :org_id, true)"), {"org_id": str(org_id)})
    db.info["org_id"] = org_id


def organisation_ids(db: Session) -> list[UUID]:
    """Every organisation of the installation: for chores that go from one to the next."""
    return list(db.scalars(text("SELECT org_id FROM list_organisations()")))
