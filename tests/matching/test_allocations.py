"""The day's allocation through the application: made anew, never twice, nobody else's."""

from __future__ import annotations

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy import text

from tests.food.lots import make_lot
from tests.runs.road import rescue_road
from tests.world import World

PATH = "/api/v1/allocations"


def allocate(desk: TestClient, world: World, **more: object) -> dict[str, list[dict[str, object]]]:
    answer = desk.post(PATH, json={"day": str(world.today), **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, list[dict[str, object]]] = answer.json()
    return found


def test_the_food_is_divided_and_each_row_says_why(world: World) -> None:
    make_lot(world, 7_000)
    first = world.household(registered_on=world.today - timedelta(days=60))
    for days in (40, 30):
        world.household(registered_on=world.today - timedelta(days=days))
    desk = world.client("coordinator")
    made = allocate(desk, world)
    assert made["rows"][0]["recipient_id"] == str(first)
    assert made["rows"][0]["label"] == "李**"
    assert sum(int(str(row["grams"])) for row in made["rows"]) <= 7_000
    assert {left["code"] for left in made["left_out"]} <= {"used_up"}
    listed = desk.get(PATH, params={"day": str(world.today)}).json()
    assert listed == made["rows"]


def test_made_again_it_is_the_same_and_not_twice(world: World) -> None:
    make_lot(world, 50_000)
    for _ in range(3):
        world.household()
    desk = world.client("coordinator")
    first, again = allocate(desk, world)["rows"], allocate(desk, world)["rows"]
    assert [row["grams"] for row in first] == [row["grams"] for row in again]
    assert len(allocate(desk, world, limit=1)["rows"]) == 1


def test_a_community_point_is_called_by_its_name(world: World) -> None:
    make_lot(world, 50_000)
    world.household(kind="community_point", name="示例食堂(虚构)")
    assert allocate(world.client("coordinator"), world)["rows"][0]["label"] == "示例食堂(虚构)"


def test_food_on_a_run_is_not_promised_again(world: World) -> None:
    make_lot(world, 6_000)
    home = world.household(need_grams=6_000)
    desk = world.client("coordinator")
    allocate(desk, world)
    with world.db() as db:
        db.execute(text("UPDATE allocation SET state = 'planned'"))
    world.household(need_grams=6_000)
    again = allocate(desk, world)
    assert [row["recipient_id"] for row in again["rows"]] == [str(home)]
    assert len(again["left_out"]) == 1


def test_a_household_fed_daily_is_fed_tomorrow_too_and_a_weekly_one_is_not(world: World) -> None:
    make_lot(world, 90_000)
    daily = world.household(need_every_days=1)
    world.household(need_every_days=7)
    desk = world.client("coordinator")
    allocate(desk, world)
    with world.db() as db:
        db.execute(text("UPDATE allocation SET state = 'planned'"))
    tomorrow = str(world.today + timedelta(days=1))
    made = desk.post(PATH, json={"day": tomorrow}).json()
    assert [row["recipient_id"] for row in made["rows"]] == [str(daily)]


def test_an_offer_that_spoils_goes_straight_to_a_door_nearby(world: World) -> None:
    world.offer(state="accepted", best_before=world.today + timedelta(days=1))
    world.household(lng=121.455, lat=31.24)
    rows = allocate(world.client("coordinator"), world)["rows"]
    reasons = rows[0]["reasons"]
    assert isinstance(reasons, list)
    assert "near_site" in {reason["code"] for reason in reasons}


def test_nonsense_is_malformed_and_others_see_nothing(world: World, other_world: World) -> None:
    make_lot(world, 50_000)
    world.household()
    allocate(world.client("coordinator"), world)
    stranger = other_world.client("coordinator")
    assert stranger.get(PATH, params={"day": str(world.today)}).json() == []
    assert allocate(stranger, other_world)["rows"] == []
    for body in ({}, {"day": "9999-01-01"}, {"day": str(world.today), "limit": -1}):
        assert stranger.post(PATH, json=body).status_code == 422


def test_food_that_a_run_fetches_for_the_hub_is_not_promised_to_doors_as_well(
    world: World,
) -> None:
    """The same from the page's planning, from the allocation page and at the terminal."""
    soon = world.today + timedelta(days=1)
    offer = world.offer(state="accepted", grams=20_000, best_before=soon)
    rescue_road(world, 0, offer_id=offer, unload=True, state="published")  # takes 4 kg of it
    world.household(need_grams=20_000)
    body = {"day": str(world.today)}
    made = world.client("coordinator").post("/api/v1/allocations", json=body).json()
    assert 0 < sum(row["grams"] for row in made["rows"]) <= 16_000
