"""Two plannings of a day side by side; an earlier one is brought back, if it still can be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.clock import now
from app.core.ids import new_id
from app.runs.forgetting import KEPT_DAYS, forget_results
from app.runs.models import DayPlan
from tests.runs.plan.days import Day, calls, served, status
from tests.runs.road import ledger_faults
from tests.runs.test_planning import doors, nothing_twice
from tests.world import World


def compared(day: Day, a: str, b: str) -> dict[str, Any]:
    answer = day.desk.get("/api/v1/plans/compare", params={"a": a, "b": b})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def restored(day: Day, plan_id: str) -> Any:
    return day.desk.post(f"/api/v1/plans/{plan_id}/restore")


@pytest.fixture
def two_plans(day: Day) -> tuple[Day, str, str]:
    """The first plan, and one in which the first volunteer does everything else's work."""
    with day.world.db() as db:
        query = text("DELETE FROM shift WHERE volunteer_id <> :one")
        db.execute(query, {"one": day.volunteers[0]})
    second = day.ask()
    assert second["state"] == "done", second
    return day, day.first["id"], second["id"]


def test_two_plans_are_told_in_figures_and_by_volunteer(two_plans: tuple[Day, str, str]) -> None:
    day, a, b = two_plans
    found = compared(day, a, b)
    assert (found["a"]["runs"], found["b"]["runs"]) == (3, 1)
    assert (found["a"]["served"], found["b"]["served"]) == (9, 9)
    assert found["b"]["longest_s"] == found["b"]["duration_s"] == day.runs()[0]["duration_s"]
    changes = {UUID(one["volunteer_id"]): one for one in found["volunteers"]}
    assert changes.keys() == set(day.volunteers)
    busy, *idle = (changes[id_] for id_ in day.volunteers)
    assert (busy["kept"], len(busy["moved_here"]), busy["moved_away"]) == (3, 6, [])
    assert busy["b"]["stops"] == 9
    for one in idle:
        assert (one["b"], one["kept"], len(one["moved_away"])) == (None, 0, 3)
        assert {stop["other"] for stop in one["moved_away"]} == {busy["name"]}
        assert all(stop["at_a"] and stop["at_b"] for stop in one["moved_away"])
    assert {stop["label"] for stop in busy["moved_here"]} == {"李**"}
    assert all(len(one["a"]["line"]) == one["a"]["stops"] + 1 for one in changes.values())


def test_a_plan_compared_with_itself_differs_in_nothing(day: Day) -> None:
    found = compared(day, day.first["id"], day.first["id"])
    assert found["a"] == found["b"]
    for one in found["volunteers"]:
        assert one["kept"] == 3
        assert not any(one[side] for side in ("only_a", "only_b", "moved_away", "moved_here"))


def test_what_only_one_of_the_plans_serves_is_told(day: Day) -> None:
    doors(day.world, 1)
    second = day.ask()
    found = compared(day, day.first["id"], second["id"])
    new = [stop for one in found["volunteers"] for stop in one["only_b"]]
    assert [(stop["at_a"], stop["other"]) for stop in new] == [(None, "")]
    back = compared(day, second["id"], day.first["id"])
    gone = [stop for one in back["volunteers"] for stop in one["only_a"]]
    assert [stop["point"] for stop in gone] == [stop["point"] for stop in new]


def test_plans_that_cannot_be_compared_say_why(day: Day, other_world: World) -> None:
    a = day.first["id"]
    empty = DayPlan(
        id=new_id(), org_id=day.world.org_id, day=day.world.today, state="failed",
        state_at=now(), seconds=1, seed=1,
    )  # fmt: skip
    tomorrow = DayPlan(
        id=new_id(), org_id=day.world.org_id, day=day.world.today + timedelta(days=1),
        state_at=now(), seconds=1, seed=1,
    )  # fmt: skip
    ids = str(empty.id), str(tomorrow.id)
    with day.world.db() as db:
        db.add_all([empty, tomorrow])

    def title(b: str) -> str:
        answer = day.desk.get("/api/v1/plans/compare", params={"a": a, "b": b})
        assert answer.status_code == 409
        said: str = answer.json()["title"]
        return said

    assert title(ids[0]) == "有一个方案没有结果，没法比较。"
    assert title(ids[1]) == "两个方案不是同一天的。"
    assert restored(day, ids[0]).json()["title"] == "这次生成没有结果可以用回。"
    unknown = day.desk.get("/api/v1/plans/compare", params={"a": a, "b": str(uuid4())})
    assert unknown.status_code == 404
    for params in ({}, {"a": a}, {"a": a, "b": "x"}):
        assert day.desk.get("/api/v1/plans/compare", params=params).status_code == 422
    stranger = other_world.client("coordinator")
    assert stranger.get("/api/v1/plans/compare", params={"a": a, "b": a}).status_code == 404
    assert status(stranger, "POST", f"/plans/{a}/restore") == 404
    assert status(day.world.client("keeper"), "POST", f"/plans/{a}/restore") == 403


