"""Tiles over the wire: public, unchanging, and cut again after the database was away."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.db import transaction
from app.map.tile_cache import ENTRY_BYTES, Address, TileCache
from app.map.tiles import ROUTE, Tiles, address_of, install
from app.settings import settings
from tests.database import LentDatabase
from tests.places.ground.drawn import layers, live_ground, names, tile_at
from tests.roads.town import ONE_WAY_EAST, STATION, draw
from tests.world import World

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def dataset(application: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return 丰禾镇 as the live dataset `tiles-town`."""
    del application
    file = draw().write(tmp_path_factory.mktemp("tiles") / "town.osm")
    with live_ground(file, "tiles-town") as dataset_id:
        yield dataset_id


@pytest.fixture
def tiles(application: FastAPI) -> Tiles:
    """Return a tile service of the test's own, with nothing in its cache."""
    del application  # it points the settings at this process's database
    return Tiles(settings())


@pytest.fixture
def client(dataset: int, tiles: Tiles) -> Iterator[TestClient]:
    """Return a browser at a server that runs from its start to its stop."""
    del dataset
    server = FastAPI(lifespan=tiles.lifespan)
    install(server, tiles)
    with TestClient(server, raise_server_exceptions=False) as browser:
        yield browser


def path(place: tuple[float, float], zoom: int = 16, digest: str = "tiles-town") -> str:
    z, x, y = tile_at(zoom, *place)
    return f"/tiles/{digest}/{z}/{x}/{y}.mvt"


def test_a_tile_holds_the_streets_around_a_place(client: TestClient) -> None:
    answer = client.get(path(ONE_WAY_EAST))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert "纬三路" in names(layers(answer.content)["road"])


def test_a_tile_is_kept_for_ever_and_guarded_like_every_answer(client: TestClient) -> None:
    for address in (path(STATION), path(STATION, digest="nobody")):
        answer = client.get(address)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert ("immutable" in answer.headers.get("cache-control", "")) == answer.is_success


def test_a_tile_travels_packed_to_those_who_can_unpack_it(client: TestClient) -> None:
    packed = client.get(path(STATION), headers={"accept-encoding": "gzip"})
    plain = client.get(path(STATION), headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert plain.headers["vary"] == "accept-encoding"


def test_a_browser_that_has_the_tile_gets_no_second_one(client: TestClient) -> None:
    etag = client.get(path(STATION)).headers["etag"]
    again = client.get(path(STATION), headers={"if-none-match": f'"other", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == etag
    assert client.get(path(STATION), headers={"if-none-match": '"other"'}).status_code == 200


def test_a_head_request_has_the_same_head_and_no_body(client: TestClient) -> None:
    got, asked = client.get(path(STATION)), client.head(path(STATION))
    assert asked.content == b""
    assert asked.headers["content-length"] == got.headers["content-length"]


def test_where_the_extract_has_nothing_the_tile_is_empty(client: TestClient) -> None:
    answer = client.get(path((0.5, 0.5)))
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_dataset_that_nobody_built_has_no_tiles(client: TestClient) -> None:
    with transaction() as db:
        db.execute(
            text(
                "INSERT INTO map_dataset (digest, name, bounds, live) VALUES"
                " ('half', 'half', ST_MakeEnvelope(109, 29, 111, 31, 4326), false)"
            )
        )
    for digest in ("nobody", "half"):
        answer = client.get(path(STATION, digest=digest))
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


def test_tiles_of_the_dataset_before_the_live_one_still_come(client: TestClient) -> None:
    with transaction() as db:
        db.execute(text("UPDATE map_dataset SET live = false WHERE digest = 'tiles-town'"))
    try:
        assert client.get(path(STATION, zoom=15)).content
    finally:
        with transaction() as db:
            db.execute(text("UPDATE map_dataset SET live = true WHERE digest = 'tiles-town'"))


def test_a_tile_asked_for_twice_is_cut_once(client: TestClient, tiles: Tiles) -> None:
    first = client.get(path(STATION))
    [(_, packed)] = tiles.cache._kept.items()
    assert gzip.decompress(packed) == first.content
    assert client.get(path(STATION)).content == first.content
    assert len(tiles.cache) == 1


def test_writing_to_a_tile_is_refused(client: TestClient) -> None:
    answer = client.post(path(STATION))
    assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM)


BAD = (
    "x/99/1/1", "x/14/16384/1", "x/14/1/16384", "x/7/1/1", "x/17/1/1", "x/14/-1/1", "x/14/a/b",
    "x/14/1", "x/14/1/1/1", "x/14/1.5/1", "x/14/1e3/1", "x/14/９/1", "../14/1/1", "x y/14/1/1",
    "x/14/1/1%00", "%E6%9B%B9/14/1/1", "x'--/14/1/1", "y" * 200 + "/14/1/1",
)  # fmt: skip


@pytest.fixture
def lost(application: FastAPI) -> Tiles:
    """Return a tile service whose database is not there."""
    del application
    nowhere = {"database_url": "postgresql+psycopg2://nobody@127.0.0.1:1/none"}
    return Tiles(settings().model_copy(update=nowhere))


@pytest.mark.parametrize("bad", BAD)
def test_an_impossible_tile_is_refused_without_asking_the_database(bad: str, lost: Tiles) -> None:
    server = FastAPI(lifespan=lost.lifespan)
    install(server, lost)
    with TestClient(server) as browser:
        answer = browser.get(f"/tiles/{bad}.mvt")
    assert answer.status_code == 404
    assert lost.source._pool is None


@given(st.text())
def test_no_path_is_a_tile_unless_its_numbers_are_one(wild: str) -> None:
    address = address_of(f"/tiles/{wild}.mvt")
    assert address is None or (0 <= address.x < 1 << address.z and 0 <= address.y < 1 << address.z)


def test_without_a_database_a_map_is_told_to_come_again(
    lost: Tiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.map.tile_source.WAIT_S", 0.3)
    server = FastAPI(lifespan=lost.lifespan)
    install(server, lost)
    with TestClient(server) as browser:
        answer = browser.get(path(STATION))
    assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
    assert answer.headers["retry-after"]


def test_tiles_come_again_after_every_connection_was_cut(
    client: TestClient, database: LentDatabase
) -> None:
    client.get(path(STATION))
    with psycopg.connect(database.superuser_url.replace("+psycopg2", "")) as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'foodmap-tiles' AND datname = current_database()"
        ).fetchone()
    assert ended is not None
    assert ended[0] >= 1
    assert client.get(path(ONE_WAY_EAST)).status_code == 200


def test_a_fault_of_our_own_tells_nobody_anything(
    client: TestClient, tiles: Tiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles.cache, "put", None)
    answer = client.get(path(STATION))
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "NoneType" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_cache_forgets_what_was_not_asked_for_longest() -> None:
    cache = TileCache(3 * (ENTRY_BYTES + 10))
    first, second, third, fourth = (Address("d", 16, n, 0) for n in range(4))
    for address in (first, second, third):
        cache.put(address, b"x" * 10)
    cache.get(first)
    cache.put(fourth, b"x" * 10)
    assert cache.get(second) is None
    assert all(cache.get(address) for address in (first, third, fourth))


@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=3_000))))
def test_the_cache_never_holds_more_than_it_may(asked: list[tuple[int, bytes]]) -> None:
    cache = TileCache(5_000)
    for number, body in asked:
        cache.put(Address("d", 16, number, 0), body)
        assert cache.bytes <= 5_000
        held = sum(len(kept) + ENTRY_BYTES for kept in cache._kept.values())
        assert cache.bytes == held


