"""What travels between the pages and the accounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.core.fields import Line, Schema

Role = Literal[
    "coordinator",
    "keeper",
    "volunteer",
    "visitor",
    "reviewer",
    "donor_contact",
    "auditor",
    "organisation_admin",
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PasswordSignIn(Schema):
    """Name and password."""

    name: Line
    password: Password


class LinkSignIn(Schema):
    """A one-time token from a QR link, or the short code in words."""

    code: Line


class PersonOut(Schema):
    """A person as their own organisation sees them."""

    id: UUID
    name: str
    sign_in_name: str
    roles: list[str]
    active: bool
    donor_id: UUID | None = None


class OrganisationOut(Schema):
    """The organisation one works for; `center` is [lng, lat] in WGS-84 degrees."""

    id: UUID
    name: str
    zone: str
    is_demo: bool
    center: list[float]
    today: date


class Me(Schema):
    """Who is signed in."""

    person: PersonOut
    organisation: OrganisationOut


class PersonIn(Schema):
    """A new person; without a password they come in by a sign-in link."""

    name: Line
    sign_in_name: Annotated[
        str, StringConstraints(strip_whitespace=True, pattern=r"^[\w.@+-]{2,60}$")
    ]
    roles: Annotated[list[Role], Field(min_length=1, max_length=8)]
    password: Password | None = None
    donor_id: UUID | None = None


class PasswordIn(Schema):
    """A new password, set by the coordinator."""

    password: Password


class ActiveIn(Schema):
    """Whether the account is open."""

    active: bool


class SignInLinkOut(Schema):
    """A one-time way in: address, QR picture (SVG text) and the same in words."""

    url: str
    code: str
    qr_svg: str
    expires_at: datetime


class ShareIn(Schema):
    """What to share and for how long."""

    scope: Literal["run_sheet"]
    subject_id: UUID
    days: Annotated[int, Field(ge=1, le=90)] = 7


class ShareOut(Schema):
    """A share link as it stands; `url` is told once, when it is made."""

    id: UUID
    scope: str
    subject_id: UUID
    expires_at: datetime
    revoked_at: datetime | None
    url: str | None = None