def test_an_earlier_plan_is_brought_back_as_it_was(two_plans: tuple[Day, str, str]) -> None:
    day, a, b = two_plans
    with day.world.db() as db:
        volunteers = day.volunteers[1:]
        for id_ in volunteers:
            db.execute(
                text(
                    "INSERT INTO shift (id, org_id, volunteer_id, day, from_minute, until_minute) "
                    "SELECT :id, org_id, :volunteer, day, from_minute, until_minute FROM shift "
                    "WHERE volunteer_id = :one"
                ),
                {"id": new_id(), "volunteer": id_, "one": day.volunteers[0]},
            )
    answer = restored(day, a)
    assert answer.status_code == 201, answer.text
    plan = answer.json()
    assert (plan["state"], plan["kind"], plan["origin_id"]) == ("done", "restored", a)
    assert plan["has_result"]
    after = day.runs()
    assert {run["state"] for run in after} == {"draft"}
    assert [len(calls(run)) for run in after] == [3, 3, 3]
    found = compared(day, a, plan["id"])
    assert all(one["kept"] == 3 for one in found["volunteers"])
    assert day.desk.get("/api/v1/plans", params={"day": str(day.world.today)}).json()[0] == plan
    nothing_twice(day.world)
    assert ledger_faults(day.world) == []
    assert restored(day, b).status_code == 201
    assert len(day.runs()) == 1


def test_who_is_not_free_any_more_is_named(two_plans: tuple[Day, str, str]) -> None:
    day, a, _ = two_plans
    before = day.runs()
    refused = restored(day, a)
    assert refused.status_code == 409
    assert "现在没有空" in refused.json()["title"]
    assert day.runs() == before


def test_a_plan_whose_food_is_promised_elsewhere_is_not_brought_back(day: Day) -> None:
    (run, *_) = day.runs()
    day.desk.post(f"/api/v1/runs/{run['id']}/moves", json={"verb": "cancel"})
    with day.world.db() as db:
        db.execute(text("DELETE FROM allocation WHERE state = 'proposed'"))
    refused = restored(day, day.first["id"])
    assert refused.status_code == 409
    assert refused.json()["title"] == "李**那一份已经另有安排，这个方案用不回来了。"
    assert served(day.runs()) == 6


def test_a_plan_that_would_break_a_rule_today_is_not_brought_back(day: Day) -> None:
    with day.world.db() as db:
        db.execute(text("UPDATE volunteer SET capacity_boxes = 1"))
    refused = restored(day, day.first["id"])
    assert "现在排不下了" in refused.json()["title"]
    assert served(day.runs()) == 9


def test_what_the_brought_back_plan_did_not_know_is_left_over_with_its_reason(day: Day) -> None:
    doors(day.world, 1)
    day.ask()
    plan = restored(day, day.first["id"]).json()
    assert [row["code"] for row in plan["unserved"]] == ["not_in_this_plan"]
    assert served(day.runs()) == 9


def test_a_locked_run_stays_when_a_plan_is_brought_back(day: Day) -> None:
    kept = day.runs()[0]
    day.lock("runs", kept["id"])
    refused = restored(day, day.first["id"])
    assert "现在没有空" in refused.json()["title"]


def test_nothing_is_brought_back_while_the_day_is_planned_or_when_it_is_over(day: Day) -> None:
    body = {"day": str(day.world.today), "seconds": 0.5}
    assert day.desk.post("/api/v1/plans", json=body).status_code == 202
    assert restored(day, day.first["id"]).json()["title"] == "这一天的路线正在生成。"
    with day.world.db() as db:
        query = text("UPDATE day_plan SET day = day - 1, state = 'done'")
        db.execute(query)
    assert restored(day, day.first["id"]).json()["title"] == "这一天已经过去了。"


def test_many_who_bring_plans_back_at_once_leave_one_whole_day(day: Day) -> None:
    second = day.ask(seed=9)
    ids = [day.first["id"], second["id"]]
    clients = [day.world.client("coordinator") for _ in range(4)]

    def bring(n: int) -> int:
        return clients[n % 4].post(f"/api/v1/plans/{ids[n % 2]}/restore").status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(bring, range(8)))
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert served(day.runs()) == 9
    nothing_twice(day.world)


def test_results_are_forgotten_with_the_day(day: Day) -> None:
    old = day.world.today - timedelta(days=KEPT_DAYS + 1)
    with day.world.db() as db:
        db.get_one(DayPlan, UUID(day.first["id"])).day = old
    young = day.ask()
    forget_results(timestamp=0)
    with day.world.db() as db:
        forgotten, kept = (db.get_one(DayPlan, UUID(p["id"])) for p in (day.first, young))
        assert (forgotten.result, forgotten.has_result, forgotten.best) == ({}, False, {})
        assert kept.has_result
        assert kept.result
