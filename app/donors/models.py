"""Who gives, where it is collected, and what is announced."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, Versioned, belongs_to, one_of
from app.donors.rules import OFFER_STATES, STORAGE_CLASSES
from app.places.geocoding.candidates import PLACE_SOURCES


class Donor(OrgOwned, Versioned, Base):
    """A supermarket, a bakery, a company."""

    __tablename__ = "donor"
    rules_of_table = (Index("ix_donor_name", "org_id", "name", "id"),)

    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ended_at: Mapped[datetime | None]
    import_id: Mapped[UUID | None]


class Site(OrgOwned, Versioned, Base):
    """Where a donor's food is collected. Red square 捐."""

    __tablename__ = "site"
    rules_of_table = (
        belongs_to("donor", "donor_id"),
        one_of("storage_class", STORAGE_CLASSES),
        one_of("place_source", ("", *PLACE_SOURCES)),
        Index("ix_site_org_geom", "org_id", "geom", postgresql_using="gist"),
    )

    donor_id: Mapped[UUID]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    source_datum: Mapped[str] = mapped_column(default="wgs84")
    raw_place: Mapped[str] = mapped_column(default="")
    place_source: Mapped[str] = mapped_column(default="", server_default="")
    place_confirmed_by_id: Mapped[UUID | None]
    storage_class: Mapped[str] = mapped_column(default="ambient")
    # [[weekday 0–6 (Monday 0), from minute, until minute], …]
    pickup_hours: Mapped[list[Any]] = mapped_column(default=list)
    ended_at: Mapped[datetime | None]
    import_id: Mapped[UUID | None]


class Offer(OrgOwned, Versioned, Base):
    """A donor's announcement of surplus food (余量食物预告)."""

    __tablename__ = "offer"
    rules_of_table = (
        belongs_to("site", "site_id"),
        one_of("state", OFFER_STATES),
        one_of("storage_class", STORAGE_CLASSES),
        CheckConstraint("grams > 0 AND boxes >= 0", name="amount_positive"),
        CheckConstraint("ready_until > ready_from", name="window_forward"),
        Index("ix_offer_state_ready", "org_id", "state", "ready_from"),
    )

    site_id: Mapped[UUID]
    food: Mapped[str]
    grams: Mapped[int]
    boxes: Mapped[int] = mapped_column(default=0)
    storage_class: Mapped[str] = mapped_column(default="ambient")
    allergens: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    unfit_for: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    ready_from: Mapped[datetime]
    ready_until: Mapped[datetime]
    best_before: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    tracking_code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="announced")
    state_at: Mapped[datetime]
    state_by_id: Mapped[UUID | None]
    refusal: Mapped[str] = mapped_column(default="")
