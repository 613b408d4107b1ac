"""A phone that says the same thing twice, because the first answer never reached it."""

from __future__ import annotations

from uuid import uuid4

from tests.runs.test_way_of_food import plan_today, runs_of, stocked_hub
from tests.world import World


def test_taking_back_twice_with_one_key_is_taken_back_once(world: World) -> None:
    stocked_hub(world)
    world.household(window_from_minute=0, window_until_minute=1440)
    world.volunteer("volunteer")
    plan_today(world)
    world.client("coordinator").post("/api/v1/plans/publish", json={"day": str(world.today)})
    phone = world.client("volunteer")
    (run,) = runs_of(phone, world)
    phone.post(f"/api/v1/runs/{run['id']}/claim")
    load, *_ = phone.post(f"/api/v1/runs/{run['id']}/begin").json()["stops"]
    assert phone.post(f"/api/v1/stops/{load['id']}/confirm", json={}).status_code == 200
    same = {"Idempotency-Key": str(uuid4())}
    first = phone.post(f"/api/v1/stops/{load['id']}/take-back", headers=same)
    again = phone.post(f"/api/v1/stops/{load['id']}/take-back", headers=same)
    assert (first.status_code, first.json()["state"]) == (200, "arrived")
    assert (again.status_code, again.json()) == (200, first.json())
