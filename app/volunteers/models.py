"""Volunteers, what they ride, and when they are there."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, Versioned, belongs_to, one_of

MODES = ("car", "ebike", "trike", "bicycle", "foot")


class Volunteer(OrgOwned, Versioned, Base):
    """Somebody who drives, rides or walks, with what they can carry."""

    __tablename__ = "volunteer"
    rules_of_table = (
        belongs_to("person", "person_id"),
        one_of("mode", MODES),
        CheckConstraint(
            "capacity_grams > 0 AND capacity_boxes > 0 AND capacity_chilled_boxes >= 0",
            name="capacity_positive",
        ),
    )

    person_id: Mapped[UUID | None]
    name: Mapped[str]
    vehicle: Mapped[str] = mapped_column(default="")
    mode: Mapped[str] = mapped_column(default="foot")
    capacity_grams: Mapped[int] = mapped_column(default=20_000)
    capacity_boxes: Mapped[int] = mapped_column(default=8)
    capacity_chilled_boxes: Mapped[int] = mapped_column(default=0)
    skills: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    start_geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    end_geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    active: Mapped[bool] = mapped_column(default=True)


class Shift(OrgOwned, Base):
    """When a volunteer is there: minutes of the organisation's day."""

    __tablename__ = "shift"
    rules_of_table = (
        belongs_to("volunteer", "volunteer_id"),
        UniqueConstraint("org_id", "volunteer_id", "day"),
        CheckConstraint("until_minute > from_minute", name="window_forward"),
    )

    volunteer_id: Mapped[UUID]
    day: Mapped[date]
    from_minute: Mapped[int]
    until_minute: Mapped[int]
