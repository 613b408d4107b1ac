"""The second rung: streets, houses, compounds and names of the extract that is live."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from app.core.fields import Point
from app.places.address.parsing import Address, parse_address
from app.places.address.signs import arabic_within, chinese_within, clean
from app.places.geocoding.candidates import Candidate, Precision
from app.places.geocoding.numbers import at_number
from app.places.ground import datasets
from app.places.ground.folding import key
from app.places.ground.models import Gazetteer

STREET = 0.35
NAMED: dict[str, tuple[float, Precision]] = {
    "house": (0.85, "house"), "compound": (0.7, "compound"), "poi": (0.65, "compound"),
    "station": (0.6, "compound"), "street": (STREET, "street"), "place": (0.3, "area"),
}  # fmt: skip
# Below this share of common three-letter groups a name is another name (pg_trgm's own is 0.3).
ALIKE_MIN = 0.4
Found = Row[str, str, str | None, str | None, float, float]
_COLUMNS = (
    Gazetteer.kind,
    Gazetteer.name,
    Gazetteer.street,
    Gazetteer.number,
    func.ST_X(Gazetteer.geom),
    func.ST_Y(Gazetteer.geom),
)


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
            found += _at_number(db, live.id, name, address)
    if not any(one.precision == "house" for one in found):
        names = {text, address.road, address.compound, address.rest} - {""}
        found += _by_name(db, live.id, names, near, limit)
    return found


def _spellings(name: str) -> list[str]:
    """The folded name, with its numerals both ways: 曹杨八村, 曹杨8村."""
    german = re.sub(r"(?i)(?<=[a-zäöü\s])str(?:asse\b|\.|$)", "straße", name)
    spelt = (name, arabic_within(name), chinese_within(name), german)
    return list(dict.fromkeys(key(one) for one in spelt))


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


def _at_number(db: Session, dataset_id: int, name: str, address: Address) -> list[Candidate]:
    return [
        Candidate(point, shown, confidence * share, "gazetteer", precision)
        for street, share in _street_names(db, dataset_id, name) or [(name, 1.0)]
        for shown, point, confidence, precision in at_number(db, dataset_id, street, address)
    ]


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
    # A house of another number or street is no answer, however alike it is written.
    return [_named(row, share) for row, share in shares if share >= ALIKE_MIN and row[0] != "house"]


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
