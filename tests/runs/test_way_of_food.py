"""The way of the food, from stock to door, through the real web application and planner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.core.clock import now
from app.runs.tasks import solve_day
from tests.world import World


def stocked_hub(world: World, grams: int = 60_000) -> UUID:
    """A hub with one lot of rice."""
    hub, offer = (
        world.hub(),
        world.offer(
            state="accepted", grams=grams, food="大米", best_before=world.today + timedelta(days=60)
        ),
    )
    keeper = world.client("keeper")
    got = keeper.post(
        "/api/v1/receipts", json={"hub_id": str(hub), "offer_id": str(offer), "grams": grams}
    )
    assert got.status_code == 201, got.text
    return hub


def plan_today(world: World, **fields: Any) -> dict[str, Any]:
    """Ask for today's plan and let the job do it."""
    desk = world.client("coordinator")
    asked = desk.post(
        "/api/v1/plans", json={"day": str(world.today), "seconds": 1, "seed": 7} | fields
    )
    assert asked.status_code == 202, asked.text
    solve_day(org_id=str(world.org_id), plan_id=asked.json()["id"])
    plan: dict[str, Any] = desk.get(f"/api/v1/plans/{asked.json()['id']}").json()
    return plan


def runs_of(client: TestClient, world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(
        "/api/v1/runs", params={"day": str(world.today)}
    ).json()
    return found


def imbalance(world: World) -> list[Any]:
    with world.db() as db:
        return list(db.execute(text("SELECT * FROM imbalance")))


@pytest.fixture
def planned(world: World) -> tuple[World, dict[str, Any]]:
    """Twelve hungry households, one hub, one volunteer on duty: a planned, published day."""
    stocked_hub(world)
    for n in range(12):
        world.household(
            lng=121.44 + n / 500,
            lat=31.23 + (n % 3) / 300,
            window_until_minute=1440,
            window_from_minute=0,
        )
    world.volunteer("volunteer", capacity_boxes=30, capacity_grams=90_000)
    plan = plan_today(world)
    assert plan["state"] == "done", plan
    published = world.client("coordinator").post(
        "/api/v1/plans/publish", json={"day": str(world.today)}
    )
    assert published.status_code == 200, published.text
    return world, plan


def test_a_day_is_allocated_planned_and_published(planned: tuple[World, dict[str, Any]]) -> None:
    world, plan = planned
    assert plan["progress"][-1]["served"] == 12
    assert plan["unserved"] == []
    (run,) = runs_of(world.client("volunteer"), world)
    assert run["state"] == "published"
    assert run["shape"] == "distribution"
    assert run["source"] == "estimate"
    assert run["stops"][0]["kind"] == "load"
    assert sum(stop["households"] for stop in run["stops"] if stop["kind"] == "deliver") == 12
    allocations = (
        world.client("coordinator")
        .get("/api/v1/allocations", params={"day": str(world.today)})
        .json()
    )
    assert all(row["reasons"][0]["code"] == "waited" for row in allocations)


def test_the_food_reaches_every_door_and_the_ledger_closes(
    planned: tuple[World, dict[str, Any]],
) -> None:
    world, _ = planned
    phone = world.client("volunteer")
    (run,) = runs_of(phone, world)
    assert phone.post(f"/api/v1/runs/{run['id']}/claim").status_code == 200
    driven = phone.post(f"/api/v1/runs/{run['id']}/begin").json()
    assert driven["stops"][1]["doors"][0]["name"] == "李测试"
    assert driven["links"][driven["stops"][1]["id"]]["amap"].startswith(
        "https://uri.amap.com/navigation?to=121."
    )
    for stop in driven["stops"]:
        done = phone.post(
            f"/api/v1/stops/{stop['id']}/confirm",
            json={"outcome": "handed_over"},
            headers={"Idempotency-Key": str(uuid4())},
        )
        assert done.status_code == 200, done.text
    closed = phone.post(f"/api/v1/runs/{run['id']}/complete")
    assert closed.status_code == 200, closed.text
    assert closed.json()[0]["state"] == "completed"
    assert imbalance(world) == []
    register = world.client("coordinator").get("/api/v1/recipients").json()["items"]
    assert {row["waiting_days"] for row in register} == {0}


def test_fifty_confirmations_with_one_key_move_the_food_once(
    planned: tuple[World, dict[str, Any]],
) -> None:
    world, _ = planned
    phone = world.client("volunteer")
    (run,) = runs_of(phone, world)
    phone.post(f"/api/v1/runs/{run['id']}/claim")
    first, second = phone.post(f"/api/v1/runs/{run['id']}/begin").json()["stops"][:2]
    phone.post(f"/api/v1/stops/{first['id']}/confirm", json={})
    key = str(uuid4())

    def say(_: int) -> int:
        return phone.post(
            f"/api/v1/stops/{second['id']}/confirm", json={}, headers={"Idempotency-Key": key}
        ).status_code

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(say, range(50)))
    assert set(answers) <= {200, 409}
    assert 200 in answers
    with world.db() as db:
        moved = db.execute(
            text("SELECT sum(grams) FROM movement WHERE stop_id = :stop"), {"stop": second["id"]}
        ).scalar()
    assert moved == second["grams"]
    assert imbalance(world) == []


