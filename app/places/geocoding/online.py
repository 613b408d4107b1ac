"""The third rung: a geocoding service of somebody else. Off unless the operator names one.

It is told the house only: neither storey, room nor name. Formats: the services' own pages
(Amap "geocode/geo" v3, Tencent "ws/geocoder/v1", Tianditu "geocoder", Nominatim "search" jsonv2).
Whatever goes wrong (no quota, no answer, nonsense, another city) is no candidate, never an error.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import structlog
from pydantic import SecretStr, ValidationError

from app.core.fields import Point
from app.core.outbound import OutboundFailed, OutboundRefused, Place, fetch
from app.places.address.checking import locate
from app.places.address.parsing import Address, parse_address
from app.places.datums import Datum, to_wgs84
from app.places.geocoding.candidates import Candidate, Precision
from app.settings import Settings

log = structlog.get_logger()
Name = Literal["amap", "tencent", "tianditu", "nominatim"]
TIMEOUT_S, BYTES_MAX = 3.0, 200_000
# After a refusal or a silence the service is left alone for a while, so that no search waits for it.
REST_S = 60.0
URLS: dict[Name, str] = {
    "amap": "https://restapi.amap.com/v3/geocode/geo",
    "tencent": "https://apis.map.qq.com/ws/geocoder/v1/",
    "tianditu": "https://api.tianditu.gov.cn/geocoder",
    "nominatim": "https://nominatim.openstreetmap.org/search",
}
DATUMS: dict[Name, Datum] = {
    "amap": Datum.GCJ02, "tencent": Datum.GCJ02, "tianditu": Datum.WGS84, "nominatim": Datum.WGS84
}  # fmt: skip
CONFIDENCE: dict[Precision, float] = {"house": 0.8, "compound": 0.6, "street": 0.35, "area": 0.2}
_AMAP: dict[str, Precision] = {
    "门牌号": "house", "单元号": "house", "楼栋号": "house", "兴趣点": "compound", "住宅区": "compound",
    "热点商圈": "compound", "公交地铁站点": "compound", "道路": "street", "道路交叉路口": "street",
}  # fmt: skip
_TIANDITU: dict[str, Precision] = {
    "门址": "house", "门牌": "house", "地名地址": "house", "POI点": "compound", "兴趣点": "compound", "道路": "street",
}  # fmt: skip
# Tencent's level: 8 a section, 9 a street's number, 10 a building, 11 a place of its own.
_TENCENT_HOUSE, _TENCENT_COMPOUND, _TENCENT_STREET = (9, 10), (8, 11), (5, 6, 7)
_NOMINATIM: dict[str, Precision] = {
    "house": "house", "building": "house", "place": "compound", "amenity": "compound", "shop": "compound",
    "residential": "compound", "neighbourhood": "compound", "road": "street", "highway": "street",
}  # fmt: skip


@dataclass(frozen=True)
class Geocoder:
    """Which service, where it answers, and the key it wants."""

    name: Name
    key: SecretStr
    url: str
    allowed: frozenset[Place] = frozenset()


@dataclass(frozen=True)
class _Said:
    """One place as a service says it: numbers in its own datum."""

    lng: float
    lat: float
    label: str
    precision: Precision


# No answer, or one that is not what the service's pages describe (deep nesting included).
_TROUBLES = (
    OutboundRefused, OutboundFailed, ValueError, LookupError, TypeError, AttributeError, RecursionError
)  # fmt: skip
_resting: dict[str, float] = {}


def configured(chosen: Settings) -> Geocoder | None:
    """The service the operator named, or None: then no address ever leaves the machine."""
    if not chosen.geocoder:
        return None
    url = chosen.geocoder_url or URLS[chosen.geocoder]
    return Geocoder(chosen.geocoder, chosen.geocoder_key, url, chosen.outbound_places)


def outgoing(typed: str) -> str:
    """What a service is told of an address: the house, without storey, room and remarks."""
    address = locate(parse_address(typed)).address
    if not (address.road or address.compound):
        return ""
    parts = (
        (address.city, ""), (address.district, ""), (address.road, ""), (address.lane, "弄"), (address.sublane, "支弄"),
        (address.compound, ""), (address.number, "号"), (address.building, "幢"),
    )  # fmt: skip
    if _is_latin(address):
        return " ".join(part for part in (address.road, address.number, address.district) if part)
    return "".join(f"{part}{sign}" for part, sign in parts if part)


def _is_latin(address: Address) -> bool:
    return bool(address.road) and not re.search(r"[一-龥]", address.road) and not address.lane


def ask(geocoder: Geocoder, house: str) -> list[Candidate]:
    """Candidates for a house as `outgoing` wrote it, in WGS-84; [] when the service is of no use."""
    if _resting.get(geocoder.url, 0.0) > time.monotonic():
        return []
    try:
        said = _SERVICES[geocoder.name](geocoder, house)
    except _TROUBLES as error:
        # Neither the address nor the key: only which service, and what kind of trouble.
        log.warning("geocoder_failed", geocoder=geocoder.name, error=type(error).__name__)
        _resting[geocoder.url] = time.monotonic() + REST_S
        return []
    return [one for one in (_candidate(geocoder.name, place) for place in said) if one is not None]


def _candidate(name: Name, said: _Said) -> Candidate | None:
    if not (math.isfinite(said.lng) and math.isfinite(said.lat)):
        return None
    try:
        lng, lat = to_wgs84(said.lng, said.lat, DATUMS[name])
        point = Point(lng=lng, lat=lat)
    except (ValueError, ValidationError):
        return None
    return Candidate(point, said.label[:200], CONFIDENCE[said.precision], name, said.precision)


def _json(geocoder: Geocoder, params: Mapping[str, str]) -> dict[str, Any] | list[Any]:
    answer = fetch(
        geocoder.url,
        params=params,
        headers={"User-Agent": "food-aid-map"},
        timeout_s=TIMEOUT_S,
        bytes_max=BYTES_MAX,
        allowed=geocoder.allowed,
    )
    if answer.status != 200:
        raise ValueError("the service refuses")
    body = json.loads(answer.content)
    if not isinstance(body, (dict, list)):
        raise TypeError("no such answer is known")
    return body


def _object(geocoder: Geocoder, params: Mapping[str, str]) -> dict[str, Any]:
    body = _json(geocoder, params)
    if not isinstance(body, dict):
        raise TypeError("no such answer is known")
    return body


def _amap(geocoder: Geocoder, house: str) -> list[_Said]:
    body = _object(
        geocoder, {"address": house, "output": "JSON", "key": geocoder.key.get_secret_value()}
    )
    if str(body["status"]) != "1":
        raise ValueError("the service refuses")
    found = []
    for one in body["geocodes"][:5]:
        lng, lat = str(one["location"]).split(",")
        precision = _AMAP.get(str(one.get("level")), "area")
        found.append(
            _Said(float(lng), float(lat), str(one.get("formatted_address", house)), precision)
        )
    return found


def _tencent(geocoder: Geocoder, house: str) -> list[_Said]:
    body = _object(geocoder, {"address": house, "key": geocoder.key.get_secret_value()})
    if body["status"] == 347:  # it knows no such place
        return []
    if body["status"] != 0:
        raise ValueError("the service refuses")
    result, level = body["result"], int(body["result"].get("level", 0))
    precision: Precision = "area"
    if level in _TENCENT_HOUSE:
        precision = "house"
    elif level in _TENCENT_COMPOUND:
        precision = "compound"
    elif level in _TENCENT_STREET:
        precision = "street"
    place = result["location"]
    return [
        _Said(
            float(place["lng"]), float(place["lat"]), str(result.get("title") or house), precision
        )
    ]


def _tianditu(geocoder: Geocoder, house: str) -> list[_Said]:
    wanted = json.dumps({"keyWord": house}, ensure_ascii=False)
    body = _object(geocoder, {"ds": wanted, "tk": geocoder.key.get_secret_value()})
    if str(body["status"]) == "101":  # nothing found
        return []
    if str(body["status"]) != "0":
        raise ValueError("the service refuses")
    place = body["location"]
    precision = _TIANDITU.get(str(place.get("level")), "area")
    return [
        _Said(
            float(place["lon"]), float(place["lat"]), str(place.get("keyWord") or house), precision
        )
    ]


def _nominatim(geocoder: Geocoder, house: str) -> list[_Said]:
    body = _json(geocoder, {"q": house, "format": "jsonv2", "limit": "5"})
    found = []
    for one in cast("list[dict[str, Any]]", body)[:5]:
        kind = str(one.get("addresstype") or one.get("category") or "")
        label = str(one.get("display_name", house))
        found.append(
            _Said(float(one["lon"]), float(one["lat"]), label, _NOMINATIM.get(kind, "area"))
        )
    return found


_SERVICES: dict[Name, Callable[[Geocoder, str], list[_Said]]] = {
    "amap": _amap, "tencent": _tencent, "tianditu": _tianditu, "nominatim": _nominatim
}  # fmt: skip
