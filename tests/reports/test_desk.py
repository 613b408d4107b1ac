"""The coordinator's day at a glance."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from tests.food.lots import make_lot
from tests.runs.road import hub_road
from tests.world import World


def test_the_desk_counts_what_waits(world: World) -> None:
    world.household(registered_on=world.today - timedelta(days=9))
    world.household(lng=None, lat=None)
    world.offer()
    world.volunteer()
    desk = world.client("coordinator").get("/api/v1/desk")
    assert desk.status_code == 200, desk.text
    seen = desk.json()
    assert (seen["households"], seen["to_confirm"], seen["new_offers"], seen["on_duty"]) == (
        2,
        1,
        1,
        1,
    )
    assert seen["longest_waiting_days"] == 30
    assert seen["stock_grams"] == 0


def test_another_organisation_counts_nothing_of_it(world: World, other_world: World) -> None:
    world.household()
    assert other_world.client("coordinator").get("/api/v1/desk").json()["households"] == 0


def test_the_desk_weighs_what_is_there_and_what_spoils(world: World) -> None:
    make_lot(world, 5_000)
    make_lot(world, 2_000, best_before=world.today + timedelta(days=1))
    seen = world.client("coordinator").get("/api/v1/desk").json()
    assert (seen["stock_grams"], seen["expiring_grams"]) == (7_000, 2_000)


def test_the_desk_counts_runs_by_state_and_waiting_alerts(world: World) -> None:
    for state in ("draft", "published", "completed"):
        hub_road(world, state=state, doors=1)
    road = hub_road(world, doors=1)
    road.confirm("deliver", 0, outcome="not_home")
    with world.db() as db:
        db.execute(text("UPDATE care_alert SET created_at = created_at - interval '3 days'"))
    seen = world.client("coordinator").get("/api/v1/desk").json()
    runs = ("runs_draft", "runs_open", "runs_under_way", "runs_completed")
    assert [seen[name] for name in runs] == [1, 1, 1, 1]
    assert (seen["care_alerts"], seen["oldest_care_alert_days"]) == (1, 3)
