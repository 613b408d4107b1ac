"""From an address to a point: what people confirmed, then what the map knows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.fields import Point
from app.places.area import Area
from app.places.datums import Datum
from app.places.geocoding.book import forget_place, known_places, remember_place
from app.places.geocoding.candidates import Candidate, best, has_moved, metres_between
from app.places.geocoding.ladder import find_places
from tests.places.geocoding.conftest import BEND, NORTH, SOUTH, WEST
from tests.world import World

HOME = Point(lng=121.4511, lat=31.2399)
ELSEWHERE = Point(lng=121.4611, lat=31.2299)


def remember(world: World, address: str, point: Point = HOME) -> bool:
    with world.db() as db:
        by = world.people["coordinator"]
        return remember_place(
            db, world.org_id, address, point, by=by, source="person", datum=Datum.WGS84
        )


def known(world: World, address: str) -> list[Candidate]:
    with world.db() as db:
        return known_places(db, world.org_id, address)


def found(world: World, typed: str, near: Point | None = None, limit: int = 5) -> list[Candidate]:
    with world.db() as db:
        return find_places(db, world.org_id, typed, near=near, limit=limit)


# --- the address book --------------------------------------------------------------


def test_a_house_confirmed_once_is_known_for_every_room_and_spelling(world: World) -> None:
    assert remember(world, "常德路189弄1号202室")
    for typed in (
        "常德路 189 弄 1-501",
        "上海市普陀区常德路１８９弄１号",
        "常德路一百八十九弄一号3楼",
    ):
        (one,) = known(world, typed)
        assert metres_between(one.point, HOME) < 0.1
        assert (one.source, one.precision) == ("address_book", "house")
        assert one.confidence > 0.95
        assert "202" not in one.label
    assert known(world, "常德路189弄11号") == []


def test_another_organisations_houses_are_not_known(world: World, other_world: World) -> None:
    remember(world, "常德路189弄1号")
    assert known(other_world, "常德路189弄1号") == []
    assert found(other_world, "常德路189弄1号") == []


def test_a_later_pin_replaces_the_earlier_one(world: World) -> None:
    remember(world, "常德路189弄1号")
    remember(world, "常德路189弄1号303室", ELSEWHERE)
    (one,) = known(world, "常德路189弄1号")
    assert metres_between(one.point, ELSEWHERE) < 0.1


def test_two_roads_of_one_name_are_told_apart_by_their_district(world: World) -> None:
    remember(world, "徐汇区人民路12号", HOME)
    remember(world, "静安区人民路12号", ELSEWHERE)
    (one,) = known(world, "静安区人民路12号302")
    assert metres_between(one.point, ELSEWHERE) < 0.1
    both = known(world, "人民路12号")
    assert {candidate.label for candidate in both} == {"徐汇区人民路12号", "静安区人民路12号"}
    assert all(candidate.confidence < 0.95 for candidate in both)


def test_what_names_no_house_is_not_remembered(world: World) -> None:
    for typed in ("", "石泉路街道", "常德路", "\x00", "😀"):
        assert not remember(world, typed)


def test_a_forgotten_house_is_gone(world: World) -> None:
    remember(world, "徐汇区人民路12号")
    remember(world, "静安区人民路12号", ELSEWHERE)
    with world.db() as db:
        assert forget_place(db, world.org_id, "徐汇区人民路12号301室") == 1
        assert forget_place(db, world.org_id, "样例路") == 0
    assert [one.label for one in known(world, "人民路12号")] == ["静安区人民路12号"]
    with world.db() as db:
        assert forget_place(db, world.org_id, "人民路12号") == 1
    assert known(world, "人民路12号") == []


def test_the_book_comes_before_the_map(world: World, extract: int) -> None:
    assert extract
    remember(world, "样例路2号", HOME)
    first, *_ = found(world, "样例路2号501室")
    assert (first.source, first.point) == ("address_book", known(world, "样例路2号")[0].point)


# --- the map's own names ----------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "place", "precision", "within_m"),
    [
        ("样例路2号", (WEST + 0.0002, SOUTH + 0.001), "house", 1),
        ("样例路２号501室", (WEST + 0.0002, SOUTH + 0.001), "house", 1),
        ("样例路189弄2号303", (WEST - 0.0014, SOUTH + 0.002), "house", 1),
        ("样例路189弄77号303", (WEST - 0.0012, SOUTH + 0.002), "compound", 30),
        ("样例路301弄5号", (WEST - 0.0002, SOUTH + 0.003), "compound", 1),
        ("虚构8村31号602", (121.4311, 31.2411), "house", 1),
        ("虚构八村", (121.431, 31.241), "compound", 200),
        ("No. 2 Yangli Rd", (WEST + 0.0002, SOUTH + 0.001), "house", 1),
        ("Beispielstraße 5", (121.461, 31.2502), "house", 1),
        ("样例路454弄7号201", (121.4402, 31.2345), "house", 1),
        ("样例路454弄", (121.4402, 31.2345), "compound", 1),
        ("样例路454弄99号", (121.4402, 31.2345), "compound", 1),
        ("Beispielstr. 5", (121.461, 31.2502), "house", 1),
        ("Beispiel Strasse 5", (121.461, 31.2502), "house", 1),
        ("样例站", (121.462, 31.252), "compound", 1),
        ("虚构商店", (121.48, 31.26), "compound", 1),
        ("虚构商占", (121.48, 31.26), "compound", 1),
        ("样例路", (WEST, NORTH), "street", 500),
        ("样例路9999号", (WEST, NORTH), "street", 500),
    ],
)  # fmt: skip
def test_the_map_finds_it(  # noqa: PLR0917 - fixtures and a table's row
    world: World,
    extract: int,
    typed: str,
    place: tuple[float, float],
    precision: str,
    within_m: float,
) -> None:
    assert extract
    first, *_ = found(world, typed)
    assert metres_between(first.point, Point(lng=place[0], lat=place[1])) <= within_m
    assert (first.source, first.precision) == ("gazetteer", precision)
    assert 0 < first.confidence < 0.95


def test_a_number_between_two_known_ones_lies_along_the_bent_street(
    world: World, extract: int
) -> None:
    assert extract
    first, *_ = found(world, "样例路22号")
    # Half of the way from No. 2 to No. 42 by the street: near the bend, not across the corner.
    assert metres_between(first.point, Point(lng=WEST, lat=NORTH)) < 60
    straight = Point(lng=(WEST + BEND) / 2, lat=(SOUTH + NORTH) / 2)
    assert metres_between(first.point, straight) > 150
    assert first.precision == "street"


def test_streets_of_one_name_in_two_villages_are_two_answers(world: World, extract: int) -> None:
    assert extract
    here, there = Point(lng=WEST, lat=NORTH), Point(lng=121.6, lat=31.1)
    for near in (here, there):
        first, second, *_ = found(world, "样例路22号", near=near)
        assert metres_between(first.point, near) < 100
        assert metres_between(second.point, near) > 10_000


def test_a_number_just_beyond_the_last_known_one_is_put_beside_it(
    world: World, extract: int
) -> None:
    assert extract
    first, *_ = found(world, "样例路46号")
    assert metres_between(first.point, Point(lng=BEND - 0.001, lat=NORTH - 0.0002)) < 1
    assert first.confidence <= 0.5


def test_what_lies_outside_the_area_is_dropped(world: World, extract: int) -> None:
    assert extract
    far = Area.box("别处", "elsewhere", west=8, south=49, east=9, north=50)
    with world.db() as db:
        assert find_places(db, world.org_id, "样例路2号", area=far) == []


def test_nowhere_and_nonsense_find_nothing(world: World, extract: int) -> None:
    assert extract
    for typed in (
        "", "   ", "\x00", "\ud800", "%", "_", "%%%___", "' OR 1=1 --", "\\", "\u202e\u202c", "😀😀", "?" * 10_000,
        "路" * 10_000, "不存在的地方名字", "(((((", "1" * 300, "\u0000样", "Ω≈ç√",
    ):  # fmt: skip
        assert found(world, typed) == [], typed[:20]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=80))
def test_no_text_breaks_the_search(world: World, extract: int, typed: str) -> None:
    assert extract
    assert len(found(world, typed, near=HOME, limit=3)) <= 3


# --- the list itself --------------------------------------------------------------


def candidate(lng: float, confidence: float) -> Candidate:
    return Candidate(Point(lng=lng, lat=31.2), "x", confidence, "gazetteer", "street")


def test_the_surest_comes_first_and_of_equals_the_nearest() -> None:
    far, near, sure = candidate(121.5, 0.5), candidate(121.4, 0.5), candidate(121.6, 0.9)
    assert best([far, near, sure], Point(lng=121.39, lat=31.2), 5) == [sure, near, far]
    assert best([far, near, sure], None, 1) == [sure]


def test_one_place_is_told_once() -> None:
    assert len(best([candidate(121.4, 0.9), candidate(121.4001, 0.5)], None, 5)) == 1


def test_a_form_saved_again_has_not_moved_its_pin() -> None:
    assert has_moved(None, HOME)
    assert not has_moved(HOME.to_geometry(), Point(lng=HOME.lng + 1e-9, lat=HOME.lat))
    assert has_moved(HOME.to_geometry(), Point(lng=HOME.lng + 1e-5, lat=HOME.lat))
