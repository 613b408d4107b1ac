"""What is left of a day: every open errand of every run, where its food is now, and what is lost.

Pure. A chore's id says what it is, and is the same whenever the same runs are read again:
`a:` food on board for a door, `d:` hub food for a door, `r:` a rescue, `c:` a collection for the
hub, `t:` food on board of a run that has dropped out, `g:` what that run was to bring to the hub,
`b:` what a run has on board for the hub, `v:` a visit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from app.donors.supply import AcceptedOffer
from app.planning.problem import Load
from app.recipients.demand import Demand
from app.runs.replan.causes import Cause
from app.runs.replan.facts import DayNow, Part, Place, StopNow

Supply = tuple[UUID | None, UUID | None]
Reason = tuple[str, str, str]
"""Code, Chinese sentence, English sentence."""

ChoreKind = Literal["a", "d", "r", "c", "t", "g", "b", "v"]
FETCHED_FIRST: tuple[ChoreKind, ...] = ("r", "t")

RECALLED: Reason = ("recalled", "食物要召回，不能送了。", "The food is recalled and stays back.")
NOTHING_THERE: Reason = (
    "nothing_there",
    "捐赠点没有货，这一份没有食物了。",
    "The donor has nothing, so there is no food for this one.",
)
NOT_ABOARD: Reason = (
    "not_aboard",
    "这一份食物没有取到，车上没有。",
    "This food was never fetched; it is not on the run.",
)
NOT_SERVED: Reason = (
    "not_served",
    "这一户现在不在送货名册里。",
    "This household is not on the list of those served now.",
)
TOO_LATE: Reason = (
    "too_late_today",
    "今天来不及再去一次。",
    "There is no time for a second try today.",
)


@dataclass(frozen=True)
class Chore:
    """One errand that is left. `stop` is its door (of a collection: its site) in the old list.

    `site`: where it is fetched, if that is still to be done. `giver_id`: the run that has the
    food. `bound`: only the run it is on may do it. `retry`: a second try at a door that failed.
    """

    id: str
    kind: ChoreKind
    run_id: UUID
    place: Place
    stop: StopNow | None = None
    site: StopNow | None = None
    pickup: Place | None = None
    parts: tuple[Part, ...] = ()
    person: Demand | None = None
    offer: AcceptedOffer | None = None
    hub_id: UUID | None = None
    giver_id: UUID | None = None
    cargo: tuple[tuple[Supply, int, int], ...] = ()
    not_before_s: int = 0
    before_s: int | None = None
    bound: bool = False
    retry: bool = False

    @property
    def is_aboard(self) -> bool:
        """Whether its food is on its run already."""
        return self.kind in ("a", "b")

    @property
    def is_put_off(self) -> bool:
        """Whether it is for later: it has no place in the old order any more."""
        return self.not_before_s > 0

    @property
    def skills(self) -> frozenset[str]:
        """What its household asks of whoever comes."""
        if self.person is not None:
            return self.person.skills
        return self.stop.skills if self.stop is not None else frozenset()

    @property
    def load(self) -> Load:
        """Its load; the cold is counted by its parts."""
        cold = any(part.storage_class != "ambient" for part in self.parts)
        boxes = max(1, sum(boxes for _, _, boxes in self.carried))
        return Load(sum(grams for _, grams, _ in self.carried), boxes, boxes if cold else 0)

    @property
    def carried(self) -> tuple[tuple[Supply, int, int], ...]:
        """What it carries: (lot, offer), grams, boxes."""
        return self.cargo or tuple((part.supply, part.grams, part.boxes) for part in self.parts)


@dataclass(frozen=True)
class Rest:
    """What is left: chores by id, those that nobody can do any more, and each run's old order."""

    now: DayNow
    cause: Cause
    chores: Mapping[str, Chore]
    lost: tuple[tuple[Chore, Reason], ...]
    fixed: frozenset[UUID] = field(default=frozenset())
    """Stops where somebody is this moment: they stay as they are."""

    @property
    def out_id(self) -> UUID | None:
        """The run whose volunteer has dropped out."""
        return self.cause.run_id if self.cause.word == "volunteer_out" else None
