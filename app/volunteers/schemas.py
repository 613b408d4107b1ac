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


class VolunteerIn(Schema):
    """A new volunteer; `start` and `end` are where the day begins and ends, none = the hub.

    What they can carry follows from how they travel, unless it is said.
    """

    name: Line
    person_id: UUID | None = None
    vehicle: OptionalLine = ""
    mode: Mode = "foot"
    capacity_grams: CarriedGrams | None = None
    capacity_boxes: CarriedBoxes | None = None
    capacity_chilled_boxes: ChilledBoxes = 0
    skills: Annotated[Skills, Field(default_factory=list)]
    start: Point | None = None
    end: Point | None = None


class VolunteerEdit(Schema):
    """What changes; what is left out stays, `start` or `end` null takes the place away."""

    name: Line | None = None
    person_id: UUID | None = None
    vehicle: OptionalLine | None = None
    mode: Mode | None = None
    capacity_grams: CarriedGrams | None = None
    capacity_boxes: CarriedBoxes | None = None
    capacity_chilled_boxes: ChilledBoxes | None = None
    skills: Skills | None = None
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
    start: Point | None
    end: Point | None
    active: bool
    version: int


class ShiftIn(Schema):
    """When a volunteer is there: minutes of the organisation's day."""

    volunteer_id: UUID
    day: Day
    from_minute: MinuteOfDay
    until_minute: MinuteOfDay

    @model_validator(mode="after")
    def _goes_forward(self) -> ShiftIn:
        if self.until_minute <= self.from_minute:
            raise ValueError("结束要晚于开始 (the end must be after the beginning)")
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
