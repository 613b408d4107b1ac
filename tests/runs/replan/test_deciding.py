"""Accepted, refused, out of date: what the coordinator may do with a proposal, and who may."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.ids import new_id
from app.runs.replan.tasks import solve_replan
from tests.runs.replan.street import Street
from tests.world import World


def lists_of(street: Street) -> list[tuple[Any, ...]]:
    """Everything that a proposal could change."""
    with street.world.db() as db:
        stops = db.execute(
            text("SELECT id, run_id, seq, state, planned_at, version FROM stop ORDER BY id")
        )
        runs = db.execute(text("SELECT id, state, version, ends_at FROM run ORDER BY id"))
        return [*map(tuple, stops), *map(tuple, runs)]


@pytest.fixture
def asked(street: Street) -> dict[str, Any]:
    """A proposal for one of two runs whose volunteer has dropped out."""
    out = street.hub_run([121.45, 121.46], name="陈测试")
    street.hub_run([121.455, 121.465], name="李测试")
    return street.proposal("volunteer_out", run_id=out)


def test_refused_nothing_changes(street: Street, asked: dict[str, Any]) -> None:
    before = lists_of(street)
    answer = street.decide(asked, accept=False)
    assert (answer.status_code, answer.json()["state"]) == (200, "refused")
    assert lists_of(street) == before
    again = street.decide(asked)
    assert (again.status_code, again.json()["state"]) == (409, "refused")


def test_a_stop_confirmed_meanwhile_makes_it_out_of_date(
    street: Street, asked: dict[str, Any]
) -> None:
    taker = next(run for run in asked["runs"] if run["volunteer"] == "李测试")
    street.drive(taker["run_id"], 1)
    before = lists_of(street)
    late = street.decide(asked)
    assert late.status_code == 409
    assert late.json()["type"] == "/problems/outdated"
    assert late.json()["title"] == "算方案的时候，路线又有了变化。请再算一次。"
    assert lists_of(street) == before
    assert street.open(asked["id"])["state"] == "outdated"
    assert street.decide(asked).status_code == 409


def test_runs_that_stay_as_they_are_may_go_on_meanwhile(
    street: Street, asked: dict[str, Any]
) -> None:
    street.decide(asked, accept=False)
    far = street.hub_run([121.90], name="吴测试")
    out = street.hub_run([121.45], name="钱测试")
    replan = street.proposal("volunteer_out", run_id=out)
    changed = {run["volunteer"] for run in replan["runs"] if run["changed"]}
    assert "吴测试" not in changed
    street.drive(far, 1)
    assert street.decide(replan).status_code == 200


def test_a_new_proposal_takes_the_place_of_the_open_one(
    street: Street, asked: dict[str, Any]
) -> None:
    second = street.ask("again").json()
    assert street.open(asked["id"])["state"] == "outdated"
    assert street.decide(asked).status_code == 409
    waiting = street.decide(second)
    assert waiting.status_code == 409  # not worked out yet
    assert street.decide(second, accept=False).json()["state"] == "refused"
    solve_replan(org_id=str(street.world.org_id), replan_id=second["id"])
    assert street.open(second["id"])["state"] == "refused"
    listed = street.desk.get("/api/v1/replans", params={"day": str(street.world.today)}).json()
    assert [replan["id"] for replan in listed] == [second["id"], asked["id"]]


def test_fifty_who_accept_at_once_change_the_lists_once(
    street: Street, asked: dict[str, Any]
) -> None:
    desk = street.desk
    path = f"/api/v1/replans/{asked['id']}/decision"

    def accept(_: int) -> int:
        return int(desk.post(path, json={"accept": True}).status_code)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(accept, range(50)))
    assert sorted(answers) == [200] + [409] * 49
    with street.world.db() as db:
        entries = text("SELECT count(*) FROM audit_entry WHERE action = 'replan_accepted'")
        assert db.scalar(entries) == 1
    taker = next(run for run in asked["runs"] if run["volunteer"] == "李测试")
    assert len(street.stops(taker["run_id"])) == 5


def test_asking_with_one_key_asks_once(street: Street) -> None:
    street.hub_run([121.45])
    headers = {"Idempotency-Key": str(uuid4())}
    desk = street.desk
    first, second = (
        desk.post("/api/v1/replans", json={"cause": "again"}, headers=headers).json()
        for _ in range(2)
    )
    assert first["id"] == second["id"]


def test_a_household_taken_off_the_register_makes_it_out_of_date(
    street: Street, asked: dict[str, Any]
) -> None:
    with street.world.db() as db:
        db.execute(text("UPDATE recipient SET state = 'paused'"))
    assert street.decide(asked).status_code == 409
    assert street.open(asked["id"])["state"] == "outdated"


def test_a_helper_who_has_a_run_by_now_makes_it_out_of_date(street: Street) -> None:
    out = street.hub_run([121.45])
    helper = street.volunteer("吴测试")
    replan = street.proposal("volunteer_out", run_id=out, volunteer_ids=[helper])
    street.run(helper, "published")
    assert street.decide(replan).status_code == 409


def test_other_people_and_other_organisations_see_nothing(
    street: Street, asked: dict[str, Any], other_world: World
) -> None:
    path = f"/api/v1/replans/{asked['id']}"
    for role, status in (("volunteer", 403), ("keeper", 403), ("auditor", 403), (None, 401)):
        assert street.world.client(role).get(path).status_code == status
    assert other_world.client("coordinator").get(path).status_code == 404
    decision = {"json": {"accept": True}}
    assert other_world.client("coordinator").post(f"{path}/decision", **decision).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"cause": "volunteer_out"}, 422),
        ({"cause": "not_home"}, 422),
        ({"cause": "nothing_to_collect"}, 422),
        ({"cause": "lot_recalled"}, 422),
        ({"cause": "bored"}, 422),
        ({"cause": "again", "seconds": 0}, 422),
        ({"cause": "again", "day": "2020-01-01"}, 409),
        ({"cause": "again", "volunteer_ids": [str(new_id())]}, 422),
        ({"cause": "volunteer_out", "run_id": str(new_id())}, 404),
        ({"cause": "not_home", "stop_id": str(new_id())}, 404),
        ({"cause": "lot_recalled", "lot_id": str(new_id())}, 404),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    street: Street, body: dict[str, Any], status: int
) -> None:
    street.hub_run([121.45])
    answer = street.desk.post("/api/v1/replans", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["title"]


def test_what_does_not_fit_the_day_is_refused_with_a_sentence(street: Street) -> None:
    assert street.ask("again").status_code == 409  # nobody is on the way
    draft = street.hub_run([121.45], state="draft", name="孙测试")
    assert street.ask("again").status_code == 409
    run = street.hub_run([121.45])
    load, door = street.stops(run)
    assert street.ask("volunteer_out", run_id=draft).status_code == 409
    assert street.ask("not_home", stop_id=load.id).status_code == 409
    assert street.ask("nothing_to_collect", stop_id=door.id).status_code == 409
    with street.world.db() as db:
        busy = db.scalar(text("SELECT volunteer_id FROM run WHERE id = :id"), {"id": run})
    assert street.ask("again", volunteer_ids=[busy]).status_code == 409
    other = Street(street.world)
    assert street.ask("lot_recalled", lot_id=other.lot_id).status_code == 409
    assert street.ask("volunteer_out", run_id=run).status_code == 202
