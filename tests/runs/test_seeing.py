"""Who sees which run, how exactly, and how many questions it takes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event, text

from app.core.db import engine
from tests.runs.road import hub_road, rescue_road
from tests.world import World

RUNS = "/api/v1/runs"


@contextmanager
def counted(on: Engine) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(on, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(on, "before_cursor_execute", note)


def asked(client: TestClient, path: str, **params: str) -> int:
    with counted(engine()) as seen:
        answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return len(seen)


def todays(client: TestClient, world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(RUNS, params={"day": str(world.today)}).json()
    return found


def deliver_stop(run: dict[str, Any]) -> dict[str, Any]:
    return next(stop for stop in run["stops"] if stop["kind"] == "deliver")


def test_many_stops_take_no_more_questions_than_few(world: World, other_world: World) -> None:
    few, many = hub_road(world, doors=1), hub_road(other_world, doors=9)
    for path in (RUNS, "/api/v1/my/runs"):
        days = {"day": str(world.today)} if path == RUNS else {}
        assert asked(few.phone, path, **days) == asked(many.phone, path, **days)
    drives = [asked(road.phone, f"{RUNS}/{road.run_id}/drive") for road in (few, many)]
    assert drives[0] == drives[1]


def test_a_volunteer_is_told_which_open_run_is_meant_for_them(world: World) -> None:
    road = hub_road(world, state="published")
    assert [run["yours"] for run in todays(road.phone, world)] == [True]
    assert [run["yours"] for run in todays(world.client("coordinator"), world)] == [False]


def test_a_published_run_shows_streets_and_squares_and_nobodys_door(world: World) -> None:
    road = hub_road(world, state="published")
    (shown,) = todays(road.phone, world)
    door = deliver_stop(shown)
    assert door["label"] == "1 户"
    assert door["street"] == "曹杨新村街道"
    assert door["point"] == {"lng": 121.4625, "lat": 31.2325}
    assert [121.461234, 31.231234] not in shown["geometry"][1:]
    load = shown["stops"][0]
    assert (load["label"], load["point"]) == ("李**", {"lng": 121.461234, "lat": 31.231234})
    (exact,) = todays(world.client("coordinator"), world)
    assert deliver_stop(exact)["point"] == {"lng": 121.461234, "lat": 31.231234}
    assert road.phone.get(f"{RUNS}/{road.run_id}/drive").status_code == 404


def test_a_claimed_run_is_exact_for_its_volunteer_alone(world: World) -> None:
    road = hub_road(world, state="published")
    (claimed,) = road.phone.post(f"{RUNS}/{road.run_id}/claim").json()
    assert deliver_stop(claimed)["point"] == {"lng": 121.461234, "lat": 31.231234}
    assert road.phone.get(f"{RUNS}/{road.run_id}/drive").status_code == 200
    (released,) = road.end("release").json()
    assert deliver_stop(released)["label"] == "1 户"
    assert road.phone.get(f"{RUNS}/{road.run_id}/drive").status_code == 404
    assert road.end("release").status_code == 404


def test_drafts_and_cancelled_runs_are_shown_to_nobody_below_the_desk(world: World) -> None:
    draft, gone = hub_road(world, state="draft"), hub_road(world, state="cancelled")
    assert todays(draft.phone, world) == []
    assert [run["id"] for run in todays(world.client("keeper"), world)] == [str(draft.run_id)]
    assert draft.end("claim").status_code == 404
    refused = gone.end("claim")
    assert (refused.status_code, refused.json()["title"]) == (409, "这条路线取消了。")
    for role in ("volunteer", "coordinator"):
        assert world.client(role).get(f"{RUNS}/{gone.run_id}/drive").status_code == 404


def test_a_navigation_app_is_not_told_whose_door_it_is(world: World) -> None:
    road = hub_road(world)
    links = road.phone.get(f"{RUNS}/{road.run_id}/drive").json()["links"]
    assert "%E6%9D%8E" not in links[str(road.stops["deliver"][0])]["amap"]  # 李
    assert "%E6%9B%B9%E6%9D%A8" in links[str(road.stops["deliver"][0])]["amap"]  # 曹杨


def test_each_reading_of_doors_is_written_down(world: World) -> None:
    road = hub_road(world)
    road.phone.get(f"{RUNS}/{road.run_id}/drive")
    rescue_road(world, doors=0).phone.get(f"{RUNS}/{road.run_id}/drive")
    with world.db() as db:
        query = text("SELECT detail FROM audit_entry WHERE action = 'revealed' AND org_id = :org")
        rows = db.execute(query, {"org": world.org_id}).all()
    assert [sorted(row.detail["recipients"]) for row in rows] == [
        sorted(str(door) for door in road.doors)
    ] * 2


def test_two_who_claim_at_once_are_one_who_has_it(world: World) -> None:
    road = hub_road(world, state="published")
    world.volunteer("keeper", name="另一位", on_duty=False)
    clients = [world.client(role) for role in ("volunteer", "keeper")] * 4
    path = f"{RUNS}/{road.run_id}/claim"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda client: client.post(path), clients))
    winners = {run["volunteer_id"] for a in answers if a.status_code == 200 for run in a.json()}
    assert len(winners) == 1
    lost = {a.json()["title"] for a in answers if a.status_code != 200}
    assert lost == {"这条路线已经有人领了。"}


def test_a_claim_said_twice_with_one_key_is_answered_the_same(world: World) -> None:
    road = hub_road(world, state="published")
    same = {"Idempotency-Key": str(uuid4())}
    first, again = (road.phone.post(f"{RUNS}/{road.run_id}/claim", headers=same) for _ in range(2))
    assert (first.status_code, again.json()) == (200, first.json())
    with world.db() as db:
        kept = db.scalar(text("SELECT answer FROM idempotency_key"))
    assert kept == {"run_id": str(road.run_id)}


def test_yesterdays_run_and_a_run_without_profile_are_refused_in_words(world: World) -> None:
    road = hub_road(world, state="published", day=world.today - timedelta(days=1))
    assert road.end("claim").json()["title"] == "这条路线的日子已经过了。"
    keeper = world.client("keeper").post(f"{RUNS}/{road.run_id}/claim")
    assert keeper.json()["title"] == "您还没有志愿者档案，请找协调员登记。"


@pytest.mark.parametrize("verb", ["complete", "give-back", "begin"])
def test_a_run_that_is_over_says_so(world: World, verb: str) -> None:
    road = hub_road(world, state="completed")
    body = {"hub_id": str(road.hub_id)} if verb == "give-back" else {}
    refused = road.end(verb, **body)
    assert refused.status_code == 409
    assert refused.json()["state"] == "completed"


def test_the_coordinator_cancels_a_run_and_its_food_is_free_again(world: World) -> None:
    road = hub_road(world)
    desk = world.client("coordinator")
    assert desk.post(f"{RUNS}/{road.run_id}/moves", json={"verb": "cancel"}).json() == []
    assert road.allocations() == ["proposed", "proposed"]
    again = desk.post(f"{RUNS}/{road.run_id}/moves", json={"verb": "publish"})
    assert (again.status_code, again.json()["allowed"]) == (409, [])


def test_another_organisation_finds_no_photo_and_no_run(world: World, other_world: World) -> None:
    road = hub_road(world)
    stranger = other_world.client("coordinator")
    assert stranger.get(f"/api/v1/stops/{road.stops['load'][0]}/photo").status_code == 404
    for verb in ("claim", "release", "begin", "complete"):
        assert stranger.post(f"{RUNS}/{road.run_id}/{verb}").status_code in (404, 409)
    assert todays(stranger, world) == []
