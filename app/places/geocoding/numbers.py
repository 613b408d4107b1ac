"""House numbers along a street: the house itself, its lane, or a place between its neighbours."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

import shapely
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.core.fields import Point
from app.places.address.parsing import Address
from app.places.geocoding.candidates import Precision, metres_between
from app.places.ground.folding import key
from app.places.ground.models import Gazetteer, ground_line

EXACT_HOUSE, SAME_LANE, BETWEEN, BESIDE = 0.92, 0.75, 0.65, 0.5
BETWEEN_NUMBERS_MAX, BESIDE_NUMBERS_MAX = 60, 12
HOUSES_MAX = 3_000
# Houses of one street name farther apart than this (about 700 m) stand in two streets.
SAME_STREET_DEG = 0.007
AROUND_DEG = 0.003

Placed = tuple[str, Point, float, Precision]
"""Label, WGS-84, confidence, precision."""


@dataclass(frozen=True)
class House:
    """A house of one street with the first number in its number ("26-27号" → 26)."""

    number: int
    written: str
    point: Point


def at_number(db: Session, dataset_id: int, street: str, address: Address) -> list[Placed]:
    """Where the address's number is on `street`; once for each street of that name."""
    return [
        one
        for houses in _streets(db, dataset_id, street, address.lane)
        for one in _placed(db, dataset_id, street, address, houses)
    ]


def _streets(db: Session, dataset_id: int, street: str, lane: str) -> list[list[House]]:
    """The numbered houses under that street's name, those of each real street together.

    Some mappers write a lane into the street's name ("密云路454弄 Lane 454 …", "2号"): its houses
    count as numbers of the street ("454弄2号").
    """
    own = Gazetteer.street == street
    in_lane = f"{street}{lane}弄" if lane else ""
    if in_lane:
        own = or_(own, Gazetteer.street.startswith(in_lane, autoescape=True))
    query = (
        select(
            Gazetteer.street,
            Gazetteer.number,
            func.ST_X(Gazetteer.geom),
            func.ST_Y(Gazetteer.geom),
            func.ST_ClusterDBSCAN(Gazetteer.geom, SAME_STREET_DEG, 1).over(),
        )
        .where(Gazetteer.dataset_id == dataset_id, Gazetteer.kind == "house", own)
        .limit(HOUSES_MAX)
    )
    together: dict[int, list[House]] = defaultdict(list)
    for name, number, lng, lat, cluster in db.execute(query):
        written = number if name == street else f"{lane}弄{number}"
        first = re.match(r"\d{1,6}", written)
        if first:
            together[cluster].append(House(int(first[0]), written, Point(lng=lng, lat=lat)))
    return list(together.values())


def _placed(
    db: Session, dataset_id: int, street: str, address: Address, houses: list[House]
) -> list[Placed]:
    door = address.number or address.building
    wanted = f"{address.lane}弄{door}" if address.lane and door else door
    if wanted and not (address.lane and not door):
        exact = [one for one in houses if _is_number(one.written, wanted)]
        if exact:
            return [(label(street, one.written), one.point, EXACT_HOUSE, "house") for one in exact]
    if address.lane:
        lane = [one for one in houses if re.match(rf"{address.lane}(?:弄|$)", one.written)]
        if lane:
            return [(label(street, f"{address.lane}弄"), _middle(lane), SAME_LANE, "compound")]
    first = re.match(r"\d{1,6}", address.lane or door)
    return _between(db, dataset_id, street, int(first[0]), houses) if first else []


def _is_number(written: str, wanted: str) -> bool:
    """The same number, or one of several that the house has ("26-27号", "454弄6-8号")."""
    has, asked = (key(one).removesuffix("号") for one in (written, wanted))
    if has == asked:
        return True
    lane, _, span = has.rpartition("弄")
    asked_lane, _, one = asked.rpartition("弄")
    ends = re.fullmatch(r"(\d{1,6})-(\d{1,6})", span)
    if ends is None or lane != asked_lane or not one.isdecimal():
        return False
    return int(ends[1]) <= int(one) <= int(ends[2])


def label(street: str, number: str) -> str:
    """曹杨路12号, 曹杨路12弄5号, Hauptstraße 12."""
    if not re.search(r"[一-龥]", street):
        return f"{street} {number}"
    return f"{street}{number}" if number.endswith(("弄", "号")) else f"{street}{number}号"


def _middle(houses: list[House]) -> Point:
    middle = shapely.MultiPoint([(one.point.lng, one.point.lat) for one in houses]).centroid
    return Point(lng=middle.x, lat=middle.y)


def _between(
    db: Session, dataset_id: int, street: str, number: int, houses: list[House]
) -> list[Placed]:
    """Between the next lower and the next higher number of the same side, or beside the nearest."""
    side = [one for one in houses if one.number % 2 == number % 2] or houses
    below = max((one for one in side if one.number <= number), key=lambda h: h.number, default=None)
    above = min((one for one in side if one.number >= number), key=lambda h: h.number, default=None)
    shown = label(street, str(number))
    if below and above and above.number - below.number <= BETWEEN_NUMBERS_MAX:
        share = (number - below.number) / max(1, above.number - below.number)
        point = _along(db, dataset_id, street, (below.point, above.point), share)
        return [(shown, point, BETWEEN, "street")]
    nearest = min(side, key=lambda one: abs(one.number - number), default=None)
    if nearest and abs(nearest.number - number) <= BESIDE_NUMBERS_MAX:
        return [(shown, nearest.point, BESIDE, "street")]
    return []


def _along(
    db: Session, dataset_id: int, street: str, ends: tuple[Point, Point], share: float
) -> Point:
    """The place `share` of the way from one house to the other, following the street's bends."""
    first, last = (shapely.Point(end.lng, end.lat) for end in ends)
    line = _street_line(db, dataset_id, street, ends)
    if line is None:
        line = shapely.LineString([first, last])
    start, end = line.project(first), line.project(last)
    at, foot, other = (line.interpolate(way) for way in (start + (end - start) * share, start, end))
    # As far off the street's middle, and on the same side, as its neighbours.
    east = (first.x - foot.x) * (1 - share) + (last.x - other.x) * share
    north = (first.y - foot.y) * (1 - share) + (last.y - other.y) * share
    return Point(lng=at.x + east, lat=at.y + north)


def _street_line(
    db: Session, dataset_id: int, street: str, ends: tuple[Point, Point]
) -> shapely.LineString | None:
    """The street as drawn around both houses, in degrees; None when it is no single line."""
    if metres_between(*ends) < 1:
        return None
    lngs, lats = [end.lng for end in ends], [end.lat for end in ends]
    around = func.ST_Transform(
        func.ST_Expand(
            func.ST_MakeEnvelope(min(lngs), min(lats), max(lngs), max(lats), 4326), AROUND_DEG
        ),
        3857,
    )
    drawn = db.scalar(
        select(
            func.ST_AsBinary(
                func.ST_Transform(func.ST_LineMerge(func.ST_Collect(ground_line.c.geom)), 4326)
            )
        ).where(
            ground_line.c.dataset_id == dataset_id,
            ground_line.c.level == 3,
            ground_line.c.layer == "road",
            ground_line.c.name == street,
            ground_line.c.geom.op("&&")(around),
        )
    )
    line = shapely.from_wkb(bytes(drawn)) if drawn is not None else None
    return line if isinstance(line, shapely.LineString) and not line.is_empty else None
