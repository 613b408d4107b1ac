"""Runs after an accepted proposal: what is followed up stays, whatever is done with the run."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from app.matching import service as matching
from app.runs.forgetting import KEPT_DAYS, forget_results
from app.runs.models import CareAlert, DayPlan, Run, Stop
from app.runs.replan.models import Replan
from app.runs.store import drop_drafts
from tests.runs.replan.street import Street


def tell(street: Street, stop_id: UUID, state: str) -> None:
    """A household at this stop is not served any more; somebody must follow it up."""
    with street.world.db() as db:
        stop = db.get_one(Stop, stop_id)
        stop.state = state
        items = street.world.org_id
        db.add(CareAlert(org_id=items, stop_id=stop_id, reason="other", note="没有排上(虚构)"))


def followed_up(street: Street) -> list[tuple[UUID, str]]:
    with street.world.db() as db:
        told = select(Stop.id, Stop.state).join(CareAlert, CareAlert.stop_id == Stop.id)
        return [(id_, state) for id_, state in db.execute(told)]


@pytest.mark.parametrize("state", ["skipped", "planned"])
def test_a_cancelled_run_keeps_the_stop_that_is_followed_up(street: Street, state: str) -> None:
    run = street.hub_run([121.45, 121.46], state="published")
    door = street.stops(run)[1].id
    tell(street, door, state)
    answer = street.desk.post(f"/api/v1/runs/{run}/moves", json={"verb": "cancel"})
    assert answer.status_code == 200, answer.text
    assert [stop.id for stop in street.stops(run)] == [door]
    assert followed_up(street) == [(door, "skipped")]


def test_a_run_put_in_another_order_keeps_the_stop_that_is_followed_up(street: Street) -> None:
    run = street.hub_run([121.45, 121.46, 121.47], state="published")
    load, door, second, third = (stop.id for stop in street.stops(run))
    tell(street, door, "skipped")
    body = {"stop_ids": [str(load), str(third), str(second)]}
    answer = street.desk.put(f"/api/v1/runs/{run}/order", json=body)
    assert answer.status_code == 200, answer.text
    stops = street.stops(run)
    assert [(stop.seq, stop.kind) for stop in stops] == [
        (1, "deliver"), (2, "load"), (3, "deliver"), (4, "deliver"),
    ]  # fmt: skip
    assert stops[0].id == door
    assert followed_up(street) == [(door, "skipped")]


def test_a_draft_with_a_stop_that_is_followed_up_is_cancelled_not_thrown_away(
    street: Street,
) -> None:
    told, other = (street.hub_run([121.45], state="draft", name=name) for name in ("甲", "乙"))
    door = street.stops(told)[1].id
    tell(street, door, "skipped")
    with street.world.db() as db:
        drop_drafts(db, street.world.org_id, [told, other])
    with street.world.db() as db:
        assert db.get_one(Run, told).state == "cancelled"
        assert db.get(Run, other) is None
    assert followed_up(street) == [(door, "skipped")]


@pytest.mark.parametrize("verb", ["cancel", "unpublish"])
def test_a_run_that_is_to_take_food_over_is_not_dropped_by_hand(street: Street, verb: str) -> None:
    giver = street.hub_run([121.45], state="under_way", name="陈测试")
    taker = street.hub_run([121.46], state="published", name="李测试")
    street.stop(taker, "take_over", (121.45, 31.25), "陈**", from_run_id=giver)
    before = street.kinds(taker)
    answer = street.desk.post(f"/api/v1/runs/{taker}/moves", json={"verb": verb})
    assert answer.status_code == 409
    assert answer.json()["title"] == (
        "这条路线要去接手别人车上的食物，不能取消或撤回，请用“出了状况”重新排。"
    )
    assert (street.run_state(taker), street.kinds(taker)) == ("published", before)


def test_whoever_accepts_waits_for_the_one_who_divides_the_food(street: Street) -> None:
    out = street.hub_run([121.45, 121.46], name="陈测试")
    street.hub_run([121.455, 121.465], name="李测试")
    replan = street.proposal("volunteer_out", run_id=out)
    answers: list[int] = []
    accepting = Thread(target=lambda: answers.append(street.decide(replan).status_code))
    with street.world.db() as db:
        matching.take_turns(db, street.world.org_id)
        accepting.start()
        accepting.join(3)
        assert answers == []
    accepting.join()
    assert answers == [200]


def test_proposals_of_days_long_gone_name_nobody(street: Street) -> None:
    out = street.hub_run([121.45, 121.46], name="陈测试")
    street.hub_run([121.455, 121.465], name="李测试")
    old, young = (street.proposal("volunteer_out", run_id=out) for _ in range(2))
    gone = street.world.today - timedelta(days=KEPT_DAYS + 1)
    with street.world.db() as db:
        db.get_one(Replan, UUID(old["id"])).day = gone
        row = {"subject": "recipient", "id": "", "label": "李**", "code": "", "zh": "", "en": ""}
        plan = DayPlan(
            org_id=street.world.org_id, day=gone, seconds=1.0, seed=1,
            state="failed", state_at=street.stops(out)[0].state_at, unserved=[row],
        )  # fmt: skip
        db.add(plan)
        db.flush()
        plan_id = plan.id
    forget_results(timestamp=0)
    with street.world.db() as db:
        forgotten, kept = (db.get_one(Replan, UUID(one["id"])) for one in (old, young))
        lists = (forgotten.before, forgotten.after, forgotten.unserved)
        named = (forgotten.changes, forgotten.versions, forgotten.about)
        assert (lists, named) == (([], [], []), ({}, {}, {}))
        assert (forgotten.sentence_zh, forgotten.sentence_en) == ("", "")
        assert kept.before
        assert kept.about
        assert db.get_one(DayPlan, plan_id).unserved == []
    assert street.desk.get(f"/api/v1/replans/{old['id']}").status_code == 200
