"""Sign-in, people, share links."""

from __future__ import annotations

import io
from uuid import UUID

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.accounts import queries, service, sign_in
from app.accounts.access import Planner, SignedIn, Staff, cookie_name, subject_of
from app.accounts.models import Person, ShareLink
from app.accounts.schemas import (
    ActiveIn,
    LinkSignIn,
    Me,
    PasswordIn,
    PasswordSignIn,
    PersonIn,
    PersonOut,
    ShareIn,
    ShareOut,
    SignInLinkOut,
)
from app.core.db import Db
from app.core.ids import spaced_code
from app.core.problems import Problem, SignInNeeded, language_of
from app.settings import settings

router = APIRouter(prefix="/api/v1", tags=["accounts"])
DAY_S = 86_400


def set_cookie(response: Response, token: str) -> None:
    """The session cookie: out of reach of scripts, never sent along from other sites."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=settings().session_days * DAY_S,
        httponly=True,
        samesite="lax",
        secure=settings().served_over_https,
        path="/",
    )


def _welcome(db: Db, response: Response, token: str) -> Me:
    set_cookie(response, token)
    subject = subject_of(db, token)
    if subject is None:
        raise SignInNeeded
    return queries.me(db, subject)


@router.post("/session", response_model=Me)
def sign_in_by_password(
    body: PasswordSignIn, request: Request, response: Response, db: Db
) -> Me | JSONResponse:
    """Sign in with name and password."""
    outcome = sign_in.sign_in_with_password(db, body.name, body.password)
    if isinstance(outcome, Problem):
        return outcome.answer(
            language_of(request)
        )  # answered, not raised: the failed attempt is committed
    db.flush()
    return _welcome(db, response, outcome)


@router.post("/session/link")
def sign_in_by_link(body: LinkSignIn, response: Response, db: Db) -> Me:
    """Spend a one-time link or code."""
    token = sign_in.sign_in_with_link(db, body.code)
    db.flush()
    return _welcome(db, response, token)


@router.delete("/session", status_code=204)
def sign_out(subject: SignedIn, response: Response, db: Db) -> None:
    """End this session."""
    sign_in.end_session(db, subject)
    response.delete_cookie(
        cookie_name(), path="/", secure=settings().served_over_https, httponly=True
    )


@router.get("/me")
def me(subject: SignedIn, db: Db) -> Me:
    """Who is signed in."""
    return queries.me(db, subject)


@router.get("/people")
def list_people(subject: Planner, db: Db) -> list[PersonOut]:
    """Everybody of the organisation."""
    return [PersonOut.model_validate(person) for person in queries.people(db, subject.org_id)]


@router.post("/people", status_code=201)
def add_person(body: PersonIn, subject: Planner, db: Db) -> PersonOut:
    """Add a person."""
    person = service.add_person(db, subject, **body.model_dump())
    return PersonOut.model_validate(person)


@router.post("/people/{person_id}/sign-in-link", status_code=201)
def hand_out_link(person_id: UUID, subject: Planner, db: Db) -> SignInLinkOut:
    """A one-time way in to hand out; earlier ones of this person end."""
    link = sign_in.hand_out_link(db, subject, person_id)
    # In the fragment the token never reaches a server log, and a link preview cannot spend it.
    url = f"{settings().base_url.rstrip('/')}/signin#{link.token}"
    picture = io.BytesIO()
    segno.make(url, error="m").save(picture, kind="svg", scale=4, xmldecl=False, svgns=True)
    return SignInLinkOut(
        url=url,
        code=spaced_code(link.code),
        qr_svg=picture.getvalue().decode(),
        expires_at=link.expires_at,
    )


@router.put("/people/{person_id}/password", status_code=204)
def set_password(person_id: UUID, body: PasswordIn, subject: Planner, db: Db) -> None:
    """Mend a lost password."""
    service.set_password(db, subject, person_id, body.password)


@router.put("/people/{person_id}/active")
def set_active(person_id: UUID, body: ActiveIn, subject: Planner, db: Db) -> PersonOut:
    """Close or reopen an account."""
    person: Person = service.set_active(db, subject, person_id, active=body.active)
    return PersonOut.model_validate(person)


@router.get("/share-links")
def list_shares(subject: Staff, db: Db) -> list[ShareOut]:
    """Share links, newest first."""
    return [ShareOut.model_validate(link) for link in queries.shares(db, subject.org_id)]


@router.post("/share-links", status_code=201)
def share(body: ShareIn, subject: Staff, db: Db) -> ShareOut:
    """Make a share link."""
    link, token = service.share(db, subject, **body.model_dump())
    db.flush()
    return _share_out(link).model_copy(
        update={"url": f"{settings().base_url.rstrip('/')}/s/{token}"}
    )


def _share_out(link: ShareLink) -> ShareOut:
    return ShareOut.model_validate(link)


@router.delete("/share-links/{link_id}", status_code=204)
def revoke(link_id: UUID, subject: Staff, db: Db) -> None:
    """Revoke a share link."""
    service.revoke_share(db, subject, link_id)
