"""A refusal to drive an order names the door, never a number of ours."""

from __future__ import annotations

from tests.runs.test_way_of_food import plan_today, runs_of, stocked_hub
from tests.world import World


def test_a_refused_order_names_the_household_that_would_wait_too_long(world: World) -> None:
    stocked_hub(world)
    for n in range(3):
        world.household(
            lng=121.44 + n / 25,
            name=f"{'赵钱孙'[n]}测试",
            window_from_minute=0,
            window_until_minute=1440,
        )
    world.volunteer("volunteer", mode="foot", capacity_boxes=30)
    plan_today(world)
    desk = world.client("coordinator")
    (run,) = runs_of(desk, world)
    with world.db() as db:
        db.connection().exec_driver_sql(
            "UPDATE recipient SET window_until_minute = window_from_minute + 1 WHERE org_id = %s",
            (world.org_id,),
        )
    ids = [stop["id"] for stop in run["stops"]]
    refused = desk.put(f"/api/v1/runs/{run['id']}/order", json={"stop_ids": list(reversed(ids))})
    assert refused.status_code == 409, refused.text
    told = refused.json()
    assert told["type"].endswith("breaks-rules")
    assert any(f"{surname}**" in told["violations"][0]["zh"] for surname in "赵钱孙")
