"""The ground's tiles: /tiles/{digest}/{z}/{x}/{y}.mvt, public and unchanging.

Plain ASGI in front of the application: a map asks for dozens at once, and what surrounds other
requests (an id, a log line, a body's limits, the session) costs more than the tile itself. What
matters of it stays: the safe headers, the counters, problems as answers.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.problems import Busy, NoSuchMethod, NotFound, Problem, language_of, unforeseen
from app.core.web import REQUESTS, SECONDS, security_headers
from app.map.tile_cache import Address, TileCache
from app.map.tile_source import TileSource
from app.places.ground.datasets import VERSION
from app.settings import Settings

log = structlog.get_logger()
PREFIX = "/tiles/"
ROUTE = "/tiles/{digest}/{z}/{x}/{y}.mvt"
ZOOM_MIN, ZOOM_MAX = 8, 16
_ADDRESS = re.compile(
    r"/tiles/([0-9A-Za-z._-]{1,128})/(\d{1,2})/(\d{1,6})/(\d{1,6})\.mvt", re.ASCII
)
MEDIA_TYPE = b"application/vnd.mapbox-vector-tile"
# A dataset's tiles never change: another build has another digest.
FOR_EVER = b"public, max-age=31536000, immutable"
CACHE_BYTES = 32_000_000
# Level 1 halves a tile in half a millisecond; higher levels cost more than they save.
GZIP_LEVEL, GZIP_FORM = 1, 31
Line = tuple[bytes, bytes]


def address_of(path: str) -> Address | None:
    """The tile that a path names, or None when there can be no such tile."""
    found = _ADDRESS.fullmatch(path)
    if found is None:
        return None
    digest, z, x, y = found[1], int(found[2]), int(found[3]), int(found[4])
    if not (ZOOM_MIN <= z <= ZOOM_MAX and x < 1 << z and y < 1 << z):
        return None
    return Address(digest, z, x, y)


class Tiles:
    """An ASGI application that answers tile requests and nothing else."""

    def __init__(self, settings: Settings) -> None:
        self.cache = TileCache(CACHE_BYTES)
        self.source = TileSource(settings.database_url, settings.pool_size)
        self._plain = security_headers(settings)
        self._safe = [(name.encode(), value.encode()) for name, value in self._plain.items()]
        self._always: list[Line] = [
            (b"cache-control", FOR_EVER),
            (b"vary", b"accept-encoding"),
            *self._safe,
        ]

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Let the database go when the server stops."""
        del app
        yield
        await self.source.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request below /tiles/."""
        began = time.perf_counter()
        try:
            status = await self._answer(scope, send)
        except Problem as problem:
            status = problem.status
            if isinstance(problem, Busy):
                log.warning("tiles_without_database")
            await self._refuse(problem, scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the outermost frame: nobody else would answer
            status = 500
            answer = unforeseen(Request(scope), error)
            answer.headers.update(self._plain)
            await answer(scope, receive, send)
        REQUESTS.labels(ROUTE, "GET", status).inc()
        SECONDS.labels(ROUTE).observe(time.perf_counter() - began)

    async def _answer(self, scope: Scope, send: Send) -> int:
        if scope["method"] not in ("GET", "HEAD"):
            raise NoSuchMethod
        address = address_of(scope["path"])
        if address is None:
            raise NotFound
        headers = Headers(scope=scope)
        etag = f'W/"{VERSION}-{address.z}-{address.x}-{address.y}-{address.digest}"'
        lines: list[Line] = [(b"etag", etag.encode()), *self._always]
        if etag in headers.get("if-none-match", ""):
            # The address says what the tile is; whoever holds it needs nothing from the database.
            await _send(send, 304, lines, b"")
            return 304
        body = self.cache.get(address)
        if body is None:
            body = _packed(await self.source.tile(address))
            self.cache.put(address, body)
        if "gzip" in headers.get("accept-encoding", ""):
            lines.append((b"content-encoding", b"gzip"))
        else:
            body = zlib.decompress(body, GZIP_FORM)
        lines += [(b"content-type", MEDIA_TYPE), (b"content-length", str(len(body)).encode())]
        await _send(send, 200, lines, b"" if scope["method"] == "HEAD" else body)
        return 200

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem.answer(language_of(Request(scope)))
        answer.headers.update(self._plain)
        await answer(scope, receive, send)


class TilesFirst:
    """ASGI middleware: tiles take the short way, everything else goes on."""

    def __init__(self, app: ASGIApp, tiles: Tiles) -> None:
        self.app = app
        self.tiles = tiles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pick by path."""
        is_tile = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self.tiles if is_tile else self.app)(scope, receive, send)


def install(app: FastAPI, tiles: Tiles) -> None:
    """Give the route its place in the application's list, and its short way. Call it last."""
    app.router.add_route(ROUTE, tiles, methods=["GET"], include_in_schema=False)  # type: ignore[arg-type]  # any ASGI application will do
    app.add_middleware(TilesFirst, tiles=tiles)


def _packed(body: bytes) -> bytes:
    pack = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_FORM)
    return pack.compress(body) + pack.flush()


async def _send(send: Send, status: int, lines: list[Line], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
