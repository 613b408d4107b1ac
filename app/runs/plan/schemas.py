"""What travels between the plan page and the runs before they are driven."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.core.fields import Day, Point, Schema

Ids = Annotated[list[UUID], Field(min_length=1, max_length=500)]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]
PlanKind = Literal["day", "improve", "part", "zone", "restored"]


class PlanIn(Schema):
    """Which day to plan, how long at most.

    `allocate`: divide the food anew first; by default only when the day is planned afresh.
    `keep_locked`: locked runs stay as they are, locked stops stay with their volunteer.
    `run_ids`: only these draft runs are solved again (their volunteers, their stops, and what is
    left over). `improve`: go on from the present drafts instead of starting afresh.
    """

    day: Day
    seconds: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)] | None = None
    seed: Seed | None = None
    allocate: bool | None = None
    limit: Annotated[int, Field(ge=1, le=5000)] | None = None
    keep_locked: bool = True
    run_ids: Ids | None = None
    improve: bool = False


class ZoneIn(Schema):
    """The stops inside a drawn zone, and the volunteers who get them, and only them."""

    day: Day
    stop_ids: Ids
    volunteer_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    seconds: Annotated[float, Field(gt=0, le=5, allow_inf_nan=False)] = 3.0
    seed: Seed | None = None


class StopPlanIn(Schema):
    """Keep the best plan so far, or throw it away."""

    keep: bool = True


class PlanPointOut(Schema):
    """How good the best plan was `at_s` seconds after the beginning.

    `cost` is in seconds of volunteers' work (a lower one is better), `runs` counts those that
    drive; `served` of `asked` recipients.
    """

    at_s: float
    distance_m: int
    duration_s: int
    served: int
    asked: int
    cost: int = 0
    runs: int = 0


class BestStopOut(Schema):
    """A stop of the best plan so far: [lng, lat], and seconds since midnight."""

    kind: str
    point: tuple[float, float]
    at_s: int


class BestRouteOut(Schema):
    """A run of the best plan so far; `line` is straight from place to place."""

    name: str
    volunteer_id: UUID | None = None
    line: list[tuple[float, float]]
    stops: list[BestStopOut] = []
    distance_m: int = 0
    duration_s: int = 0


class BestOut(Schema):
    """The best plan so far, for the map; empty until there is one."""

    routes: list[BestRouteOut] = []
    engine: str = ""
    source: str = ""


class PlanOut(Schema):
    """A solving of a day: its state, how it improves, what is left over.

    `source`: where the travel times are from ("estimate", "osrm", "valhalla", "mixed"), "" until
    they are known. `has_result`: it can be compared with others, and restored. `origin_id`: the
    planning that a restored one brought back.
    """

    id: UUID
    day: date
    kind: PlanKind
    origin_id: UUID | None
    state: str
    state_at: datetime
    seconds: float
    seed: int
    stop_asked: str
    progress: list[PlanPointOut]
    best: BestOut
    unserved: list[Any]
    failure: str
    source: str
    has_result: bool


class OrderIn(Schema):
    """The stops in their new order."""

    stop_ids: Ids


class MoveStopIn(Schema):
    """The run for a stop (its own one too), and its place there among the other calls (0 is first).

    A call is a site or a household: a stop with three households behind one door counts three.
    """

    run_id: UUID
    position: Annotated[int, Field(ge=0, le=500)] = 0


class PreviewStopOut(Schema):
    """A stop as it would be; `stop_id` is None for a loading or unloading that is not there yet.

    `late_s`: how long after the end of its window the first late hand-over there would begin.
    """

    stop_id: UUID | None
    kind: str
    planned_at: datetime
    leaves_at: datetime
    load_after_grams: int
    late_s: int


class PreviewRunOut(Schema):
    """A run as it would be; without stops it would be gone."""

    run_id: UUID
    stops: list[PreviewStopOut]
    distance_m: int
    duration_s: int
    begins_at: datetime
    ends_at: datetime


class FaultOut(Schema):
    """A rule or a wish that a move breaks, in words, and the stop where it breaks."""

    code: str
    zh: str
    en: str
    stop_id: UUID | None = None


class PreviewOut(Schema):
    """What a move would bring. With `violations` it would be refused; `warnings` only warn."""

    runs: list[PreviewRunOut]
    violations: list[FaultOut]
    warnings: list[FaultOut]
    delta_distance_m: int
    delta_duration_s: int


class LockIn(Schema):
    """Lock, or unlock."""

    locked: bool


class RunStepIn(Schema):
    """A coordinator's move."""

    verb: Literal["publish", "unpublish", "cancel"]


class DayIn(Schema):
    """A day."""

    day: Day


class PlanFiguresOut(Schema):
    """A planning in figures; `unserved` counts the recipients and offers left over."""

    plan_id: UUID
    kind: PlanKind
    state_at: datetime
    runs: int
    distance_m: int
    duration_s: int
    longest_s: int
    served: int
    asked: int
    unserved: int


class RunFiguresOut(Schema):
    """One volunteer's run in one of the two plannings; `line` is straight from place to place."""

    stops: int
    distance_m: int
    duration_s: int
    begins_at: datetime
    ends_at: datetime
    line: list[tuple[float, float]]


class StopChangeOut(Schema):
    """A recipient or site that the two plannings treat differently.

    `at_a` and `at_b`: when it is served in each; `other`: whose run has it in the other planning
    ("" where nobody's has).
    """

    kind: str
    label: str
    street: str
    point: Point
    at_a: datetime | None
    at_b: datetime | None
    other: str


class VolunteerChangeOut(Schema):
    """What differs for one volunteer.

    `only_a` and `only_b`: served in one of the plannings alone; `moved_away`: this volunteer's in
    a, another's in b; `moved_here`: the other way round.
    """

    volunteer_id: UUID
    name: str
    a: RunFiguresOut | None
    b: RunFiguresOut | None
    kept: int
    only_a: list[StopChangeOut]
    only_b: list[StopChangeOut]
    moved_away: list[StopChangeOut]
    moved_here: list[StopChangeOut]


class PlanComparisonOut(Schema):
    """Two plannings of one day, side by side."""

    a: PlanFiguresOut
    b: PlanFiguresOut
    volunteers: list[VolunteerChangeOut]
