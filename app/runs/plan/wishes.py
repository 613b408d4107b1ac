"""What a planner asked a plan for, kept with the plan so that a repeated job asks the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

Kind = Literal["day", "improve", "part", "zone", "restored"]


@dataclass(frozen=True)
class Wish:
    """Which draft runs give way to the new plan, and what binds it.

    `run_ids`: only these give way (None: all). `zone_tasks` (task ids) go to `zone_volunteers`,
    who get nothing else.
    """

    kind: Kind = "day"
    keep_locked: bool = True
    run_ids: frozenset[UUID] | None = None
    zone_tasks: frozenset[str] = frozenset()
    zone_volunteers: frozenset[UUID] = frozenset()

    @property
    def goes_on(self) -> bool:
        """Whether the present drafts are where the solver begins."""
        return self.kind != "day"

    def as_json(self) -> dict[str, Any]:
        """As the plan keeps it."""
        return {
            "keep_locked": self.keep_locked,
            "run_ids": None if self.run_ids is None else sorted(map(str, self.run_ids)),
            "zone_tasks": sorted(self.zone_tasks),
            "zone_volunteers": sorted(map(str, self.zone_volunteers)),
        }


def wish_of(kind: str, kept: Mapping[str, Any]) -> Wish:
    """The wish of a stored plan; of one from before there were wishes, the whole day."""
    ids = kept.get("run_ids")
    return Wish(
        kind=kind,  # type: ignore[arg-type]  # the table allows only these
        keep_locked=kept.get("keep_locked", True),
        run_ids=None if ids is None else frozenset(map(UUID, ids)),
        zone_tasks=frozenset(kept.get("zone_tasks", ())),
        zone_volunteers=frozenset(map(UUID, kept.get("zone_volunteers", ()))),
    )
