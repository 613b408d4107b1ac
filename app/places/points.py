"""Coordinates as people type them: two columns or one, degrees or minutes, any datum, any order."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from app.places.area import Area
from app.places.datums import Datum, to_wgs84

PointFault = Literal["swapped coordinates", "coordinates outside the city"]
Order = Literal["lng,lat", "lat,lng"]

_NUMBER = r"[+-]?\d{1,3}(?:\.\d+)?"
_MINUTES = (
    r"(?P<d>\d{1,3})\s*[°度]\s*(?P<m>\d{1,2}(?:\.\d+)?)\s*['′’分]"
    r"\s*(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:[\"″”秒]|'')?)?"
)
_VALUE = re.compile(rf"(?:{_MINUTES}|(?P<n>{_NUMBER})\s*[°度]?)")
_LNG_WORDS = re.compile(r"经|lng|lon|(?<![a-z])[ew](?![a-z])", re.IGNORECASE)
_LAT_WORDS = re.compile(r"纬|lat|(?<![a-z])[ns](?![a-z])", re.IGNORECASE)
_FULL_WIDTH = str.maketrans("0123456789.,，()-−", "0123456789.,,()--")
_DATUM_WORDS: tuple[tuple[Datum, str], ...] = (
    (Datum.BD09, r"百度|baidu|bd-?_?09"),
    (Datum.GCJ02, r"高德|腾讯|火星|国测|搜狗|amap|gaode|tencent|qq|autonavi|gcj-?_?02"),
    (Datum.WGS84, r"wgs-?_?84|gps|天地图|国家2000|cgcs-?_?2000|北斗|谷歌地球|google ?earth|4326"),
)


def datum_named_in(text: str) -> Datum | None:
    """The datum that a heading or a title names: "经度(高德)" → GCJ-02; None when it is silent."""
    named = {datum for datum, words in _DATUM_WORDS if re.search(words, text, re.IGNORECASE)}
    return named.pop() if len(named) == 1 else None


def coordinate_field(heading: str) -> Literal["lng", "lat", "point"] | None:
    """What a heading says about coordinates; `heading` folded, lower case."""
    bare = re.sub(r"\(.*?\)", "", heading)
    if "经纬" in bare:
        return "point"
    has_lng = bool(re.search(r"经度|东经|lng|longitude|(?<![a-z])lon(?![a-z])", bare))
    has_lat = bool(re.search(r"纬度|北纬|latitude|(?<![a-z])lat(?![a-z])", bare))
    if (has_lng and has_lat) or re.search(r"坐标|定位|latlng|lnglat|coord|gps", bare):
        return "lng" if has_lng and not has_lat else "lat" if has_lat and not has_lng else "point"
    if re.fullmatch(r"(x|y)(坐标)?", bare):
        return "lng" if bare[0] == "x" else "lat"
    return "lng" if has_lng else "lat" if has_lat else None


def order_named_in(heading: str) -> Order | None:
    """The order that a heading names ("纬度,经度"); None for "坐标" and the loose "经纬度"."""
    if re.search(r"经纬度|latlng|lnglat", heading):
        return None
    lng, lat = _LNG_WORDS.search(heading), _LAT_WORDS.search(heading)
    if not (lng and lat):
        return None
    return "lng,lat" if lng.start() < lat.start() else "lat,lng"


def _degrees(found: re.Match[str]) -> float:
    if found["n"] is not None:
        return float(found["n"])
    return int(found["d"]) + float(found["m"]) / 60 + float(found["s"] or 0) / 3600


def read_degrees(text: str) -> float | None:
    """One number of degrees ("121.47", "东经121.47°", "121°28′24″"); None when it is none."""
    found = list(_VALUE.finditer(text.translate(_FULL_WIDTH)))
    if len(found) != 1:
        return None
    rest = _VALUE.sub("", text.translate(_FULL_WIDTH))
    is_plain = not re.sub(r"[\s东西南北经纬度°:=ewnsEWNS]|lng|lon|lat", "", rest)
    value = _degrees(found[0])
    return value if is_plain and math.isfinite(value) else None


@dataclass(frozen=True)
class TypedPair:
    """Two numbers in the order typed; `order` when the cell itself says which is which."""

    first: float
    second: float
    order: Order | None = None


def read_pair(text: str) -> TypedPair | None:
    """Two numbers in one cell ("31.23,121.47", "北纬31.23 东经121.47"); None when not two."""
    narrow = text.translate(_FULL_WIDTH)
    found = list(_VALUE.finditer(narrow))
    if len(found) != 2:
        return None
    return TypedPair(_degrees(found[0]), _degrees(found[1]), order_named_in(narrow))


@dataclass(frozen=True)
class Judged:
    """A typed point: its WGS-84 place, or what is wrong with it."""

    lng: float | None = None
    lat: float | None = None
    fault: PointFault | None = None


def _place(lng: float, lat: float, datum: Datum, area: Area) -> tuple[float, float] | None:
    """The WGS-84 point when it lies in the area."""
    if abs(lat) > 90 or abs(lng) > 180:
        return None
    point = to_wgs84(lng, lat, datum)
    return point if area.contains(*point) else None


def judge(lng: float, lat: float, datum: Datum, area: Area) -> Judged:
    """Whether a typed (lng, lat) lies in the area, was written the wrong way round, or neither."""
    point = _place(lng, lat, datum, area)
    if point:
        return Judged(*point)
    is_impossible = abs(lat) > 90 and abs(lng) <= 90
    if is_impossible or _place(lat, lng, datum, area):
        return Judged(fault="swapped coordinates")
    return Judged(fault="coordinates outside the city")


def likely_order(pairs: list[TypedPair], datum: Datum | None, area: Area) -> Order | None:
    """The order in which most pairs of a column lie in the area; None when that does not tell."""
    read_as = datum or Datum.GCJ02
    first = sum(1 for pair in pairs if _place(pair.first, pair.second, read_as, area))
    second = sum(1 for pair in pairs if _place(pair.second, pair.first, read_as, area))
    if first == second:
        return None
    return "lng,lat" if first > second else "lat,lng"
