"""From a file to tables: what a town's streets, houses and names become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import osmium
import pytest
from sqlalchemy import text

from app.core.db import transaction
from app.places.ground import datasets, loading
from app.places.ground.folding import key
from tests.places.ground.drawn import live_ground, node, ring, way, write_osm
from tests.roads.town import HOUSE, HOUSE_NUMBER, HOUSE_STREET, STATION

HEIDELBERG = Path(__file__).parents[4] / "shared" / "data" / "osm" / "heidelberg.osm.pbf"
METRES = 0.00002  # degrees of about 2 m


def rows(dataset_id: int, query: str, **values: Any) -> list[Any]:
    with transaction() as db:
        return list(db.execute(text(query), {"id": dataset_id, **values}))


def found(dataset_id: int, name: str) -> list[Any]:
    query = (
        "SELECT kind, name, name_en, street, number, ST_X(geom) AS lng, ST_Y(geom) AS lat, rank"
        " FROM gazetteer WHERE dataset_id = :id AND key = :key ORDER BY id"
    )
    return rows(dataset_id, query, key=key(name))


def test_a_house_is_found_at_its_door(town: int) -> None:
    [house] = found(town, f"{HOUSE_STREET}{HOUSE_NUMBER}号")
    assert (house.kind, house.street, house.number) == ("house", HOUSE_STREET, HOUSE_NUMBER)
    assert (house.lng, house.lat) == pytest.approx(HOUSE, abs=METRES)


def test_a_street_stands_once_with_both_names_at_a_point_on_it(town: int) -> None:
    [street] = found(town, "纬四路")  # in two parts: the compound's wall cuts it for 400 m
    assert (street.kind, street.name_en, street.number) == ("street", "Wei 4 Road", None)
    [(metres,)] = rows(
        town,
        "SELECT min(ST_Distance(ST_Transform(ST_SetSRID(ST_MakePoint(:lng, :lat), 4326), 3857), geom))"
        " FROM ground_line WHERE dataset_id = :id AND level = 3 AND name = '纬四路'",
        lng=street.lng,
        lat=street.lat,
    )
    assert metres < 1


def test_two_streets_of_one_name_far_apart_are_two(folder: Path) -> None:
    body = "".join(node(n, 110 + (n // 3) * 0.1, 30 + n * 0.0001) for n in range(1, 5))
    body += way(1, [1, 2], highway="residential", name="人民路")
    body += way(2, [3, 4], highway="primary", name="人民路")
    with live_ground(write_osm(folder, body), "two") as dataset_id:
        streets = found(dataset_id, "人民路")
        assert sorted(street.rank for street in streets) == [4, 5]
        assert abs(streets[0].lng - streets[1].lng) > 0.05


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("丰禾站", "station"),
        ("幸福小区", "compound"),
        ("好邻居超市", "poi"),
        ("丰禾镇", "place"),
        ("春风公园", "poi"),
        ("1号楼", "poi"),
    ],
)
def test_a_name_is_found_as_what_it_is(town: int, name: str, kind: str) -> None:
    assert [row.kind for row in found(town, name)] == [kind]


def test_the_station_stands_where_it_was_mapped(town: int) -> None:
    [station] = found(town, "丰禾站")
    assert (station.lng, station.lat) == pytest.approx(STATION, abs=METRES)


def test_far_zooms_hold_fewer_and_simpler_lines(town: int) -> None:
    levels = dict(
        rows(
            town,
            "SELECT level, sum(ST_NPoints(geom)) FROM ground_line WHERE dataset_id = :id GROUP BY level",
        )
    )
    assert levels[3] > levels[2] > levels[1] > levels[0]


def test_all_geometries_are_whole_and_in_metres(town: int) -> None:
    for table in ("ground_line", "ground_area", "ground_name"):
        query = (
            f"SELECT count(*), count(*) FILTER (WHERE ST_IsValid(geom) AND ST_SRID(geom) = 3857)"  # noqa: S608 - names of our own
            f" FROM {table} WHERE dataset_id = :id"
        )
        [(every, whole)] = rows(town, query)
        assert every == whole > 0


def test_progress_rises_to_the_end(folder: Path) -> None:
    file = write_osm(folder, node(1, 110, 30, shop="bakery", name="面包"))
    shares: list[float] = []
    with transaction() as db:
        dataset_id = datasets.begin(db, "progress", "progress", (109, 29, 111, 31))
        loading.load(db, dataset_id, file, shares.append)
        db.rollback()
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_dataset_takes_all_its_rows_along(folder: Path) -> None:
    body = node(1, 110, 30, shop="bakery", name="面包") + node(2, 110.01, 30)
    body += way(1, [1, 2], highway="residential", name="曹杨路")
    with live_ground(write_osm(folder, body), "gone") as dataset_id:
        assert len(found(dataset_id, "曹杨路")) == 1
    for table in ("ground_line", "ground_area", "ground_name", "gazetteer"):
        query = f"SELECT count(*) FROM {table} WHERE dataset_id = :id"  # noqa: S608 - names of our own
        assert rows(dataset_id, query) == [(0,)]


def test_an_extract_with_nothing_to_show_loads_as_nothing(folder: Path) -> None:
    with live_ground(write_osm(folder, node(1, 110, 30)), "nothing") as dataset_id:
        assert rows(dataset_id, "SELECT count(*) FROM gazetteer WHERE dataset_id = :id") == [(0,)]


def test_names_with_control_signs_and_backslashes_are_stored_readable(folder: Path) -> None:
    file = folder / "odd.osm.pbf"
    odd = {
        "a\\N\\.": "a\\N\\.",
        "曹\x07杨\t路\n": "曹杨 路",
        "'; DROP TABLE x --": "'; DROP TABLE x --",
    }
    with osmium.SimpleWriter(str(file)) as writer:
        for number, name in enumerate(odd, 1):
            writer.add_node(
                osmium.osm.mutable.Node(
                    id=number,
                    location=(110.0, 30 + number / 100),
                    tags={"shop": "yes", "name": name},
                )
            )
    with live_ground(file, "odd") as dataset_id:
        stored = rows(dataset_id, "SELECT name FROM gazetteer WHERE dataset_id = :id")
        assert {name for (name,) in stored} == set(odd.values())


def test_a_lake_that_crosses_itself_is_mended_and_drawn(folder: Path) -> None:
    # Osmium refuses crossing rings itself; touching ones and spikes come through.
    places = [(110.0, 30.0), (110.02, 30.0), (110.02, 30.02), (110.01, 30.0), (110.0, 30.02)]
    nodes, around = ring(1, places)
    with live_ground(
        write_osm(folder, nodes + way(1, around, natural="water")), "odd"
    ) as dataset_id:
        areas = rows(
            dataset_id, "SELECT level, ST_IsValid(geom) FROM ground_area WHERE dataset_id = :id"
        )
        assert all(whole for _, whole in areas)


def test_a_real_city_loads_in_full(folder: Path) -> None:
    if not HEIDELBERG.is_file():
        pytest.skip("the extract of Heidelberg is not here")
    del folder
    with live_ground(HEIDELBERG, "heidelberg") as dataset_id:
        [(streets,)] = rows(
            dataset_id,
            "SELECT count(*) FROM gazetteer WHERE dataset_id = :id AND kind = 'street'",
        )
        assert streets > 2_000
        assert len(found(dataset_id, "Hauptstraße")) >= 1
