"""The day is planned again and again: nothing twice, nothing from the past, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from app.core.clock import now
from app.food.models import Lot
from app.matching.models import Allocation
from app.runs.models import DayPlan, Run, Stop, StopItem
from app.runs.tasks import Solving, solve_day
from tests.runs.road import ledger_faults, own_profile
from tests.runs.test_way_of_food import runs_of, stocked_hub
from tests.world import World

ALL_DAY = {"window_from_minute": 0, "window_until_minute": 1440}


def ask(world: World, **fields: Any) -> str:
    body = {"day": str(world.today), "seconds": 0.5, "seed": 7} | fields
    answer = world.client("coordinator").post("/api/v1/plans", json=body)
    assert answer.status_code == 202, answer.text
    plan_id: str = answer.json()["id"]
    return plan_id


def plan(world: World, **fields: Any) -> dict[str, Any]:
    plan_id = ask(world, **fields)
    solve_day(org_id=str(world.org_id), plan_id=plan_id)
    found: dict[str, Any] = world.client("coordinator").get(f"/api/v1/plans/{plan_id}").json()
    return found


def publish(world: World) -> None:
    body = {"day": str(world.today)}
    assert world.client("coordinator").post("/api/v1/plans/publish", json=body).status_code == 200


def doors(world: World, count: int) -> list[UUID]:
    return [world.household(lng=121.44 + n / 200, **ALL_DAY) for n in range(count)]


def nothing_twice(world: World) -> None:
    """No household on two stops, no more of a lot on runs than lies in its hub."""
    with world.db() as db:
        homes = db.scalars(select(StopItem.recipient_id).where(StopItem.recipient_id.is_not(None)))
        served = list(homes)
        assert len(served) == len(set(served))
        loads = select(StopItem.lot_id, StopItem.grams).join(Stop, Stop.id == StopItem.stop_id)
        asked: dict[UUID | None, int] = {}
        for lot_id, grams in db.execute(loads.where(Stop.kind == "load")):
            asked[lot_id] = asked.get(lot_id, 0) + grams
        for lot_id, grams in asked.items():
            held = text(
                "SELECT max(b.grams) FROM balance b JOIN holder h ON h.id = b.holder_id "
                "WHERE h.kind = 'hub' AND b.lot_id = :lot"
            )
            assert grams <= (db.scalar(held, {"lot": lot_id}) or 0)


def test_published_runs_stay_and_nothing_of_them_is_planned_again(world: World) -> None:
    stocked_hub(world, 30_000)
    doors(world, 3)
    world.volunteer("volunteer")
    assert plan(world)["state"] == "done"
    publish(world)
    doors(world, 3)
    world.volunteer("keeper", name="第二位")
    assert plan(world)["state"] == "done"
    assert sorted(run["state"] for run in runs_of(world.client("keeper"), world)) == [
        "draft",
        "published",
    ]
    nothing_twice(world)


def test_a_draft_gives_way_to_the_new_plan(world: World) -> None:
    stocked_hub(world)
    homes = doors(world, 3)
    world.volunteer("volunteer")
    plan(world)
    plan(world)
    (run,) = runs_of(world.client("coordinator"), world)
    assert sum(stop["households"] for stop in run["stops"]) == len(homes)
    nothing_twice(world)


def test_tomorrow_counts_what_todays_runs_take_and_whom_they_feed(world: World) -> None:
    stocked_hub(world, 17_000)
    fed_today = doors(world, 2)
    volunteer = world.volunteer("volunteer")
    plan(world)
    publish(world)
    tomorrow = world.today + timedelta(days=1)
    with world.db() as db:
        db.execute(
            text(
                "INSERT INTO shift (id, org_id, volunteer_id, day, from_minute, until_minute, created_at) "
                "SELECT :id, org_id, volunteer_id, day + 1, from_minute, until_minute, now() "
                "FROM shift WHERE volunteer_id = :volunteer"
            ),
            {"id": uuid4(), "volunteer": volunteer},
        )
    doors(world, 3)
    found = plan(world, day=str(tomorrow))
    assert found["state"] == "done"
    nothing_twice(world)
    with world.db() as db:
        query = select(Allocation.recipient_id).where(Allocation.day == tomorrow)
        assert not set(db.scalars(query)) & set(fed_today)
    desk = world.client("coordinator").get("/api/v1/runs", params={"day": str(tomorrow)})
    assert desk.json()[0]["begins_at"][:10] >= str(world.today)


def test_a_lot_in_two_hubs_is_promised_from_where_most_of_it_lies(world: World) -> None:
    hub = stocked_hub(world, 10_000)
    other = world.hub(lng=121.50)
    with world.db() as db:
        lot_id = db.scalars(select(Lot.id)).one()
    moved = world.client("keeper").post(
        "/api/v1/movements",
        json={
            "lot_id": str(lot_id), "purpose": "transfer", "hub_id": str(hub),
            "to_hub_id": str(other), "grams": 4_000, "reason": "测试",
        },
    )  # fmt: skip
    assert moved.status_code < 300, moved.text
    doors(world, 4)
    world.volunteer("volunteer")
    plan(world)
    nothing_twice(world)


def test_two_who_click_at_once_get_one_plan(world: World) -> None:
    stocked_hub(world)
    homes = doors(world, 4)
    clients = [world.client("coordinator") for _ in range(6)]
    body = {"day": str(world.today), "seconds": 0.5}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda c: c.post("/api/v1/plans", json=body), clients))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409, 409]
    with ThreadPoolExecutor(6) as pool:
        again = {"day": str(world.today)}
        list(pool.map(lambda c: c.post("/api/v1/allocations", json=again), clients))
    with world.db() as db:
        assert len(db.scalars(select(Allocation.id)).all()) == len(homes)


class Meanwhile(Solving):
    """A solving during which something else happens, after the solver and before the storing."""

    happens: Callable[[], object]

    def finish(self, plan: Any) -> None:
        self.happens()
        super().finish(plan)


def solved_while(world: World, happens: Callable[[], object]) -> dict[str, Any]:
    solving = Meanwhile(world.org_id, UUID(ask(world)))
    solving.happens = happens
    solving.run()
    found: dict[str, Any] = (
        world.client("coordinator").get(f"/api/v1/plans/{solving.plan_id}").json()
    )
    return found


def test_a_trip_claimed_while_the_solver_worked_keeps_its_food_and_doors(world: World) -> None:
    stocked_hub(world)
    homes = doors(world, 3)
    own_profile(world)
    world.volunteer("keeper", name="第二位")
    offer = world.offer(state="accepted")

    def claim() -> None:
        body = {"offer_ids": [str(offer)], "recipient_ids": [str(homes[0])]}
        assert world.client("volunteer").post("/api/v1/trips", json=body).status_code == 201

    found = solved_while(world, claim)
    assert found["state"] == "done"
    assert {row["code"] for row in found["unserved"]} == {"changed_meanwhile"}
    nothing_twice(world)


def test_food_allocated_anew_while_the_solver_worked_ends_in_an_empty_plan(world: World) -> None:
    stocked_hub(world)
    doors(world, 2)
    world.volunteer("volunteer")
    again = {"day": str(world.today)}
    desk = world.client("coordinator")
    found = solved_while(world, lambda: desk.post("/api/v1/allocations", json=again))
    assert found["state"] == "done"
    assert len(found["unserved"]) == 2
    assert runs_of(desk, world) == []


def test_a_plan_discarded_at_the_last_moment_is_not_stored(world: World) -> None:
    stocked_hub(world)
    doors(world, 1)
    world.volunteer("volunteer")
    desk = world.client("coordinator")

    def discard() -> None:
        (one,) = desk.get("/api/v1/plans", params={"day": str(world.today)}).json()
        desk.post(f"/api/v1/plans/{one['id']}/stop", json={"keep": False})

    assert solved_while(world, discard)["state"] == "cancelled"
    assert runs_of(desk, world) == []


def test_a_plan_that_ended_meanwhile_is_left_alone(world: World) -> None:
    stocked_hub(world)
    doors(world, 1)
    world.volunteer("volunteer")

    def end() -> None:
        with world.db() as db:
            db.execute(text("UPDATE day_plan SET state = 'failed', failure = 'x'"))

    assert solved_while(world, end)["failure"] == "x"


def test_an_unforeseen_fault_does_not_lock_the_day(world: World) -> None:
    stocked_hub(world)
    doors(world, 1)
    world.volunteer("volunteer")

    def fault() -> None:
        raise RuntimeError("test")

    with pytest.raises(RuntimeError):
        solved_while(world, fault)
    desk = world.client("coordinator")
    (one,) = desk.get("/api/v1/plans", params={"day": str(world.today)}).json()
    assert (one["state"], one["failure"]) == ("failed", "出错了，没有算出路线。请再试一次。")
    assert ask(world)


def test_a_plan_that_has_ended_is_neither_solved_nor_stopped_again(world: World) -> None:
    done = plan(world)
    assert done["state"] == "failed"
    solve_day(org_id=str(world.org_id), plan_id=done["id"])
    desk = world.client("coordinator")
    refused = desk.post(f"/api/v1/plans/{done['id']}/stop", json={})
    assert (refused.status_code, refused.json()["title"]) == (409, "这次生成已经结束了。")


def test_a_plan_asked_to_be_discarded_before_it_began_is_cancelled(world: World) -> None:
    plan_id = ask(world)
    with world.db() as db:
        db.get_one(DayPlan, UUID(plan_id)).stop_asked = "discard"
    solve_day(org_id=str(world.org_id), plan_id=plan_id)
    answer = world.client("coordinator").get(f"/api/v1/plans/{plan_id}").json()
    assert answer["state"] == "cancelled"


def test_a_day_without_food_says_so(world: World) -> None:
    world.volunteer("volunteer")
    found = plan(world)
    assert found["failure"].startswith("今天没有要送、要取的东西。")


def test_a_shift_that_is_over_plans_nothing(world: World) -> None:
    stocked_hub(world)
    doors(world, 1)
    world.volunteer("volunteer")
    with world.db() as db:
        db.execute(text("UPDATE shift SET from_minute = 0, until_minute = 1"))
    assert plan(world)["failure"] == "值班的人今天都已经下班了。请排明天。"


def test_offers_are_left_over_with_a_reason_where_there_is_no_hub(world: World) -> None:
    world.offer(state="accepted", grams=8_000)
    world.volunteer("volunteer", start_geom="SRID=4326;POINT(121.45 31.24)")
    found = plan(world)
    assert found["state"] in ("done", "failed")
    assert found["unserved"] or found["failure"]
    assert runs_of(world.client("coordinator"), world) == []


def test_chilled_food_waits_for_somebody_with_a_cool_box(world: World) -> None:
    best_before = world.today + timedelta(days=1)
    world.hub()
    world.offer(state="accepted", grams=8_000, storage_class="chilled", best_before=best_before)
    world.household(lng=121.455, needs_chilled=True, **ALL_DAY)
    world.volunteer("volunteer", capacity_chilled_boxes=0)
    warm = plan(world)
    assert warm["unserved"]
    world.volunteer("keeper", name="有保温箱", capacity_chilled_boxes=4)
    cold = plan(world)
    assert [row for row in cold["unserved"] if row["subject"] == "recipient"] == []


def test_a_missed_offer_that_is_reopened_is_planned_again(world: World) -> None:
    world.hub()
    offer = world.offer(state="accepted", best_before=world.today + timedelta(days=30))
    world.volunteer("volunteer")
    plan(world)
    publish(world)
    phone = world.client("volunteer")
    (run,) = runs_of(phone, world)
    phone.post(f"/api/v1/runs/{run['id']}/claim")
    stop = run["stops"][0]["id"]
    phone.post(f"/api/v1/stops/{stop}/confirm", json={"outcome": "not_ready"})
    desk = world.client("coordinator")
    assert desk.post(f"/api/v1/offers/{offer}/reopen", json={}).json()["state"] == "accepted"
    world.volunteer("keeper", name="第二位")
    plan(world)
    states = {run["state"]: run["shape"] for run in runs_of(desk, world)}
    assert states == {"under_way": "collection", "draft": "collection"}
    assert ledger_faults(world) == []


@pytest.mark.parametrize(
    "body",
    [
        {"day": "9999-12-31"}, {"day": "x"}, {}, {"day": "2026-11-23", "seconds": -1},
        {"day": "2026-11-23", "seconds": "NaN"}, {"day": "2026-11-23", "seed": -1},
        {"day": "2026-11-23", "limit": 0}, {"day": "2026-11-23", "more": 1},
    ],
)  # fmt: skip
def test_a_plan_asked_for_with_nonsense_is_malformed(world: World, body: dict[str, Any]) -> None:
    refused = world.client("coordinator").post("/api/v1/plans", json=body)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/malformed")


def test_not_a_number_and_the_past_are_refused(world: World) -> None:
    desk = world.client("coordinator")
    nan = desk.post(
        "/api/v1/plans", content=b'{"day": "2030-01-01", "seconds": NaN}',
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert nan.status_code == 422
    past = desk.post("/api/v1/plans", json={"day": str(world.today - timedelta(days=1))})
    assert (past.status_code, past.json()["title"]) == (409, "这一天已经过去了。")
    empty = desk.post("/api/v1/plans/publish", json={"day": str(world.today)})
    assert empty.json()["title"] == "没有可以发布的路线。先生成路线。"
    for path in ("/api/v1/runs", "/api/v1/plans", "/api/v1/allocations"):
        assert desk.get(path, params={"day": "9999-12-31"}).status_code == 422
        assert desk.get(path, params={"day": "\x00"}).status_code == 422


def test_a_run_is_published_once_by_two_who_click_at_once(world: World) -> None:
    stocked_hub(world)
    doors(world, 1)
    world.volunteer("volunteer")
    plan(world)
    clients = [world.client("coordinator") for _ in range(4)]
    body = {"day": str(world.today)}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda c: c.post("/api/v1/plans/publish", json=body), clients))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    with world.db() as db:
        (run,) = db.scalars(select(Run))
        assert (run.state, run.version, run.state_by_id) == (
            "published",
            2,
            world.people["coordinator"],
        )
        assert run.begins_at > now() - timedelta(minutes=1)
