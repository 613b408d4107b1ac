"""Links that open a navigation app, each in the datum and the order it wants.

Formats: the apps' own URI pages (Amap "URI API", Baidu "Web URI", Tencent "URI API", Apple
"Map Links", Google "Maps URLs"); the database is WGS-84. Amap and Tencent get GCJ-02, Baidu is
told that it gets WGS-84; where no offset applies (Hong Kong, abroad) the numbers stay as they are.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, urlencode

from app.places.datums import Datum, from_wgs84

APP = "food-aid-map"
ME = "我的位置"
AMAP_MODES = {"car": "car", "foot": "walk"}  # everything else rides
BAIDU_MODES = {"car": "driving", "foot": "walking"}
TENCENT_MODES = {"car": "drive", "foot": "walk"}
GOOGLE_MODES = {"car": "driving", "foot": "walking"}
APPLE_MODES = {"car": "d"}  # it knows cars, feet and transit; a bicycle goes where feet go
NAME_MAX = 60
# What separates places and parts in one of the five formats, or would start a new parameter.
_SEPARATORS = str.maketrans(dict.fromkeys(",|:;&#?=%+/\\", " "))

LngLat = tuple[float, float]


def _query(fields: dict[str, str]) -> str:
    return urlencode(fields, safe=",:|", quote_via=quote)


def plain_name(name: str) -> str:
    """A place's name that can neither add a parameter nor a second place; "" stays ""."""
    shown = "".join(
        " " if unicodedata.category(sign)[0] in "CZ" else sign for sign in name[: 4 * NAME_MAX]
    )
    return " ".join(shown.translate(_SEPARATORS).split())[:NAME_MAX]


def _gcj(point: LngLat) -> tuple[str, str]:
    lng, lat = from_wgs84(*point, Datum.GCJ02)
    return f"{lng:.6f}", f"{lat:.6f}"


def _own(point: LngLat) -> tuple[str, str]:
    return f"{point[0]:.6f}", f"{point[1]:.6f}"


def _amap(name: str, to: LngLat, mode: str, origin: LngLat | None) -> str:
    start = {"from": f"{','.join(_gcj(origin))},{ME}"} if origin else {}
    lng, lat = _gcj(to)
    fields = {
        "to": f"{lng},{lat},{name}", "mode": AMAP_MODES.get(mode, "ride"), "policy": "1", "src": APP,
        "coordinate": "gaode", "callnative": "1",
    }  # fmt: skip
    return "https://uri.amap.com/navigation?" + _query(start | fields)


def _baidu(name: str, to: LngLat, mode: str, origin: LngLat | None, city: str) -> str:
    lng, lat = _own(to)
    # A bare name is written without "name:"; the page resolves it to where the phone is.
    start = "latlng:{1},{0}|name:{2}".format(*_own(origin), ME) if origin else ME
    fields = {
        "origin": start, "destination": f"latlng:{lat},{lng}|name:{name}",
        "mode": BAIDU_MODES.get(mode, "riding"), "region": plain_name(city),
        "output": "html", "coord_type": "wgs84", "src": f"webapp.{APP}.{APP}",
    }  # fmt: skip
    return "https://api.map.baidu.com/direction?" + _query({k: v for k, v in fields.items() if v})


def _tencent(name: str, to: LngLat, mode: str, origin: LngLat | None) -> str:
    start = {"from": ME, "fromcoord": "{1},{0}".format(*_gcj(origin))} if origin else {}
    lng, lat = _gcj(to)
    fields = {
        "type": TENCENT_MODES.get(mode, "bike"), **start, "to": name, "tocoord": f"{lat},{lng}",
        "coord_type": "2", "referer": APP,
    }  # fmt: skip
    return "https://apis.map.qq.com/uri/v1/routeplan?" + _query(fields)


def _apple(to: LngLat, mode: str, origin: LngLat | None) -> str:
    start = {"saddr": "{1},{0}".format(*_own(origin))} if origin else {}
    lng, lat = _own(to)
    fields = {**start, "daddr": f"{lat},{lng}", "dirflg": APPLE_MODES.get(mode, "w")}
    return "https://maps.apple.com/?" + _query(fields)


def _google(to: LngLat, mode: str, origin: LngLat | None) -> str:
    start = {"origin": "{1},{0}".format(*_own(origin))} if origin else {}
    lng, lat = _own(to)
    fields = {
        "api": "1", **start, "destination": f"{lat},{lng}",
        "travelmode": GOOGLE_MODES.get(mode, "bicycling"), "dir_action": "navigate",
    }  # fmt: skip
    return "https://www.google.com/maps/dir/?" + _query(fields)


def navigation_links(
    name: str, lng: float, lat: float, mode: str, *, city: str = "", origin: LngLat | None = None
) -> dict[str, str]:
    """Links by app to a place in WGS-84 degrees.

    `mode` is car, ebike, trike, bicycle or foot; `city` helps Baidu; `origin` (lng, lat) is where
    the way starts when that is known, else the app takes the phone's own position.
    """
    shown, to = plain_name(name), (lng, lat)
    return {
        "amap": _amap(shown, to, mode, origin),
        "baidu": _baidu(shown, to, mode, origin, city),
        "tencent": _tencent(shown, to, mode, origin),
        "apple": _apple(to, mode, origin),
        "google": _google(to, mode, origin),
    }
