"""The same door has three pairs of numbers, and no one must land in the next street."""

import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.places.datums import Datum, from_wgs84, mainland, to_wgs84

# (lng, lat) of the same place in WGS-84, GCJ-02, BD-09, as public converters give them.
PUBLIC = [
    ((121.473701, 31.230416), (121.47822406, 31.22847374), (121.48478247, 31.23432658)),
    ((116.397496, 39.908722), (116.40373957, 39.91012550), (116.41011256, 39.91646476)),
    ((114.057865, 22.543096), (114.06297896, 22.54037875), (114.06952896, 22.54603740)),
    ((106.550464, 29.563761), (106.55418372, 29.56091481), (106.56061532, 29.56722426)),
]
ABROAD = {
    "Hong Kong": (114.16, 22.28), "Sheung Shui": (114.13, 22.50), "Macau": (113.545, 22.195),
    "Taipa": (113.56, 22.155), "Taipei": (121.565, 25.033), "Kinmen": (118.32, 24.44),
    "Seoul": (126.98, 37.57), "Pyongyang": (125.75, 39.03), "Vladivostok": (131.9, 43.1),
    "Blagoveshchensk": (127.53, 50.29), "Ulaanbaatar": (106.9, 47.9), "Hanoi": (105.85, 21.03),
    "Kathmandu": (85.3, 27.7), "Delhi": (77.2, 28.6), "Almaty": (76.9, 43.25), "Naha": (127.7, 26.2),
    "Kowloon": (114.17, 22.32), "Kaohsiung": (120.3, 22.62), "Busan": (129.04, 35.1), "Yangon": (96.16, 16.8),
    "Vientiane": (102.6, 17.97), "Thimphu": (89.64, 27.47), "Bishkek": (74.6, 42.87), "Heidelberg": (8.69, 49.41),
}  # fmt: skip
MAINLAND = {
    "Lingang": (121.98, 30.86), "Zhoushan": (122.2, 30.0), "Luohu": (114.117, 22.534),
    "Gongbei": (113.551, 22.2205), "Hengqin": (113.53, 22.13), "Xiamen": (118.09, 24.48),
    "Sanya": (109.5, 18.25), "Dandong": (124.39, 40.13), "Heihe": (127.49, 50.245),
    "Urumqi": (87.6, 43.8), "Lhasa": (91.1, 29.65), "Kashgar": (75.99, 39.47),
}  # fmt: skip


def apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two near points."""
    east = (one[0] - other[0]) * math.cos(math.radians(one[1]))
    return math.hypot(east, one[1] - other[1]) * 111_320


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), PUBLIC)
def test_the_public_values_are_met_within_a_centimetre(wgs84: Any, gcj02: Any, bd09: Any) -> None:
    assert apart_m(from_wgs84(*wgs84, Datum.GCJ02), gcj02) < 0.01
    assert apart_m(from_wgs84(*wgs84, Datum.BD09), bd09) < 0.01
    assert apart_m(to_wgs84(*gcj02, Datum.GCJ02), wgs84) < 0.01
    assert apart_m(to_wgs84(*bd09, Datum.BD09), wgs84) < 0.01
    # The second step alone, both ways: a place read from Amap and shown on Baidu's map.
    assert apart_m(from_wgs84(*to_wgs84(*gcj02, Datum.GCJ02), Datum.BD09), bd09) < 0.01
    assert apart_m(from_wgs84(*to_wgs84(*bd09, Datum.BD09), Datum.GCJ02), gcj02) < 0.01


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_a_hundred_thousand_points_come_back_within_a_millimetre(datum: Any) -> None:
    random = np.random.default_rng(7)
    lng, lat = random.uniform(73, 135, 300_000), random.uniform(18, 54, 300_000)
    inside = shapely.contains_xy(mainland(), lng, lat)
    lng, lat = lng[inside][:100_000], lat[inside][:100_000]
    assert lng.size == 100_000
    back_lng, back_lat = to_wgs84(*from_wgs84(lng, lat, datum), datum)
    off_m = np.hypot((back_lng - lng) * np.cos(np.radians(lat)), back_lat - lat) * 111_320
    assert off_m.max() <= 0.001


@pytest.mark.parametrize("place", ABROAD)
@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_outside_the_mainland_nothing_moves(place: Any, datum: Any) -> None:
    assert from_wgs84(*ABROAD[place], datum) == ABROAD[place]


@pytest.mark.parametrize("place", ABROAD)
@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_coming_back_from_outside_nothing_moves(place: Any, datum: Any) -> None:
    assert to_wgs84(*ABROAD[place], datum) == ABROAD[place]


@pytest.mark.parametrize("place", MAINLAND)
def test_the_edges_of_the_mainland_are_moved(place: Any) -> None:
    assert 50 < apart_m(from_wgs84(*MAINLAND[place], Datum.GCJ02), MAINLAND[place]) < 1000


def test_wgs84_is_left_as_it_is() -> None:
    assert to_wgs84(121.47, 31.23, Datum.WGS84) == (121.47, 31.23)
    assert from_wgs84(121.47, 31.23, Datum("wgs84")) == (121.47, 31.23)


def test_arrays_keep_their_shape_and_single_numbers_stay_numbers() -> None:
    lng, lat = from_wgs84(np.full((2, 3), 121.47), np.full((2, 3), 31.23), Datum.BD09)
    assert lng.shape == lat.shape == (2, 3)
    assert isinstance(to_wgs84(121.47, 31.23, Datum.GCJ02)[0], float)
    assert to_wgs84(np.array([]), np.array([]), Datum.GCJ02)[0].shape == (0,)


@pytest.mark.parametrize("pair", [(math.nan, 31.0), (121.0, math.inf), (31.2, 121.4), (181.0, 0.0)])
def test_numbers_that_are_no_place_are_refused(pair: Any) -> None:
    with pytest.raises(ValueError, match=r"finite|globe"):
        to_wgs84(*pair, Datum.GCJ02)


@given(st.floats(119, 121.5), st.floats(30, 34), st.sampled_from([Datum.GCJ02, Datum.BD09]))
def test_any_point_of_the_delta_comes_back(lng: Any, lat: Any, datum: Any) -> None:
    assert apart_m(to_wgs84(*from_wgs84(lng, lat, datum), datum), (lng, lat)) < 0.001


def test_the_outline_is_one_sound_ring() -> None:
    assert mainland().is_valid
    assert not mainland().interiors
