"""Bad input is a sentence, not a stack trace, and nothing is stored."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.fields import Point
from app.settings import settings
from tests.core.serving import served

JSON = {"content-type": "application/json"}


@pytest.fixture
def client(parcels: FastAPI) -> TestClient:
    return TestClient(parcels, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def address(parcels: FastAPI) -> Iterator[str]:
    with served(parcels) as where:
        yield where


def refusal(answer: httpx.Response) -> str:
    """The first fault's sentence of a 422, after checking that the answer is a clean problem."""
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(
        answer.text, parse_constant=lambda name: pytest.fail(f"{name} in an answer")
    )
    assert problem["type"] == "/problems/malformed"
    return str(problem["errors"][0]["message"]) if "errors" in problem else str(problem["title"])


def echo(client: TestClient, body: bytes, language: str = "zh") -> str:
    headers = JSON | {"accept-language": language}
    return refusal(client.post("/api/v1/echo", content=body, headers=headers))


@pytest.mark.parametrize(
    ("body", "zh", "en"),
    [
        (b'{"point": {"lng": 31.2, "lat": 121.4}}', "写反了", "swapped"),
        (b'{"point": {"lng": 0, "lat": 0}}', "没有填写", "not filled in"),
        (b'{"point": {"lng": 500, "lat": 95}}', "不在地球上", "not on the globe"),
        (b'{"point": {"lng": NaN, "lat": 31}}', "普通的数字", "finite"),
        (b'{"weight": Infinity}', "普通的数字", "finite"),
        (b'{"weight": -1e999}', "普通的数字", "finite"),
        (b'{"grams": NaN}', "整数", "whole number"),
        (b'{"grams": 1.5}', "整数", "whole number"),
        (b'{"grams": true}', "整数", "whole number"),
        (b'{"grams": 0}', "大于 0", "more than 0"),
        (b'{"grams": 100000000000000000000000}', "大", ""),
        (b'{"day": "9999-12-31"}', "年份", "year"),
        (b'{"day": "2026-02-30"}', "日期", "date"),
        (b'{"at": "2026-11-22T08:00:00"}', "时区", "offset"),
        (b'{"at": "9999-01-01T00:00:00Z"}', "年份", "year"),
        (b'{"note": "a\\u0000b"}', "控制字符", "control"),
        (b'{"note": "\\ud800"}', "字符", "character"),
        (b'{"note": ""}', "至少", "at least 1"),
        (b'{"notes": "x"}', "没有这一项", "no such field"),
        (b'{"\\ud800": "x"}', "", ""),
        (b'{"note": "\xff\xfe"}', "", ""),
        (b'{"note": ', "JSON", "JSON"),
        (b"[" * 100_000, "", ""),
        (b'{"grams": ' + b"9" * 5000 + b"}", "", ""),
    ],
)
def test_nonsense_is_refused_with_a_sentence_in_both_languages(
    client: TestClient, body: bytes, zh: str, en: str
) -> None:
    assert zh in echo(client, body, "zh")
    assert en in echo(client, body, "en")


def test_a_refusal_never_repeats_what_was_typed(client: TestClient) -> None:
    answer = client.post("/api/v1/echo", json={"day": "王小明", "grams": "13912345678"})
    assert "王小明" not in answer.text
    assert "13912345678" not in answer.text


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
fields = st.sampled_from(["note", "grams", "day", "at", "point", "weight", "else"])


@given(body=st.dictionaries(fields, anything, max_size=4) | anything)
def test_no_json_at_all_makes_the_server_fail(parcels: FastAPI, body: Any) -> None:
    client = TestClient(parcels, raise_server_exceptions=False)
    answer = client.post("/api/v1/echo", content=json.dumps(body), headers=JSON)
    assert answer.status_code in (200, 422)
    json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{name} in an answer"))


@given(lng=st.floats(), lat=st.floats())
def test_a_point_is_on_earth_or_refused(lng: float, lat: float) -> None:
    try:
        point = Point(lng=lng, lat=lat)
    except ValidationError:
        return
    assert abs(point.lat) <= 90
    assert abs(point.lng) <= 180


@given(lng=st.floats(91, 180), lat=st.floats(-90, 90))
def test_a_swapped_pair_is_named_as_swapped(lng: float, lat: float) -> None:
    with pytest.raises(ValidationError, match="swapped"):
        Point(lng=lat, lat=lng)


@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "q=" + "x" * 101, ""])
def test_a_query_that_the_database_cannot_hold_is_refused(client: TestClient, query: str) -> None:
    assert refusal(client.get(f"/api/v1/search?{query}"))


@pytest.mark.parametrize("query", ["q=%ED%A0%80", "q=%FF", "q=%F0%9F%8D%9E"])
def test_broken_text_in_a_query_finds_nothing_and_breaks_nothing(
    client: TestClient, query: str
) -> None:
    assert client.get(f"/api/v1/search?{query}").text == "0"


def test_a_nul_in_the_path_is_refused(client: TestClient) -> None:
    assert refusal(client.get("/api/v1/search%00"))


# --- size -----------------------------------------------------------------------


def _raw(address: str, head: str, body: bytes = b"") -> bytes:
    """Send bytes as they are, and read the beginning of the answer."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname, where.port), timeout=20) as wire:
        wire.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + body)
        answer = b""
        while b"\r\n\r\n" not in answer or answer.endswith(b"\r\n\r\n"):
            if not (piece := wire.recv(4000)):
                break
            answer += piece
        return answer


def test_three_hundred_megabytes_are_refused_before_they_are_sent(address: str) -> None:
    head = "POST /api/v1/echo HTTP/1.1\nHost: x\nContent-Length: 300000000\n"
    answer = _raw(address, head)
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b"/problems/too-large" in answer


@pytest.mark.parametrize("length", ["-1", "x", "1e9", "\xb2", "9" * 5000])
def test_a_length_that_is_none_is_refused(address: str, length: str) -> None:
    head = f"POST /api/v1/echo HTTP/1.1\nHost: x\nContent-Length: {length}\n"
    assert b" 4" in _raw(address, head).split(b"\r\n")[0]


def test_a_body_without_a_length_is_counted_while_it_comes(address: str) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(300):
            yield b" " * 1_000_000

    assert settings().upload_bytes_max < 300_000_000
    try:
        answer = httpx.post(f"{address}/api/v1/echo", content=endless(), headers=JSON, timeout=20)
    except httpx.WriteError:
        return  # the server answered and hung up while we were still sending
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-large"


def test_a_refused_giant_leaves_the_server_answering(address: str) -> None:
    assert httpx.post(f"{address}/api/v1/echo", json={"note": "still here"}).status_code == 200
