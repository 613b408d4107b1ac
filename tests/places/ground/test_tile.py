"""Tiles as the database cuts them: decoded, and looked into."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from app.core.db import transaction
from tests.database import LentDatabase
from tests.places.ground.drawn import cut, names, shown, tile_at
from tests.roads.town import BRIDGE, HOUSE, ONE_WAY_EAST, PARK_MIDDLE, STATION, at

TILE_BYTES_MAX = 64 * 1024


def test_a_street_is_drawn_with_its_names_and_its_arrow(town: int) -> None:
    roads = shown(town, tile_at(16, *ONE_WAY_EAST))["road"]
    [street] = [road for road in roads if road.get("name") == "纬三路"]
    assert street["kind"] == "minor"
    assert street["name_en"] == "Wei 3 Road"
    assert street["oneway"] == 1
    assert street["geometry"]["type"] == "LineString"
    assert all("oneway" not in road for road in roads if road.get("name") != "纬三路")


def test_the_only_bridge_is_marked_as_one(town: int) -> None:
    roads = shown(town, tile_at(16, *BRIDGE))["road"]
    assert [road["name"] for road in roads if road.get("bridge")] == ["经十路"]


def test_canal_park_and_houses_stand_in_their_layers(town: int) -> None:
    canal = shown(town, tile_at(15, *BRIDGE))["water"]
    assert {water["geometry"]["type"] for water in canal} == {"Polygon", "LineString"}
    assert {water["kind"] for water in canal} == {"canal"}
    near = shown(town, tile_at(16, *PARK_MIDDLE))
    assert ("park", "春风公园") in {(green["kind"], green.get("name")) for green in near["green"]}
    assert {"building", "house"} <= near.keys()


def test_house_numbers_and_building_names_wait_for_the_nearest_zooms(town: int) -> None:
    near, far = shown(town, tile_at(16, *HOUSE)), shown(town, tile_at(14, *HOUSE))
    assert "12" in {house["number"] for house in near["house"]}
    assert "house" not in far
    yard = shown(town, tile_at(16, *at(1440, 700)))["building"]
    assert "4号楼" in names(yard)
    assert names(far["building"]) == set()


def test_places_carry_kind_names_and_rank(town: int) -> None:
    places = shown(town, tile_at(16, *STATION))["place"]
    [station] = [place for place in places if place["kind"] == "station"]
    assert (station["name"], station["name_en"], station["rank"]) == ("丰禾站", "Fenghe", 4)


def test_far_out_only_the_great_roads_and_the_town_are_left(town: int) -> None:
    far = shown(town, tile_at(9, *STATION))
    assert {road["kind"] for road in far["road"]} == {"motorway"}
    assert names(far["place"]) == {"丰禾镇"}
    assert "building" not in far


def test_a_rail_line_runs_through_the_town(town: int) -> None:
    assert "rail" in {road["kind"] for road in shown(town, tile_at(14, *STATION))["road"]}


def test_each_name_stands_in_one_tile_only(town: int) -> None:
    z, x, y = tile_at(16, *STATION)
    seen = [
        place["name"]
        for tile_x in range(x - 2, x + 3)
        for tile_y in range(y - 2, y + 3)
        for place in shown(town, (z, tile_x, tile_y)).get("place", [])
    ]
    assert sorted(seen) == sorted(set(seen))


def test_lines_reach_beyond_the_tile_so_that_no_seam_shows(town: int) -> None:
    roads = shown(town, tile_at(16, *ONE_WAY_EAST))["road"]
    lines = [
        road["geometry"]["coordinates"]
        for road in roads
        if road["geometry"]["type"] == "LineString"
    ]
    xs = [x for line in lines for x, _ in line]
    assert min(xs) == -128
    assert max(xs) == 4096 + 128


def test_where_the_extract_has_nothing_the_tile_is_empty(town: int) -> None:
    assert cut(town, tile_at(14, 0.5, 0.5)) == b""
    assert cut(town + 1_000_000, tile_at(14, *STATION)) == b""


@pytest.fixture
def crowded(town: int) -> tuple[int, int, int]:
    """A tile with far more than a phone should load: 12,000 crooked paths and 60 streets."""
    tile = tile_at(15, *at(100_000, 0))
    fill = """
    WITH tile AS (SELECT ST_TileEnvelope(:z, :x, :y) AS t), spot AS (
      SELECT n, ST_XMin(t) + (n * 7919 % 1201) AS x, ST_YMin(t) + (n * 104729 % 1193) AS y
      FROM tile, generate_series(1, 12060) n)
    INSERT INTO ground_line (dataset_id, level, layer, kind, rank, name, geom)
    SELECT :id, 3, 'road', CASE WHEN n <= 60 THEN 'minor' ELSE 'path' END,
      CASE WHEN n <= 60 THEN 13 ELSE 15 + n / 20000.0 END, 'road ' || n,
      ST_SetSRID(ST_MakeLine(ARRAY[ST_MakePoint(x, y), ST_MakePoint(x + 9, y + 5), ST_MakePoint(x + 11, y + 17)]), 3857)
    FROM spot
    """
    with transaction() as db:
        db.execute(
            text("DELETE FROM ground_line WHERE dataset_id = :id AND name LIKE 'road %'"),
            {"id": town},
        )
        db.execute(text(fill), {"id": town, **dict(zip("zxy", tile, strict=True))})
        db.execute(text("SELECT refresh_ground_statistics()"))
    return tile


def test_a_tile_too_heavy_for_a_phone_loses_its_least_important_ways(
    town: int, crowded: tuple[int, int, int]
) -> None:
    body = cut(town, crowded)
    assert TILE_BYTES_MAX // 2 < len(body) <= TILE_BYTES_MAX
    kinds = [road["kind"] for road in shown(town, crowded)["road"]]
    assert kinds.count("minor") == 60
    assert 0 < kinds.count("path") < 12_000


def test_a_tile_reads_by_the_spatial_index(
    town: int, crowded: tuple[int, int, int], database: LentDatabase
) -> None:
    z, x, y = crowded
    plans: list[str] = []
    with psycopg.connect(database.superuser_url.replace("+psycopg2", "")) as connection:
        connection.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        connection.execute("LOAD 'auto_explain'")
        for setting in (
            "auto_explain.log_min_duration = 0",
            "auto_explain.log_nested_statements = on",
            "auto_explain.log_level = 'notice'",
        ):
            connection.execute(f"SET {setting}")
        connection.execute("SELECT ground_tile(%s, %s, %s, %s)", [town, z, x + 1, y])
    told = "\n".join(plans)
    for table in ("ground_line", "ground_area", "ground_name"):
        assert f"ix_{table}_geom" in told
    assert "Seq Scan on ground_line" not in told
