"""What travels between the pages and the volunteers' room."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from app.core.fields import Day, Line, MinuteOfDay, OptionalLine, Point, Schema

Mode = Literal["car", "ebike", "trike", "bicycle", "foot"]
CarriedGrams = Annotated[int, Field(gt=0, le=20_000_000)]
CarriedBoxes = Annotated[int, Field(gt=0, le=10_000)]
ChilledBoxes = Annotated[int, Field(ge=0, le=10_000)]
Skill = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
Skills = Annotated[list[Skill], Field(max_length=30)]
Trips = Annotated[int, Field(ge=1, le=5)]
MaxStops = Annotated[int, Field(ge=1, le=100)]
BreakMinutes = Annotated[int, Field(ge=1, le=480)]


class VolunteerIn(Schema):
    """A new volunteer; `start` and `end` are where the day begins and ends, none = the hub.

    What they can carry follows from how they travel, unless it is said. `trips_max`: how often
    they load on one run; `max_stops` null: as many sites and doors as is usual for their mode.
    """

    name: Line
    person_id: UUID | None = None
    vehicle: OptionalLine = ""
    mode: Mode = "foot"
    capacity_grams: CarriedGrams | None = None
    capacity_boxes: CarriedBoxes | None = None
    capacity_chilled_boxes: ChilledBoxes = 0
    skills: Annotated[Skills, Field(default_factory=list)]
    trips_max: Trips = 1
    max_stops: MaxStops | None = None
    start: Point | None = None
    end: Point | None = None


class VolunteerEdit(Schema):
    """What changes; what is left out stays, null takes `start`, `end` or `max_stops` away."""

    name: Line | None = None
    person_id: UUID | None = None
    vehicle: OptionalLine | None = None
    mode: Mode | None = None
    capacity_grams: CarriedGrams | None = None
    capacity_boxes: CarriedBoxes | None = None
    capacity_chilled_boxes: ChilledBoxes | None = None
    skills: Skills | None = None
    trips_max: Trips | None = None
    max_stops: MaxStops | None = None
    start: Point | None = None
    end: Point | None = None
    active: bool | None = None


class VolunteerOut(Schema):
    """A volunteer."""

    id: UUID
    person_id: UUID | None
    name: str
    vehicle: str
    mode: Mode
    capacity_grams: int
    capacity_boxes: int
    capacity_chilled_boxes: int
    skills: list[str]
    trips_max: int
    max_stops: int | None
    start: Point | None
    end: Point | None
    active: bool
    version: int


class ShiftIn(Schema):
    """When a volunteer is there: minutes of the organisation's day.

    A break (`break_minutes` long) begins between `break_from_minute` and `break_until_minute`.
    """

    volunteer_id: UUID
    day: Day
    from_minute: MinuteOfDay
    until_minute: MinuteOfDay
    break_from_minute: MinuteOfDay | None = None
    break_until_minute: MinuteOfDay | None = None
    break_minutes: BreakMinutes | None = None

    @model_validator(mode="after")
    def _goes_forward(self) -> ShiftIn:
        if self.until_minute <= self.from_minute:
            raise ValueError("结束要晚于开始 (the end must be after the beginning)")
        return self

    @model_validator(mode="after")
    def _break_fits(self) -> ShiftIn:
        told = (self.break_from_minute, self.break_until_minute, self.break_minutes)
        begins, latest, minutes = told
        if told == (None, None, None):
            return self
        if begins is None or latest is None or minutes is None:
            raise ValueError("午休要写全：最早、最晚、多少分钟 (a break needs all three)")
        if latest < begins:
            raise ValueError("午休的“最晚”要在“最早”之后 (the break must go forward)")
        if begins < self.from_minute or latest + minutes > self.until_minute:
            raise ValueError("午休要在班次里 (the break must lie inside the shift)")
        return self


class ShiftOut(Schema):
    """A shift with the volunteer's name and mode."""

    id: UUID
    volunteer_id: UUID
    name: str
    mode: Mode
    day: date
    from_minute: int
    until_minute: int
    break_from_minute: int | None
    break_until_minute: int | None
    break_minutes: int | None
