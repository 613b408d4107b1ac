"""A coordinator moves stops by hand: what cannot be driven is refused whole, and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from app.core.clock import now
from app.runs.models import Run, StopItem
from app.volunteers.models import Volunteer
from tests.runs.road import hub_road, ledger_faults, rescue_road
from tests.runs.test_planning import doors, plan
from tests.runs.test_way_of_food import runs_of, stocked_hub
from tests.world import World


@pytest.fixture
def desk(world: World) -> TestClient:
    """Return the coordinator's browser."""
    return world.client("coordinator")


@pytest.fixture
def two_runs(world: World) -> list[dict[str, Any]]:
    """Two draft runs from one hub; both volunteers have found bigger baskets since."""
    stocked_hub(world)
    doors(world, 4)
    world.volunteer("volunteer", capacity_boxes=3)
    world.volunteer("keeper", name="第二位", capacity_boxes=3)
    assert plan(world)["state"] == "done"
    with world.db() as db:
        db.execute(text("UPDATE volunteer SET capacity_boxes = 10"))
    runs = runs_of(world.client("coordinator"), world)
    assert len(runs) == 2
    return sorted(runs, key=lambda run: -len(calls(run)))


def calls(run: dict[str, Any]) -> list[str]:
    return [stop["id"] for stop in run["stops"] if stop["kind"] == "deliver"]


def households(world: World) -> int:
    with world.db() as db:
        query = select(StopItem.recipient_id).where(StopItem.recipient_id.is_not(None))
        return len(set(db.scalars(query)))


def test_a_stop_goes_to_another_run_at_the_place_it_is_dropped(
    world: World, desk: TestClient, two_runs: list[dict[str, Any]]
) -> None:
    giver, taker = two_runs
    body = {"run_id": taker["id"], "position": 1}
    moved = desk.post(f"/api/v1/stops/{calls(giver)[0]}/move", json=body)
    assert moved.status_code == 200, moved.text
    after = {run["id"]: run for run in moved.json()}
    assert len(calls(after[taker["id"]])) == len(calls(taker)) + 1
    wanted = next(stop for stop in giver["stops"] if stop["kind"] == "deliver")["point"]
    at_doors = [s["point"] for s in after[taker["id"]]["stops"] if s["kind"] == "deliver"]
    assert at_doors[1] == wanted
    assert households(world) == 4
    assert ledger_faults(world) == []


def test_a_run_whose_last_stop_leaves_is_cancelled_with_its_stamp(
    world: World, desk: TestClient, two_runs: list[dict[str, Any]]
) -> None:
    giver, taker = two_runs
    for _ in range(len(calls(giver))):
        (giver,) = [run for run in runs_of(desk, world) if run["id"] == giver["id"]]
        body = {"run_id": taker["id"], "position": 99}
        answer = desk.post(f"/api/v1/stops/{calls(giver)[0]}/move", json=body)
        assert answer.status_code == 200, answer.text
    assert [len(calls(run)) for run in runs_of(desk, world)] == [4]
    with world.db() as db:
        run = db.get_one(Run, UUID(giver["id"]))
        assert (run.state, run.state_by_id) == ("cancelled", world.people["coordinator"])


def test_many_who_move_the_same_stop_at_once_move_it_once(
    world: World, desk: TestClient, two_runs: list[dict[str, Any]]
) -> None:
    giver, taker = two_runs
    stop = calls(giver)[0]
    clients = [world.client("coordinator") for _ in range(6)]

    def move(client: TestClient) -> int:
        body = {"run_id": taker["id"], "position": 0}
        return client.post(f"/api/v1/stops/{stop}/move", json=body).status_code

    def turn(client: TestClient) -> int:
        body = {"stop_ids": calls(taker)[::-1]}
        return client.put(f"/api/v1/runs/{taker['id']}/order", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda n: (move if n % 2 else turn)(clients[n]), range(6)))
    assert set(done) <= {200, 404, 409}
    assert 200 in done
    assert households(world) == 4
    with world.db() as db:
        states = text("SELECT DISTINCT state FROM allocation")
        assert [row.state for row in db.execute(states)] == ["planned"]
    assert len(runs_of(desk, world)) == 2


def test_a_list_that_does_not_match_is_refused(
    desk: TestClient, two_runs: list[dict[str, Any]]
) -> None:
    (run, other) = two_runs
    for ids in ([str(uuid4())], calls(run)[:1] * 2, calls(other)):
        refused = desk.put(f"/api/v1/runs/{run['id']}/order", json={"stop_ids": ids})
        assert (refused.status_code, refused.json()["title"]) == (
            409,
            "站点清单对不上，请刷新再排。",
        )
    for nonsense in ([], ["x"], [str(uuid4())] * 501):
        malformed = desk.put(f"/api/v1/runs/{run['id']}/order", json={"stop_ids": nonsense})
        assert malformed.status_code == 422


def test_a_changed_run_does_not_begin_in_the_past(
    desk: TestClient, two_runs: list[dict[str, Any]]
) -> None:
    run = two_runs[0]
    (turned,) = desk.put(
        f"/api/v1/runs/{run['id']}/order", json={"stop_ids": calls(run)[::-1]}
    ).json()
    assert turned["begins_at"] >= (now() - timedelta(minutes=1)).isoformat()[:19]


