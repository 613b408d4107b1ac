"""The warehouse: what is expected, weighed in, what spoils first, and what a keeper does with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import event

from app.core.clock import now
from app.core.db import engine
from app.core.ids import new_id
from tests.food.lots import grams_at, imbalance, make_lot
from tests.world import World


def receipt(offer_id: UUID, hub_id: UUID, grams: int = 18_500, **more: Any) -> dict[str, Any]:
    return {"offer_id": str(offer_id), "hub_id": str(hub_id), "grams": grams} | more


def test_an_accepted_offer_is_weighed_in_and_becomes_a_lot(world: World) -> None:
    offer_id, hub_id = world.offer(state="accepted", allergens=["gluten"]), world.hub()
    keeper = world.client("keeper")
    assert [row["offer_id"] for row in keeper.get("/api/v1/stock/expected").json()] == [
        str(offer_id)
    ]
    answer = keeper.post("/api/v1/receipts", json=receipt(offer_id, hub_id))
    assert answer.status_code == 201, answer.text
    lot = answer.json()
    assert (lot["food"], lot["collected_grams"], lot["allergens"]) == ("面包", 18_500, ["gluten"])
    assert lot["code"].startswith(f"L{world.today:%y%m%d}-")
    assert [(held["kind"], held["grams"]) for held in lot["held"]] == [("hub", 18_500)]
    offer = keeper.get(f"/api/v1/offers/{offer_id}").json()
    assert offer["state"] == "collected"
    assert keeper.get("/api/v1/stock/expected").json() == []


def test_what_is_written_on_the_food_overrides_what_was_announced(world: World) -> None:
    day = (world.today + timedelta(days=1)).isoformat()
    body = receipt(world.offer(state="accepted"), world.hub(), best_before=day, food="切片面包")
    lot = world.client("keeper").post("/api/v1/receipts", json=body).json()
    assert (lot["best_before"], lot["days_left"], lot["food"]) == (day, 1, "切片面包")


def test_an_offer_that_nobody_accepted_is_not_weighed_in(world: World) -> None:
    body = receipt(world.offer(), world.hub())
    answer = world.client("keeper").post("/api/v1/receipts", json=body)
    assert answer.status_code == 409
    assert "accept" in answer.json()["allowed"]


def test_a_receipt_sent_twice_is_one_lot(world: World) -> None:
    keeper = world.client("keeper")
    body = receipt(world.offer(state="accepted"), world.hub())
    key = {"Idempotency-Key": str(new_id())}
    first, second = (keeper.post("/api/v1/receipts", json=body, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(keeper.get("/api/v1/stock").json()["items"]) == 1


def test_a_walk_in_gift_becomes_a_lot_of_its_donor(world: World) -> None:
    donor_id = world.donor("示例粮油店(虚构)")
    gift = {"donor_id": str(donor_id), "food": "大米", "best_before": "2027-06-01"}
    body = {"walk_in": gift, "hub_id": str(world.hub()), "grams": 50_000}
    lot = world.client("keeper").post("/api/v1/receipts", json=body).json()
    assert (lot["donor_name"], lot["offer_id"]) == ("示例粮油店(虚构)", None)


def test_a_receipt_comes_from_an_offer_or_from_a_walk_in_gift(world: World) -> None:
    body = {"hub_id": str(world.hub()), "grams": 1_000}
    assert world.client("keeper").post("/api/v1/receipts", json=body).status_code == 422


def test_stock_shows_first_what_spoils_first_page_by_page(world: World) -> None:
    hub_id = world.hub()
    keeper = world.client("keeper")
    for days in (9, 1, 5):
        offer = world.offer(state="accepted", best_before=world.today + timedelta(days=days))
        keeper.post("/api/v1/receipts", json=receipt(offer, hub_id))
    first = keeper.get("/api/v1/stock", params={"hub_id": str(hub_id), "limit": 2}).json()
    rest = keeper.get("/api/v1/stock", params={"limit": 2, "cursor": first["next"]}).json()
    assert [row["days_left"] for row in first["items"] + rest["items"]] == [1, 5, 9]
    assert rest["next"] is None
    hub = keeper.get("/api/v1/hubs").json()[0]
    assert (hub["grams"], hub["lots"]) == (3 * 18_500, 3)


def moved(world: World, lot_id: UUID, hub_id: UUID, purpose: str, **more: Any) -> Any:
    body = {"lot_id": str(lot_id), "hub_id": str(hub_id), "purpose": purpose, "reason": "测试"}
    return world.client("keeper").post("/api/v1/movements", json={"grams": 1_000} | body | more)


def test_what_a_keeper_does_with_stock_stands_in_the_ledger_with_its_reason(world: World) -> None:
    lot_id, hub_id = make_lot(world, 10_000)
    other_hub = world.hub()
    purposes = {
        "transfer": "hub",
        "waste": "waste",
        "sample": "sample",
        "returned": "returned",
        "count_shortage": "count_difference",
        "count_surplus": "hub",
    }
    for purpose in purposes:
        more = {"to_hub_id": str(other_hub)} if purpose == "transfer" else {}
        answer = moved(world, lot_id, hub_id, purpose, **more)
        assert answer.status_code == 201, answer.text
    rows = answer.json()["movements"][1:]
    assert [(row["to_kind"], row["reason"]) for row in rows] == [
        (kind, f"{purpose}: 测试") for purpose, kind in purposes.items()
    ]
    with world.db() as db:
        assert grams_at(db, world, lot_id) == {
            "source": -11_000,
            "hub": 7_000,
            "waste": 1_000,
            "sample": 1_000,
            "returned": 1_000,
            "count_difference": 1_000,
        }
        assert imbalance(db) == []


def test_more_than_there_is_cannot_be_moved_and_the_refusal_says_what_is_left(
    world: World,
) -> None:
    lot_id, hub_id = make_lot(world, 1_000)
    answer = moved(world, lot_id, hub_id, "waste", grams=3_000)
    assert answer.status_code == 409
    assert answer.json()["title"] == "这批只剩 1.0 kg。"
    assert answer.json()["available_grams"] == 1_000


def test_a_transfer_names_another_hub(world: World) -> None:
    lot_id, hub_id = make_lot(world, 1_000)
    for to_hub in (None, str(hub_id)):
        assert moved(world, lot_id, hub_id, "transfer", to_hub_id=to_hub).status_code == 422


def test_a_lot_is_held_back_and_released_again_and_who_did_it_is_kept(world: World) -> None:
    lot_id, _ = make_lot(world, 1_000)
    keeper = world.client("keeper")
    held = keeper.post(f"/api/v1/lots/{lot_id}/hold", json={"reason": "包装破了"})
    assert (held.json()["state"], held.json()["allowed"]) == ("on_hold", ["quarantine", "release"])
    assert keeper.post(f"/api/v1/lots/{lot_id}/hold", json={"reason": "再来"}).status_code == 409
    freed = keeper.post(f"/api/v1/lots/{lot_id}/release", json={"reason": "看过了"})
    assert freed.json()["state"] == "released"
    assert keeper.post(f"/api/v1/lots/{lot_id}/hold", json={}).status_code == 422


def test_a_hub_is_made_and_changed_and_an_old_version_is_refused(world: World) -> None:
    desk = world.client("coordinator")
    body = {
        "name": "示例冷库(虚构)",
        "point": {"lng": 121.4, "lat": 31.2},
        "storage_classes": ["chilled"],
    }
    made = desk.post("/api/v1/hubs", json=body)
    assert made.status_code == 201, made.text
    path = f"/api/v1/hubs/{made.json()['id']}"
    changed = desk.patch(
        path,
        json={"point": {"lng": 121.5, "lat": 31.3}, "closes_minute": 1200},
        headers={"If-Match": '"1"'},
    )
    assert changed.json()["point"] == {"lng": 121.5, "lat": 31.3}
    assert (changed.headers["etag"], changed.json()["closes_minute"]) == ('"2"', 1200)
    late = desk.patch(path, json={"name": "旧"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert desk.patch(path, json={"closes_minute": 1}).status_code == 422


def test_another_organisation_sees_no_stock_and_moves_nothing(
    world: World, other_world: World
) -> None:
    lot_id, hub_id = make_lot(world, 1_000)
    offer_id = world.offer(state="accepted")
    keeper = other_world.client("keeper")
    assert keeper.get("/api/v1/stock").json()["items"] == []
    assert keeper.get("/api/v1/hubs").json() == []
    assert keeper.get("/api/v1/stock/expected").json() == []
    assert keeper.get("/api/v1/stock", params={"hub_id": str(hub_id)}).status_code == 404
    assert moved(other_world, lot_id, hub_id, "waste").status_code == 404
    theirs = receipt(offer_id, other_world.hub())
    assert keeper.post("/api/v1/receipts", json=theirs).status_code == 404
    mixed = {"lot_id": str(lot_id), "hub_id": str(other_world.hub()), "purpose": "waste"}
    mixed |= {"grams": 1, "reason": "测试"}
    assert keeper.post("/api/v1/movements", json=mixed).status_code == 404


def test_tomorrows_offers_are_expected_tomorrow(world: World) -> None:
    later = now() + timedelta(days=1)
    world.offer(state="accepted", ready_from=later, ready_until=later + timedelta(hours=1))
    keeper = world.client("keeper")
    day = (world.today + timedelta(days=3)).isoformat()
    assert keeper.get("/api/v1/stock/expected", params={"day": day}).json() == []


def test_a_long_list_asks_the_database_no_more_often_than_a_short_one(world: World) -> None:
    keeper, hub_id = world.client("keeper"), world.hub()
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    def questions(path: str) -> int:
        asked.clear()
        assert keeper.get(path).status_code == 200
        return len(asked)

    paths = ("/api/v1/stock", "/api/v1/offers", "/api/v1/hubs", "/api/v1/donors", "/api/v1/shifts")
    event.listen(engine(), "before_cursor_execute", note)
    try:
        short = [questions(path) for path in paths]
        for _ in range(3):
            offer = world.offer(state="accepted")
            keeper.post("/api/v1/receipts", json=receipt(offer, hub_id))
            world.volunteer()
        assert [questions(path) for path in paths] == short
    finally:
        event.remove(engine(), "before_cursor_execute", note)
