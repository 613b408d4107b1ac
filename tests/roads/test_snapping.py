"""Pins are put on the roads of a mode, in the database, without asking an engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.places.ground import datasets
from app.roads import (
    engine_build,
    engine_files,
    engine_input,
    engine_run,
    network,
    snapping,
)
from app.roads.asking import EngineDown
from app.roads.estimate import straight_line_m
from app.roads.mercator import from_mercator, to_mercator
from app.roads.models import BIT
from app.roads.osrm import Osrm
from app.roads.snapping import snap
from app.roads.tiles import read_tile
from app.roads.travel import Mode, TravelTimes
from tests.roads import town
from tests.roads.conftest import TownRoads

PINS = np.array(
    [town.at(east, north) for east in range(0, 1800, 90) for north in range(0, 1200, 80)]
)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_pin_meets_the_road_where_the_engine_says(
    db: Session, town_roads: TownRoads, mode: Mode
) -> None:
    found = snap(db, town_roads.dataset, PINS, mode)
    assert set(found.faults) == {""}
    told = Osrm(town_roads.engines.urls).nearest(mode, PINS[::40])
    for off, nearest in zip(found.metres_off[::40], told, strict=True):
        assert nearest is not None
        # Road points are up to 40 m apart: the nearest is at most 20 m along the road away.
        assert nearest[1] - 1.5 <= off <= np.hypot(nearest[1], 20) + 1.5


def test_a_door_behind_the_wall_is_on_its_compounds_own_way(times: TravelTimes) -> None:
    (found,) = times.nearest([town.COMPOUND_DOOR], Mode.CAR)
    assert found.fault == ""
    assert found.metres_off < 15


def test_a_pin_far_from_any_road_and_one_on_an_island_are_to_be_checked(
    times: TravelTimes,
) -> None:
    field, island, garden, elsewhere = times.nearest(
        [town.FIELD, town.ISLAND, town.GARDEN, town.ELSEWHERE], Mode.CAR
    )
    assert (field.fault, island.fault, garden.fault) == ("far", "island", "")
    assert field.metres_off == pytest.approx(400, abs=25)
    assert island.metres_off < 60
    assert garden.metres_off == pytest.approx(50, abs=15)
    assert (elsewhere.is_known, elsewhere.point) == (False, town.ELSEWHERE)


def test_beside_an_island_a_pin_goes_to_the_town_when_that_is_near_enough(
    db: Session, town_roads: TownRoads
) -> None:
    (lng, lat) = town.at(1860, 600)
    # An island of two points is laid right beside the pin.
    db.execute(
        text(
            "INSERT INTO road_point SELECT :dataset, 900000 + n, 31, 31,"
            " ST_Transform(ST_SetSRID(ST_MakePoint(:lng, :lat + n * 1e-5), 4326), 3857)"
            " FROM generate_series(0, 1) AS n"
        ),
        {"dataset": town_roads.dataset.id, "lng": lng, "lat": lat},
    )
    found = snap(db, town_roads.dataset, np.array([(lng, lat)]), Mode.FOOT)
    assert found.faults == ("",)
    assert found.metres_off[0] == pytest.approx(60, abs=15)


def test_nobody_walks_on_the_motor_road(times: TravelTimes) -> None:
    place = town.at(900, -200)
    car, foot = (times.nearest([place], mode)[0] for mode in (Mode.CAR, Mode.FOOT))
    assert car.metres_off < 25
    assert foot.fault == "far"


def test_no_road_point_is_far_from_the_next(db: Session, town_roads: TownRoads) -> None:
    # Along 纬一路 alone: points every 40 m at most.
    rows = db.execute(
        text(
            "SELECT ST_X(geom), ST_Y(geom) FROM road_point"
            " WHERE dataset_id = :dataset AND modes & :bit <> 0"
        ),
        {"dataset": town_roads.dataset.id, "bit": BIT[Mode.TRIKE]},
    ).all()
    places = from_mercator(np.array([tuple(row) for row in rows]))
    lng0, lat0 = town.at(0, 0)
    street = np.sort(places[(abs(places[:, 1] - lat0) < 5e-6) & (places[:, 0] > lng0 - 1e-6), 0])
    along = straight_line_m(
        np.column_stack([street[:-1], np.full(len(street) - 1, lat0)]),
        np.column_stack([street[1:], np.full(len(street) - 1, lat0)]),
    )
    assert len(street) > 1_800 / network.SPACING_M
    assert along.max() <= network.SPACING_M + 1.5


@pytest.mark.parametrize("query", [snapping.NEAR, snapping.ANYWHERE])
@pytest.mark.parametrize("mode", [Mode.CAR, Mode.FOOT])
def test_the_nearest_road_is_found_by_the_index(
    db: Session, town_roads: TownRoads, query: str, mode: Mode
) -> None:
    # A city's worth of points, so that reading them all is no choice.
    db.execute(
        text(
            "INSERT INTO road_point SELECT :dataset, 1000000 + n, 31, 0, ST_SetSRID("
            " ST_MakePoint(12250000 + n % 200 * 20, 3500000 + n / 200 * 20), 3857)"
            " FROM generate_series(1, 40000) AS n"
        ),
        {"dataset": town_roads.dataset.id},
    )
    db.execute(text("SELECT refresh_road_statistics()"))
    xy = to_mercator(PINS)
    asked = {
        "x": xy[:, 0].tolist(),
        "y": xy[:, 1].tolist(),
        "reach": [200.0] * len(xy),
        "dataset": town_roads.dataset.id,
    }
    before = _looked(db)
    found = db.execute(text(query.format(bit=BIT[mode])), asked).all()
    assert len(found) == len(xy)
    assert _looked(db) == (before[0], before[1] + len(xy))


def _looked(db: Session) -> tuple[int, int]:
    """How often this transaction read all road points, and how often an index of their places."""
    row = db.execute(
        text(
            "SELECT t.seq_scan, (SELECT sum(pg_stat_get_xact_numscans(i.indexrelid))::bigint"
            " FROM pg_stat_xact_user_tables u JOIN pg_index i ON i.indrelid = u.relid"
            " WHERE u.relid = t.relid AND i.indexrelid::regclass::text LIKE 'ix_road_point_geom%')"
            " FROM pg_stat_xact_user_tables t WHERE t.relname = 'road_point'"
        )
    ).one()
    return row[0], row[1]


def test_mercator_and_back_is_the_same_place() -> None:
    assert np.allclose(from_mercator(to_mercator(PINS)), PINS, atol=6e-7)


def test_in_a_neighbourhoods_extract_the_largest_connected_part_is_the_network(
    db: Session, tmp_path: Path
) -> None:
    """The engine calls every part of so small a network an island."""
    drawing = town.Drawing()
    drawing.way([(0, 0), (200, 0), (400, 0)], highway="residential", name="长街")
    drawing.way([(200, -200), (200, 0), (200, 200)], highway="residential", name="横街")
    drawing.way([(300, 120), (400, 120)], highway="residential", name="孤街")
    file = drawing.write(tmp_path / "hamlet.osm")
    engine = engine_files.needed_programs()
    everything_is_small = engine_input.Extract(file, segments=10**9)
    modes = [Mode.FOOT]
    built = engine_build.build(
        everything_is_small, modes, tmp_path / "hamlet", engine, lambda _: None
    )
    dataset_id = datasets.begin(db, "hamlet", "hamlet", town.BOUNDS)
    with engine_run.running(built, engine) as engines:
        network.load(db, dataset_id, engines.urls, town.BOUNDS)
    hamlet = datasets.Dataset(dataset_id, "hamlet", "hamlet", town.BOUNDS)
    pins = np.array([town.at(100, 10), town.at(200, 150), town.at(400, 125), town.at(350, 330)])
    assert snap(db, hamlet, pins, Mode.FOOT).faults == ("", "", "", "far")
    lonely = np.array([town.at(400, 260)])
    assert snap(db, hamlet, lonely, Mode.FOOT).faults == ("island",)


def test_bounds_of_the_whole_world_are_no_region(db: Session, town_roads: TownRoads) -> None:
    with pytest.raises(ValueError, match="larger than any region"):
        network.load(db, town_roads.dataset.id, town_roads.engines.urls, (-180, -85, 180, 85))


def test_without_its_engine_a_network_is_not_loaded(db: Session) -> None:
    started = datasets.begin(db, "nobody", "nobody", town.BOUNDS)
    with pytest.raises(EngineDown):
        network.load(db, started, {Mode.CAR: "http://127.0.0.1:9"}, town.BOUNDS)


def test_a_region_without_roads_has_no_points(db: Session, town_roads: TownRoads) -> None:
    started = datasets.begin(db, "sea", "sea", (150.0, 30.0, 150.05, 30.05))
    assert network.load(db, started, town_roads.engines.urls, (150.0, 30.0, 150.05, 30.05)) == 0


@pytest.mark.parametrize("raw", [b"\x1a\xff\xff", b"<html>", b"\x1a\x03\x0a\x01"])
def test_what_is_no_tile_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="vector tile"):
        read_tile(raw)


def test_an_empty_tile_has_no_pieces() -> None:
    assert read_tile(b"") is None
