"""A stored run is read back as the planner called it, trips and all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.core.ids import new_id
from app.planning.plan import RELOAD
from app.runs.models import Run, Stop
from app.runs.plan.stored import StoredStop, order_of, stored_stops
from tests.runs.plan.days import calls
from tests.runs.road import _add, hub_road, rescue_road
from tests.world import World

ALL_DAY = "UPDATE recipient SET window_from_minute = 0, window_until_minute = 1440"


def stop(kind: str, *task_ids: str) -> StoredStop:
    return StoredStop(Stop(kind=kind), task_ids)


@pytest.mark.parametrize(
    ("stops", "order"),
    [
        ([], ()),
        ([stop("load"), stop("deliver", "a", "b"), stop("deliver", "c")], ("a", "b", "c")),
        ([stop("collect", "a"), stop("unload")], ("a",)),
        (
            [stop("load"), stop("deliver", "a"), stop("load"), stop("deliver", "b")],
            ("a", RELOAD, "b"),
        ),
        (
            [stop("collect", "a"), stop("unload"), stop("load"), stop("deliver", "b")],
            ("a", RELOAD, "b"),
        ),
        ([stop("deliver", "a"), stop("break"), stop("deliver", "b")], ("a", "b")),
        ([stop("deliver", "a"), stop("load"), stop("deliver"), stop("deliver", "b")], None),
    ],
)
def test_a_hub_between_two_stops_is_a_way_back_to_it(
    stops: list[StoredStop], order: tuple[str, ...] | None
) -> None:
    assert order_of(stops) == (order if order is not None else ("a", RELOAD, "b"))


def test_the_tasks_of_a_run_are_named_after_what_it_carries(world: World) -> None:
    road = rescue_road(world, state="draft", unload=True)
    with world.db() as db:
        (stops,) = stored_stops(db, world.org_id, [road.run_id]).values()
    doors = [f"r:{home}:{road.offer_id}" for home in road.doors]
    assert [s.task_ids for s in stops] == [
        (*doors, f"c:{road.offer_id}"),
        (doors[0],),
        (doors[1],),
        (),
    ]
    assert order_of(stops) == (*doors, f"c:{road.offer_id}", *doors)


def two_trips(world: World) -> tuple[UUID, dict[str, Any]]:
    """A run that loads again between its two doors, driven by somebody with room for one box."""
    road = hub_road(world, 1, state="draft")
    home = world.household(lng=121.48)
    _add(road, "load", [(None, road.lot_id, None, 4_000)], hub_id=road.hub_id)
    _add(road, "deliver", [(home, road.lot_id, None, 4_000)])
    with world.db() as db:
        db.execute(text(ALL_DAY))
        db.execute(text("UPDATE volunteer SET capacity_boxes = 1, trips_max = 2"))
    desk = world.client("coordinator")
    (run,) = desk.get("/api/v1/runs", params={"day": str(world.today)}).json()
    return road.run_id, run


def test_two_trips_stay_two_trips_in_another_order(world: World) -> None:
    run_id, run = two_trips(world)
    desk = world.client("coordinator")
    ids = [s["id"] for s in run["stops"]]
    assert [s["kind"] for s in run["stops"]] == ["load", "deliver", "load", "deliver"]
    body = {"stop_ids": [ids[0], ids[3], ids[2], ids[1]]}
    turned = desk.put(f"/api/v1/runs/{run_id}/order", json=body)
    assert turned.status_code == 200, turned.text
    (after,) = turned.json()
    assert [s["kind"] for s in after["stops"]] == ["load", "deliver", "load", "deliver"]
    assert [s["grams"] for s in after["stops"]] == [4_000] * 4
    assert [s["load_after_grams"] for s in after["stops"]] == [4_000, 0, 4_000, 0]
    # In its own run a stop passes its neighbour, the way back to the hub stays where it is.
    body = {"run_id": str(run_id), "position": 0}
    seen = desk.post(f"/api/v1/stops/{calls(after)[1]['id']}/preview", json=body).json()
    assert {fault["code"] for fault in seen["violations"]} == {"overload"}


def test_a_run_that_takes_food_over_is_not_changed_by_hand(world: World) -> None:
    road = hub_road(world, 1, state="published")
    other = hub_road(world, 1, state="published")
    with world.db() as db:
        run = db.get_one(Run, road.run_id)
        row = db.scalars(select(Stop).where(Stop.run_id == run.id, Stop.kind == "load")).one()
        facts = {
            name: getattr(row, name)
            for name in ("planned_at", "window_from", "window_until", "state_at", "geom")
        }
        db.add(
            Stop(
                id=new_id(),
                org_id=world.org_id,
                run_id=run.id,
                seq=9,
                kind="take_over",
                from_run_id=other.run_id,
                label="接手",
                service_s=60,
                **facts,
            )
        )
    body = {"stop_ids": [str(road.stops["deliver"][0])]}
    desk = world.client("coordinator")
    refused = desk.put(f"/api/v1/runs/{road.run_id}/order", json=body)
    assert refused.json()["title"].startswith("这条路线要去接手别人车上的食物")
