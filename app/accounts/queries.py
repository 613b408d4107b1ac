"""Reads on people and share links."""

from __future__ import annotations

import json
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.accounts.models import Organisation, Person, ShareLink
from app.accounts.schemas import Me, OrganisationOut, PersonOut
from app.core.find import find
from app.places.area import Area

# Where pins may lie while an organisation has drawn no area of its own.
ANYWHERE = Area.box("全国", "China", west=73, south=18, east=136, north=54)
# And where its map opens: the middle of China's map.
FALLBACK_CENTER = [104.0, 35.0]


def people(db: Session, org_id: UUID) -> list[Person]:
    """Everybody of the organisation, by name."""
    return list(
        db.scalars(select(Person).where(Person.org_id == org_id).order_by(Person.name, Person.id))
    )


def shares(db: Session, org_id: UUID) -> list[ShareLink]:
    """The organisation's share links, newest first."""
    return list(
        db.scalars(
            select(ShareLink)
            .where(ShareLink.org_id == org_id)
            .order_by(ShareLink.id.desc())
            .limit(200)
        )
    )


def me(db: Session, subject: Subject) -> Me:
    """Who is signed in, and where they work."""
    organisation = db.get_one(Organisation, subject.org_id)
    return Me(
        person=PersonOut.model_validate(find(db, Person, subject.org_id, subject.person_id)),
        organisation=OrganisationOut(
            id=organisation.id,
            name=organisation.name,
            zone=organisation.zone,
            is_demo=organisation.is_demo,
            center=_middle(organisation),
            today=subject.today,
        ),
    )


def _middle(organisation: Organisation) -> list[float]:
    """Where a map opens: the middle of the organisation's districts, [lng, lat]."""
    places = organisation.districts
    if not places:
        return FALLBACK_CENTER
    return [sum(place[axis] for place in places) / len(places) for axis in ("lng", "lat")]


def service_area(db: Session, org_id: UUID) -> Area:
    """The area the organisation serves; all of China's box while none is drawn."""
    drawn = db.scalar(select(func.ST_AsGeoJSON(Organisation.area)).where(Organisation.id == org_id))
    if drawn is None:
        return ANYWHERE
    ring = json.loads(drawn)["coordinates"][0][:-1]
    return Area("服务区域", "the area served", tuple((lng, lat) for lng, lat, *_ in ring))
