"""The third rung: a service of somebody else, played by a real server on this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.fields import Point
from app.places.area import SHANGHAI
from app.places.datums import Datum
from app.places.geocoding import online
from app.places.geocoding.book import remember_place
from app.places.geocoding.candidates import Candidate, metres_between
from app.places.geocoding.ladder import Asking, find_places
from app.settings import Settings
from tests.world import World

# The same place in WGS-84 and in GCJ-02 (tests/places/test_datums.py proves the pair).
HERE = Point(lng=121.473701, lat=31.230416)
GCJ = (121.47822406, 31.22847374)
AMAP = {
    "status": "1", "info": "OK", "infocode": "10000", "count": "1",
    "geocodes": [{
        "formatted_address": "上海市黄浦区样例路12号", "city": "上海市", "adcode": "310101",
        "location": f"{GCJ[0]},{GCJ[1]}", "level": "门牌号",
    }],
}  # fmt: skip
TENCENT = {
    "status": 0, "message": "Success",
    "result": {"title": "样例路12号", "location": {"lng": GCJ[0], "lat": GCJ[1]}, "reliability": 7, "level": 9},
}  # fmt: skip
TIANDITU = {
    "msg": "ok", "status": "0", "searchVersion": "6.0.0",
    "location": {"lon": HERE.lng, "lat": HERE.lat, "level": "门址", "keyWord": "样例路12号", "score": 100},
}  # fmt: skip
NOMINATIM = [
    {"lat": str(HERE.lat), "lon": str(HERE.lng), "display_name": "12, 样例路, 上海市", "addresstype": "building"},
    {"lat": "49.41", "lon": "8.69", "display_name": "elsewhere", "addresstype": "road"},
]  # fmt: skip


class Service(BaseHTTPRequestHandler):
    """Answers whatever the test put there, and keeps what it was asked."""

    asked: list[dict[str, list[str]]]
    answer: tuple[int, bytes]
    wait_s: float

    def do_GET(self) -> None:
        kind = type(self)
        kind.asked.append(parse_qs(urlsplit(self.path).query))
        time.sleep(kind.wait_s)
        status, body = kind.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(answer: Any, *, status: int = 200, wait_s: float = 0.0) -> Iterator[str]:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    Service.asked, Service.answer, Service.wait_s = [], (status, body), wait_s
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is expected
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/geocode"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def geocoder(name: str, url: str) -> online.Geocoder:
    place = ("127.0.0.1", urlsplit(url).port or 0)
    return online.Geocoder(cast("online.Name", name), SecretStr("k-1"), url, frozenset({place}))


def asked(name: str, answer: Any, **how: Any) -> list[Candidate]:
    with serving(answer, **how) as url:
        return online.ask(geocoder(name, url), "样例路12号")


@pytest.mark.parametrize(
    ("name", "answer", "sent"),
    [
        ("amap", AMAP, {"address": ["样例路12号"], "output": ["JSON"], "key": ["k-1"]}),
        ("tencent", TENCENT, {"address": ["样例路12号"], "key": ["k-1"]}),
        ("tianditu", TIANDITU, {"ds": ['{"keyWord": "样例路12号"}'], "tk": ["k-1"]}),
        ("nominatim", NOMINATIM, {"q": ["样例路12号"], "format": ["jsonv2"], "limit": ["5"]}),
    ],
)
def test_each_service_is_asked_in_its_way_and_read_in_its_datum(
    name: str, answer: Any, sent: Any
) -> None:
    first, *_ = asked(name, answer)
    assert Service.asked == [sent]
    assert metres_between(first.point, HERE) < 0.1
    assert (first.source, first.precision) == (name, "house")
    assert "12" in first.label


@pytest.mark.parametrize(
    ("name", "answer", "precision"),
    [
        ("amap", AMAP | {"geocodes": [AMAP["geocodes"][0] | {"level": "住宅区"}]}, "compound"),  # type: ignore[operator]
        ("amap", AMAP | {"geocodes": [AMAP["geocodes"][0] | {"level": "市"}]}, "area"),  # type: ignore[operator]
        ("tencent", TENCENT | {"result": TENCENT["result"] | {"level": 11}}, "compound"),  # type: ignore[operator]
        ("tencent", TENCENT | {"result": TENCENT["result"] | {"level": 7}}, "street"),  # type: ignore[operator]
        ("tencent", TENCENT | {"result": TENCENT["result"] | {"level": 1}}, "area"),  # type: ignore[operator]
        ("tianditu", TIANDITU | {"location": TIANDITU["location"] | {"level": "道路"}}, "street"),  # type: ignore[operator]
    ],
)
def test_how_exact_it_is_is_read_too(name: str, answer: Any, precision: str) -> None:
    (only,) = asked(name, answer)
    assert only.precision == precision
    assert only.confidence < 0.8


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("amap", {"status": "1", "geocodes": []}), ("tencent", {"status": 347}),
        ("tianditu", {"status": "101"}), ("nominatim", []),
        ("nominatim", [{"lat": "NaN", "lon": "121"}]), ("nominatim", [{"lat": "121", "lon": "31"}]),
        ("nominatim", [{"lat": "0", "lon": "0"}]), ("nominatim", [{"lat": "91", "lon": "1e9"}]),
    ],
)  # fmt: skip
def test_nothing_found_is_no_candidate(name: str, answer: Any) -> None:
    assert asked(name, answer) == []


@pytest.mark.parametrize(
    ("name", "answer", "how"),
    [
        ("amap", {"status": "0", "info": "DAILY_QUERY_OVER_LIMIT", "infocode": "10003"}, {}),
        ("amap", {"status": "1", "geocodes": [{"location": "no numbers"}]}, {}),
        ("amap", {"status": "1", "geocodes": None}, {}), ("amap", b"<html>", {}), ("amap", b"", {}), ("amap", [], {}),
        ("amap", b"\xff\xfe\x00", {}), ("amap", b"[" * 5_000, {}), ("amap", 7, {}), ("amap", AMAP, {"status": 503}),
        ("tencent", {"status": 121, "message": "quota"}, {}), ("tencent", {"status": 0, "result": None}, {}),
        ("tianditu", {"status": "404"}, {}), ("tianditu", {"status": "0"}, {}),
        ("nominatim", {"error": "too many"}, {}), ("nominatim", [None], {}), ("nominatim", AMAP, {"status": 429}),
        ("nominatim", b"[" + b" " * 300_000 + b"]", {}), ("nominatim", NOMINATIM, {"wait_s": 3.5}),
    ],
)  # fmt: skip
def test_trouble_is_no_candidate_and_the_service_is_left_alone_for_a_while(
    name: str, answer: Any, how: Any
) -> None:
    with serving(answer, **how) as url:
        assert online.ask(geocoder(name, url), "样例路12号") == []
        assert online.ask(geocoder(name, url), "样例路12号") == []
        assert len(Service.asked) == 1


def test_an_inner_service_nobody_allowed_is_not_asked() -> None:
    with serving(NOMINATIM) as url:
        inner = online.Geocoder("nominatim", SecretStr(""), url)
        assert online.ask(inner, "样例路12号") == []
        assert Service.asked == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("静安区常德路189弄1号202室", "上海市静安区常德路189弄1号"), ("曹杨八村31号602室 王阿姨", "曹杨八村31号"),
        ("常德路88号3幢5楼", "常德路88号3幢"), ("Hauptstraße 5, Wohnung 3", "Hauptstraße 5"),
        ("Main Street 5, flat 3", "Main Street 5"), ("石泉路街道", ""), ("13800000000", ""), ("", ""),
    ],
)  # fmt: skip
def test_neither_room_nor_storey_nor_name_is_told(typed: str, told: str) -> None:
    assert online.outgoing(typed) == told


# --- as part of the ladder ---------------------------------------------------------


def find(world: World, url: str, typed: str, **more: Any) -> list[Candidate]:
    with world.db() as db:
        asking = Asking(
            geocoder("amap", url), world.people["coordinator"], ("organisation", world.org_id)
        )
        return find_places(db, world.org_id, typed, asking=asking, **more)


def told(world: World) -> list[AuditEntry]:
    with world.db() as db:
        query = select(AuditEntry).where(AuditEntry.action == "told_geocoder")
        entries = list(db.scalars(query))
        db.expunge_all()
    return entries


def test_that_an_address_was_told_is_in_the_audit_without_the_address(world: World) -> None:
    with serving(AMAP) as url:
        (one,) = find(world, url, "样例路12号501室")
    assert metres_between(one.point, HERE) < 0.1
    (entry,) = told(world)
    assert entry.detail.keys() == {"geocoder", "address_index"}
    assert entry.detail["geocoder"] == "amap"
    assert len(entry.detail["address_index"]) == 32
    assert entry.actor_id == world.people["coordinator"]


def test_a_refusing_service_is_in_the_audit_too(world: World) -> None:
    with serving({"status": "0"}) as url:
        assert find(world, url, "样例路12号") == []
    assert len(told(world)) == 1


def test_a_house_that_is_known_is_not_told(world: World) -> None:
    with world.db() as db:
        remember_place(
            db, world.org_id, "样例路12号", HERE, by=None, source="person", datum=Datum.WGS84
        )
    with serving(AMAP) as url:
        assert [one.source for one in find(world, url, "样例路12号3楼")] == ["address_book"]
        assert find(world, url, "没有门牌") == []
        assert Service.asked == []
    assert told(world) == []


def test_an_answer_from_another_city_is_dropped(world: World) -> None:
    wrong = AMAP | {"geocodes": [AMAP["geocodes"][0] | {"location": "116.40373957,39.91012550"}]}  # type: ignore[operator]
    with serving(wrong) as url:
        assert find(world, url, "样例路12号", area=SHANGHAI) == []


def test_without_asking_nothing_is_told(world: World) -> None:
    with serving(AMAP), world.db() as db:
        assert find_places(db, world.org_id, "样例路12号") == []
        assert Service.asked == []


# --- settings ---------------------------------------------------------------------


def chosen(**fields: Any) -> Settings:
    base = {"database_url": "postgresql://x/y", "field_key": "A" * 43 + "="}
    return Settings(**(base | fields))


def test_no_service_is_asked_unless_the_operator_names_one() -> None:
    assert online.configured(chosen()) is None
    own = online.configured(
        chosen(geocoder="nominatim", geocoder_url="http://maps.lan:8080/search", outbound_allow="maps.lan:8080, [fd00::1]:80")
    )  # fmt: skip
    assert own is not None
    assert own.url == "http://maps.lan:8080/search"
    assert own.allowed == {("maps.lan", 8080), ("fd00::1", 80)}
    public = online.configured(chosen(geocoder="amap", geocoder_key="secret"))
    assert public is not None
    assert public.url.startswith("https://restapi.amap.com/")
    assert "secret" not in repr(public)


@pytest.mark.parametrize(
    "fields",
    [
        {"geocoder": "amap"}, {"geocoder": "baidu", "geocoder_key": "x"}, {"outbound_allow": "maps.lan"},
        {"outbound_allow": "maps.lan:0"}, {"outbound_allow": ":80"}, {"geocoder_url": "ftp://maps.lan"},
    ],
)  # fmt: skip
def test_a_setting_that_cannot_work_stops_the_start(fields: Any) -> None:
    with pytest.raises(ValidationError):
        chosen(**fields)