def test_nobody_home_moves_nothing_and_raises_a_care_alert(
    planned: tuple[World, dict[str, Any]],
) -> None:
    world, _ = planned
    phone, desk = world.client("volunteer"), world.client("coordinator")
    (run,) = runs_of(phone, world)
    phone.post(f"/api/v1/runs/{run['id']}/claim")
    load, door, *rest = phone.post(f"/api/v1/runs/{run['id']}/begin").json()["stops"]
    phone.post(f"/api/v1/stops/{load['id']}/confirm", json={})
    phone.post(
        f"/api/v1/stops/{door['id']}/confirm", json={"outcome": "not_home", "note": "敲门没人应"}
    )
    for stop in rest:
        phone.post(f"/api/v1/stops/{stop['id']}/confirm", json={})
    refused = phone.post(f"/api/v1/runs/{run['id']}/complete")
    assert refused.status_code == 409
    assert refused.json()["aboard_grams"] == door["grams"]
    back = phone.post(f"/api/v1/runs/{run['id']}/give-back", json={"hub_id": load_hub(world)})
    assert back.json() == {"grams": door["grams"]}
    assert phone.post(f"/api/v1/runs/{run['id']}/complete").status_code == 200
    (alert,) = desk.get("/api/v1/care-alerts").json()
    assert (alert["reason"], alert["note"]) == ("not_home", "敲门没人应")
    assert (
        desk.post(
            f"/api/v1/care-alerts/{alert['id']}/follow-up", json={"follow_up": "电话联系上了"}
        ).status_code
        == 204
    )
    assert desk.get("/api/v1/care-alerts").json() == []
    assert imbalance(world) == []


def load_hub(world: World) -> str:
    hubs = world.client("keeper").get("/api/v1/hubs").json()
    found: str = (hubs["items"] if isinstance(hubs, dict) else hubs)[0]["id"]
    return found


def test_a_confirmation_is_taken_back_within_ten_seconds(
    planned: tuple[World, dict[str, Any]],
) -> None:
    world, _ = planned
    phone = world.client("volunteer")
    (run,) = runs_of(phone, world)
    phone.post(f"/api/v1/runs/{run['id']}/claim")
    load, door, *_ = phone.post(f"/api/v1/runs/{run['id']}/begin").json()["stops"]
    phone.post(f"/api/v1/stops/{load['id']}/confirm", json={})
    phone.post(f"/api/v1/stops/{door['id']}/confirm", json={})
    assert phone.post(f"/api/v1/stops/{door['id']}/take-back").json()["state"] == "arrived"
    assert imbalance(world) == []
    again = phone.post(f"/api/v1/stops/{door['id']}/confirm", json={})
    assert again.status_code == 200
    with world.db() as db:
        db.execute(
            text("UPDATE stop SET state_at = :past WHERE id = :stop"),
            {"past": now() - timedelta(seconds=11), "stop": door["id"]},
        )
    assert phone.post(f"/api/v1/stops/{door['id']}/take-back").status_code == 409


def test_only_one_volunteer_gets_a_run_and_doors_stay_shut_for_others(
    planned: tuple[World, dict[str, Any]],
) -> None:
    world, _ = planned
    world.volunteer("keeper", name="另一位", on_duty=False)
    (run,) = runs_of(world.client("volunteer"), world)
    assert world.client("volunteer").post(f"/api/v1/runs/{run['id']}/claim").status_code == 200
    late = world.client("keeper").post(f"/api/v1/runs/{run['id']}/claim")
    assert late.status_code == 409
    assert world.client("keeper").get(f"/api/v1/runs/{run['id']}/drive").status_code == 404


