"""The built pages: HTML entries at their addresses, hashed assets for ever."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.core.problems import NotFound, language_of

ENTRIES = {
    "/": "map",
    "/desk": "desk",
    "/plan": "plan",
    "/stock": "stock",
    "/donor": "donor",
    "/run": "run",
    "/signin": "signin",
}
HERE = Path(__file__).parent
PLACES = (HERE.parent / "static" / "dist", HERE / "_pages")
NOT_BUILT = "<!doctype html><meta charset=utf-8><title>食物援助地图</title><p>页面还没有构建：请运行 make build。 Pages are not built: run make build."
LOST_STYLE = (
    "body{font:18px/1.6 system-ui,sans-serif;background:#f6f3ec;color:#1d1a16;padding:12vh 24px}"
    "main{max-width:32em;margin:auto}h1{line-height:1.3}"
    "a{color:#00703c;font-weight:700;display:inline-block;padding:10px 0}"
)
LOST = (
    "<!doctype html><html lang={lang}><meta charset=utf-8>"
    '<meta name=viewport content="width=device-width,initial-scale=1"><link rel=icon href=/icon.svg>'
    "<title>{title}</title><style>{style}</style>"
    "<main><h1>{title}</h1><p>{hint}</p><p><a href=/>{home}</a></p></main>"
)
LOST_WORDS = {
    "zh": {
        "lang": "zh-CN",
        "title": "没有这个页面",
        "hint": "地址可能打错了。",
        "home": "回到食物援助地图",
    },
    "en": {
        "lang": "en",
        "title": "There is no such page",
        "hint": "The address may be mistyped.",
        "home": "Back to the Food Aid Map",
    },
}
FOR_EVER = "public, max-age=31536000, immutable"


def built_pages() -> Path | None:
    """The folder with the built pages: the checkout's, else the wheel's."""
    return next((place for place in PLACES if (place / "map.html").is_file()), None)


class HashedAssets(StaticFiles):
    """Files whose names change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept for ever."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = FOR_EVER
        return response


def mount(app: FastAPI) -> None:
    """Serve the pages. They hold no data, so they need no sign-in; their calls do."""
    app.add_exception_handler(404, _lost)
    folder = built_pages()
    for address, entry in ENTRIES.items():
        app.add_api_route(address, _page(folder, entry), include_in_schema=False, methods=["GET"])
        if address != "/":
            app.add_api_route(
                address + "/{rest:path}",
                _page(folder, entry),
                include_in_schema=False,
                methods=["GET"],
            )
    if folder is None:
        return
    app.mount("/static/assets", HashedAssets(directory=folder / "assets"), name="assets")
    for name in ("sw.js", "manifest.webmanifest", "icon.svg"):
        if (folder / name).is_file():
            app.add_api_route(
                f"/{name}", _file(folder / name), include_in_schema=False, methods=["GET"]
            )
    # Asked for by browsers on their own, whatever a page says; they read the type, not the name.
    if (folder / "icon.svg").is_file():
        app.add_api_route(
            "/favicon.ico", _file(folder / "icon.svg"), include_in_schema=False, methods=["GET"]
        )


def _lost(request: Request, _: Exception) -> Response:
    """An address nobody serves: a page for people who typed it, a problem for programs."""
    language = language_of(request)
    wants_page = "text/html" in request.headers.get("accept", "")
    if not wants_page or request.url.path.startswith("/api/"):
        return NotFound().answer(language)
    style = base64.b64encode(hashlib.sha256(LOST_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src 'self'; style-src 'sha256-{style}'"
    body = LOST.format(style=LOST_STYLE, **LOST_WORDS[language])
    return HTMLResponse(body, 404, headers={"content-security-policy": policy})


def _page(folder: Path | None, entry: str) -> Callable[[], Response]:
    def page() -> Response:
        if folder is None:
            return HTMLResponse(NOT_BUILT, 503)
        return FileResponse(folder / f"{entry}.html", headers={"cache-control": "no-cache"})

    return page


def _file(file: Path) -> Callable[[], Response]:
    def send() -> Response:
        return FileResponse(file, headers={"cache-control": "no-cache"})

    return send
