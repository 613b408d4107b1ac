"""Ways in: one-time links and codes, and the cookie that remembers them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text

from app.accounts.models import Person, SignInSession
from app.accounts.sign_in import make_link
from app.core.clock import now
from app.settings import settings
from tests.world import World


def hand_out(world: World, role: str = "volunteer", by: str = "coordinator") -> Response:
    return world.client(by).post(f"/api/v1/people/{world.people[role]}/sign-in-link")


def use(client: TestClient, code: str) -> Response:
    return client.post("/api/v1/session/link", json={"code": code})


def test_a_signed_in_person_learns_who_they_are(world: World) -> None:
    answer = world.client("coordinator").get("/api/v1/me")
    assert answer.status_code == 200
    assert answer.json()["person"]["roles"] == ["coordinator"]


def test_a_one_time_code_works_once(world: World) -> None:
    handed = hand_out(world).json()
    phone = world.client(None)
    assert use(phone, handed["code"].lower()).status_code == 200
    assert phone.get("/api/v1/me").json()["person"]["roles"] == ["volunteer"]
    again = use(world.client(None), handed["code"])
    assert again.status_code == 404
    assert again.headers["content-type"] == "application/problem+json"


def test_the_link_and_the_code_are_one_way_in(world: World) -> None:
    handed = hand_out(world).json()
    token = handed["url"].partition("#")[2]
    assert use(world.client(None), token).status_code == 200
    assert use(world.client(None), handed["code"]).status_code == 404


def test_the_token_stands_behind_the_hash_where_no_server_log_sees_it(world: World) -> None:
    handed = hand_out(world).json()
    path, _, token = handed["url"].partition("#")
    assert path.endswith("/signin")
    assert len(token) == 43
    assert "<svg" in handed["qr_svg"]


def test_a_second_link_ends_the_first(world: World) -> None:
    first, second = hand_out(world).json(), hand_out(world).json()
    assert use(world.client(None), first["code"]).status_code == 404
    assert use(world.client(None), second["code"]).status_code == 200


def test_an_expired_an_unknown_and_a_used_code_get_the_same_answer(world: World) -> None:
    expired, used = hand_out(world).json()["code"], hand_out(world, "keeper").json()["code"]
    with world.db() as db:
        db.execute(
            text("UPDATE sign_in_link SET expires_at = now() WHERE person_id = :id"),
            {"id": world.people["volunteer"]},
        )
    use(world.client(None), used)
    answers = [use(world.client(None), code) for code in (expired, used, "0000000000", "你好")]
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (404, answers[0].text),
    }


def test_only_hashes_of_tokens_are_stored(world: World) -> None:
    with world.db() as db:
        link = make_link(db, db.get_one(Person, world.people["volunteer"]), None)
    cookie = world.client("volunteer").cookies["session"]
    with world.db() as db:
        for table in ("sign_in_link", "sign_in_session", "share_link"):
            stored = "".join(db.scalars(text(f"SELECT t::text FROM {table} t")))  # noqa: S608
            for secret in (link.token, link.code, cookie):
                assert secret not in stored
                assert secret.encode().hex() not in stored


def test_a_closed_account_has_no_way_in_and_is_signed_out(world: World) -> None:
    handed, phone = hand_out(world).json(), world.client("volunteer")
    desk = world.client("coordinator")
    address = f"/api/v1/people/{world.people['volunteer']}/active"
    assert desk.put(address, json={"active": False}).status_code == 200
    assert phone.get("/api/v1/me").status_code == 401
    assert use(world.client(None), handed["code"]).status_code == 404
    assert hand_out(world).status_code == 404


def test_nobody_closes_their_own_account(world: World) -> None:
    address = f"/api/v1/people/{world.people['coordinator']}/active"
    assert world.client("coordinator").put(address, json={"active": False}).status_code == 409


def test_an_expired_session_is_no_session(world: World) -> None:
    client = world.client("volunteer")
    with world.db() as db:
        db.query(SignInSession).update({"expires_at": now() - timedelta(seconds=1)})
    assert client.get("/api/v1/me").status_code == 401


# --- the cookie -------------------------------------------------------------------


@pytest.fixture
def behind_https(application: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """Return a second application as an operator with https would run it."""
    from app.main import create_app  # noqa: PLC0415 - settings are read when it is built

    assert application is not None
    monkeypatch.setenv("BASE_URL", "https://food.example")
    settings.cache_clear()
    yield create_app()
    monkeypatch.undo()
    settings.cache_clear()


def test_behind_https_the_cookie_is_bound_to_this_host(world: World, behind_https: FastAPI) -> None:
    with world.db() as db:
        link = make_link(db, db.get_one(Person, world.people["volunteer"]), None)
    phone = TestClient(behind_https, base_url="https://food.example")
    answer = use(phone, link.code)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert phone.get("/api/v1/me").status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    gone = phone.delete("/api/v1/session").headers["set-cookie"]
    assert gone.startswith('__Host-session="";')
    assert "Secure" in gone


def test_behind_https_a_plain_cookie_is_not_looked_at(world: World, behind_https: FastAPI) -> None:
    token = world.client("volunteer").cookies
    plain = TestClient(behind_https, base_url="https://food.example")
    plain.cookies.set("session", next(iter(token.values())))
    assert plain.get("/api/v1/me").status_code == 401


def test_on_plain_http_the_cookie_is_out_of_reach_of_scripts(world: World) -> None:
    cookie = use(world.client(None), hand_out(world).json()["code"]).headers["set-cookie"]
    assert cookie.startswith("session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
