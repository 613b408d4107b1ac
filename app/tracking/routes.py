"""Tracking: the public page of a gift, its twin as data, a donor's account, and flows."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.accounts.access import PLANNERS, DonorContact, SignedIn, Subject, allow
from app.core.clock import now
from app.core.db import Db
from app.core.ids import clean_code
from app.core.paging import Cursor, Limit, Page
from app.core.problems import NotFound, language_of
from app.settings import settings
from app.tracking import page, reads
from app.tracking.queries import spots, tracked
from app.tracking.schemas import AccountOut, FlowOut, ParcelOut, TotalsOut, TrackingOut
from app.tracking.timeline import view

router = APIRouter(tags=["tracking"])
PlannerOrContact = Annotated[Subject, Depends(allow(*PLANNERS, "donor_contact"))]
Lang = Annotated[str, Query(max_length=20)]
LANG_COOKIE_S = 31_536_000


def _html(
    body: str, request: Request, lang: Literal["zh", "en"], status: int = 200
) -> HTMLResponse:
    headers = {
        "content-security-policy": page.policy(),
        "cache-control": "private, no-cache",
        "vary": "Cookie, Accept-Language",
        "x-robots-tag": "noindex",
        "content-language": "en" if lang == "en" else "zh-CN",
    }
    answer = HTMLResponse(body, status, headers=headers)
    if request.query_params.get("lang"):
        answer.set_cookie(
            "lang", lang, max_age=LANG_COOKIE_S, samesite="lax", secure=settings().served_over_https
        )
    return answer


def _lang(request: Request, asked: str) -> Literal["zh", "en"]:
    if asked in ("zh", "en"):
        return "en" if asked == "en" else "zh"
    return "en" if language_of(request) == "en" else "zh"


@router.get("/t", response_class=HTMLResponse, include_in_schema=False)
def ask(
    request: Request, code: Annotated[str, Query(max_length=200)] = "", lang: Lang = ""
) -> Response:
    """The form for a code; with one, on to its page."""
    typed = clean_code(code)
    if typed.isalnum() and typed.isascii():
        return RedirectResponse(f"/t/{typed}", 303)
    chosen = _lang(request, lang)
    return _html(page.ask_page(chosen, unknown=bool(typed)), request, chosen, 404 if typed else 200)


@router.get("/t/{code}", response_class=HTMLResponse, include_in_schema=False)
def open_gift(code: str, request: Request, db: Db, lang: Lang = "") -> HTMLResponse:
    """A gift's public page; one and the same page for every unknown code."""
    chosen = _lang(request, lang)
    try:
        found = tracked(db, clean_code(code))
    except NotFound:
        return _html(page.ask_page(chosen, unknown=True), request, chosen, 404)
    at = now()
    url = f"{settings().base_url.rstrip('/')}/t/{found.code}"
    seen = view(found.gift, found.around, at)
    told = page.gift_page(found, seen, at, url=url, lang=chosen, spots=spots(db, found, seen))
    return _html(told, request, chosen)


@router.get("/t/{code}/qr.svg", response_class=Response, include_in_schema=False)
def show_code(code: str, db: Db) -> Response:
    """The code that leads to a gift's public page, to show on a phone or to print."""
    found = tracked(db, clean_code(code))
    url = f"{settings().base_url.rstrip('/')}/t/{found.code}"
    return Response(page.qr_picture(url), media_type="image/svg+xml")


@router.get("/api/v1/tracking/{code}")
def follow_gift(code: str, db: Db) -> TrackingOut:
    """A gift's public page as data, under the same rules."""
    found = tracked(db, clean_code(code))
    return reads.tracking(found, view(found.gift, found.around, now()))


@router.get("/api/v1/donors/{donor_id}/account")
def donor_account(donor_id: UUID, subject: PlannerOrContact, db: Db) -> AccountOut:
    """A donor's month: their own contact's, or a planner's to see."""
    return reads.month(db, subject, donor_id)


@router.get("/api/v1/my/gifts")
def my_gifts(
    subject: DonorContact, db: Db, cursor: Cursor = None, limit: Limit = 50
) -> Page[ParcelOut]:
    """A contact's own gifts, newest first, as parcels: how far each is and where its food is."""
    items, following = reads.my_gifts(db, subject, cursor=cursor, limit=limit)
    return Page(items=items, next=following)


@router.get("/api/v1/my/gifts/totals")
def my_totals(subject: DonorContact, db: Db) -> TotalsOut:
    """All that the signed-in contact's donor ever gave, and where it is."""
    return reads.totals(db, subject)


@router.get("/api/v1/map/flows")
def flows(
    subject: SignedIn, db: Db, donor_id: UUID | None = None, lot_id: UUID | None = None
) -> list[FlowOut]:
    """Food from donors to areas this month, or of one lot; areas of ten households and more.

    A donor contact sees their own only.
    """
    return reads.flows(db, subject, donor_id=donor_id, lot_id=lot_id)
