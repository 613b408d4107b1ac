"""The built pages: HTML entries at their addresses, hashed assets for ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

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
NOT_BUILT = "<!doctype html><meta charset=utf-8><title>食物援助地图</title><p>页面还没有构建:请运行 make build。 Pages are not built: run make build."
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
