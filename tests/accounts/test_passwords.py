"""Passwords: kept as argon2, locked after five wrong ones, mended by the coordinator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import rules
from app.accounts.models import Person
from app.accounts.sign_in import hash_password
from app.core.clock import now
from app.core.problems import Malformed
from tests.world import World

GOOD = "richtig pferd 电池"
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def with_password(world: World, role: str = "keeper") -> str:
    """Give the person a password; returns their sign-in name."""
    with world.db() as db:
        db.get_one(Person, world.people[role]).password_hash = hash_password(GOOD)
    return f"{role}.{world.org_id}"


def sign_in(client: TestClient, name: str, password: str) -> Response:
    return client.post("/api/v1/session", json={"name": name, "password": password})


def test_the_right_password_opens_a_session(world: World) -> None:
    client = world.client(None)
    assert sign_in(client, with_password(world).upper(), GOOD).status_code == 200
    assert client.get("/api/v1/me").json()["person"]["roles"] == ["keeper"]


def test_a_wrong_name_and_a_wrong_password_look_the_same(world: World) -> None:
    wrong_password = sign_in(world.client(None), with_password(world), "wrong")
    wrong_name = sign_in(world.client(None), "nobody.at.all", GOOD)
    assert wrong_password.status_code == wrong_name.status_code == 401
    assert wrong_password.json() == wrong_name.json()


def test_five_wrong_passwords_lock_the_door_even_for_the_right_one(world: World) -> None:
    name, client = with_password(world), world.client(None)
    assert [sign_in(client, name, "wrong").status_code for _ in range(5)] == [401] * 5
    locked = sign_in(client, name, GOOD)
    assert locked.status_code == 429
    assert 1 <= int(locked.headers["retry-after"]) <= 900
    with world.db() as db:
        db.get_one(Person, world.people["keeper"]).locked_until = now()
    assert sign_in(client, name, GOOD).status_code == 200
    with world.db() as db:
        assert db.get_one(Person, world.people["keeper"]).failed_attempts == 0


@given(attempts=st.integers(0, 10_000))
def test_the_wait_grows_and_never_passes_a_quarter_of_an_hour(attempts: int) -> None:
    until, later = rules.locked_until(attempts, AT), rules.locked_until(attempts + 1, AT)
    assert (until is None) == (attempts < 5)
    assert later is None or AT < later <= AT + timedelta(minutes=15)
    assert until is None or (later is not None and later >= until)


def test_what_is_stored_is_argon2id_and_differs_for_equal_passwords() -> None:
    assert hash_password(GOOD).startswith("$argon2id$")
    assert hash_password(GOOD) != hash_password(GOOD)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 201])
def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(Malformed):
        hash_password(password)


def test_a_new_password_ends_every_session_of_that_person(world: World) -> None:
    phone, desk = world.client("keeper"), world.client("coordinator")
    address = f"/api/v1/people/{world.people['keeper']}/password"
    assert desk.put(address, json={"password": GOOD}).status_code == 204
    assert phone.get("/api/v1/me").status_code == 401
    assert sign_in(world.client(None), f"keeper.{world.org_id}", GOOD).status_code == 200
    assert desk.get("/api/v1/me").status_code == 200


def test_a_new_password_unlocks_the_door(world: World) -> None:
    name, client = with_password(world), world.client(None)
    for _ in range(5):
        sign_in(client, name, "wrong")
    address = f"/api/v1/people/{world.people['keeper']}/password"
    world.client("coordinator").put(address, json={"password": "ganz neu 2026"})
    assert sign_in(client, name, "ganz neu 2026").status_code == 200


def test_a_person_without_a_password_cannot_use_one(world: World) -> None:
    assert sign_in(world.client(None), f"volunteer.{world.org_id}", "").status_code == 422
    assert sign_in(world.client(None), f"volunteer.{world.org_id}", "nobody").status_code == 401


def test_signing_out_ends_this_session_only(world: World) -> None:
    one, other = world.client("keeper"), world.client("keeper")
    kept = dict(one.cookies)
    assert one.delete("/api/v1/session").status_code == 204
    one.cookies.update(kept)
    assert one.get("/api/v1/me").status_code == 401
    assert other.get("/api/v1/me").status_code == 200
