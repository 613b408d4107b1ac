"""The ground of a run's sheet: streets, water, green and names under the route."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.map.rules import to_metres
from app.map.sheet import About, sheet, shown_by
from app.map.sheet_frame import PICTURE_PX, frame_of
from app.map.sheet_ground import POINTS_MAX, SheetGround, ground_of, script, svg
from app.places.ground.queries import GroundName, GroundShape, Streets
from tests.map.documents import ABOUT, HOSTILE, LEAFLET, check, drive

DOOR = (121.46, 31.23)
PLACES = [DOOR, (121.464, 31.233)]
FRAME = frame_of(PLACES)


def street(
    name: str, kind: str = "minor", *, north: float = 31.2305, bends: int = 2
) -> GroundShape:
    """A street from west to east through the middle of the frame."""
    line = [[121.458 + 0.008 * n / (bends - 1), north] for n in range(bends)]
    return GroundShape(
        "road", kind, name, "East Street", {"type": "LineString", "coordinates": line}
    )


def square(layer: str, side: float, *, hole: bool = False) -> GroundShape:
    """A square about the door, drawn clockwise as extracts may."""
    rings = [
        [[DOOR[0] + x * size, DOOR[1] + y * size] for x, y in ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))]
        for size in ([side, side / 2] if hole else [side])
    ]  # fmt: skip
    return GroundShape(layer, "lake", "", "", {"type": "Polygon", "coordinates": rings})


def test_the_whole_run_lies_on_the_paper_with_a_margin() -> None:
    for place in PLACES:
        x, y = FRAME.place(*place)
        assert 30 < x < PICTURE_PX[0] - 30
        assert 30 < y < PICTURE_PX[1] - 30
    box = FRAME.box(around=0)
    assert FRAME.place(box.west, box.north) == pytest.approx((0, 0), abs=1e-6)


def test_a_single_door_is_shown_with_its_neighbourhood() -> None:
    box = frame_of([DOOR]).box(around=0)
    south, north = to_metres(box.west, box.south)[1], to_metres(box.west, box.north)[1]
    assert 600 < north - south < 1200


def test_streets_lie_under_the_route_and_their_edges_under_all_streets() -> None:
    drawn = svg(
        ground_of(Streets(lines=[street("曹杨路"), street("", "main")]), FRAME, "zh"), FRAME
    )
    assert drawn.index("#bdb199") < drawn.index('stroke="#fff"')
    document = sheet(drive(["李测试"], [DOOR]), ABOUT, LEAFLET, Streets(lines=[street("曹杨路")]))
    read = check(document)
    assert "曹杨路" in document
    assert "© OpenStreetMap" in "".join(read.said)
    picture = document[document.index('<svg class="picture"') :]
    assert picture.index("#bdb199") < picture.index("<polyline")


def test_without_an_extract_nothing_is_credited() -> None:
    plain = sheet(drive(["李测试"], [DOOR]), ABOUT, LEAFLET, Streets())
    assert "OpenStreetMap" not in plain
    assert plain == sheet(drive(["李测试"], [DOOR]), ABOUT, LEAFLET)


def test_an_island_in_a_lake_stays_dry_and_two_lakes_over_each_other_stay_wet() -> None:
    ground = ground_of(Streets(areas=[square("water", 0.002, hole=True)]), FRAME, "zh")
    ((outer, inner),) = [layer.parts for layer in ground.layers]

    def turn(ring: list[tuple[float, float]]) -> float:
        return math.fsum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))

    assert turn(outer) > 0 > turn(inner)


def test_a_name_is_said_once_and_only_where_its_street_is_long_enough() -> None:
    lines = [
        street("曹杨路"),
        street("曹杨路", north=31.232),
        street("一条名字非常非常非常长的小路" * 4),
    ]
    names = [name.text for name in ground_of(Streets(lines=lines), FRAME, "zh").names]
    assert names == ["曹杨路"]


def test_places_that_would_cover_each_other_give_way_to_the_more_important() -> None:
    here = [GroundName("station", "曹杨站", "", *DOOR), GroundName("compound", "曹杨新村", "", DOOR[0], DOOR[1] + 0.0001)]  # fmt: skip
    assert [name.text for name in ground_of(Streets(names=here), FRAME, "zh").names] == ["曹杨站"]


def test_it_speaks_english_where_the_extract_does() -> None:
    about = About(ABOUT.organisation, is_demo=False, zone=ABOUT.zone, lang="en", url=ABOUT.url)
    document = sheet(drive(["李测试"], [DOOR]), about, LEAFLET, Streets(lines=[street("东路")]))
    assert "East Street" in document
    assert "estimated from straight lines" in document


def test_hostile_street_names_come_out_as_text() -> None:
    places = [GroundName("station", HOSTILE, "", *DOOR)]
    hostile = [street(HOSTILE, bends=2)]
    plain = check(sheet(drive(["李测试"], [DOOR]), ABOUT, LEAFLET, Streets(names=[GroundName("station", "a", "", *DOOR)])))  # fmt: skip
    read = check(sheet(drive(["李测试"], [DOOR]), ABOUT, LEAFLET, Streets(hostile, names=places)))
    assert [tag for tag, _ in read.tags].count("script") == [tag for tag, _ in plain.tags].count(
        "script"
    )
    assert not any("onerror" in attrs for _, attrs in read.tags)


def test_a_dense_city_still_fits_into_a_message() -> None:
    lines = [street(f"第{n}路", north=31.2 + n / 10_000, bends=200) for n in range(400)]
    document = sheet(drive(["李测试"], [DOOR]), ABOUT, LEAFLET, Streets(lines=lines))
    assert len(document.encode()) < 250_000
    points = sum(len(part) for layer in ground_of(Streets(lines=lines), FRAME, "zh").layers for part in layer.parts)  # fmt: skip
    assert points <= 2 * POINTS_MAX


COLLECTION = {
    "type": "GeometryCollection",
    "geometries": [
        {"type": "MultiLineString", "coordinates": [[[121.46, 31.23], [121.461, 31.23]]]},
        {"type": "Point", "coordinates": [121.46, 31.23]},
    ],
}


def test_what_a_cut_leaves_of_a_street_is_drawn_whatever_its_shape() -> None:
    ground = ground_of(Streets([GroundShape("road", "path", "", "", COLLECTION)]), FRAME, "zh")
    assert [layer.parts for layer in ground.layers] == [[[(121.46, 31.23), (121.461, 31.23)]]]


@given(st.lists(st.tuples(st.floats(121.4, 121.5), st.floats(31.2, 31.3)), min_size=2, max_size=20))
def test_the_script_says_every_place_to_the_metre(places: list[tuple[float, float]]) -> None:
    shape = GroundShape("road", "rail", "", "", {"type": "LineString", "coordinates": [list(one) for one in places]})  # fmt: skip
    ground = ground_of(Streets([shape]), FRAME, "zh")
    said = script(ground, "map").split('"6 4",[[')[1].split("]")[0].split(",")
    lng = lat = 0
    seen = []
    for n in range(0, len(said), 2):
        lng, lat = lng + int(said[n]), lat + int(said[n + 1])
        seen.append((lng / 100_000, lat / 100_000))
    for place in places:
        assert any(math.dist(place, other) < 1.5e-5 for other in seen)


def test_nothing_is_an_empty_ground() -> None:
    assert svg(SheetGround(), FRAME) == ""
    assert shown_by(drive([])).place(*DOOR)
