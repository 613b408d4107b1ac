"""What travels between the pages and the runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.core.fields import Instant, Paragraph, Point, Schema
from app.roads.travel import Source

Outcome = Literal[
    "handed_over",
    "left_with_neighbour",
    "not_home",
    "wrong_address",
    "refused",
    "unsafe",
    "not_ready",
    "other",
]
Mode = Literal["car", "ebike", "trike", "bicycle", "foot"]


class ItemOut(Schema):
    """What a stop takes or hands over."""

    id: UUID
    food: str
    grams: int
    boxes: int
    storage_class: str
    outcome: str
    moved_grams: int | None
    recipient_id: UUID | None = None


class StopOut(Schema):
    """A stop as lists and maps show it: masked, without door."""

    id: UUID
    seq: int
    kind: str
    label: str
    street: str
    point: Point
    planned_at: datetime
    window_from: datetime
    window_until: datetime
    service_s: int
    state: str
    locked: bool = False
    households: int
    grams: int
    boxes: int
    load_after_grams: int


class RunOut(Schema):
    """One run with its stops; `geometry` is a line of [lng, lat] pairs.

    `yours`: meant for, or taken by, the person who asks.
    """

    id: UUID
    day: date
    number: int
    shape: str
    mode: str
    vehicle: str
    state: str
    locked: bool = False
    volunteer_id: UUID | None
    volunteer: str
    yours: bool
    capacity_grams: int
    capacity_boxes: int
    max_load_grams: int
    begins_at: datetime
    ends_at: datetime
    distance_m: int
    duration_s: int
    source: str
    geometry: list[list[float]]
    stops: list[StopOut]
    allowed: list[str]
    version: int


class DoorOut(Schema):
    """Whom to find behind a door: only for the volunteer whose stop it is today."""

    recipient_id: UUID
    name: str
    phone: str
    address: str
    notes: list[str]
    size: int
    diet: str


class StepOut(Schema):
    """One instruction on the way; `at` is [lng, lat], seconds and metres until the next one."""

    zh: str
    en: str
    seconds: int
    metres: int
    at: tuple[float, float]


class WayOut(Schema):
    """The way that leads to a stop; an estimate has no steps."""

    metres: int
    seconds: int
    source: Source
    steps: list[StepOut]


class DriveStopOut(StopOut):
    """A stop as the run page needs it, with the way that leads there (none: it is left out)."""

    address: str
    phone: str
    doors: list[DoorOut]
    items: list[ItemOut]
    outcome: str
    note: str
    has_photo: bool
    state_at: datetime
    way: WayOut | None


class DriveOut(Schema):
    """The whole run for the phone, kept there for use without signal."""

    id: UUID
    day: date
    number: int
    state: str
    mode: str
    vehicle: str
    hub_id: UUID | None
    volunteer: str
    distance_m: int
    duration_s: int
    source: str
    geometry: list[list[float]]
    aboard_grams: int
    stops: list[DriveStopOut]
    links: dict[str, dict[str, str]]


class ArriveIn(Schema):
    """When the phone says it happened."""

    phone_time: Instant | None = None


class WeighedIn(Schema):
    """Grams that really moved for one item."""

    item_id: UUID
    grams: Annotated[int, Field(ge=0, le=100_000_000)]


class ConfirmIn(Schema):
    """What happened at a stop."""

    outcome: Outcome = "handed_over"
    weighed: Annotated[list[WeighedIn], Field(max_length=500)] = []
    note: Paragraph = ""
    phone_time: Instant | None = None


class GiveBackIn(Schema):
    """The hub that takes back what is left."""

    hub_id: UUID


class TripIn(Schema):
    """Reds and blues tapped on the map; `order` lists task ids when a person changed it."""

    offer_ids: Annotated[list[UUID], Field(max_length=40)]
    recipient_ids: Annotated[list[UUID], Field(max_length=40)] = []
    mode: Mode | None = None
    start: Point | None = None
    order: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=100)] = []


class TripStopOut(Schema):
    """A stop of a trip that is not claimed yet."""

    kind: str
    label: str
    point: Point
    planned_at: datetime
    task_ids: list[str]
    households: int
    grams: int


class TripOut(Schema):
    """A trip worked out; nothing is stored yet."""

    order: list[str]
    stops: list[TripStopOut]
    geometry: list[list[float]]
    distance_m: int
    duration_s: int
    source: str
    violations: list[dict[str, Any]]
    left_out: list[str]


class CareAlertOut(Schema):
    """A stop or visit that a person must follow up: at a recipient's, a donor's site or a hub."""

    id: UUID
    recipient_id: UUID | None
    donor_id: UUID | None
    kind: str
    label: str
    street: str
    reason: str
    note: str
    volunteer: str
    created_at: datetime


class FollowUpIn(Schema):
    """What was done about it."""

    follow_up: Paragraph
