"""Places: from an address as typed to pins a person may choose from."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from app.accounts.access import Planner, Staff, Subject
from app.accounts.queries import service_area
from app.core.db import Db
from app.core.fields import Line, Point, Schema
from app.core.find import find
from app.core.problems import Malformed
from app.places.geocoding import ladder, online
from app.places.geocoding.candidates import Candidate, Precision, Source
from app.recipients.models import Recipient
from app.settings import settings

router = APIRouter(prefix="/api/v1/places", tags=["places"])
_PAIR = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,15})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,15})?)\s*")
Typed = Annotated[str, Query(min_length=1, max_length=200, examples=["曹杨路500弄12号"])]
Near = Annotated[str, Query(max_length=60, examples=["121.42,31.24"])]


class CandidateOut(Schema):
    """A possible place: how sure (0 to 1), how exact, and who says so."""

    point: Point
    label: str
    confidence: float
    source: Source
    precision: Precision


class PlacesOut(Schema):
    """Candidates, the surest first; `online` is the service that could be asked besides."""

    items: list[CandidateOut]
    online: Literal["amap", "tencent", "tianditu", "nominatim"] | None


class AskIn(Schema):
    """An address to be told to the online service; whose it is, when it is a household's."""

    q: Line
    near: Point | None = None
    recipient_id: UUID | None = None


def parse_near(text: str) -> Point | None:
    """Read "lng,lat" in WGS-84 degrees; "" is nowhere. Raises Malformed."""
    if not text.strip():
        return None
    pair = _PAIR.fullmatch(text)
    try:
        return Point(lng=float(pair[1]), lat=float(pair[2])) if pair else _refuse()
    except ValueError:
        return _refuse()


def _refuse() -> Point:
    raise Malformed(
        "near 要写成“经度,纬度”。",
        "near must be longitude,latitude.",
        errors=[{"field": "near", "message": "lng,lat"}],
    )


def _find(
    db: Session, subject: Subject, q: str, near: Point | None, asking: ladder.Asking | None = None
) -> list[Candidate]:
    area = service_area(db, subject.org_id)
    return ladder.find_places(db, subject.org_id, q, near=near, area=area, asking=asking)


def _answer(found: list[Candidate]) -> PlacesOut:
    geocoder = online.configured(settings())
    items = [CandidateOut.model_validate(one) for one in found]
    return PlacesOut(items=items, online=geocoder.name if geocoder else None)


@router.get("/search")
def search_places(subject: Staff, db: Db, q: Typed, near: Near = "") -> PlacesOut:
    """Where an address or a name may be: earlier confirmed houses, then the map's own names.

    Nothing leaves the machine here, whatever the settings say.
    """
    return _answer(_find(db, subject, q, parse_near(near)))


@router.post("/ask")
def ask_online(body: AskIn, subject: Planner, db: Db) -> PlacesOut:
    """The same, and where nothing is sure the online service is told the house; that is recorded."""
    about = ("organisation", subject.org_id)
    if body.recipient_id is not None:
        about = ("recipient", find(db, Recipient, subject.org_id, body.recipient_id).id)
    geocoder = online.configured(settings())
    asking = ladder.Asking(geocoder, subject.person_id, about) if geocoder else None
    return _answer(_find(db, subject, body.q, body.near, asking))