def test_the_whole_application_answers_tiles_to_strangers(
    application: FastAPI, dataset: int
) -> None:
    del dataset
    with TestClient(application) as browser:
        answer = browser.get(path(STATION))
        counted = browser.get("/metrics").text
    assert answer.status_code == 200
    assert "x-request-id" not in answer.headers
    assert f'route="{ROUTE}",status="200"' in counted


def test_the_map_is_told_where_its_ground_is(world: World, dataset: int) -> None:
    del dataset
    ground = world.client("volunteer").get("/api/v1/map/ground").json()
    west, south, east, north = ground["tiles"]["bounds"]
    assert west < STATION[0] < east
    assert south < STATION[1] < north
    assert ground["tiles"]["url"] == "/tiles/tiles-town/{z}/{x}/{y}.mvt"
    assert (ground["tiles"]["min_zoom"], ground["tiles"]["max_zoom"]) == (8, 16)
    assert "OpenStreetMap" in ground["tiles"]["attribution"]
    assert "ODbL" in ground["tiles"]["attribution"]
    assert ground["layer"] is None
    assert ground["roads"] == "down"  # an extract, and no engine that answers
    assert ground["districts"] == []


def test_without_an_extract_the_map_stands_on_plain_ground(world: World, dataset: int) -> None:
    with transaction() as db:
        db.execute(text("UPDATE map_dataset SET live = false WHERE id = :id"), {"id": dataset})
    try:
        ground = world.client("volunteer").get("/api/v1/map/ground").json()
    finally:
        with transaction() as db:
            db.execute(text("UPDATE map_dataset SET live = true WHERE id = :id"), {"id": dataset})
    assert ground["tiles"] is None
    assert ground["roads"] == "estimate"


def test_an_operators_own_layer_says_its_datum(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings().model_copy(
        update={
            "tile_url": "https://tiles.example/{z}/{x}/{y}.png",
            "tile_attribution": "© Example",
            "tile_datum": "gcj02",
        }
    )
    monkeypatch.setattr("app.map.grounds.settings", lambda: chosen)
    assert world.client("volunteer").get("/api/v1/map/ground").json()["layer"] == {
        "url": "https://tiles.example/{z}/{x}/{y}.png",
        "attribution": "© Example",
        "datum": "gcj02",
    }
