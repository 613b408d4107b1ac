"""The sheet of a run: as a download for those who drive, by link for whoever holds it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.accounts.access import Crew
from app.core.db import Db
from app.core.problems import NotFound, language_of
from app.map import sheets
from app.map.sheet import header_policy

router = APIRouter(tags=["map"])
PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex"}
GONE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>食物援助地图</title><h1>这个链接不能用了</h1><p>请找协调员要一个新的。</p>"
    '<p lang="en">This link no longer works. Please ask your coordinator for a new one.</p></html>'
)


@router.get("/api/v1/runs/{run_id}/sheet.html", response_class=HTMLResponse)
def download_sheet(run_id: UUID, request: Request, subject: Crew, db: Db) -> HTMLResponse:
    """A run's sheet as one file, to print or to keep: for planners, keepers and its own volunteer today."""
    run, document = sheets.sheet_of(db, subject, run_id, language_of(request))
    name = f"run-{run.number}-{run.day.isoformat()}.html"
    headers = {
        "content-security-policy": header_policy(document),
        "content-disposition": f'attachment; filename="{name}"',
    }
    return HTMLResponse(document, headers=PRIVATE | headers)


@router.get("/s/{token}", response_class=HTMLResponse, include_in_schema=False)
def open_shared(token: str, request: Request, db: Db) -> HTMLResponse:
    """What a share link shows; one and the same page for every link that does not work."""
    try:
        document = sheets.shared_sheet(db, token, language_of(request))
    except NotFound:
        return HTMLResponse(GONE, 404, headers=PRIVATE)
    return HTMLResponse(
        document, headers=PRIVATE | {"content-security-policy": header_policy(document)}
    )
