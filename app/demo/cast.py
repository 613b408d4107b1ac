"""Everybody and every place of a demo."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.donors.models import Site
from app.food.models import Hub
from app.recipients.models import Recipient
from app.volunteers.models import Volunteer

Place = tuple[float, float]  # lng, lat


@dataclass(frozen=True)
class Cast:
    """Who takes part, and where everything is, by id."""

    hubs: list[Hub]
    sites: list[Site]
    recipients: list[Recipient]
    volunteers: list[Volunteer]
    places: dict[UUID, Place]


def places_of(db: Session, org_id: UUID) -> dict[UUID, Place]:
    """Where sites, hubs and recipients are, by id; without those whose place is to be confirmed."""
    found: dict[UUID, Place] = {}
    for table in (Site, Hub, Recipient):
        query = select(table.id, func.ST_X(table.geom), func.ST_Y(table.geom)).where(
            table.org_id == org_id
        )
        found |= {
            row[0]: (row[1], row[2]) for row in db.execute(query.where(table.geom.is_not(None)))
        }
    return found