def test_a_claimed_run_is_not_changed(world: World, desk: TestClient) -> None:
    road = hub_road(world)
    ids = [str(stop) for stop in road.stops["deliver"]]
    refused = desk.put(f"/api/v1/runs/{road.run_id}/order", json={"stop_ids": ids})
    assert refused.json()["title"] == "这条路线已经有人领了，不能再改。"


def test_stops_stay_on_their_day_and_their_hub(world: World, desk: TestClient) -> None:
    one, two = hub_road(world, state="draft"), hub_road(world, state="draft")
    stop = one.stops["deliver"][0]

    def move(run_id: UUID, what: UUID = stop) -> str:
        answer = desk.post(f"/api/v1/stops/{what}/move", json={"run_id": str(run_id)})
        assert answer.status_code == 409, answer.text
        title: str = answer.json()["title"]
        return title

    assert move(two.run_id) == "这一站的食物在另一个仓库，不能排进这条路线。"
    assert move(two.run_id, one.stops["load"][0]) == "这一站不能单独挪走。"
    tomorrow = hub_road(world, state="draft", day=world.today + timedelta(days=1))
    assert move(tomorrow.run_id) == "两条路线不是同一天的。"
    assert households(world) == 6


def test_a_stop_goes_to_another_place_in_its_own_run(world: World, desk: TestClient) -> None:
    road = hub_road(world, 3, state="draft")
    with world.db() as db:
        db.execute(text("UPDATE recipient SET window_from_minute = 0, window_until_minute = 1440"))
    first = road.stops["deliver"][0]
    body = {"run_id": str(road.run_id), "position": 2}
    moved = desk.post(f"/api/v1/stops/{first}/move", json=body)
    assert moved.status_code == 200, moved.text
    (run,) = moved.json()
    at_doors = [round(s["point"]["lng"], 4) for s in run["stops"] if s["kind"] == "deliver"]
    assert at_doors == [121.47, 121.48, 121.46]
    load = next(stop["id"] for stop in run["stops"] if stop["kind"] == "load")
    alone = desk.post(f"/api/v1/stops/{load}/move", json=body)
    assert alone.json()["title"] == "这一站不能单独挪走。"
    assert households(world) == 3


def test_a_rescue_without_a_hub_is_put_in_another_order(world: World, desk: TestClient) -> None:
    road = rescue_road(world, state="draft")
    with world.db() as db:
        db.execute(text("UPDATE recipient SET window_from_minute = 0, window_until_minute = 1440"))
        db.get_one(Run, road.run_id).hub_id = None
    first, second = road.stops["deliver"]
    collect = road.stops["collect"][0]
    good = desk.put(
        f"/api/v1/runs/{road.run_id}/order",
        json={"stop_ids": [str(collect), str(second), str(first)]},
    )
    assert good.status_code == 200, good.text
    (run,) = good.json()
    assert [stop["kind"] for stop in run["stops"]] == ["collect", "deliver", "deliver"]
    backwards = [stop["id"] for stop in run["stops"]][::-1]
    path = f"/api/v1/runs/{road.run_id}/order"
    (mended,) = desk.put(path, json={"stop_ids": backwards}).json()
    assert mended["stops"][0]["kind"] == "collect"  # a site always comes before its doors
    alone = desk.post(
        f"/api/v1/stops/{mended['stops'][0]['id']}/move",
        json={"run_id": str(rescue_road(world, state="draft").run_id)},
    )
    assert alone.json()["title"] == "这一站不能单独挪走。"


def test_a_rescued_door_takes_its_site_along(world: World, desk: TestClient) -> None:
    one, two = (rescue_road(world, state="draft") for _ in range(2))
    with world.db() as db:
        db.execute(text("UPDATE recipient SET window_from_minute = 0, window_until_minute = 1440"))
    moved = desk.post(
        f"/api/v1/stops/{one.stops['deliver'][0]}/move",
        json={"run_id": str(two.run_id), "position": 0},
    )
    assert moved.status_code == 200, moved.text
    taker = next(run for run in moved.json() if run["id"] == str(two.run_id))
    assert [stop["kind"] for stop in taker["stops"]].count("collect") >= 1
    assert households(world) == 4


def test_a_run_of_somebody_who_left_or_whose_shift_is_over_says_so(
    world: World, desk: TestClient
) -> None:
    road = hub_road(world, state="draft")
    path, body = (
        f"/api/v1/runs/{road.run_id}/order",
        {"stop_ids": [str(stop) for stop in road.stops["deliver"]]},
    )
    with world.db() as db:
        db.execute(text("UPDATE shift SET from_minute = 0, until_minute = 1"))
    assert desk.put(path, json=body).json()["title"] == "志愿者的班次已经结束了。"
    with world.db() as db:
        (volunteer,) = db.scalars(select(Volunteer))
        volunteer.active = False
    assert desk.put(path, json=body).json()["title"].startswith("这条路线的志愿者已经停用了")


def test_another_organisation_moves_nothing(world: World, other_world: World) -> None:
    road = hub_road(world, state="draft")
    stranger = other_world.client("coordinator")
    stop = road.stops["deliver"][0]
    body = {"run_id": str(road.run_id)}
    assert stranger.post(f"/api/v1/stops/{stop}/move", json=body).status_code == 404
    order = {"stop_ids": [str(stop)]}
    assert stranger.put(f"/api/v1/runs/{road.run_id}/order", json=order).status_code == 404
    assert (
        stranger.post(f"/api/v1/runs/{road.run_id}/moves", json={"verb": "cancel"}).status_code
        == 404
    )
