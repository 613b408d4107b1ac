"""What a broken phone or a stranger may send: a sentence each, and nothing moves."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.runs.road import hub_road
from tests.world import World

ITEM = str(uuid4())


@pytest.mark.parametrize(
    "body",
    [
        {"note": "a\x00b"},
        {"note": "\x1b[31m"},
        {"note": "x" * 4_001},
        {"outcome": "eaten"},
        {"phone_time": "9999-12-31T00:00:00Z"},
        {"phone_time": "2026-11-23T10:00:00"},
        {"weighed": [{"item_id": ITEM, "grams": -1}]},
        {"weighed": [{"item_id": ITEM, "grams": 10**12}]},
        {"weighed": [{"item_id": ITEM, "grams": 1.5}]},
        {"weighed": [{"item_id": "x", "grams": 1}]},
        {"weighed": [{"item_id": ITEM, "grams": 1}] * 501},
        {"more": True},
    ],
)
def test_a_confirmation_that_makes_no_sense_moves_nothing(
    world: World, body: dict[str, Any]
) -> None:
    road = hub_road(world, doors=1)
    refused = road.confirm("load", **body)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/malformed")
    assert road.aboard() == 0


def test_a_number_that_is_none_and_half_a_letter_are_malformed(world: World) -> None:
    road = hub_road(world, doors=1)
    path = f"/api/v1/stops/{road.stops['load'][0]}/confirm"
    kind = {"Content-Type": "application/json"}
    grams = f'{{"weighed": [{{"item_id": "{ITEM}", "grams": NaN}}]}}'.encode()
    for content in (grams, b'{"note": "\\ud800"}', b"[", b"\xff"):
        assert road.phone.post(path, content=content, headers=kind).status_code == 422


def test_ids_that_are_none_or_nobodys_are_refused(world: World) -> None:
    road = hub_road(world)
    desk = world.client("coordinator")
    assert road.phone.post("/api/v1/stops/x/confirm", json={}).status_code == 422
    assert road.phone.post(f"/api/v1/stops/{uuid4()}/confirm", json={}).status_code == 404
    assert road.phone.post(f"/api/v1/runs/{uuid4()}/claim").status_code == 404
    assert desk.post(f"/api/v1/runs/{road.run_id}/moves", json={"verb": "claim"}).status_code == 422
    move = {"run_id": str(road.run_id), "position": -1}
    path = f"/api/v1/stops/{road.stops['load'][0]}/move"
    assert desk.post(path, json=move).status_code == 422


def test_a_confirmation_under_one_key_with_another_body_is_refused(world: World) -> None:
    road = hub_road(world)
    path = f"/api/v1/stops/{road.stops['load'][0]}/confirm"
    same = {"Idempotency-Key": str(uuid4())}
    assert road.phone.post(path, json={}, headers=same).status_code == 200
    other = road.phone.post(path, json={"note": "不一样"}, headers=same)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")
