"""Every refusal is a problem document in the reader's language; internals never leak."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.world import World

ZH, EN = {"accept-language": "zh-CN"}, {"accept-language": "en-GB,en;q=0.9"}


def test_each_kind_of_refusal_speaks_both_languages(parcels: FastAPI) -> None:
    client = TestClient(parcels, raise_server_exceptions=False)
    asked = {
        401: ("POST", "/api/v1/parcels", {"json": {}}),
        404: ("GET", "/api/v1/nothing-here", {}),
        405: ("DELETE", "/api/v1/echo", {}),
        413: ("POST", "/api/v1/echo", {"content": b" " * 20_000_001}),
        422: ("POST", "/api/v1/echo", {"json": {"grams": -1}}),
        500: ("GET", "/api/v1/broken", {}),
    }
    for status, (method, path, send) in asked.items():
        titles = set()
        for language in (ZH, EN):
            answer = client.request(method, path, headers=language, **send)
            assert (answer.status_code, answer.json()["status"]) == (status, status)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"].startswith("/problems/")
            titles.add(answer.json()["title"])
        zh, en = sorted(titles, key=str.isascii)
        assert en.isascii()
        assert not zh.isascii()


def test_the_language_cookie_wins_over_the_browsers(parcels: FastAPI) -> None:
    client = TestClient(parcels, cookies={"lang": "en"})
    assert client.get("/api/v1/nothing-here", headers=ZH).json()["title"] == "Not found."


def test_a_fault_of_ours_tells_nothing_and_still_wears_the_safe_headers(parcels: FastAPI) -> None:
    answer = TestClient(parcels, raise_server_exceptions=False).get("/api/v1/broken", headers=EN)
    assert "王小明" not in answer.text
    assert "RuntimeError" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers["x-request-id"]) == 16


def test_a_method_that_is_not_there_names_the_ones_that_are(parcels: FastAPI) -> None:
    answer = TestClient(parcels).delete("/api/v1/echo")
    assert answer.headers["allow"] == "POST"
    assert answer.json()["type"] == "/problems/no-such-method"


def test_a_wrong_role_is_told_so_and_a_missing_session_too(world: World) -> None:
    assert world.client("auditor").get("/api/v1/people").json()["type"] == "/problems/not-allowed"
    assert world.client(None).get("/api/v1/people").json()["type"] == "/problems/sign-in-needed"


@pytest.mark.parametrize("path", ["/api/v1/people/not-an-id/sign-in-link", "/api/v1/share-links/x"])
def test_an_id_that_is_none_is_malformed(world: World, path: str) -> None:
    method = "POST" if "people" in path else "DELETE"
    answer = world.client("coordinator").request(method, path)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"] == "编号不对"
