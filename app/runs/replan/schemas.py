"""What travels between the pages and the re-planning of a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.fields import Day, Schema

Cause = Literal[
    "volunteer_out", "nothing_to_collect", "not_home", "lot_recalled", "running_late", "again"
]
State = Literal["solving", "proposed", "accepted", "refused", "failed", "outdated"]
Change = Literal["", "moved_here", "moved_away", "later", "earlier", "dropped", "new"]


class ReplanIn(Schema):
    """What went wrong, and with what.

    `volunteer_out` needs `run_id`, `nothing_to_collect` and `not_home` need `stop_id`,
    `lot_recalled` needs `lot_id`; the others need nothing. `day` is today unless told otherwise.
    `volunteer_ids`: free volunteers who can help as well.
    """

    day: Day | None = None
    cause: Cause
    run_id: UUID | None = None
    stop_id: UUID | None = None
    lot_id: UUID | None = None
    volunteer_ids: Annotated[list[UUID], Field(max_length=50)] = []
    seconds: Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)] | None = None


class LotUnderWayOut(Schema):
    """A lot of which the day's runs have still to hand over so many grams."""

    lot_id: UUID
    food: str
    code: str
    grams: int


class ReplanDecisionIn(Schema):
    """Drive it as proposed, or leave everything as it is."""

    accept: bool


class AboutOut(Schema):
    """What the cause names; the label is masked like every list's."""

    run_id: UUID | None = None
    stop_id: UUID | None = None
    lot_id: UUID | None = None
    label: str = ""


class ReplanLineOut(Schema):
    """One stop in the old or the new list of a run.

    `change` says what happens to it: in the old list "moved_away" or "dropped", in the new one
    "moved_here", "new" (a stop nobody had: taking food over, a second try, back to the hub),
    "later" or "earlier" (by five minutes or more); "" stays as it was. `why_zh` and `why_en` are
    empty exactly then. Stops that are over stand in both lists.
    """

    stop_id: UUID | None
    kind: str
    label: str
    street: str
    planned_at: datetime
    load_after_grams: int
    state: str
    change: Change
    why_zh: str
    why_en: str


class ReplanRunOut(Schema):
    """One run before and after; `distance_m` and `ends_at` are pairs (before, after).

    `run_id` and `number` are null for a run that would be new; a run that falls away has an
    empty `after`.
    """

    run_id: UUID | None
    number: int | None
    volunteer: str
    before: list[ReplanLineOut]
    after: list[ReplanLineOut]
    distance_m: tuple[int, int]
    ends_at: tuple[datetime | None, datetime | None]
    changed: bool


class ReplanUnservedOut(Schema):
    """Who or what the rest of the day has no room for, with the reason.

    A "run" is one whose food stays with its volunteer.
    """

    subject: Literal["recipient", "offer", "run"]
    id: UUID
    label: str
    street: str
    code: str
    zh: str
    en: str


class ReplanOut(Schema):
    """A proposal: what happened, the old and the new lists, what would fall away.

    `kept`, `moved` and `dropped` count open stops at sites and doors. `answered_s` is how long
    the answer took, null while it is worked out. `source`: where the travel times are from, ""
    until they are known.
    """

    id: UUID
    day: date
    cause: Cause
    about: AboutOut
    state: State
    state_at: datetime
    seconds: float
    sentence_zh: str
    sentence_en: str
    runs: list[ReplanRunOut]
    kept: int
    moved: int
    dropped: int
    unserved: list[ReplanUnservedOut]
    answered_s: float | None
    failure: str
    source: str
