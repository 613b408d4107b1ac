"""Over an extract that does not hold the demo's Shanghai, the same people live along its streets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import today_in
from app.demo import extract, town
from app.demo.service import ZONE
from app.demo.town import Spot
from app.matching.rules import metres_between
from tests.commands.shell import Terminal, spare_terminal
from tests.database import LentDatabase
from tests.roads.town import BOUNDS, draw

# Named, because the demo makes tomorrow ready once the working day is over: maybe between two of these.
DAY = str(today_in(ZONE))
PLACES = """
  SELECT 'hub' AS kind, geom FROM hub UNION ALL SELECT 'site', geom FROM site
  UNION ALL SELECT kind, geom FROM recipient WHERE geom IS NOT NULL
  UNION ALL SELECT 'start', start_geom FROM volunteer
"""
TOLD = """
  SELECT md5(string_agg(said, E'\\n' ORDER BY said)) FROM (
    SELECT concat_ws('|', name, address, street, st_astext(geom), last_food_on) FROM recipient
    UNION ALL SELECT concat_ws('|', name, address, street, st_astext(geom)) FROM site
    UNION ALL SELECT concat_ws('|', name, st_astext(start_geom), mode) FROM volunteer
    UNION ALL SELECT concat_ws('|', l.code, m.grams, m.at, m.reason) FROM movement m
      JOIN lot l ON l.id = m.lot_id
    UNION ALL SELECT concat_ws('|', tracking_code, food, grams) FROM offer
  ) AS rows (said)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented town as a file that an operator might have."""
    return draw().write(tmp_path_factory.mktemp("town") / "feng-he.osm")


@pytest.fixture(scope="module")
def machines(
    database: LentDatabase, tmp_path_factory: pytest.TempPathFactory, file: Path
) -> Iterator[list[Terminal]]:
    """Lend two installations with the roads of the invented town."""
    files = tmp_path_factory.mktemp("files")
    with (
        spare_terminal(database, "laid_a", files) as first,
        spare_terminal(database, "laid_b", files) as second,
    ):
        for number, shell in enumerate((first, second)):
            shell.extra["ROADS_DIR"] = str(files / f"roads{number}")
            built = shell.foodmap("roads", "build", file)
            assert built.returncode == 0, built.stderr
            loaded = shell.foodmap("demo", "--day", DAY)
            assert loaded.returncode == 0, loaded.stderr
        yield [first, second]


@pytest.fixture
def shell(machines: list[Terminal]) -> Terminal:
    """Lend the first of them."""
    return machines[0]


def ask(shell: Terminal, query: str) -> list[tuple[Any, ...]]:
    """All rows; PLACES stands for where everybody and everything is."""
    return shell.ask(query.replace("PLACES", f"({PLACES}) AS p"))


def one(shell: Terminal, query: str) -> Any:
    return ask(shell, query)[0][0]


def column(shell: Terminal, table: str, name: str) -> list[Any]:
    return [
        row[0]
        for row in ask(
            shell, "SELECT WHAT FROM WHERE".replace("WHERE", table).replace("WHAT", name)
        )
    ]


def test_one_organisation_is_founded_there_and_says_that_it_is_invented(shell: Terminal) -> None:
    rows = shell.ask(
        "SELECT slug, name, is_demo, ST_Extent(area)::text FROM organisation GROUP BY 1, 2, 3"
    )
    west, south, east, north = (round(edge, 6) for edge in BOUNDS)
    assert len(rows) == 1
    slug, name, is_demo, extent = rows[0]
    assert (slug, is_demo) == ("demo-feng-he", True)
    assert "Feng-He" in name
    assert "虚构" in name
    corners = extent.removeprefix("BOX(").removesuffix(")").replace(",", " ").split()
    assert [round(float(edge), 6) for edge in corners] == [west, south, east, north]


def test_the_same_people_live_there(shell: Terminal) -> None:
    kinds = Counter(kind for (kind,) in shell.ask("SELECT kind FROM recipient"))
    assert kinds == {"household": 600, "community_point": 5}
    sizes = [len(column(shell, table, "id")) for table in ("site", "hub", "volunteer")]
    assert sizes == [60, 3, 25]
    for table in ("site", "hub"):
        assert all("示例" in name for name in column(shell, table, "name"))
    names = [name for (name,) in shell.ask("SELECT name FROM site")]
    assert len(set(names)) == len(names)


def test_everybody_lives_at_a_dry_place_by_a_road_inside_the_extract(shell: Terminal) -> None:
    west, south, east, north = BOUNDS
    query = """
      SELECT kind, ST_X(geom), ST_Y(geom),
        (SELECT ST_Distance(ST_Transform(r.geom, 4326)::geography, p.geom::geography)
         FROM road_point r ORDER BY r.geom <-> ST_Transform(p.geom, 3857) LIMIT 1),
        EXISTS (SELECT FROM ground_area w WHERE w.layer = 'water'
                AND ST_Intersects(w.geom, ST_Transform(p.geom, 3857)))
      FROM PLACES
    """
    rows = ask(shell, query)
    assert len(rows) > 600
    for kind, lng, lat, road_m, is_wet in rows:
        assert west < lng < east, kind
        assert south < lat < north, kind
        assert road_m < 100, kind
        assert not is_wet, kind
    places = [row[1:3] for row in rows]
    assert len(set(places)) == len(places), "no two at one door"


def test_they_are_not_all_in_one_corner(shell: Terminal) -> None:
    query = "SELECT ST_XMax(e) - ST_XMin(e), ST_YMax(e) - ST_YMin(e) FROM (SELECT ST_Extent(geom) AS e FROM PLACES) AS x"
    ((wide, high),) = ask(shell, query)
    west, south, east, north = BOUNDS
    assert wide > 0.5 * (east - west)
    assert high > 0.5 * (north - south)


def test_addresses_are_streets_of_the_town_with_a_number(shell: Terminal) -> None:
    streets = {
        name for (name,) in shell.ask("SELECT DISTINCT name FROM gazetteer WHERE kind = 'street'")
    }
    streets |= {
        name for (name,) in shell.ask("SELECT DISTINCT street FROM gazetteer WHERE kind = 'house'")
    }
    for table in ("hub", "site", "recipient"):
        for address in column(shell, table, "address"):
            street = next((s for s in streets if s and address.startswith(s)), None)
            assert street is not None, address
            assert address[len(street)].isdigit(), address
    parts = {name for (name,) in shell.ask("SELECT name FROM gazetteer WHERE kind = 'place'")}
    assert {street for (street,) in shell.ask("SELECT street FROM recipient")} <= parts | {
        "Feng-He"
    }


def test_its_month_is_told_and_the_ledger_adds_up(shell: Terminal) -> None:
    assert shell.ask("SELECT * FROM imbalance") == []
    days = one(shell, "SELECT count(DISTINCT day) FROM run WHERE state = 'completed'")
    assert days == 30
    assert one(shell, "SELECT count(*) FROM offer WHERE state IN ('announced', 'accepted')") == 15


def test_two_machines_lay_out_the_same_town(machines: list[Terminal]) -> None:
    first, second = (one(shell, TOLD) for shell in machines)
    assert first == second


def test_loading_it_again_founds_no_other(shell: Terminal) -> None:
    before = one(shell, TOLD)
    assert shell.foodmap("demo", "--day", DAY).returncode == 0
    assert one(shell, TOLD) == before
    assert one(shell, "SELECT count(*) FROM organisation") == 1


def test_without_the_extract_the_first_demo_is_in_use_and_with_it_the_towns_again(
    machines: list[Terminal],
) -> None:
    shell = machines[1]
    shell.ask("UPDATE map_dataset SET live = false RETURNING id")
    assert shell.foodmap("demo", "--day", DAY).returncode == 0
    assert {slug for (slug,) in shell.ask("SELECT slug FROM organisation")} == {
        "demo",
        "demo-feng-he",
    }
    shell.ask("UPDATE map_dataset SET live = true RETURNING id")
    assert shell.foodmap("demo", "--day", DAY).returncode == 0
    assert one(shell, "SELECT count(*) FROM organisation") == 2
    assert one(shell, "SELECT count(DISTINCT tracking_code) = count(*) FROM offer")


@pytest.mark.parametrize(
    ("spot", "room", "said"),
    [
        (Spot((0, 0), "曹杨路", "12"), "302室", "曹杨路12号302室"),
        (Spot((0, 0), "曹杨路", "12号"), "", "曹杨路12号"),
        (Spot((0, 0), "曹杨路", "12弄5号"), "302室", "曹杨路12弄5号302室"),
        (Spot((0, 0), "Hauptstraße", "12"), "302室", "Hauptstraße 12"),
        (Spot((0, 0), "High Street", "12a"), "", "12a High Street"),
        (Spot((0, 0), "Rue de la Paix", "3"), "", "3 Rue de la Paix"),
        (Spot((0, 0)), "302室", ""),
    ],
)
def test_an_address_has_the_form_of_its_country(spot: Spot, room: str, said: str) -> None:
    assert town.address(spot, Random(1), room) == said


def test_a_lane_gets_a_house_of_its_own() -> None:
    said = town.address(Spot((0, 0), "曹杨路", "1234弄"), Random(1), "101室")
    assert said.startswith("曹杨路1234弄")
    assert said.endswith("号101室")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("heidelberg.osm.pbf", "Heidelberg"),
        ("shanghai-tongji.osm.pbf", "Shanghai-Tongji"),
        ("上海.osm.pbf", "上海"),
        ("new york", "New York"),
    ],
)
def test_an_extract_is_called_after_its_file(name: str, said: str) -> None:
    assert extract.title(name) == said


@given(
    count=st.integers(1, 40), wanted=st.integers(1, 90), near=st.integers(0, 5), seed=st.integers()
)
def test_a_crowd_in_a_small_place_still_gets_a_spot_each(
    count: int, wanted: int, near: int, seed: int
) -> None:
    spots = [Spot((round(120 + n * 0.0004, 6), 31.0), "示例路") for n in range(count)]
    here = town.Town("小镇", (119.9, 30.9, 120.1, 31.1), [town.Part("镇", "", (120, 31))], spots)
    lots = town.Lots(here, Random(seed))
    given_out = [lots.take_near((120.0, 31.0)) for _ in range(near)]
    given_out += [lots.take() for _ in range(wanted)]
    assert len({spot.place for spot in given_out[:count]}) == min(count, len(given_out))
    for spot in given_out:
        nearest = min(metres_between(spot.place, one.place) for one in spots)
        assert nearest < 2 * town.BESIDE_M