def test_stops_are_put_in_another_order_with_new_times(world: World) -> None:
    stocked_hub(world)
    for n in range(4):
        world.household(
            lng=121.44 + n / 200, lat=31.23, window_until_minute=1440, window_from_minute=0
        )
    world.volunteer("volunteer")
    plan_today(world)
    desk = world.client("coordinator")
    (run,) = runs_of(desk, world)
    doors = [stop["id"] for stop in run["stops"] if stop["kind"] == "deliver"]
    (turned,) = desk.put(f"/api/v1/runs/{run['id']}/order", json={"stop_ids": doors[::-1]}).json()
    old = [stop["point"] for stop in run["stops"] if stop["kind"] == "deliver"]
    assert [stop["point"] for stop in turned["stops"] if stop["kind"] == "deliver"] == old[::-1]
    assert turned["version"] == run["version"] + 1
    assert imbalance(world) == []


def test_an_order_that_breaks_a_window_is_refused_with_the_reason(world: World) -> None:
    stocked_hub(world)
    at = now()
    minute = (at.hour * 60 + at.minute + 8 * 60) % 1440
    if minute > 1200:
        pytest.skip("too late in Shanghai's evening for a door that closes in an hour and a half")
    world.household(lng=121.441, lat=31.251, window_from_minute=0, window_until_minute=minute + 60)
    world.household(lng=121.60, lat=31.20, window_from_minute=0, window_until_minute=1440)
    world.volunteer("volunteer", mode="foot")
    plan_today(world)
    desk = world.client("coordinator")
    (run,) = runs_of(desk, world)
    doors = [stop["id"] for stop in run["stops"] if stop["kind"] == "deliver"]
    answer = desk.put(f"/api/v1/runs/{run['id']}/order", json={"stop_ids": doors[::-1]})
    assert answer.status_code == 409
    assert answer.json()["violations"]


def test_a_volunteer_draws_a_trip_over_a_site_and_two_doors_and_claims_it(world: World) -> None:
    offer = world.offer(state="accepted", grams=12_000)
    doors = [
        str(
            world.household(
                lng=121.46 + n / 100, lat=31.24, window_from_minute=0, window_until_minute=1440
            )
        )
        for n in range(2)
    ]
    world.volunteer("volunteer")
    phone = world.client("volunteer")
    wish = {"offer_ids": [str(offer)], "recipient_ids": doors}
    drawn = phone.post("/api/v1/trips/preview", json=wish).json()
    assert drawn["violations"] == []
    assert [stop["kind"] for stop in drawn["stops"]] == ["collect", "deliver", "deliver"]
    claimed = phone.post("/api/v1/trips", json=wish)
    assert claimed.status_code == 201, claimed.text
    (run,) = claimed.json()
    assert (run["state"], run["shape"]) == ("claimed", "rescue")
    driven = phone.post(f"/api/v1/runs/{run['id']}/begin").json()
    for stop in driven["stops"]:
        weighed = (
            [{"item_id": stop["items"][0]["id"], "grams": 11_000}]
            if stop["kind"] == "collect"
            else []
        )
        done = phone.post(f"/api/v1/stops/{stop['id']}/confirm", json={"weighed": weighed})
        assert done.status_code == 200, done.text
    assert imbalance(world) == []


def test_a_cancelled_plan_leaves_no_runs(world: World) -> None:
    stocked_hub(world)
    world.household(window_from_minute=0, window_until_minute=1440)
    world.volunteer("volunteer")
    desk = world.client("coordinator")
    plan = desk.post("/api/v1/plans", json={"day": str(world.today), "seconds": 5}).json()
    assert (
        desk.post(f"/api/v1/plans/{plan['id']}/stop", json={"keep": False}).json()["state"]
        == "cancelled"
    )
    solve_day(org_id=str(world.org_id), plan_id=plan["id"])
    assert runs_of(desk, world) == []


def test_a_day_without_volunteers_says_so(world: World) -> None:
    stocked_hub(world)
    world.household()
    plan = plan_today(world)
    assert (plan["state"], plan["failure"]) == ("failed", "这一天没有空着的志愿者值班。请先排班。")


def test_another_organisation_sees_no_run_and_no_plan(
    planned: tuple[World, dict[str, Any]], other_world: World
) -> None:
    world, plan = planned
    (run,) = runs_of(world.client("volunteer"), world)
    stranger = other_world.client("coordinator")
    assert stranger.get(f"/api/v1/plans/{plan['id']}").status_code == 404
    assert stranger.get(f"/api/v1/runs/{run['id']}/drive").status_code == 404
    assert stranger.get("/api/v1/runs", params={"day": str(world.today)}).json() == []
    assert (
        stranger.post(f"/api/v1/stops/{run['stops'][0]['id']}/confirm", json={}).status_code == 404
    )
