"""What travels about gifts: to the public, and to donors."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from app.core.fields import Schema
from app.donors.schemas import GiftOut


class MassOut(Schema):
    """Grams by state; the five states add up to what was collected."""

    announced_grams: int
    collected_grams: int
    to_hub_grams: int
    in_hub_grams: int
    on_the_way_grams: int
    delivered_grams: int
    loss_grams: int


class EtaOut(Schema):
    """A window of time."""

    model_config = ConfigDict(populate_by_name=True)

    from_: datetime = Field(alias="from")
    until: datetime


class EventOut(Schema):
    """Something that happened to a gift. `at` is null once a run hands over: then the day alone."""

    kind: str
    on: date
    at: datetime | None
    grams: int | None
    area: str | None
    households_about: int | None
    hub: str
    quarter: int | None


class TrackingOut(Schema):
    """A gift as its tracking page shows it; events newest first."""

    code: str
    food: str
    storage_class: str
    site: str
    is_demo: bool
    state: str
    step: int
    finished: bool
    quarter: int | None
    eta: EtaOut | None
    mass: MassOut
    events: list[EventOut]


class DonorName(Schema):
    """A donor."""

    id: UUID
    name: str


class MonthOut(Schema):
    """This month: grams collected, and where they are."""

    grams: int
    households_about: int | None
    delivered: int
    on_the_way: int
    in_hub: int
    loss: int


class CellOut(Schema):
    """An area of at least ten households, rounded to five."""

    label: str
    households_about: int
    grams: int


class AccountOut(Schema):
    """A donor's month; `days` are grams collected on each day of it, the first one first."""

    donor: DonorName
    month: MonthOut
    cells: list[CellOut]
    days: list[int]


class ParcelOut(GiftOut):
    """A donor's own gift in the words of a parcel: its state, and where its grams are now."""

    parcel: str
    hub: str
    mass: MassOut


class TotalsOut(Schema):
    """All that a donor ever gave."""

    gifts: int
    grams: int
    households_about: int | None
    delivered: int
    on_the_way: int
    in_hub: int
    loss: int


class FlowOut(Schema):
    """Food from a donor to an area: ends as [lng, lat] in WGS-84 degrees."""

    model_config = ConfigDict(populate_by_name=True)

    from_: list[float] = Field(alias="from")
    to: list[float]
    grams: int
    donor_id: UUID
    cell_label: str
    households: int
