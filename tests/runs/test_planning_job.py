"""The job that plans a day, done by real workers in processes of their own."""

from __future__ import annotations

import signal
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.jobs.workers import until, worker
from tests.world import World


@pytest.fixture
def hungry(world: World) -> World:
    """Twelve households, three volunteers, rice in a hub."""
    hub = world.hub()
    offer = world.offer(
        state="accepted", grams=150_000, food="大米", best_before=world.today + timedelta(days=60)
    )
    body = {"hub_id": str(hub), "offer_id": str(offer), "grams": 150_000}
    assert world.client("keeper").post("/api/v1/receipts", json=body).status_code == 201
    for n in range(12):
        world.household(
            lng=121.44 + (n % 6) / 300,
            lat=31.23 + (n // 6) / 300,
            window_from_minute=0,
            window_until_minute=1440,
        )
    for _ in range(3):
        world.volunteer(capacity_boxes=6)
    return world


def ask(desk: TestClient, world: World, seconds: float, path: str = "", **fields: object) -> str:
    body = {"day": str(world.today), "seconds": seconds, "seed": 3} | fields
    answer = desk.post(f"/api/v1/plans{path}", json=body)
    assert answer.status_code == 202, answer.text
    plan_id: str = answer.json()["id"]
    return plan_id


def plan_of(desk: TestClient, plan_id: str) -> dict[str, Any]:
    plan: dict[str, Any] = desk.get(f"/api/v1/plans/{plan_id}").json()
    return plan


def runs_of(desk: TestClient, world: World) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = desk.get("/api/v1/runs", params={"day": str(world.today)}).json()
    return runs


def test_a_plan_survives_the_worker_that_is_killed_in_the_middle(hungry: World) -> None:
    desk = hungry.client("coordinator")
    with worker() as first:
        plan_id = ask(desk, hungry, 20)
        until(lambda: bool(plan_of(desk, plan_id)["progress"]))
        first.send_signal(signal.SIGKILL)
        first.wait(15)
    assert plan_of(desk, plan_id)["state"] == "solving"
    with worker():
        until(lambda: len(plan_of(desk, plan_id)["progress"]) > 0)
        desk.post(f"/api/v1/plans/{plan_id}/stop", json={"keep": True})
        until(lambda: plan_of(desk, plan_id)["state"] == "done")
    doors = [
        stop for run in runs_of(desk, hungry) for stop in run["stops"] if stop["kind"] == "deliver"
    ]
    assert sum(stop["households"] for stop in doors) == 12


def test_a_plan_under_way_is_seen_stopped_and_kept(hungry: World) -> None:
    desk = hungry.client("coordinator")
    with worker():
        plan_id = ask(desk, hungry, 60)
        until(lambda: bool(plan_of(desk, plan_id)["progress"]))
        seen = plan_of(desk, plan_id)
        assert seen["state"] == "solving"
        assert seen["best"]["source"] == "estimate"
        again = desk.post("/api/v1/plans", json={"day": str(hungry.today)})
        assert (again.status_code, again.json()["plan_id"]) == (409, plan_id)
        desk.post(f"/api/v1/plans/{plan_id}/stop", json={"keep": True})
        until(lambda: plan_of(desk, plan_id)["state"] == "done")
    assert runs_of(desk, hungry)


def test_a_plan_under_way_is_thrown_away(hungry: World) -> None:
    desk = hungry.client("coordinator")
    with worker():
        plan_id = ask(desk, hungry, 60)
        until(lambda: bool(plan_of(desk, plan_id)["progress"]))
        desk.post(f"/api/v1/plans/{plan_id}/stop", json={"keep": False})
        until(lambda: plan_of(desk, plan_id)["state"] == "cancelled")
    assert runs_of(desk, hungry) == []


def test_drafts_outlive_a_worker_that_is_killed_while_they_are_improved(hungry: World) -> None:
    desk = hungry.client("coordinator")
    with worker() as first:
        done = ask(desk, hungry, 0.5)
        until(lambda: plan_of(desk, done)["state"] == "done")
        before = runs_of(desk, hungry)
        plan_id = ask(desk, hungry, 30, improve=True)
        until(lambda: bool(plan_of(desk, plan_id)["progress"]))
        first.send_signal(signal.SIGKILL)
        first.wait(15)
    assert runs_of(desk, hungry) == before
    with worker():
        until(lambda: plan_of(desk, plan_id)["progress"] != [])
        desk.post(f"/api/v1/plans/{plan_id}/stop", json={"keep": True})
        until(lambda: plan_of(desk, plan_id)["state"] == "done")
    cost = plan_of(desk, done)["progress"][-1]["cost"]
    assert plan_of(desk, plan_id)["progress"][-1]["cost"] <= cost


def test_a_zone_is_split_by_a_worker_while_the_page_watches(hungry: World) -> None:
    desk = hungry.client("coordinator")
    with worker():
        done = ask(desk, hungry, 0.5)
        until(lambda: plan_of(desk, done)["state"] == "done")
        giver, taker = runs_of(desk, hungry)[:2]
        stop = next(s for s in giver["stops"] if s["kind"] == "deliver")
        volunteer = taker["volunteer_id"]
        zone = {"stop_ids": [stop["id"]], "volunteer_ids": [volunteer]}
        plan_id = ask(desk, hungry, 1, "/zone", **zone)
        until(lambda: plan_of(desk, plan_id)["state"] == "done")
    mine = next(run for run in runs_of(desk, hungry) if run["volunteer_id"] == volunteer)
    assert [s["point"] for s in mine["stops"] if s["kind"] == "deliver"] == [stop["point"]]
