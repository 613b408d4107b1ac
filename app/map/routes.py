"""The map: features in a box, runs, the plain ground."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from app.accounts.access import SignedIn
from app.core.db import Db
from app.core.fields import Day
from app.map import grounds, lines, queries
from app.map.rules import parse_box
from app.map.schemas import FeaturesOut, GroundOut, MapRun

router = APIRouter(prefix="/api/v1/map", tags=["map"])


@router.get("/features", response_model=FeaturesOut)
def features(
    bbox: Annotated[str, Query(max_length=200, examples=["121.3,31.1,121.6,31.4"])],
    subject: SignedIn,
    db: Db,
    zoom: Annotated[int, Query(ge=0, le=24)] = 12,
) -> Response:
    """What lies within west,south,east,north (degrees WGS-84) and this role may see.

    Farther out than a city (zoom under 8) recipients come as cells alone.
    """
    points = zoom >= queries.POINTS_ZOOM_MIN
    body = queries.features(db, subject, parse_box(bbox), points=points)
    return Response(body, media_type="application/json")


@router.get("/runs")
def runs(subject: SignedIn, db: Db, day: Literal["today"] | Day = "today") -> list[MapRun]:
    """The day's runs as lines."""
    return lines.runs(db, subject, subject.today if day == "today" else day)


@router.get("/ground")
def ground(subject: SignedIn, db: Db) -> GroundOut:
    """What the map stands on: the extract's tiles, the operator's layer, else districts' names."""
    return grounds.ground(db, subject)
