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
BREAK_WHOLE = (
    "num_nulls(break_from_minute, break_until_minute, break_minutes) = 3 OR "
    "(num_nulls(break_from_minute, break_until_minute, break_minutes) = 0 "
    "AND break_minutes > 0 AND break_from_minute >= from_minute "
    "AND break_until_minute >= break_from_minute "
    "AND break_until_minute + break_minutes <= until_minute)"
)


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
        CheckConstraint("trips_max BETWEEN 1 AND 5", name="trips_sensible"),
        CheckConstraint("max_stops BETWEEN 1 AND 100", name="stops_sensible"),
    )

    person_id: Mapped[UUID | None]
    name: Mapped[str]
    vehicle: Mapped[str] = mapped_column(default="")
    mode: Mapped[str] = mapped_column(default="foot")
    capacity_grams: Mapped[int] = mapped_column(default=20_000)
    capacity_boxes: Mapped[int] = mapped_column(default=8)
    capacity_chilled_boxes: Mapped[int] = mapped_column(default=0)
    skills: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    # how often they load on one run: above 1 they come back to the hub and load again
    trips_max: Mapped[int] = mapped_column(default=1, server_default="1")
    # sites and doors on one run; none: what is usual for how they travel
    max_stops: Mapped[int | None]
    start_geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    end_geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    active: Mapped[bool] = mapped_column(default=True)


class Shift(OrgOwned, Base):
    """When a volunteer is there: minutes of the organisation's day.

    A break of `break_minutes` begins between `break_from_minute` and `break_until_minute` and is
    over before the shift is; all three are set, or none.
    """

    __tablename__ = "shift"
    rules_of_table = (
        belongs_to("volunteer", "volunteer_id"),
        UniqueConstraint("org_id", "volunteer_id", "day"),
        CheckConstraint("until_minute > from_minute", name="window_forward"),
        CheckConstraint(BREAK_WHOLE, name="break_whole"),
    )

    volunteer_id: Mapped[UUID]
    day: Mapped[date]
    from_minute: Mapped[int]
    until_minute: Mapped[int]
    break_from_minute: Mapped[int | None]
    break_until_minute: Mapped[int | None]
    break_minutes: Mapped[int | None]
