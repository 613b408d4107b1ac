"""The register: one household at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from tests.world import World

FORM: dict[str, Any] = {
    "name": "沈测试",
    "phone": "+86 170-0000-1234",
    "birth_year": 1941,
    "size": 2,
    "diets": ["diabetic"],
    "allergens": ["peanut"],
    "notes": "听力不好",
    "street": "长寿路街道",
    "address": "示例路88弄5号602室",
    "point": {"lng": 121.4401, "lat": 31.2412},
    "doorstep": {"floor": 6, "has_lift": False, "door_note": "按门铃后多等一会儿"},
}


def test_a_household_is_registered_and_its_file_opens(world: World) -> None:
    desk = world.client("coordinator")
    made = desk.post("/api/v1/recipients", json=FORM)
    assert made.status_code == 201, made.text
    file = desk.get(f"/api/v1/recipients/{made.json()['id']}").json()
    assert (file["phone"], file["notes"]) == ("+86 170-0000-1234", "听力不好")
    assert file["need_grams"] == 5000
    assert file["doorstep"]["door_note"] == "按门铃后多等一会儿"
    assert abs(file["point"]["lng"] - 121.4401) < 1e-9


def test_the_register_masks_names_and_finds_by_the_end_of_the_telephone(world: World) -> None:
    desk = world.client("coordinator")
    desk.post("/api/v1/recipients", json=FORM)
    found = desk.get("/api/v1/recipients", params={"q": "1234"}).json()["items"]
    assert [row["label"] for row in found] == ["沈**"]
    assert found[0]["attention"] == ["peanut", "diabetic", "no_lift"]
    assert desk.get("/api/v1/recipients", params={"q": "17000001234"}).json()["items"] == found
    assert desk.get("/api/v1/recipients", params={"q": "9999"}).json()["items"] == []


def test_the_same_person_twice_is_refused_unless_said_to_be_another(world: World) -> None:
    desk = world.client("coordinator")
    desk.post("/api/v1/recipients", json=FORM)
    again = desk.post("/api/v1/recipients", json=FORM | {"phone": "17000001234"})
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/already-registered"
    assert (
        desk.post("/api/v1/recipients", json=FORM | {"same_person_is_fine": True}).status_code
        == 201
    )


def test_telephone_notes_and_door_note_are_sealed_in_the_database(world: World) -> None:
    world.client("coordinator").post("/api/v1/recipients", json=FORM)
    with world.db() as db:
        raw = db.execute(
            text("SELECT r::text FROM recipient r WHERE org_id = :org"), {"org": world.org_id}
        ).scalar_one()
    assert "1234" in raw  # the last four digits are kept for finding a caller
    for secret in ("17000001234", "听力不好", "按门铃"):
        assert secret not in raw
        assert secret.encode().hex() not in raw


def test_a_pin_dragged_on_a_gcj02_map_is_kept_in_wgs84(world: World) -> None:
    desk = world.client("coordinator")
    household = world.household(lng=None, lat=None)
    assert desk.get("/api/v1/recipients/counts").json()["to_confirm"] == 1
    moved = desk.put(
        f"/api/v1/recipients/{household}/place",
        json={"point": {"lng": 121.47822406, "lat": 31.22847374}, "datum": "gcj02"},
    ).json()
    assert moved["place_state"] == "confirmed"
    assert abs(moved["point"]["lng"] - 121.473701) < 1e-6
    assert abs(moved["point"]["lat"] - 31.230416) < 1e-6


def test_the_list_is_paged_by_waiting_time_without_gaps(world: World) -> None:
    desk = world.client("coordinator")
    for _ in range(7):
        world.household()
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = desk.get("/api/v1/recipients", params=params).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7


def test_a_household_is_paused_resumed_and_ended_with_reasons(world: World) -> None:
    desk, household = world.client("coordinator"), world.household()
    address = f"/api/v1/recipients/{household}/moves"
    assert desk.post(address, json={"verb": "pause"}).status_code == 422
    paused = desk.post(
        address, json={"verb": "pause", "reason": "住院", "until": "2026-12-02"}
    ).json()
    assert (paused["state"], paused["paused_until"]) == ("paused", "2026-12-02")
    refused = desk.post(address, json={"verb": "pause", "reason": "再次"})
    assert refused.status_code == 409
    assert refused.json()["allowed"] == ["resume", "end"]
    assert desk.post(address, json={"verb": "resume"}).json()["state"] == "active"


def test_an_edit_of_an_old_copy_is_refused(world: World) -> None:
    desk = world.client("coordinator")
    made = desk.post("/api/v1/recipients", json=FORM).json()
    address = f"/api/v1/recipients/{made['id']}"
    tag = desk.get(address).headers["etag"]
    assert desk.put(address, json=FORM | {"size": 3}, headers={"If-Match": tag}).status_code == 200
    assert desk.put(address, json=FORM | {"size": 4}, headers={"If-Match": tag}).status_code == 412


def test_swapped_coordinates_are_named_as_swapped(world: World) -> None:
    answer = world.client("coordinator").post(
        "/api/v1/recipients", json=FORM | {"point": {"lng": 31.2, "lat": 121.4}}
    )
    assert answer.status_code == 422
    assert "写反" in answer.text


def test_another_organisation_sees_no_household(world: World, other_world: World) -> None:
    household = world.household()
    stranger = other_world.client("coordinator")
    assert stranger.get(f"/api/v1/recipients/{household}").status_code == 404
    assert stranger.get("/api/v1/recipients").json()["items"] == []
    assert (
        stranger.put(
            f"/api/v1/recipients/{household}/place", json={"point": {"lng": 121, "lat": 31}}
        ).status_code
        == 404
    )


def test_those_who_want_nothing_now_stand_behind_those_who_wait_page_by_page(world: World) -> None:
    long_ago = world.today - timedelta(days=90)
    paused = world.household(state="paused", registered_on=long_ago, last_food_on=long_ago)
    fresh = world.household(approved_at=None, registered_on=long_ago, last_food_on=None)
    waiting = [world.household(last_food_on=world.today - timedelta(days=days)) for days in (3, 30)]
    desk, params, order = world.client("coordinator"), {"limit": "1"}, []
    while "cursor" not in params or params["cursor"]:
        page = desk.get("/api/v1/recipients", params=params).json()
        order += [row["id"] for row in page["items"]]
        params["cursor"] = page["next"]
    assert order == [str(home) for home in (waiting[1], waiting[0], fresh, paused)]
