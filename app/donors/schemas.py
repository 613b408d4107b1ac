"""What travels between the pages and the donors' room."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from app.core.fields import (
    Boxes,
    Day,
    Grams,
    Instant,
    Line,
    MinuteOfDay,
    OptionalLine,
    Paragraph,
    Point,
    Schema,
)
from app.places.geocoding.candidates import ChosenSource

StorageClass = Literal["ambient", "chilled", "frozen"]
OfferState = Literal[
    "announced", "accepted", "collected", "declined", "withdrawn", "expired", "missed"
]
OfferVerb = Literal["accept", "decline", "withdraw", "reopen"]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+()\- ]{5,30}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
Codes = Annotated[list[Code], Field(max_length=30)]


class PickupHours(Schema):
    """When food may be collected on one weekday; Monday is 0."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    from_minute: MinuteOfDay
    until_minute: MinuteOfDay

    @model_validator(mode="after")
    def _goes_forward(self) -> PickupHours:
        if self.until_minute <= self.from_minute:
            raise ValueError("结束要晚于开始 (the end must be after the beginning)")
        return self


class DonorIn(Schema):
    """A new donor."""

    name: Line
    kind: OptionalLine = ""
    contact_name: OptionalLine = ""
    phone: Phone | None = None


class DonorEdit(Schema):
    """What changes about a donor; what is left out stays."""

    name: Line | None = None
    kind: OptionalLine | None = None
    contact_name: OptionalLine | None = None
    phone: Phone | Literal[""] | None = None
    ended: bool | None = None


class SiteIn(Schema):
    """A new place of collection."""

    name: Line
    address: OptionalLine = ""
    street: OptionalLine = ""
    point: Point
    place_source: ChosenSource = "person"
    storage_class: StorageClass = "ambient"
    pickup_hours: Annotated[list[PickupHours], Field(max_length=50, default_factory=list)]


class SiteEdit(Schema):
    """What changes about a site; what is left out stays."""

    name: Line | None = None
    address: OptionalLine | None = None
    street: OptionalLine | None = None
    point: Point | None = None
    place_source: ChosenSource = "person"
    storage_class: StorageClass | None = None
    pickup_hours: Annotated[list[PickupHours], Field(max_length=50)] | None = None
    ended: bool | None = None


class SiteOut(Schema):
    """A place of collection."""

    id: UUID
    donor_id: UUID
    name: str
    address: str
    street: str
    point: Point
    storage_class: StorageClass
    pickup_hours: list[PickupHours]
    ended: bool
    version: int


class DonorRow(Schema):
    """A donor in the list."""

    id: UUID
    name: str
    kind: str
    sites: int
    open_offers: int
    ended: bool


class DonorOut(Schema):
    """A donor with its sites; the phone is told to planners only."""

    id: UUID
    name: str
    kind: str
    contact_name: str
    phone: str | None
    has_phone: bool
    ended: bool
    version: int
    sites: list[SiteOut]


class OfferIn(Schema):
    """An announcement of surplus food."""

    site_id: UUID
    food: Line
    grams: Grams
    boxes: Boxes = 0
    storage_class: StorageClass = "ambient"
    allergens: Annotated[Codes, Field(default_factory=list)]
    unfit_for: Annotated[Codes, Field(default_factory=list)]
    ready_from: Instant
    ready_until: Instant
    best_before: Day
    note: Paragraph = ""


class OfferOut(Schema):
    """An announcement; `allowed` are the steps the reader may take now."""

    id: UUID
    site_id: UUID
    site_name: str
    donor_id: UUID
    donor_name: str
    street: str
    lng: float
    lat: float
    food: str
    grams: int
    boxes: int
    storage_class: StorageClass
    allergens: list[str]
    unfit_for: list[str]
    ready_from: datetime
    ready_until: datetime
    best_before: date
    note: str
    tracking_code: str
    state: OfferState
    state_at: datetime
    refusal: str
    created_at: datetime
    version: int
    allowed: list[str]


class OfferStep(Schema):
    """Why; a decline needs it."""

    reason: OptionalLine = ""


class GiftOut(Schema):
    """A donor's own gift."""

    id: UUID
    food: str
    grams: int
    site_name: str
    tracking_code: str
    state: OfferState
    state_at: datetime
    ready_from: datetime
    ready_until: datetime
    best_before: date
    created_at: datetime
