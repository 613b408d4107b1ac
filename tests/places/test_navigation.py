"""Links to navigation apps: each in its own order, datum and mode."""

from __future__ import annotations

import pytest

from app.places.navigation import navigation_links

# Shanghai, WGS-84; the GCJ-02 place is about 480 m away (tests/places/test_datums.py proves it).
LNG, LAT = 121.473701, 31.230416
GCJ = "121.478224", "31.228474"
NAME, SAID = "临汾路街道", "%E4%B8%B4%E6%B1%BE%E8%B7%AF%E8%A1%97%E9%81%93"


def links(mode: str, name: str = NAME) -> dict[str, str]:
    return navigation_links(name, LNG, LAT, mode)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("car", ("car", "driving", "drive", "d", "driving")),
        ("ebike", ("ride", "riding", "bike", "w", "bicycling")),
        ("bicycle", ("ride", "riding", "bike", "w", "bicycling")),
        ("foot", ("walk", "walking", "walk", "w", "walking")),
    ],
)
def test_each_app_gets_its_own_address(mode: str, said: tuple[str, str, str, str, str]) -> None:
    amap, baidu, tencent, apple, google = said
    lng, lat = GCJ
    assert links(mode) == {
        "amap": f"https://uri.amap.com/navigation?to={lng},{lat},{SAID}&mode={amap}&policy=1"
        "&src=food-aid-map&coordinate=gaode&callnative=1",
        "baidu": "https://api.map.baidu.com/direction?origin=name:%E6%88%91%E7%9A%84%E4%BD%8D%E7%BD%AE"
        f"&destination=latlng:{LAT:.6f},{LNG:.6f}|name:{SAID}&mode={baidu}&output=html"
        "&coord_type=wgs84&src=webapp.food-aid-map",
        "tencent": f"https://apis.map.qq.com/uri/v1/routeplan?type={tencent}&to={SAID}"
        f"&tocoord={lat},{lng}&coord_type=2&referer=food-aid-map",
        "apple": f"https://maps.apple.com/?daddr={LAT:.6f},{LNG:.6f}&dirflg={apple}",
        "google": f"https://www.google.com/maps/dir/?api=1&destination={LAT:.6f},{LNG:.6f}"
        f"&travelmode={google}&dir_action=navigate",
    }


def test_outside_china_no_place_is_shifted() -> None:
    found = navigation_links("Hub", 13.4, 52.5, "car")
    assert "to=13.400000,52.500000,Hub" in found["amap"]


def test_a_name_cannot_add_a_parameter_or_a_place() -> None:
    found = links("foot", "a,b|c:d&mode=car#x 街")
    assert ",a%20b%20c%20d%26mode%3Dcar%23x%20%E8%A1%97&mode=walk" in found["amap"]
    assert "|name:a%20b%20c%20d%26mode%3Dcar%23x%20%E8%A1%97&mode=walking" in found["baidu"]
