"""The second rung: streets, houses, compounds and names of the extract that is live."""

from __future__ import annotations

import re
from dataclasses import dataclass

import shapely
from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from app.core.fields import Point
from app.places.address.parsing import Address, parse_address
from app.places.address.signs import arabic_within, chinese_within, clean
from app.places.geocoding.candidates import Candidate, Precision, metres_between
from app.places.ground import datasets
from app.places.ground.folding import key
from app.places.ground.models import Gazetteer, ground_line

EXACT_HOUSE, SAME_LANE, BETWEEN, BESIDE, STREET = 0.92, 0.75, 0.65, 0.5, 0.35
NAMED: dict[str, tuple[float, Precision]] = {
    "house": (0.85, "house"), "compound": (0.7, "compound"), "poi": (0.65, "compound"),
    "station": (0.6, "compound"), "street": (STREET, "street"), "place": (0.3, "area"),
}  # fmt: skip
# Below this share of common three-letter groups a name is another name (pg_trgm's own is 0.3).
ALIKE_MIN = 0.4
BETWEEN_NUMBERS_MAX, BESIDE_NUMBERS_MAX = 60, 12
ROWS_MAX, STRETCH_M = 2_000, 3_000
Found = Row[str, str, str | None, str | None, float, float]
_COLUMNS = (
    Gazetteer.kind,
    Gazetteer.name,
    Gazetteer.street,
    Gazetteer.number,
    func.ST_X(Gazetteer.geom),
    func.ST_Y(Gazetteer.geom),
)


@dataclass(frozen=True)
class House:
    """A house of one street with the first number in its number."""

    number: int
    written: str
    point: Point


def search(db: Session, typed: str, near: Point | None = None, limit: int = 5) -> list[Candidate]:
    """What the live extract knows about an address or a name; [] without an extract."""
    live = datasets.live(db)
    text = clean(typed).strip()
    if live is None or not key(text):
        return []
    address = parse_address(text)
    found: list[Candidate] = []
    for name in (address.road, address.compound):
        if name and (address.lane or address.number or address.building):
            found += _at_number(db, live.id, name, address, near)
    if not any(one.precision == "house" for one in found):
        names = {text, address.road, address.compound, address.rest} - {""}
        found += _by_name(db, live.id, names, near, limit)
    return found


def _spellings(name: str) -> list[str]:
    """The folded name, with its numerals both ways: 曹杨八村, 曹杨8村."""
    return list(
        dict.fromkeys(key(one) for one in (name, arabic_within(name), chinese_within(name)))
    )


def _rows(
    db: Session, dataset_id: int, condition: ColumnElement[bool], near: Point | None, limit: int
) -> list[Found]:
    query = select(*_COLUMNS).where(Gazetteer.dataset_id == dataset_id, condition)
    if near is not None:
        query = query.order_by(Gazetteer.geom.op("<->")(near.to_geometry()))
    return list(db.execute(query.order_by(Gazetteer.rank, Gazetteer.id).limit(limit)))


def _street_names(db: Session, dataset_id: int, name: str) -> list[tuple[str, float]]:
    """Streets (or compounds with numbers) of that name, else the ones most like it: name, share."""
    own = Gazetteer.dataset_id == dataset_id
    keys = _spellings(name)
    exact = select(Gazetteer.name).where(own, Gazetteer.kind != "house", Gazetteer.key.in_(keys))
    found = db.scalars(exact.distinct().limit(5)).all()
    if not found and re.search(r"[a-z]", keys[0]):
        english = func.lower(func.replace(Gazetteer.name_en, " ", ""))
        found = db.scalars(
            select(Gazetteer.name)
            .where(own, Gazetteer.kind == "street", english.in_(_roads(keys[0])))
            .distinct()
            .limit(5)
        ).all()
    if found:
        return [(one, 1.0) for one in found]
    share = func.max(func.similarity(Gazetteer.key, keys[0]))
    alike = (
        select(Gazetteer.name, share)
        .where(own, Gazetteer.kind == "street", Gazetteer.key.op("%")(keys[0]))
        .group_by(Gazetteer.name)
        .order_by(share.desc())
        .limit(3)
    )
    return [(name, float(how)) for name, how in db.execute(alike) if how >= ALIKE_MIN]


def _roads(folded: str) -> list[str]:
    """An English road's name with its kind spelt out: xikanglu, xikangrd → xikangroad."""
    bare = re.sub(r"(?:road|rd\.?|lu|street|st\.?|jie|avenue|ave\.?)$", "", folded)
    return [
        folded,
        *(bare + kind for kind in ("road", "lu", "rd", "rd.", "street", "jie", "avenue")),
    ]


