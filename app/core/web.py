"""What surrounds every request: an id, a log line, limits, the Origin check, safe headers."""

from __future__ import annotations

import time
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from fastapi import HTTPException
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.problems import (
    Malformed,
    NotAllowed,
    Problem,
    TooLarge,
    language_of,
    unforeseen,
)
from app.settings import Settings

log = structlog.get_logger()
REQUESTS = Counter(
    "foodmap_requests_total", "Answers by route and status", ["route", "method", "status"]
)
SECONDS = Histogram("foodmap_request_seconds", "Time to answer", ["route"])
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}
LENGTH_DIGITS_MAX = 15
CSP = (
    "default-src 'self'; img-src 'self' data: blob:{tiles}; worker-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def security_headers(settings: Settings) -> dict[str, str]:
    """Headers for every answer; an operator's tile host is the only other host allowed."""
    tile_host = urlsplit(settings.tile_url)
    tiles = f" {tile_host.scheme}://{tile_host.netloc}" if settings.tile_url else ""
    headers = {
        "content-security-policy": CSP.format(tiles=tiles),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
    }
    if settings.served_over_https:
        headers["strict-transport-security"] = "max-age=31536000"
    return headers


class RequestFrame:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = security_headers(settings)
        self.bytes_max = settings.upload_bytes_max
        self.origin = settings.base_url.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Frame one HTTP request; pass anything else through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = uuid4().hex[:16]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal is not None:
                await refusal.answer(language_of(Request(scope)))(scope, receive, send_framed)
            else:
                await self.app(scope, self._limited(receive), send_framed)
        except Exception as error:
            answer = unforeseen(Request(scope), error)
            if status:
                raise  # half an answer is out: only a broken connection tells the truth now
            await answer(scope, receive, send_framed)
        finally:
            self._record(scope, status, time.perf_counter() - began)

    def _refusal(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if not (length.isdecimal() and len(length) <= LENGTH_DIGITS_MAX):
            return TooLarge()
        if int(length) > self.bytes_max:
            return TooLarge()
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return Malformed()  # PostgreSQL's text cannot hold it, and no page ever sends it
        if scope["method"] not in SAFE_METHODS and not self._same_origin(headers):
            return NotAllowed(
                "这个请求不是从本系统的页面发出的。", "This request did not come from our own page."
            )
        return None

    def _same_origin(self, headers: Headers) -> bool:
        """A browser always names its Origin on a writing request; programs send none."""
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        return origin == self.origin or origin.partition("://")[2] == headers.get("host")

    def _limited(self, receive: Receive) -> Receive:
        """A body without Content-Length is counted while it is read."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.bytes_max:
                raise HTTPException(TooLarge.status)  # the one kind that body parsers let through
            return message

        return counted

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        # A name of the caller's choice would be one more series in memory for each.
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        REQUESTS.labels(route, method, status).inc()
        SECONDS.labels(route).observe(seconds)
        log.info("request", route=route, method=method, status=status, ms=round(seconds * 1000, 1))
