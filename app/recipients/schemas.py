"""What travels between the desk and the register."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from app.core.fields import Day, Grams, Line, MinuteOfDay, OptionalLine, Paragraph, Point, Schema
from app.places.geocoding.candidates import ChosenSource

Kind = Literal["household", "community_point"]
Datum = Literal["wgs84", "gcj02", "bd09"]
Filter = Literal[
    "all", "longest", "no_lift", "chilled", "to_confirm", "unapproved", "paused", "ended"
]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Codes = Annotated[list[Code], Field(max_length=20)]


# The volunteers' own words for what they can do: app.volunteers.schemas.Skill.
Skill = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
Skills = Annotated[list[Skill], Field(max_length=30)]
VisitMinutes = Annotated[int, Field(ge=5, le=240)]
Confidence = Annotated[float, Field(ge=0, le=1)] | None


class Doorstep(Schema):
    """The way to the door, and when somebody is at home: in one or two parts of the day."""

    floor: Annotated[int, Field(ge=-3, le=120)] | None = None
    has_lift: bool | None = None
    two_people: bool = False
    door_note: Paragraph = ""
    window_from_minute: MinuteOfDay = 480
    window_until_minute: MinuteOfDay = 1200
    second_from_minute: MinuteOfDay | None = None
    second_until_minute: MinuteOfDay | None = None

    @model_validator(mode="after")
    def _forward(self) -> Doorstep:
        if self.window_until_minute <= self.window_from_minute:
            raise ValueError("“最晚”要在“最早”之后 (the window must go forward)")
        return self

    @model_validator(mode="after")
    def _second_after_first(self) -> Doorstep:
        begins, ends = self.second_from_minute, self.second_until_minute
        if begins is None and ends is None:
            return self
        if begins is None or ends is None:
            raise ValueError("第二段时间要写全 (the second window needs both its ends)")
        if begins <= self.window_until_minute:
            raise ValueError("第二段要在第一段之后 (the second window must follow the first)")
        if ends <= begins:
            raise ValueError("“最晚”要在“最早”之后 (the second window must go forward)")
        return self


class RecipientIn(Schema):
    """One household or community point, as the form sends it.

    `must_serve_on`: the day on which it must get its food. `visit_due_on`: from that day on
    somebody is to look in, until it is done.
    """

    kind: Kind = "household"
    name: Line
    phone: OptionalLine = ""
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    size: Annotated[int, Field(ge=1, le=5000)] = 1
    tags: Codes = []
    allergens: Codes = []
    diets: Codes = []
    diet_text: OptionalLine = ""
    notes: Paragraph = ""
    street: OptionalLine = ""
    address: OptionalLine = ""
    point: Point | None = None
    point_datum: Datum = "wgs84"
    place_source: ChosenSource = "person"
    place_confidence: Confidence = None
    doorstep: Doorstep = Doorstep()
    need_grams: Grams | None = None
    need_every_days: Annotated[int, Field(ge=1, le=90)] = 7
    needs_chilled: bool = False
    skills_needed: Skills = []
    must_serve_on: Day | None = None
    visit_due_on: Day | None = None
    visit_minutes: VisitMinutes = 30
    registered_on: Day | None = None
    consent_given_by: Literal["self", "proxy"] = "self"
    same_person_is_fine: bool = False


class RecipientRow(Schema):
    """A line of the register: the name is masked, the door is not told.

    `place_fault`: planning found the pin "far" from any road (`place_off_m` metres), or on an
    "island" that no road leads away from; it waits among the places to confirm.
    """

    id: UUID
    kind: str
    label: str
    size: int
    age: int | None
    street: str
    state: str
    approved: bool
    place_state: str
    place_fault: str
    place_off_m: int
    paused_until: date | None
    waiting_days: int
    attention: list[str]
    last_food_on: date | None


class RecipientOut(Schema):
    """Everything, for the coordinator who opened the file; each opening is logged."""

    id: UUID
    kind: str
    name: str
    phone: str
    birth_year: int | None
    size: int
    tags: list[str]
    allergens: list[str]
    diets: list[str]
    diet_text: str
    notes: str
    street: str
    address: str
    point: Point | None
    place_state: str
    place_fault: str
    place_off_m: int
    source_datum: str
    raw_place: str
    place_source: str
    place_confidence: float | None
    doorstep: Doorstep
    need_grams: int
    need_every_days: int
    needs_chilled: bool
    skills_needed: list[str]
    must_serve_on: date | None
    visit_due_on: date | None
    visit_minutes: int
    registered_on: date
    last_food_on: date | None
    state: str
    state_at: datetime
    state_reason: str
    approved: bool
    paused_until: date | None
    allowed: list[str]
    version: int


class PlaceIn(Schema):
    """A pin, dragged by a person or taken over from a candidate."""

    point: Point
    datum: Datum = "wgs84"
    source: ChosenSource = "person"
    confidence: Confidence = None


class MoveIn(Schema):
    """Pause, resume, end or restore, with the reason."""

    verb: Literal["pause", "resume", "end", "restore", "approve"]
    reason: OptionalLine = ""
    until: Day | None = None


class RegisterCounts(Schema):
    """How many rows each filter holds."""

    all: int
    longest: int
    no_lift: int
    chilled: int
    to_confirm: int
    unapproved: int
    paused: int
    ended: int
