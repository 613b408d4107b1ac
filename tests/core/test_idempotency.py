"""A phone may say the same thing fifty times; it happens once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text

from app.core.db import transaction
from app.core.ids import new_code
from tests.world import World


def say(app: FastAPI, cookies: dict[str, str], key: str, note: str) -> Response:
    client = TestClient(app, cookies=cookies, raise_server_exceptions=False)
    return client.post("/api/v1/parcels", json={"note": note}, headers={"Idempotency-Key": key})


def effects(note: str) -> int:
    with transaction() as db:
        counted = db.scalar(text("SELECT count(*) FROM test_parcel WHERE note = :n"), {"n": note})
    return int(counted or 0)


def signed_in(world: World, role: str) -> dict[str, str]:
    return dict(world.client(role).cookies)


def test_fifty_at_once_have_one_effect_and_one_answer(parcels: FastAPI, world: World) -> None:
    cookies, note = signed_in(world, "volunteer"), new_code()
    with ThreadPoolExecutor(50) as phones:
        answers = list(phones.map(lambda _: say(parcels, cookies, "the-same-key", note), range(50)))
    done = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert len(done) + len(waiting) == 50
    assert {answer.text for answer in done} == {done[0].text}
    assert all(answer.headers["retry-after"] == "1" for answer in waiting)
    assert effects(note) == 1


def test_a_later_repeat_gets_the_first_answer(parcels: FastAPI, world: World) -> None:
    cookies, note = signed_in(world, "volunteer"), new_code()
    first = say(parcels, cookies, "again-and-again", note)
    assert say(parcels, cookies, "again-and-again", note).json() == first.json()
    assert effects(note) == 1


def test_the_same_key_with_another_body_is_refused(parcels: FastAPI, world: World) -> None:
    cookies = signed_in(world, "volunteer")
    say(parcels, cookies, "one-key-two-bodies", "first")
    answer = say(parcels, cookies, "one-key-two-bodies", "second")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/key-reused"


def test_nobody_gets_another_persons_reply(
    parcels: FastAPI, world: World, other_world: World
) -> None:
    note = new_code()
    ids = {
        say(parcels, signed_in(where, role), "everybodys-key", note).json()["id"]
        for where, role in ((world, "volunteer"), (world, "keeper"), (other_world, "volunteer"))
    }
    assert len(ids) == 3
    assert effects(note) == 3


@pytest.mark.parametrize("key", ["", "short", "x" * 101])
def test_a_key_too_short_or_too_long_is_named(parcels: FastAPI, world: World, key: str) -> None:
    answer = say(parcels, signed_in(world, "volunteer"), key, "x")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_without_a_key_each_one_counts(parcels: FastAPI, world: World) -> None:
    note, client = new_code(), TestClient(parcels, cookies=signed_in(world, "volunteer"))
    for _ in range(2):
        assert client.post("/api/v1/parcels", json={"note": note}).status_code == 201
    assert effects(note) == 2


def test_a_refused_attempt_does_not_use_up_its_key(parcels: FastAPI, world: World) -> None:
    cookies = signed_in(world, "volunteer")
    assert say(parcels, cookies, "mended-later", "").status_code == 422
    assert say(parcels, cookies, "mended-later", "now with a note").status_code == 201
