"""What the map shows within a box, by who is asking."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts.models import Person
from app.core.problems import Malformed
from app.map import queries
from app.map.rules import HEXAGON_EDGE_M, Box, blurred, parse_box, to_metres
from app.map.schemas import FeaturesOut
from tests.database import LentDatabase
from tests.world import World

TOWN = "121.3,31.1,121.6,31.4"


def shown(world: World, role: str, bbox: str = TOWN, zoom: int = 12) -> dict[str, Any]:
    answer = world.client(role).get("/api/v1/map/features", params={"bbox": bbox, "zoom": zoom})
    assert answer.status_code == 200, answer.text
    FeaturesOut.model_validate_json(answer.content)
    found: dict[str, Any] = answer.json()
    return found


def crowd(
    world: World, count: int, lng: float = 121.4601, lat: float = 31.2301, **fields: Any
) -> None:
    for n in range(count):
        world.household(lng=lng + n / 100_000, lat=lat, **fields)


def test_a_site_shows_its_open_offer(world: World) -> None:
    site = world.site()
    world.offer(site, state="declined")
    offer = world.offer(site, food="酸奶", state="accepted")
    (donor,) = shown(world, "coordinator")["donors"]
    assert donor["id"] == str(site)
    assert (donor["lng"], donor["lat"]) == (121.45, 31.24)
    assert (donor["offer"]["id"], donor["offer"]["food"]) == (str(offer), "酸奶")
    assert donor["kind"] == "超市"


def test_a_planner_gets_points_with_masked_names(world: World) -> None:
    world.household(name="欧阳测试", address="示例路1号101室")
    world.household(kind="community_point", name="示例食堂(虚构)", size=60)
    found = shown(world, "coordinator")["recipients"]
    assert sorted(row["label"] for row in found) == ["欧**", "示例食堂(虚构)"]
    assert {row["waiting_days"] for row in found} == {30}
    assert not [row for row in found if "101" in row["label"] + row["street"]]
    assert not any({"name", "address", "phone"} & row.keys() for row in found)


def test_a_volunteers_points_do_not_say_which_building(world: World) -> None:
    world.household(lng=121.4612345, lat=31.2312345)
    (point,) = shown(world, "volunteer")["recipients"]
    assert (point["lng"], point["lat"]) == (121.461, 31.231)
    (exact,) = shown(world, "keeper")["recipients"]
    assert (exact["lng"], exact["lat"]) == (121.461235, 31.231235)


@pytest.mark.parametrize("role", ["donor_contact", "auditor", "visitor", "reviewer"])
def test_others_get_cells_instead_of_points(world: World, role: str) -> None:
    crowd(world, 12)
    found = shown(world, role)
    assert found["recipients"] == []
    (cell,) = found["cells"]
    assert (cell["households"], cell["label"]) == (10, "曹杨新村街道")
    assert found["counts"]["recipients"] == 10


def test_fewer_than_ten_households_make_no_cell(world: World) -> None:
    crowd(world, 9)
    found = shown(world, "auditor")
    assert (found["cells"], found["counts"]["recipients"]) == ([], 0)


def test_households_that_get_no_food_are_not_on_the_map(world: World) -> None:
    crowd(world, 9)
    crowd(world, 3, state="paused")
    crowd(world, 3, approved_at=None)
    found = shown(world, "coordinator")
    assert len(found["recipients"]) == 9
    assert found["cells"] == []


def test_a_box_cuts_no_cell(world: World) -> None:
    """The same cell says the same from every box that touches it."""
    crowd(world, 14)
    (whole,) = shown(world, "auditor")["cells"]
    corner = [min(p[0] for p in whole["polygon"]), min(p[1] for p in whole["polygon"])]
    for bbox in (
        "121.46012,31.2300,121.46015,31.2302",
        f"{corner[0]},{corner[1]},{corner[0] + 0.002},{corner[1] + 0.002}",
        "121.46,31.22,121.47,31.24",
    ):
        assert shown(world, "auditor", bbox)["cells"] == [whole]


def test_a_cell_holds_its_households_and_is_a_hexagon_of_fixed_size(world: World) -> None:
    crowd(world, 10)
    (cell,) = shown(world, "auditor")["cells"]
    centre = to_metres(cell["lng"], cell["lat"])
    assert len(cell["polygon"]) == 7
    for corner in cell["polygon"]:
        assert math.dist(centre, to_metres(*corner)) == pytest.approx(HEXAGON_EDGE_M, abs=1)
    for n in range(10):
        assert math.dist(centre, to_metres(121.4601 + n / 100_000, 31.2301)) <= HEXAGON_EDGE_M


def test_far_out_there_are_cells_only(world: World) -> None:
    crowd(world, 12)
    found = shown(world, "coordinator", "-180,-85,180,85", zoom=3)
    assert found["recipients"] == []
    assert len(found["cells"]) == 1


def test_a_donors_contact_sees_their_own_sites_and_no_hub(world: World) -> None:
    mine = world.donor("我的店(虚构)")
    own = world.site(mine)
    world.site(name="别家(虚构)")
    world.hub()
    with world.db() as db:
        db.get_one(Person, world.people["donor_contact"]).donor_id = mine
    found = shown(world, "donor_contact")
    assert [row["id"] for row in found["donors"]] == [str(own)]
    assert found["hubs"] == []
    assert found["counts"] == {"donors": 1, "recipients": 0, "hubs": 0, "runs": 0}


def test_a_contact_without_a_donor_sees_no_site(world: World) -> None:
    world.site()
    assert shown(world, "donor_contact")["donors"] == []


def test_a_hub_says_what_lies_there(world: World) -> None:
    hub, offer = world.hub(), world.offer(state="accepted")
    receipt = {"hub_id": str(hub), "offer_id": str(offer), "grams": 18_000}
    assert world.client("keeper").post("/api/v1/receipts", json=receipt).status_code == 201
    (row,) = shown(world, "volunteer")["hubs"]
    assert (row["id"], row["grams"]) == (str(hub), 18_000)
    assert row["storage"] == ["ambient", "chilled"]


def test_another_organisation_sees_an_empty_map(world: World, other_world: World) -> None:
    world.offer()
    world.hub()
    crowd(world, 12)
    nothing = {"donors": [], "recipients": [], "cells": [], "hubs": []}
    for role in ("coordinator", "volunteer", "auditor"):
        found = shown(other_world, role)
        assert {key: found[key] for key in nothing} == nothing


def test_hostile_names_travel_as_text(world: World) -> None:
    name = "</script><script>alert(1)</script>\"'\u2028\\"
    world.site(name=name)
    assert shown(world, "coordinator")["donors"][0]["name"] == name


@pytest.mark.parametrize(
    ("bbox", "words"),
    [
        ("", "四个数字"),
        ("1,2,3", "四个数字"),
        ("a,b,c,d", "四个数字"),
        ("nan,31,122,32", "不是数字"),
        ("121,31,inf,32", "不是数字"),
        ("31.1,121.3,31.4,121.6", "写反了"),
        ("122,31,121,32", "西要小于东"),
        ("121,32,122,31", "南要小于北"),
    ],
)
def test_a_wrong_box_is_named(world: World, bbox: str, words: str) -> None:
    answer = world.client("coordinator").get("/api/v1/map/features", params={"bbox": bbox})
    assert answer.status_code == 422
    assert words in answer.json()["title"]


number = st.floats(allow_nan=False, allow_infinity=False, width=64)


@settings(deadline=None)
@given(st.tuples(number, number, number, number))
def test_every_four_numbers_are_a_box_on_the_globe_or_a_sentence(
    sides: tuple[float, float, float, float],
) -> None:
    try:
        box = parse_box(",".join(map(str, sides)))
    except Malformed:
        return
    wide = box.widened(800)
    assert -180 <= wide.west <= box.west <= box.east <= wide.east <= 180
    assert -85.06 <= wide.south <= wide.north <= 85.06


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_a_blurred_place_is_the_same_for_all_places_of_its_square(lng: float, lat: float) -> None:
    middle = blurred(lng, lat)
    assert abs(middle[0] - lng) <= 0.0025 + 1e-6
    assert blurred(*middle) == middle


@pytest.fixture
def big_town(world: World, database: LentDatabase) -> Iterator[World]:
    """An organisation of 20,000 households over a wide area, thrown away afterwards."""
    template = world.household()
    address = database.superuser_url.replace("+psycopg2", "")
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute(
            "INSERT INTO recipient SELECT (jsonb_populate_record(r, jsonb_build_object("
            "'id', gen_random_uuid(), 'geom', "
            "ST_SetSRID(ST_MakePoint(121 + random(), 30.7 + random() * 0.9), 4326)::text))).* "
            "FROM recipient r, generate_series(1, 20000) WHERE r.id = %s",
            [template],
        )
        superuser.execute("ANALYZE recipient")
        yield world
        superuser.execute("DELETE FROM recipient WHERE org_id = %s", [world.org_id])


def test_points_and_cells_are_read_from_the_spatial_index(big_town: World) -> None:
    subject = big_town.subject("volunteer")
    statement = text("EXPLAIN " + queries.features_statement(subject))
    with big_town.db() as db:
        values = queries.features_values(subject, Box(121.45, 31.20, 121.47, 31.22))
        plan = "\n".join(db.scalars(statement, values))
    assert plan.count("ix_recipient_org_geom") == 2
    assert "Seq Scan on recipient" not in plan
