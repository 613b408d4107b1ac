"""The plan of a day, its runs, their stops, and what each stop hands over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, Versioned, belongs_to, one_of
from app.runs.rules import (
    OUTCOMES,
    PLAN_KINDS,
    PLAN_STATES,
    RUN_STATES,
    SHAPES,
    SOURCES,
    STOP_KINDS,
    STOP_STATES,
)


class DayPlan(OrgOwned, Versioned, Base):
    """One solving of one day: its job, its progress, what could not be served."""

    __tablename__ = "day_plan"
    rules_of_table = (
        belongs_to("day_plan", "origin_id"),
        one_of("state", PLAN_STATES),
        one_of("kind", PLAN_KINDS),
        one_of("source", ("", *SOURCES)),
        Index("ix_day_plan_day", "org_id", "day"),
    )

    day: Mapped[date]
    kind: Mapped[str] = mapped_column(default="day")
    # of a restored plan: the one that it brought back
    origin_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(default="queued")
    state_at: Mapped[datetime]
    state_by_id: Mapped[UUID | None]
    seconds: Mapped[float]
    seed: Mapped[int]
    job_id: Mapped[int | None]
    stop_asked: Mapped[str] = mapped_column(default="")
    # what was asked for: app.runs.plan.wishes.Wish
    wish: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # [{"at_s": 1.2, "distance_m": …, "duration_s": …, "served": …, "asked": …}, …]
    progress: Mapped[list[Any]] = mapped_column(default=list)
    best: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # [{"subject": "recipient|offer", "id": …, "label": …, "code": …, "zh": …, "en": …}, …]
    unserved: Mapped[list[Any]] = mapped_column(default=list)
    failure: Mapped[str] = mapped_column(default="")
    # the plan as it was found, to compare and restore it: app.runs.plan.results; read on demand
    result: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    has_result: Mapped[bool] = mapped_column(default=False)
    # where the travel times are from, "" until they are known
    source: Mapped[str] = mapped_column(default="")
    # a plan that no job stands behind says from time to time that somebody still works on it
    beat_at: Mapped[datetime | None]


class Run(OrgOwned, Versioned, Base):
    """One volunteer's trip with one vehicle."""

    __tablename__ = "run"
    rules_of_table = (
        belongs_to("day_plan", "plan_id"),
        belongs_to("volunteer", "volunteer_id"),
        belongs_to("hub", "hub_id"),
        one_of("state", RUN_STATES),
        one_of("shape", SHAPES),
        one_of("travel_source", SOURCES),
        UniqueConstraint("org_id", "day", "number"),
        Index("ix_run_day", "org_id", "day"),
    )

    day: Mapped[date]
    number: Mapped[int]
    plan_id: Mapped[UUID | None]
    volunteer_id: Mapped[UUID | None]
    hub_id: Mapped[UUID | None]
    shape: Mapped[str]
    mode: Mapped[str]
    vehicle: Mapped[str] = mapped_column(default="")
    capacity_grams: Mapped[int]
    capacity_boxes: Mapped[int]
    capacity_chilled_boxes: Mapped[int] = mapped_column(default=0)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    distance_m: Mapped[int]
    duration_s: Mapped[int]
    travel_source: Mapped[str] = mapped_column(default="estimate")
    geometry: Mapped[WKBElement | None] = mapped_column(
        Geometry("LINESTRING", srid=4326, spatial_index=False)
    )
    # where the volunteer sets off and ends up, as they gave it (the line begins on the street)
    start_geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    end_geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", srid=4326, spatial_index=False)
    )
    # left as it is when the rest of the day is solved again
    locked: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="draft")
    state_at: Mapped[datetime]
    state_by_id: Mapped[UUID | None]


class Stop(OrgOwned, Versioned, Base):
    """One place where the volunteer gets off."""

    __tablename__ = "stop"
    rules_of_table = (
        belongs_to("run", "run_id"),
        belongs_to("run", "from_run_id"),
        one_of("kind", STOP_KINDS),
        one_of("state", STOP_STATES),
        Index("ix_stop_run", "org_id", "run_id", "seq"),
    )

    run_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[str]
    site_id: Mapped[UUID | None]
    hub_id: Mapped[UUID | None]
    # of a stop that takes food over: the run that gives it
    from_run_id: Mapped[UUID | None]
    # of a visit: the households that are looked in on
    visits: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    label: Mapped[str]
    street: Mapped[str] = mapped_column(default="")
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    planned_at: Mapped[datetime]
    window_from: Mapped[datetime]
    window_until: Mapped[datetime]
    service_s: Mapped[int]
    # stays with its volunteer when the day is solved again
    locked: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="planned")
    state_at: Mapped[datetime]
    state_by_id: Mapped[UUID | None]
    arrived_at: Mapped[datetime | None]
    # when the volunteer's phone says it happened; state_at is when we heard of it
    phone_time: Mapped[datetime | None]
    # the way that leads here: {"metres", "seconds", "source", "steps": [[zh, en, s, m, [lng, lat]]]}
    way: Mapped[dict[str, Any]] = mapped_column(default=dict)
    photo: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


class StopItem(OrgOwned, Base):
    """What one stop takes or hands over: a lot or an offer's food, for one recipient when delivered."""

    __tablename__ = "stop_item"
    rules_of_table = (
        belongs_to("stop", "stop_id"),
        belongs_to("recipient", "recipient_id"),
        belongs_to("lot", "lot_id"),
        belongs_to("offer", "offer_id"),
        belongs_to("allocation", "allocation_id"),
        CheckConstraint("grams > 0 AND boxes >= 0", name="amount_positive"),
        CheckConstraint("(lot_id IS NULL) <> (offer_id IS NULL)", name="one_supply"),
        one_of("outcome", ("", *OUTCOMES)),
        Index("ix_stop_item_stop", "org_id", "stop_id"),
        Index("ix_stop_item_recipient", "org_id", "recipient_id"),
    )

    stop_id: Mapped[UUID]
    recipient_id: Mapped[UUID | None]
    lot_id: Mapped[UUID | None]
    offer_id: Mapped[UUID | None]
    allocation_id: Mapped[UUID | None]
    # at a door: the stop at which this run takes the food over from another run
    taken_over_at_id: Mapped[UUID | None]
    grams: Mapped[int]
    boxes: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[str] = mapped_column(default="")
    moved_grams: Mapped[int | None]
    # the recipient's last food before this hand-over, so that taking it back restores it
    fed_before: Mapped[date | None]


class CareAlert(OrgOwned, Base):
    """A failed or worrying visit that a person must follow up (关怀提醒).

    Without a recipient it is about the stop's own place: a donor's site, a hub.
    """

    __tablename__ = "care_alert"
    rules_of_table = (
        belongs_to("recipient", "recipient_id"),
        belongs_to("stop", "stop_id"),
        Index("ix_care_alert_recipient", "org_id", "recipient_id"),
    )

    recipient_id: Mapped[UUID | None]
    stop_id: Mapped[UUID]
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    followed_up_at: Mapped[datetime | None]
    followed_up_by_id: Mapped[UUID | None]
    follow_up: Mapped[str] = mapped_column(default="")
