"""Organisations, the people in them, and the ways in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, Row, Versioned, belongs_to

ROLES = (
    "coordinator",
    "keeper",
    "volunteer",
    "visitor",
    "reviewer",
    "donor_contact",
    "auditor",
    "organisation_admin",
    "platform_admin",
)


class Organisation(Row, Base):
    """A food bank or charity: the tenant."""

    __tablename__ = "organisation"

    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    is_demo: Mapped[bool] = mapped_column(default=False)
    area: Mapped[WKBElement | None] = mapped_column(
        Geometry("POLYGON", srid=4326, spatial_index=False)
    )
    districts: Mapped[list[Any]] = mapped_column(default=list)


class Person(OrgOwned, Versioned, Base):
    """Somebody who signs in: one organisation, one or more roles."""

    __tablename__ = "person"
    rules_of_table = (
        CheckConstraint(f"roles <@ ARRAY{list(ROLES)!r}::varchar[]", name="roles_known"),
        CheckConstraint("cardinality(roles) > 0", name="has_a_role"),
    )

    name: Mapped[str]
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(ARRAY(String))
    donor_id: Mapped[UUID | None]
    active: Mapped[bool] = mapped_column(default=True)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class SignInSession(OrgOwned, Base):
    """An open session; the cookie holds the token, we hold its hash."""

    __tablename__ = "sign_in_session"
    rules_of_table = (belongs_to("person", "person_id"),)

    person_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInLink(OrgOwned, Base):
    """A one-time way in that a coordinator hands out: a QR link, or its short code."""

    __tablename__ = "sign_in_link"
    rules_of_table = (belongs_to("person", "person_id"),)

    person_id: Mapped[UUID]
    made_by_id: Mapped[UUID | None]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ShareLink(OrgOwned, Base):
    """A link that shows one thing to whoever holds it, until it expires or is revoked."""

    __tablename__ = "share_link"
    rules_of_table = (Index("ix_share_link_subject", "org_id", "scope", "subject_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scope: Mapped[str]
    subject_id: Mapped[UUID]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
