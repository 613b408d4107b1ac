"""What travels between the pages and the stock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from app.core.fields import Day, Grams, Line, MinuteOfDay, OptionalLine, Point, Schema

StorageClass = Literal["ambient", "chilled", "frozen"]
LotState = Literal["released", "on_hold", "quarantined", "recalled", "expired"]
LotVerb = Literal["hold", "release", "quarantine"]
Purpose = Literal["transfer", "waste", "sample", "returned", "count_shortage", "count_surplus"]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
Codes = Annotated[list[Code], Field(max_length=30)]


class HubIn(Schema):
    """A new hub."""

    name: Line
    address: OptionalLine = ""
    point: Point
    storage_classes: Annotated[list[StorageClass], Field(min_length=1, max_length=3)]
    opens_minute: MinuteOfDay = 8 * 60
    closes_minute: MinuteOfDay = 18 * 60


class HubEdit(Schema):
    """What changes about a hub; what is left out stays."""

    name: Line | None = None
    address: OptionalLine | None = None
    point: Point | None = None
    storage_classes: Annotated[list[StorageClass], Field(min_length=1, max_length=3)] | None = None
    opens_minute: MinuteOfDay | None = None
    closes_minute: MinuteOfDay | None = None


class HubOut(Schema):
    """A hub and how much lies there."""

    id: UUID
    name: str
    address: str
    point: Point
    storage_classes: list[str]
    opens_minute: int
    closes_minute: int
    grams: int
    lots: int
    version: int


class StockRow(Schema):
    """Grams of one lot at one hub; `days_left` 0 is the last good day."""

    lot_id: UUID
    code: str
    food: str
    donor_id: UUID
    donor_name: str
    hub_id: UUID
    hub_name: str
    grams: int
    storage_class: str
    best_before: date
    days_left: int
    state: LotState
    allergens: list[str]
    unfit_for: list[str]
    collected_at: datetime


class ExpectedRow(Schema):
    """An accepted offer that nobody has collected yet."""

    offer_id: UUID
    site_name: str
    street: str
    donor_id: UUID
    food: str
    grams: int
    boxes: int
    storage_class: str
    best_before: date
    ready_from: datetime
    ready_until: datetime


class WalkIn(Schema):
    """A gift that was brought without an announcement."""

    donor_id: UUID
    food: Line
    storage_class: StorageClass = "ambient"
    best_before: Day
    allergens: Annotated[Codes, Field(default_factory=list)]
    unfit_for: Annotated[Codes, Field(default_factory=list)]


class ReceiptIn(Schema):
    """Food at the scales: an accepted offer, or a walk-in gift; `grams` without the crate.

    For an offer, what is written on the food overrides what was announced.
    """

    hub_id: UUID
    grams: Grams
    offer_id: UUID | None = None
    walk_in: WalkIn | None = None
    food: Line | None = None
    storage_class: StorageClass | None = None
    best_before: Day | None = None

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> ReceiptIn:
        if (self.offer_id is None) == (self.walk_in is None):
            raise ValueError("预告和直接送来的捐赠，要填其中一个 (an offer or a walk-in gift)")
        return self


class MovementIn(Schema):
    """What a keeper does with stock of one lot at a hub, and why."""

    lot_id: UUID
    purpose: Purpose
    hub_id: UUID
    to_hub_id: UUID | None = None
    grams: Grams
    reason: Line

    @model_validator(mode="after")
    def _knows_where_to(self) -> MovementIn:
        if (self.purpose == "transfer") != (self.to_hub_id is not None):
            raise ValueError("调拨要填写到哪个仓，别的不用填 (only a transfer names another hub)")
        if self.to_hub_id == self.hub_id:
            raise ValueError("要选另一个仓 (choose another hub)")
        return self


class MovementOut(Schema):
    """One row of the ledger; holders by kind, hubs also by name."""

    id: UUID
    at: datetime
    from_kind: str
    from_name: str
    to_kind: str
    to_name: str
    grams: int
    reason: str
    by_id: UUID | None
    stop_id: UUID | None
    reverses_id: UUID | None


class HeldOut(Schema):
    """Where grams of a lot are now."""

    kind: str
    subject_id: UUID | None
    name: str
    grams: int


class LotOut(Schema):
    """A lot, where it is, and every movement it made."""

    id: UUID
    code: str
    food: str
    donor_id: UUID
    donor_name: str
    offer_id: UUID | None
    storage_class: str
    allergens: list[str]
    unfit_for: list[str]
    best_before: date
    days_left: int
    collected_at: datetime
    collected_grams: int
    state: LotState
    state_at: datetime
    version: int
    allowed: list[str]
    held: list[HeldOut]
    movements: list[MovementOut]


class LotStep(Schema):
    """Why a lot is held back or released."""

    reason: Line
