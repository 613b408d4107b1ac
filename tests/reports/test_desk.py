"""The coordinator's day at a glance."""

from __future__ import annotations

from datetime import timedelta

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
