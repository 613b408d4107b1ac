"""A donor withdraws food that runs count on: nobody drives for it, and the coordinator knows."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.runs.models import Run, Stop
from tests.food.lots import make_lot
from tests.runs.road import Road, hub_road, ledger_faults, rescue_road
from tests.world import World

RoadOf = Callable[..., Road]


def withdraw(road: Road) -> int:
    path = f"/api/v1/offers/{road.offer_id}/withdraw"
    status: int = road.world.client("coordinator").post(path, json={}).status_code
    return status


def run_state(road: Road) -> str:
    with road.world.db() as db:
        return db.get_one(Run, road.run_id).state


def stop_states(road: Road) -> list[str]:
    with road.world.db() as db:
        query = select(Stop.state).where(Stop.run_id == road.run_id).order_by(Stop.seq)
        return list(db.scalars(query))


def told(road: Road) -> list[tuple[str, str]]:
    alerts = road.world.client("coordinator").get("/api/v1/care-alerts").json()
    return [(alert["kind"], alert["reason"]) for alert in alerts]


@pytest.mark.parametrize("state", ["published", "claimed"])
def test_a_run_with_nothing_left_is_cancelled_and_its_households_are_free(
    world: World, state: str
) -> None:
    road = rescue_road(world, 2, state=state)
    assert withdraw(road) == 200
    assert run_state(road) == "cancelled"
    assert stop_states(road) == ["skipped"] * 3
    assert road.allocations() == ["dropped", "dropped"]
    assert told(road) == [("collect", "offer_withdrawn")]
    desk = world.client("coordinator").get("/api/v1/desk").json()
    assert desk["care_alerts"] == 1


def test_a_run_under_way_goes_on_without_the_stops_of_the_food_that_is_gone(world: World) -> None:
    road = hub_road(world, 1)
    other = rescue_road(world, 1, state="draft")
    with world.db() as db:  # the rescued food's stops join the hub's run
        db.execute(
            text("UPDATE stop SET run_id = :to, seq = seq + 10 WHERE run_id = :of"),
            {"to": road.run_id, "of": other.run_id},
        )
    road.stops["collect"], road.offer_id = other.stops["collect"], other.offer_id
    assert road.confirm("load").status_code == 200
    assert withdraw(road) == 200
    assert run_state(road) == "under_way"
    assert stop_states(road) == ["done", "planned", "skipped", "skipped"]
    drive = road.phone.get(f"/api/v1/runs/{road.run_id}/drive").json()
    ways = [stop["way"] is not None for stop in drive["stops"]]
    assert ways == [True, True, False, False]
    assert road.confirm("deliver").status_code == 200
    assert road.end("complete").status_code == 200
    assert ledger_faults(world) == []


def test_food_that_is_aboard_already_stays_there(world: World) -> None:
    road = rescue_road(world, 1)
    assert road.confirm("collect").status_code == 200
    assert withdraw(road) == 409  # collected: there is nothing to withdraw
    assert road.confirm("deliver").status_code == 200


def test_a_run_under_way_with_nothing_left_is_closed_by_its_volunteer(world: World) -> None:
    road = rescue_road(world, 1)
    assert road.end("begin").status_code == 200
    assert withdraw(road) == 200
    assert (run_state(road), stop_states(road)) == ("under_way", ["skipped", "skipped"])
    assert road.end("complete").status_code == 200


def test_a_collection_for_the_hub_has_nothing_to_unload_then(world: World) -> None:
    road = rescue_road(world, 0, unload=True)
    assert withdraw(road) == 200
    assert (run_state(road), stop_states(road)) == ("cancelled", ["skipped", "skipped"])


def test_other_runs_and_other_steps_of_an_offer_change_nothing(world: World) -> None:
    road = hub_road(world, 1)
    offer = world.offer(state="accepted")
    path = f"/api/v1/offers/{offer}/withdraw"
    assert world.client("coordinator").post(path, json={}).status_code == 200
    announced = world.offer()
    path = f"/api/v1/offers/{announced}/accept"
    assert world.client("coordinator").post(path, json={}).status_code == 200
    assert (run_state(road), told(road)) == ("claimed", [])


def test_a_volunteer_at_the_donors_door_comes_first(world: World) -> None:
    road = rescue_road(world, 1)
    lock = text("SELECT id FROM run WHERE id = :run FOR NO KEY UPDATE")
    with world.db() as db:
        db.execute(lock, {"run": road.run_id})
        refused = withdraw(road)
    assert refused == 409
    assert run_state(road) == "claimed"
    assert withdraw(road) == 200


def test_a_withdrawn_offer_is_not_planned_again_and_its_household_is(world: World) -> None:
    road = rescue_road(world, 1, state="published")
    assert withdraw(road) == 200
    make_lot(world, 50_000)
    body = {"day": str(world.today)}
    made = world.client("coordinator").post("/api/v1/allocations", json=body).json()
    assert [UUID(row["recipient_id"]) for row in made["rows"] if row["state"] == "proposed"] == (
        road.doors
    )
