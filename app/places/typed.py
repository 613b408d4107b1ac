"""The coordinates of one row, wherever and however the sheet has them, judged."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.sheets import Mapping, Row, Sentence
from app.places import findings
from app.places.area import Area
from app.places.datums import Datum
from app.places.points import judge, read_degrees, read_pair


@dataclass(frozen=True)
class TypedPlace:
    """A row's point in WGS-84, or None with the fault or the warning that says why.

    `is_typed`: two numbers stand there, right or wrong; `raw` is how they were typed.
    """

    lng: float | None = None
    lat: float | None = None
    datum: str | None = None
    raw: str = ""
    is_typed: bool = False
    fault: Sentence | None = None
    warning: Sentence | None = None


@dataclass(frozen=True)
class _Numbers:
    lng: float
    lat: float
    raw: str


def _fitting(first: float, second: float, mapping: Mapping, area: Area) -> str:
    """Nobody says which is which: the order that lies in the area."""
    datum = Datum(mapping.datum or Datum.GCJ02)
    return "lng,lat" if judge(first, second, datum, area).fault is None else "lat,lng"


def _numbers(row: Row, mapping: Mapping, area: Area) -> _Numbers | Sentence | None:
    texts = [
        next((row.text(column) for column in mapping.of(name) if row.text(column)), "")
        for name in ("lng", "lat", "point")
    ]
    east, north, both = texts
    if east and north:
        lng, lat = read_degrees(east), read_degrees(north)
        if lng is None or lat is None:
            return findings.unreadable(f"{east},{north}")
        return _Numbers(lng, lat, f"{east},{north}")
    text = both or east or north
    if not text:
        return None
    pair = read_pair(text)
    if pair is None:
        return findings.unreadable(both) if both else findings.HALF_PAIR
    order = pair.order or mapping.pair_order
    order = order or _fitting(pair.first, pair.second, mapping, area)
    if order == "lng,lat":
        return _Numbers(pair.first, pair.second, text)
    return _Numbers(pair.second, pair.first, text)


def read_place(row: Row, mapping: Mapping, area: Area) -> TypedPlace:
    """The point of a row from its columns "lng" and "lat" or "point"."""
    column = next(iter(mapping.of("lng") + mapping.of("point")), None)
    typed = _numbers(row, mapping, area)
    if typed is None:
        return TypedPlace()
    if isinstance(typed, Sentence):
        return TypedPlace(warning=replace(typed, column=column))
    datum = Datum(mapping.datum) if mapping.datum else None
    judged = judge(typed.lng, typed.lat, datum or Datum.GCJ02, area)
    place = TypedPlace(raw=typed.raw, is_typed=True)
    if judged.fault == "swapped coordinates":
        return replace(place, fault=replace(findings.swapped(typed.lng, typed.lat), column=column))
    if judged.fault:
        words = findings.outside(typed.lng, typed.lat, area.name_zh, area.name_en)
        return replace(place, fault=replace(words, column=column))
    if datum is None:
        return replace(place, warning=replace(findings.DATUM_UNKNOWN, column=column))
    return replace(place, lng=judged.lng, lat=judged.lat, datum=datum.value)
