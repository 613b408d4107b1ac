"""Links that open a navigation app, each in the datum and the order it wants.

Formats: the apps' own URI pages (Amap "URI API", Baidu "Web URI", Tencent "URI API", Apple
"Map Links", Google "Maps URLs"); the database is WGS-84.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from app.places.datums import Datum, from_wgs84

APP = "food-aid-map"
AMAP_MODES = {"car": "car", "ebike": "ride", "bicycle": "ride", "foot": "walk"}
BAIDU_MODES = {"car": "driving", "ebike": "riding", "bicycle": "riding", "foot": "walking"}
TENCENT_MODES = {"car": "drive", "ebike": "bike", "bicycle": "bike", "foot": "walk"}
APPLE_MODES = {"car": "d", "ebike": "w", "bicycle": "w", "foot": "w"}
GOOGLE_MODES = {"car": "driving", "ebike": "bicycling", "bicycle": "bicycling", "foot": "walking"}


def _query(fields: dict[str, str]) -> str:
    return urlencode(fields, safe=",:|", quote_via=quote)


def navigation_links(name: str, lng: float, lat: float, mode: str) -> dict[str, str]:
    """Links by app for a place in WGS-84 degrees; `mode` is car, ebike, bicycle or foot."""
    gcj_lng, gcj_lat = (f"{value:.6f}" for value in from_wgs84(lng, lat, Datum.GCJ02))
    own_lng, own_lat = f"{lng:.6f}", f"{lat:.6f}"
    plain = name.replace(",", " ").replace("|", " ").replace(":", " ")
    amap = {
        "to": f"{gcj_lng},{gcj_lat},{plain}", "mode": AMAP_MODES[mode], "policy": "1", "src": APP,
        "coordinate": "gaode", "callnative": "1",
    }  # fmt: skip
    baidu = {
        "origin": "name:我的位置", "destination": f"latlng:{own_lat},{own_lng}|name:{plain}", "mode": BAIDU_MODES[mode],
        "output": "html", "coord_type": "wgs84", "src": f"webapp.{APP}",
    }  # fmt: skip
    tencent = {
        "type": TENCENT_MODES[mode], "to": plain, "tocoord": f"{gcj_lat},{gcj_lng}", "coord_type": "2", "referer": APP
    }  # fmt: skip
    google = {
        "api": "1", "destination": f"{own_lat},{own_lng}", "travelmode": GOOGLE_MODES[mode], "dir_action": "navigate"
    }  # fmt: skip
    return {
        "amap": "https://uri.amap.com/navigation?" + _query(amap),
        "baidu": "https://api.map.baidu.com/direction?" + _query(baidu),
        "tencent": "https://apis.map.qq.com/uri/v1/routeplan?" + _query(tencent),
        "apple": "https://maps.apple.com/?"
        + _query({"daddr": f"{own_lat},{own_lng}", "dirflg": APPLE_MODES[mode]}),
        "google": "https://www.google.com/maps/dir/?" + _query(google),
    }
