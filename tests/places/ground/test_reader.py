"""Extracts as mappers and programs really write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import osmium
import pytest
import shapely

from app.places.ground import reader
from tests.places.ground.drawn import node, relation, ring, way, write_osm

BOUNDS = "<bounds minlat='{}' minlon='{}' maxlat='{}' maxlon='{}'/>\n"
SQUARE = [(110.0, 30.0), (110.01, 30.0), (110.01, 30.01), (110.0, 30.01)]
COURT = [(110.004, 30.004), (110.006, 30.004), (110.006, 30.006), (110.004, 30.006)]
BOW_TIE = [(110.0, 30.0), (110.01, 30.01), (110.01, 30.0), (110.0, 30.01)]


def by_shape(file: Path, shape: str) -> list[reader.Found]:
    return [found for found in reader.read(file) if found.shape == shape]


def test_the_box_is_the_one_in_the_files_head(tmp_path: Path) -> None:
    body = node(1, 110.5, 30.5) + node(2, 119, 39)
    file = write_osm(tmp_path, body, bounds=BOUNDS.format(30, 110, 31, 111))
    assert reader.read_bounds(file) == (110, 30, 111, 31)


@pytest.mark.parametrize("head", [BOUNDS.format(0, 0, 90, 180), ""])
def test_a_head_of_half_the_globe_or_none_is_replaced_by_the_nodes(
    tmp_path: Path, head: str
) -> None:
    file = write_osm(tmp_path, node(1, 110.25, 30.5) + node(2, 110.75, 30.125), bounds=head)
    assert reader.read_bounds(file) == (110.25, 30.125, 110.75, 30.5)


def test_a_far_end_of_a_way_that_leaves_the_extract_does_not_widen_its_box(tmp_path: Path) -> None:
    town = "".join(node(n, 110 + n / 10_000, 30 + n / 10_000) for n in range(1, 2001))
    file = write_osm(tmp_path, town + node(3000, 119, 39))
    west, south, east, north = reader.read_bounds(file)
    assert 110 < west < 110.01
    assert 30 < south < 30.01
    assert 110.19 < east < 110.21
    assert 30.19 < north < 30.21


@pytest.mark.parametrize(
    "content", ["", "<osm version='0.6'></osm>", "<osm", "\x00\x01\x02", "x" * 999]
)
def test_a_file_that_is_no_extract_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "broken.osm"
    file.write_text(content, "utf-8")
    with pytest.raises(reader.Unreadable, match=r"broken\.osm"):
        reader.read_bounds(file)


def test_a_file_cut_off_in_the_middle_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.osm.pbf"
    with osmium.SimpleWriter(str(whole)) as writer:
        for number in range(1, 20_000):
            place = (110 + number / 1e5, 30.0)
            writer.add_node(
                osmium.osm.mutable.Node(id=number, location=place, tags={"shop": "yes"})
            )
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole.read_bytes()[:-500])
    with pytest.raises(reader.Unreadable, match=r"cut\.osm\.pbf"):
        list(reader.read(cut))


def test_a_lake_with_an_island_keeps_its_hole(tmp_path: Path) -> None:
    shore, around = ring(1, SQUARE)
    island, inside = ring(11, COURT)
    body = shore + island + way(1, around) + way(2, inside)
    body += relation(
        1, [("way", 1, "outer"), ("way", 2, "inner")], type="multipolygon", natural="water"
    )
    lakes = by_shape(write_osm(tmp_path, body), "area")
    assert [lake.tags["natural"] for lake in lakes] == ["water"]
    lake: Any = shapely.from_wkb(lakes[0].wkb)
    assert len(lake.geoms[0].interiors) == 1


def test_an_open_multipolygon_and_a_line_of_one_node_are_left_out(tmp_path: Path) -> None:
    shore, around = ring(1, SQUARE)
    body = shore + way(1, around[:3], natural="water") + way(2, [1, 1], highway="service")
    body += way(3, [1, 77], highway="service")
    body += relation(1, [("way", 1, "outer")], type="multipolygon", natural="water")
    body += relation(2, [("way", 99, "outer")], type="multipolygon", natural="water")
    found = list(reader.read(write_osm(tmp_path, body)))
    assert [(thing.shape, thing.tags) for thing in found] == [("way", {"natural": "water"})]


def test_a_ring_that_crosses_itself_does_not_stop_the_reading(tmp_path: Path) -> None:
    shore, around = ring(1, BOW_TIE)
    body = shore + way(1, around, natural="water") + node(50, 110, 30, shop="bakery", name="面包")
    shapes = [found.shape for found in reader.read(write_osm(tmp_path, body))]
    assert "node" in shapes


def test_a_house_gets_its_street_from_the_relation_that_names_it(tmp_path: Path) -> None:
    body = node(1, 110, 30, addr__housenumber="7") + node(
        2, 110, 30.001, addr__housenumber="9", addr__street="别路"
    )
    body += relation(
        1, [("node", 1, "house"), ("node", 2, "house")], type="associatedStreet", name="曹杨路"
    )
    body += relation(2, [("node", 1, "house")], type="associatedStreet")
    houses = by_shape(write_osm(tmp_path, body), "node")
    assert [house.tags["addr:street"] for house in houses] == ["曹杨路", "别路"]
