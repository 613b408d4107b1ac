"""The register: who needs food, how much, what they must not eat, and the way to their door."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY, REAL
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, Versioned, belongs_to, one_of
from app.places.geocoding.candidates import PLACE_SOURCES
from app.recipients.rules import RECIPIENT_KINDS, RECIPIENT_STATES

SECOND_WINDOW = (
    "num_nulls(second_from_minute, second_until_minute) = 2 OR "
    "(num_nulls(second_from_minute, second_until_minute) = 0 "
    "AND second_from_minute > window_until_minute AND second_until_minute > second_from_minute)"
)


class Recipient(OrgOwned, Versioned, Base):
    """A household or a community point. Blue circle 受."""

    __tablename__ = "recipient"
    rules_of_table = (
        one_of("kind", RECIPIENT_KINDS),
        one_of("state", RECIPIENT_STATES),
        one_of("place_source", ("", *PLACE_SOURCES)),
        CheckConstraint("place_confidence BETWEEN 0 AND 1", name="place_confidence_share"),
        CheckConstraint("size BETWEEN 1 AND 5000", name="size_sensible"),
        CheckConstraint("need_grams > 0", name="need_positive"),
        CheckConstraint("window_until_minute > window_from_minute", name="window_forward"),
        CheckConstraint(SECOND_WINDOW, name="second_window_after"),
        CheckConstraint("visit_minutes BETWEEN 5 AND 240", name="visit_sensible"),
        CheckConstraint(
            "(place_state = 'confirmed') = (geom IS NOT NULL)", name="confirmed_has_place"
        ),
        one_of("place_fault", ("", "far", "island")),
        Index("ix_recipient_org_geom", "org_id", "geom", postgresql_using="gist"),
        Index("ix_recipient_phone", "org_id", "phone_index"),
        Index("ix_recipient_waiting", "org_id", "state", "last_food_on"),
        Index("ix_recipient_name", "org_id", "name", "id"),
    )

    kind: Mapped[str] = mapped_column(default="household")
    name: Mapped[str]
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_tail: Mapped[str] = mapped_column(default="")
    birth_year: Mapped[int | None]
    size: Mapped[int] = mapped_column(default=1)
    tags: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    # what they must not get (hard limits of allocation), as codes
    allergens: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    diets: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    diet_text: Mapped[str] = mapped_column(default="")
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    street: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    place_state: Mapped[str] = mapped_column(default="to_confirm")
    place_confirmed_by_id: Mapped[UUID | None]
    source_datum: Mapped[str] = mapped_column(default="wgs84")
    raw_place: Mapped[str] = mapped_column(default="")
    # who or what said it: a person's own pin, or the candidate that a person took over
    place_source: Mapped[str] = mapped_column(default="", server_default="")
    place_confidence: Mapped[float | None] = mapped_column(REAL)
    # what planning found out about the pin: too far from any road, or no way leads out of there
    place_fault: Mapped[str] = mapped_column(default="")
    place_off_m: Mapped[int] = mapped_column(default=0)

    floor: Mapped[int | None]
    has_lift: Mapped[bool | None]
    two_people: Mapped[bool] = mapped_column(default=False)
    door_note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    window_from_minute: Mapped[int] = mapped_column(default=8 * 60)
    window_until_minute: Mapped[int] = mapped_column(default=20 * 60)
    # a second part of the day in which somebody is at home, after the first
    second_from_minute: Mapped[int | None]
    second_until_minute: Mapped[int | None]
    # what a volunteer must be able to do here: words of the volunteers' skills
    skills_needed: Mapped[list[str]] = mapped_column(
        ARRAY(String), default=list, server_default="{}"
    )

    need_grams: Mapped[int] = mapped_column(default=5000)
    need_every_days: Mapped[int] = mapped_column(default=7)
    needs_chilled: Mapped[bool] = mapped_column(default=False)
    registered_on: Mapped[date]
    last_food_on: Mapped[date | None]
    # the day on which this household must get its food, whoever else has to wait
    must_serve_on: Mapped[date | None]
    # somebody is to look in on them from this day on; none once it is done
    visit_due_on: Mapped[date | None]
    visit_minutes: Mapped[int] = mapped_column(default=30, server_default="30")

    state: Mapped[str] = mapped_column(default="active")
    state_at: Mapped[datetime]
    state_by_id: Mapped[UUID | None]
    state_reason: Mapped[str] = mapped_column(default="")
    approved_at: Mapped[datetime | None]
    paused_until: Mapped[date | None]
    import_id: Mapped[UUID | None]


class Consent(OrgOwned, Base):
    """What the person agreed to, in which wording, when, given by whom, withdrawn when."""

    __tablename__ = "consent"
    rules_of_table = (
        belongs_to("recipient", "recipient_id"),
        Index("ix_consent_recipient", "org_id", "recipient_id"),
    )

    recipient_id: Mapped[UUID]
    purpose: Mapped[str]
    wording_version: Mapped[str]
    given_on: Mapped[date]
    given_by: Mapped[str] = mapped_column(default="self")
    withdrawn_on: Mapped[date | None]
