"""What surrounds every request: headers, the Origin check, log lines, health, metrics."""

from __future__ import annotations

import json

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.core import logs
from app.core.db import transaction
from tests.world import World

SESSION = "/api/v1/session"


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.example",
        "null",
        "http://testserver.elsewhere.example",
        "http://[::1",
        "testserver",
        "",
        "http://",
    ],
)
def test_a_foreign_page_cannot_write(world: World, origin: str) -> None:
    answer = world.client("coordinator").delete(SESSION, headers={"origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_write_that_a_browser_calls_foreign_is_refused_without_an_origin_too(
    world: World, site: str
) -> None:
    answer = world.client("coordinator").delete(SESSION, headers={"sec-fetch-site": site})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://testserver"},
        {"origin": "http://127.0.0.1:8000"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
def test_our_own_page_and_a_program_may_write(world: World, headers: dict[str, str]) -> None:
    assert world.client("coordinator").delete(SESSION, headers=headers).status_code == 204


def test_reading_needs_no_origin(world: World) -> None:
    foreign = {"origin": "https://elsewhere.example"}
    assert world.client("coordinator").get("/api/v1/me", headers=foreign).status_code == 200


def test_every_answer_wears_safe_headers_and_none_of_the_api_is_kept(world: World) -> None:
    answer = world.client("coordinator").get("/api/v1/me")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answer.headers  # plain http here


def test_logs_carry_no_name_no_password_and_no_token(
    parcels: FastAPI, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    logs.configure("DEBUG")
    try:
        typed = {"name": "王小明13912345678", "password": "geheim-geheim"}
        world.client(None).post(SESSION, json=typed)
        world.client(None).post("/api/v1/session/link", json={"code": "K7QM0PQR5T"})
        world.client("volunteer").get("/api/v1/me?phone=13912345678")
        broken = TestClient(parcels, raise_server_exceptions=False)
        assert broken.get("/api/v1/broken").status_code == 500
    finally:
        structlog.configure(**before)
    said = capsys.readouterr()
    lines = [json.loads(line) for line in (said.out + said.err).splitlines()]
    assert {"request", "unforeseen"} <= {line["event"] for line in lines}
    assert all("request_id" in line for line in lines)
    for secret in ("王小明", "13912345678", "geheim", "K7QM0PQR5T", "示例路", "测试volunteer"):
        assert secret not in said.out + said.err


def test_the_process_says_that_it_lives(world: World) -> None:
    assert world.client(None).get("/healthz").json() == {"status": "ok"}


def test_readiness_names_what_is_missing(world: World) -> None:
    with transaction() as db:
        db.execute(text("DELETE FROM procrastinate_workers"))
    without = world.client(None).get("/readyz")
    assert without.status_code == 503
    assert without.json() == {"database": True, "migrated": True, "worker": False}
    with transaction() as db:
        db.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    assert world.client(None).get("/readyz").status_code == 200


def test_metrics_count_by_route_and_not_by_what_callers_invent(world: World) -> None:
    client = world.client("coordinator")
    client.get("/api/v1/me")
    client.delete("/api/v1/share-links/00000000-0000-0000-0000-000000000000")
    client.request("BREW", "/api/v1/coffee")
    said = client.get("/metrics").text
    assert 'foodmap_requests_total{method="GET",route="/api/v1/me",status="200"}' in said
    assert 'route="/api/v1/share-links/{link_id}"' in said
    assert "00000000" not in said
    assert "BREW" not in said
    assert "coffee" not in said
