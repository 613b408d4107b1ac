"""What mappers' tags mean on our ground."""

from __future__ import annotations

import pytest

from app.places.ground import kinds


@pytest.mark.parametrize(
    ("tags", "kind", "zoom"),
    [
        ({"highway": "trunk"}, "motorway", 8),
        ({"highway": "primary"}, "main", 9),
        ({"highway": "residential"}, "minor", 13),
        ({"highway": "service"}, "service", 14),
        ({"highway": "steps"}, "path", 15),
        ({"railway": "rail"}, "rail", 10),
        ({"railway": "rail", "service": "yard"}, "rail", 14),
    ],
)
def test_a_way_is_drawn_as_what_it_is_from_its_zoom_on(
    tags: dict[str, str], kind: str, zoom: int
) -> None:
    drawn = kinds.line_kind(tags)
    assert drawn is not None
    assert (drawn.layer, drawn.kind, drawn.rank) == ("road", kind, zoom)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "construction"},
        {"highway": "proposed"},
        {"railway": "abandoned"},
        {"barrier": "wall"},
        {"waterway": "stream", "tunnel": "culvert"},
        {},
    ],
)
def test_what_is_not_there_to_be_seen_is_not_drawn(tags: dict[str, str]) -> None:
    assert kinds.line_kind(tags) is None


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"oneway": "yes"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "no"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"oneway": "alternating"}, 0),
    ],
)
def test_the_arrow_of_a_oneway_street_points_where_it_leads(
    tags: dict[str, str], oneway: int
) -> None:
    drawn = kinds.line_kind({"highway": "residential", **tags})
    assert drawn is not None
    assert drawn.oneway == oneway


def test_a_motorway_is_one_way_unless_somebody_wrote_otherwise() -> None:
    said = kinds.line_kind({"highway": "motorway", "oneway": "no"})
    silent = kinds.line_kind({"highway": "motorway"})
    assert said is not None
    assert silent is not None
    assert (said.oneway, silent.oneway) == (0, 1)


@pytest.mark.parametrize(
    ("tags", "area"),
    [
        ({"natural": "water", "water": "canal"}, ("water", "canal")),
        ({"natural": "water", "water": "tears"}, ("water", "lake")),
        ({"waterway": "riverbank"}, ("water", "river")),
        ({"landuse": "reservoir"}, ("water", "reservoir")),
        ({"leisure": "swimming_pool"}, ("water", "pool")),
        ({"leisure": "park"}, ("green", "park")),
        ({"natural": "wood"}, ("green", "wood")),
        ({"building": "apartments"}, ("building", "apartments")),
        ({"building": "shed"}, ("building", "yes")),
        ({"building": "no", "leisure": "park"}, ("green", "park")),
        ({"building": "yes", "location": "underground"}, None),
        ({"landuse": "residential"}, None),
    ],
)
def test_an_area_is_water_green_or_a_building(
    tags: dict[str, str], area: tuple[str, str] | None
) -> None:
    assert kinds.area_kind(tags) == area


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"landuse": "residential", "name": "幸福"}, "compound"),
        ({"place": "neighbourhood", "name": "曹杨新村"}, "compound"),
        ({"place": "neighbourhood", "name": "西门"}, "neighbourhood"),
        ({"place": "suburb", "name": "河南街道"}, "suburb"),
        ({"place": "city", "name": "丰禾"}, "district"),
        ({"railway": "station", "name": "丰禾站"}, "station"),
        ({"highway": "bus_stop", "name": "丰禾路"}, "station"),
        ({"amenity": "hospital", "name": "医院"}, "poi"),
        ({"shop": "bakery", "name": "面包"}, "poi"),
    ],
)
def test_a_named_thing_is_a_place(tags: dict[str, str], kind: str) -> None:
    label = kinds.label(tags)
    assert label is not None
    assert label.kind == kind


@pytest.mark.parametrize(
    "tags", [{"shop": "bakery"}, {"name": "树"}, {"place": "city", "name": "\x00"}]
)
def test_a_thing_without_name_or_meaning_is_no_place(tags: dict[str, str]) -> None:
    assert kinds.label(tags) is None


def test_the_chinese_name_comes_first_and_the_sign_otherwise() -> None:
    assert kinds.names({"name": "Heidelberg", "name:zh": "海德堡"}) == ("海德堡", None)
    assert kinds.names({"name": "曹杨路", "name:en": "Caoyang Road"}) == ("曹杨路", "Caoyang Road")


def test_a_name_in_both_languages_on_one_line_is_taken_apart() -> None:
    both = "大连西路30弄 Lane 30 of West Dalian Road"
    assert kinds.names({"name": both}) == ("大连西路30弄", "Lane 30 of West Dalian Road")
    assert kinds.names({"name": "曹杨路 (Caoyang Road)", "name:en": "Caoyang Rd"}) == (
        "曹杨路",
        "Caoyang Rd",
    )
    assert kinds.names({"name": "春风一村 12"}) == ("春风一村 12", None)
    assert kinds.names({"name": "A8 联络线"}) == ("A8 联络线", None)
    assert kinds.names({"name": "人民广场 A口"}) == ("人民广场 A口", None)


@pytest.mark.parametrize(
    ("street", "number", "written"),
    [
        ("曹杨路", "12", "曹杨路12号"),
        ("曹杨路", "12号", "曹杨路12号"),
        ("曹杨路", "12弄3", "曹杨路12弄3号"),
        ("Hauptstraße", "12a", "Hauptstraße 12a"),
    ],
)
def test_a_house_is_written_as_its_people_write_it(street: str, number: str, written: str) -> None:
    assert kinds.house_name(street, number) == written
    assert kinds.house_number({"addr:housenumber": number}) == number
