"""One possible place of an address, with how sure we are and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape

from app.core.fields import Point

Precision = Literal["house", "street", "compound", "area"]
Source = Literal["address_book", "gazetteer", "amap", "tencent", "tianditu", "nominatim"]
# What a page may say a pin stands on: a candidate taken over as it was, or a person's own hand.
ChosenSource = Literal[
    "person", "address_book", "gazetteer", "amap", "tencent", "tianditu", "nominatim"
]
# Everything a confirmed pin may stand on: a candidate taken over as it was, a pin put by a person
# ("person"), or the numbers of an imported sheet ("sheet").
PLACE_SOURCES = (
    "person", "sheet", "address_book", "gazetteer", "amap", "tencent", "tianditu", "nominatim"
)  # fmt: skip
METRES_PER_DEGREE = 111_195  # of a great circle, mean Earth radius 6 371 km
SAME_PLACE_M = 60
# A centimetre: what a number loses on its way through a form.
UNMOVED_DEG = 1e-7


@dataclass(frozen=True)
class Candidate:
    """A possible place: `point` in WGS-84, `confidence` from 0 to 1, `precision` how exact it is."""

    point: Point
    label: str
    confidence: float
    source: Source
    precision: Precision


def metres_between(one: Point, other: Point) -> float:
    """Metres between two near points, on a plane laid at their latitude."""
    east = (other.lng - one.lng) * math.cos(math.radians(one.lat))
    return math.hypot(east, other.lat - one.lat) * METRES_PER_DEGREE


def best(candidates: Iterable[Candidate], near: Point | None, limit: int) -> list[Candidate]:
    """The surest first, of equals the nearest; a place is told once."""

    def order(one: Candidate) -> tuple[float, float]:
        return -round(one.confidence, 2), metres_between(one.point, near) if near else 0.0

    told: list[Candidate] = []
    for one in sorted(candidates, key=order):
        if not any(metres_between(one.point, other.point) < SAME_PLACE_M for other in told):
            told.append(one)
    return told[:limit]


def has_moved(before: WKBElement | None, after: Point) -> bool:
    """Whether a pin lies elsewhere: a form saved again brings its old pin along, unlooked at."""
    if before is None:
        return True
    lng, lat, *_ = to_shape(before).bounds
    return abs(lng - after.lng) > UNMOVED_DEG or abs(lat - after.lat) > UNMOVED_DEG