def _at_number(
    db: Session, dataset_id: int, name: str, address: Address, near: Point | None
) -> list[Candidate]:
    found: list[Candidate] = []
    for street, share in _street_names(db, dataset_id, name) or [(name, 1.0)]:
        rows = _rows(
            db,
            dataset_id,
            (Gazetteer.kind == "house") & (Gazetteer.street == street),
            near,
            ROWS_MAX,
        )
        houses = [
            House(int(number[0]), row[3], Point(lng=row[4], lat=row[5]))
            for row in rows
            if row[3] and (number := re.match(r"\d{1,6}", row[3]))
        ]
        for one in _houses(db, dataset_id, street, address, houses):
            label, point, confidence, precision = one
            found.append(Candidate(point, label, confidence * share, "gazetteer", precision))
    return found


Placed = tuple[str, Point, float, Precision]


def _houses(
    db: Session, dataset_id: int, street: str, address: Address, houses: list[House]
) -> list[Placed]:
    """The house itself, else its lane, else a place between the numbers around it."""
    door = address.number or address.building
    whole = (
        [f"{address.lane}弄{door}号", f"{address.lane}弄{door}"] if address.lane and door else []
    )
    wanted = whole or ([door] if door and not address.lane else [])
    exact = [one for one in houses if _same(one.written) in {_same(number) for number in wanted}]
    if exact:
        return [(_label(street, one.written), one.point, EXACT_HOUSE, "house") for one in exact]
    if address.lane:
        lane = [one for one in houses if re.match(rf"{address.lane}(?:弄|$)", one.written)]
        if lane:
            return [(_label(street, f"{address.lane}弄"), _middle(lane), SAME_LANE, "compound")]
    first = re.match(r"\d{1,6}", address.lane or door)
    return _between(db, dataset_id, street, int(first[0]), houses) if first else []


def _same(number: str) -> str:
    return key(number).removesuffix("号")


def _label(street: str, number: str) -> str:
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
    label = _label(street, str(number))
    if below and above and above.number - below.number <= BETWEEN_NUMBERS_MAX:
        if metres_between(below.point, above.point) > STRETCH_M:
            return []
        share = (number - below.number) / max(1, above.number - below.number)
        point = _along(db, dataset_id, street, (below.point, above.point), share)
        return [(label, point, BETWEEN, "street")]
    nearest = min(side, key=lambda one: abs(one.number - number), default=None)
    if nearest and abs(nearest.number - number) <= BESIDE_NUMBERS_MAX:
        return [(label, nearest.point, BESIDE, "street")]
    return []


def _along(
    db: Session, dataset_id: int, street: str, ends: tuple[Point, Point], share: float
) -> Point:
    """The place `share` of the way from one house to the other, following the street's bends."""
    drawn = db.scalar(
        select(
            func.ST_AsBinary(
                func.ST_Transform(func.ST_LineMerge(func.ST_Collect(ground_line.c.geom)), 4326)
            )
        ).where(
            ground_line.c.dataset_id == dataset_id,
            ground_line.c.layer == "road",
            ground_line.c.level == 3,
            ground_line.c.name == street,
        )
    )
    first, last = (shapely.Point(end.lng, end.lat) for end in ends)
    line = shapely.from_wkb(bytes(drawn)) if drawn is not None else None
    if not isinstance(line, shapely.LineString) or line.is_empty:
        line = shapely.LineString([first, last])
    start, end = line.project(first), line.project(last)
    at, foot, other = (line.interpolate(way) for way in (start + (end - start) * share, start, end))
    # As far off the street's middle, and on the same side, as its neighbours.
    east = (first.x - foot.x) * (1 - share) + (last.x - other.x) * share
    north = (first.y - foot.y) * (1 - share) + (last.y - other.y) * share
    return Point(lng=at.x + east, lat=at.y + north)


def _by_name(
    db: Session, dataset_id: int, names: set[str], near: Point | None, limit: int
) -> list[Candidate]:
    """Anything of that name: streets, compounds, stations, shops, districts."""
    keys = [folded for name in names for folded in _spellings(name) if folded]
    rows = _rows(db, dataset_id, Gazetteer.key.in_(keys), near, 4 * limit)
    found = [_named(row, 1.0) for row in rows]
    if found:
        return found
    alike = or_(*(Gazetteer.key.op("%")(folded) for folded in keys))
    rows = _rows(db, dataset_id, alike, near, 20 * limit)
    shares = [(row, max(_likeness(key(row[1]), folded) for folded in keys)) for row in rows]
    return [_named(row, share) for row, share in shares if share >= ALIKE_MIN]


def _likeness(one: str, other: str) -> float:
    """The share of three-letter groups two names have in common, as pg_trgm counts them."""
    first, second = _trigrams(one), _trigrams(other)
    return len(first & second) / max(1, len(first | second))


def _trigrams(name: str) -> set[str]:
    padded = f"  {name} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _named(row: Found, share: float) -> Candidate:
    confidence, precision = NAMED[row[0]]
    return Candidate(
        Point(lng=row[4], lat=row[5]), row[1], confidence * share, "gazetteer", precision
    )
