"""A volunteer's own trip: what somebody else has is not taken twice, and no slip is a crash."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.core.clock import now
from tests.runs.road import hub_road, ledger_faults, own_profile
from tests.world import World

TRIPS = "/api/v1/trips"


def wish(offers: list[UUID], doors: list[UUID], **more: Any) -> dict[str, Any]:
    ids = {"offer_ids": [str(o) for o in offers], "recipient_ids": [str(d) for d in doors]}
    return ids | more


@pytest.fixture
def phone(world: World) -> TestClient:
    """Return the phone of a volunteer with an e-bike."""
    own_profile(world)
    return world.client("volunteer")


def near(world: World, count: int = 2) -> list[UUID]:
    return [
        world.household(lng=121.455 + n / 500, window_from_minute=0, window_until_minute=1440)
        for n in range(count)
    ]


def runs_count(world: World) -> int:
    with world.db() as db:
        return int(db.scalar(text("SELECT count(*) FROM run")) or 0)


def test_a_double_tap_makes_one_trip(world: World, phone: TestClient) -> None:
    body = wish([world.offer(state="accepted")], near(world))
    same = {"Idempotency-Key": str(uuid4())}
    clients = [phone] + [world.client("volunteer") for _ in range(7)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda c: c.post(TRIPS, json=body, headers=same), clients))
    assert {answer.status_code for answer in answers} <= {201, 409}
    again = phone.post(TRIPS, json=body, headers=same)
    assert again.status_code == 201
    assert again.json()[0]["state"] == "claimed"
    assert runs_count(world) == 1
    with world.db() as db:
        kept = db.scalar(text("SELECT answer FROM idempotency_key"))
    assert kept == {"run_id": again.json()[0]["id"]}


@pytest.mark.usefixtures("phone")
def test_fifty_taps_without_a_key_still_promise_the_food_once(world: World) -> None:
    body = wish([world.offer(state="accepted", grams=6_000)], near(world))
    clients = [world.client("volunteer") for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda n: clients[n % 10].post(TRIPS, json=body), range(50)))
    assert sorted({a.status_code for a in answers}) == [201, 409]
    assert [a.status_code for a in answers].count(201) == 1
    assert runs_count(world) == 1


def test_food_and_doors_that_somebody_has_are_refused_in_words(
    world: World, phone: TestClient
) -> None:
    offer, doors = world.offer(state="accepted", grams=6_000), near(world, 3)
    assert phone.post(TRIPS, json=wish([offer], doors[:2])).status_code == 201
    taken = phone.post(TRIPS, json=wish([offer], doors[2:]))
    assert (taken.status_code, taken.json()["title"]) == (
        409,
        "有的食物已经有人去取了，请刷新地图。",
    )
    served = phone.post(TRIPS, json=wish([world.offer(state="accepted")], doors[:1]))
    assert served.json()["title"] == "有的人家今天已经有人送了，请刷新地图。"


def test_the_rest_of_a_partly_promised_offer_is_still_to_be_had(
    world: World, phone: TestClient
) -> None:
    world.hub()
    offer, doors = world.offer(state="accepted", grams=20_000), near(world, 2)
    assert phone.post(TRIPS, json=wish([offer], doors)).status_code == 201
    (run,) = phone.post(TRIPS, json=wish([offer], [])).json()
    promised = sum(
        stop["grams"]
        for one in phone.get("/api/v1/my/runs").json()
        for stop in one["stops"]
        if stop["kind"] == "collect"
    )
    assert run["shape"] == "collection"
    assert promised == 20_000


def test_a_door_on_a_draft_of_today_is_not_planned_again(world: World, phone: TestClient) -> None:
    road = hub_road(world, state="draft")
    refused = phone.post(TRIPS, json=wish([world.offer(state="accepted")], road.doors))
    assert refused.json()["title"] == "有的人家今天已经有人送了，请刷新地图。"


def test_trying_trips_out_tells_no_volunteer_who_lives_where(
    world: World, phone: TestClient
) -> None:
    body = wish([world.offer(state="accepted")], near(world, 1))
    seen = phone.post(f"{TRIPS}/preview", json=body).json()
    door = seen["stops"][1]
    assert (door["label"], door["point"]) == ("1 户", {"lng": 121.4575, "lat": 31.2325})
    assert seen["geometry"][1] == [121.4575, 31.2325]
    own_desk = world.client("coordinator")
    assert own_desk.post(f"{TRIPS}/preview", json=body).status_code == 409  # no profile


def test_metres_and_minutes_to_a_door_tell_its_square_and_no_more(
    world: World, phone: TestClient
) -> None:
    offer = world.offer(state="accepted")
    doors = [
        world.household(lng=lng, lat=lat, window_from_minute=0, window_until_minute=1440)
        for lng, lat in ((121.4551, 31.2301), (121.4599, 31.2349))
    ]
    seen = [phone.post(f"{TRIPS}/preview", json=wish([offer], [door])).json() for door in doors]
    for one in seen:
        assert [stop["kind"] for stop in one["stops"]] == ["collect", "deliver"]
    for name in ("distance_m", "duration_s", "source"):
        assert seen[0][name] == seen[1][name]
    rides = [[datetime.fromisoformat(stop["planned_at"]) for stop in one["stops"]] for one in seen]
    assert len({arrived - left for left, arrived in rides}) == 1


def test_a_site_that_is_of_no_use_is_named(world: World, phone: TestClient) -> None:
    offers = [world.offer(state="accepted"), world.offer(state="accepted", food="牛奶")]
    seen = phone.post(f"{TRIPS}/preview", json=wish(offers, near(world, 1))).json()
    assert [line for line in seen["left_out"] if line.endswith("这次用不上")]


def test_food_that_suits_nobody_is_refused_with_the_reason(world: World, phone: TestClient) -> None:
    offer = world.offer(state="accepted", allergens=["peanut"])
    door = world.household(allergens=["peanut"])
    refused = phone.post(f"{TRIPS}/preview", json=wish([offer], [door]))
    assert (refused.status_code, refused.json()["title"]) == (
        409,
        "选的食物不适合选的人家，请换一换。",
    )


def test_a_given_order_is_kept_or_refused(world: World, phone: TestClient) -> None:
    world.hub()
    body = wish([world.offer(state="accepted"), world.offer(state="accepted")], [])
    drawn = phone.post(f"{TRIPS}/preview", json=body).json()["order"]
    turned = phone.post(f"{TRIPS}/preview", json=body | {"order": drawn[::-1]})
    assert turned.json()["order"] == drawn[::-1]
    for wrong in (["x"], drawn[:1], [*drawn, drawn[0]], ["\ud800"]):
        refused = phone.post(TRIPS, content=json_of(body | {"order": wrong}))
        assert refused.status_code in (409, 422), refused.text
    assert runs_count(world) == 0


def json_of(body: dict[str, Any]) -> bytes:
    """As bytes: a lone surrogate goes in escaped."""
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    "start",
    [{"lng": -70.0, "lat": -80.0}, {"lng": 179.9, "lat": 0.1}, {"lng": 121.4, "lat": 31.2}],
)
def test_a_start_anywhere_on_earth_is_answered(
    world: World, phone: TestClient, start: dict[str, float]
) -> None:
    body = wish([world.offer(state="accepted")], near(world, 1), start=start)
    assert phone.post(f"{TRIPS}/preview", json=body).status_code in (200, 409, 422)
    assert phone.post(TRIPS, json=body).status_code in (201, 409, 422)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"offer_ids": []}, "请至少点一个红色的捐赠点。"),
        (
            {"offer_ids": [str(uuid4())] * 25, "recipient_ids": [str(uuid4())] * 25},
            "一条路线最多 40 站。",
        ),
        ({"offer_ids": [str(uuid4())] * 41}, "有的内容填得不对。"),
        ({"offer_ids": ["x"]}, "有的内容填得不对。"),
        ({"offer_ids": [str(uuid4())]}, "有的食物已经被别人取走了，请刷新地图。"),
        ({"offer_ids": [str(uuid4())], "start": {"lng": 31.2, "lat": 121.4}}, "有的内容填得不对。"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_in_words(
    phone: TestClient, body: dict[str, Any], sentence: str
) -> None:
    for path in (TRIPS, f"{TRIPS}/preview"):
        refused = phone.post(path, json=body)
        assert refused.status_code in (409, 422)
        assert refused.json()["title"] == sentence


def test_doors_of_another_organisation_are_not_to_be_had(
    world: World, other_world: World, phone: TestClient
) -> None:
    theirs = wish([other_world.offer(state="accepted")], [])
    assert phone.post(TRIPS, json=theirs).status_code == 409
    mixed = wish([world.offer(state="accepted")], [other_world.household()])
    assert phone.post(TRIPS, json=mixed).json()["title"] == "有的人家现在不能送，请刷新地图。"


def test_a_trip_is_driven_with_less_than_was_announced(world: World, phone: TestClient) -> None:
    body = wish([world.offer(state="accepted", grams=12_000)], near(world))
    (run,) = phone.post(TRIPS, json=body).json()
    collect, *doors = phone.post(f"/api/v1/runs/{run['id']}/begin").json()["stops"]
    weighed = [{"item_id": collect["items"][0]["id"], "grams": doors[0]["grams"] + 700}]
    confirm = "/api/v1/stops/{}/confirm"
    answers = [phone.post(confirm.format(collect["id"]), json={"weighed": weighed})]
    answers += [phone.post(confirm.format(door["id"]), json={}) for door in doors]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert phone.post(f"/api/v1/runs/{run['id']}/complete").status_code == 200
    assert ledger_faults(world) == []


def test_an_offer_of_tomorrow_cannot_be_fetched_today(world: World, phone: TestClient) -> None:
    later = now() + timedelta(days=2)
    offer = world.offer(state="accepted", ready_from=later, ready_until=later + timedelta(hours=2))
    refused = phone.post(TRIPS, json=wish([offer], near(world, 1)))
    assert refused.status_code == 409
    assert refused.json()["title"] == "有的食物今天不能取，请看取货时间。"
