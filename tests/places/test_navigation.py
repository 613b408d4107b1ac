"""Links to navigation apps: each in its own order, datum and mode."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places.navigation import navigation_links

# Shanghai, WGS-84; the GCJ-02 place is about 480 m away (tests/places/test_datums.py proves it).
LNG, LAT = 121.473701, 31.230416
GCJ = "121.478224", "31.228474"
NAME, SAID = "临汾路街道", "%E4%B8%B4%E6%B1%BE%E8%B7%AF%E8%A1%97%E9%81%93"
ME = "%E6%88%91%E7%9A%84%E4%BD%8D%E7%BD%AE"
CITY, CITY_SAID = "上海市", "%E4%B8%8A%E6%B5%B7%E5%B8%82"


def links(mode: str, name: str = NAME) -> dict[str, str]:
    return navigation_links(name, LNG, LAT, mode, city=CITY)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("car", ("car", "driving", "drive", "d", "driving")),
        ("ebike", ("ride", "riding", "bike", "w", "bicycling")),
        ("trike", ("ride", "riding", "bike", "w", "bicycling")),
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
        "baidu": f"https://api.map.baidu.com/direction?origin={ME}"
        f"&destination=latlng:{LAT:.6f},{LNG:.6f}|name:{SAID}&mode={baidu}&region={CITY_SAID}"
        "&output=html&coord_type=wgs84&src=webapp.food-aid-map.food-aid-map",
        "tencent": f"https://apis.map.qq.com/uri/v1/routeplan?type={tencent}&to={SAID}"
        f"&tocoord={lat},{lng}&coord_type=2&referer=food-aid-map",
        "apple": f"https://maps.apple.com/?daddr={LAT:.6f},{LNG:.6f}&dirflg={apple}",
        "google": f"https://www.google.com/maps/dir/?api=1&destination={LAT:.6f},{LNG:.6f}"
        f"&travelmode={google}&dir_action=navigate",
    }


def test_a_known_start_is_passed_on_in_the_datum_of_each_app() -> None:
    found = navigation_links("Hub", LNG, LAT, "car", city=CITY, origin=(114.057865, 22.543096))
    assert found == {
        "amap": f"https://uri.amap.com/navigation?from=114.062979,22.540379,{ME}"
        f"&to={','.join(GCJ)},Hub&mode=car&policy=1&src=food-aid-map&coordinate=gaode&callnative=1",
        "baidu": f"https://api.map.baidu.com/direction?origin=latlng:22.543096,114.057865|name:{ME}"
        f"&destination=latlng:31.230416,121.473701|name:Hub&mode=driving&region={CITY_SAID}"
        "&output=html&coord_type=wgs84&src=webapp.food-aid-map.food-aid-map",
        "tencent": f"https://apis.map.qq.com/uri/v1/routeplan?type=drive&from={ME}"
        f"&fromcoord=22.540379,114.062979&to=Hub&tocoord={GCJ[1]},{GCJ[0]}&coord_type=2"
        "&referer=food-aid-map",
        "apple": "https://maps.apple.com/?saddr=22.543096,114.057865"
        "&daddr=31.230416,121.473701&dirflg=d",
        "google": "https://www.google.com/maps/dir/?api=1&origin=22.543096,114.057865"
        "&destination=31.230416,121.473701&travelmode=driving&dir_action=navigate",
    }


@pytest.mark.parametrize(("lng", "lat"), [(114.16, 22.28), (113.545, 22.195), (13.4, 52.5)])
def test_in_hong_kong_macau_and_abroad_no_place_is_shifted(lng: float, lat: float) -> None:
    found = navigation_links("Hub", lng, lat, "car")
    assert f"to={lng:.6f},{lat:.6f},Hub" in found["amap"]
    assert f"tocoord={lat:.6f},{lng:.6f}&" in found["tencent"]
    assert f"latlng:{lat:.6f},{lng:.6f}|" in found["baidu"]


def test_without_a_city_baidu_is_told_none() -> None:
    assert "region" not in navigation_links("Hub", LNG, LAT, "car")["baidu"]


def test_a_name_cannot_add_a_parameter_or_a_place() -> None:
    found = links("foot", "a,b|c:d&mode=car#x\n街\u202e\ud800")
    assert ",a%20b%20c%20d%20mode%20car%20x%20%E8%A1%97&mode=walk" in found["amap"]
    assert "|name:a%20b%20c%20d%20mode%20car%20x%20%E8%A1%97&mode=walking" in found["baidu"]


@given(st.text(), st.sampled_from(["car", "ebike", "trike", "bicycle", "foot"]))
def test_any_name_makes_a_link_with_the_same_parameters(name: str, mode: str) -> None:
    plain = links(mode)
    for app, link in links(mode, name).items():
        mine, theirs = urlsplit(link), urlsplit(plain[app])
        assert (mine.netloc, mine.path, mine.fragment) == (theirs.netloc, theirs.path, "")
        asked = parse_qs(mine.query, keep_blank_values=True)
        assert asked.keys() == parse_qs(theirs.query).keys()
        assert len(link) < 1_000
