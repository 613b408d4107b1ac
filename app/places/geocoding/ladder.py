"""Address → candidates: what was confirmed before, then the map's own names, then a service.

The last rung is a person who drags the pin; `book.remember_place` keeps what that person said.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.fields import Point
from app.core.sealing import blind_index
from app.places.area import Area
from app.places.geocoding import gazetteer, online
from app.places.geocoding.book import known_places
from app.places.geocoding.candidates import Candidate, best

# A house this sure is an answer; nobody outside needs to be asked.
SURE = 0.75
TYPED_MAX = 200


@dataclass(frozen=True)
class Asking:
    """Who lets an address out of the house, and whose it is: ("recipient", id) or the organisation."""

    geocoder: online.Geocoder
    actor_id: UUID | None
    about: tuple[str, UUID]


def find_places(
    db: Session,
    org_id: UUID,
    typed: str,
    *,
    near: Point | None = None,
    limit: int = 5,
    area: Area | None = None,
    asking: Asking | None = None,
) -> list[Candidate]:
    """The likeliest places of an address as typed, the surest first, at most `limit`.

    `near` (WGS-84) decides between namesakes; what lies outside `area` is dropped. Only with
    `asking` may an online geocoder be told the house, and only when nothing surer is known; that
    it was told is written into the audit first. Nothing typed, nothing found.
    """
    text = "".join(sign for sign in typed[:TYPED_MAX] if not "\ud800" <= sign <= "\udfff")
    text = text.replace("\x00", "").strip()
    if not text:
        return []
    found = known_places(db, org_id, text)
    if not any(one.confidence >= SURE for one in found):
        found += gazetteer.search(db, text, near, limit)
    found = _within(found, area)
    if asking is not None and not any(one.confidence >= SURE for one in found):
        found += _within(_ask(db, org_id, text, asking), area)
    return best(found, near, limit)


def _within(found: list[Candidate], area: Area | None) -> list[Candidate]:
    return [one for one in found if area is None or area.contains(one.point.lng, one.point.lat)]


def _ask(db: Session, org_id: UUID, typed: str, asking: Asking) -> list[Candidate]:
    """Tell a third party where somebody lives, and write down that it was told.

    The audit keeps the address's keyed index, not the address: whether this one was given away
    can be answered, and the record itself gives nothing away.
    """
    house = online.outgoing(typed)
    if not house:
        return []
    told = blind_index(house, org_id=org_id, field="address")
    record(
        db,
        org_id,
        asking.actor_id,
        "told_geocoder",
        asking.about,
        geocoder=asking.geocoder.name,
        address_index=told.hex() if told else "",
    )
    db.flush()
    return online.ask(asking.geocoder, house)
