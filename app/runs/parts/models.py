"""The parts of a large day while its plan is being solved."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, belongs_to, one_of
from app.runs.parts.rules import PART_STATES


class PlanPart(OrgOwned, Base):
    """One part in one round of a plan; its rows vanish as soon as the round is over."""

    __tablename__ = "plan_part"
    rules_of_table = (
        belongs_to("day_plan", "plan_id"),
        one_of("state", PART_STATES),
        UniqueConstraint("org_id", "plan_id", "round", "number"),
    )

    plan_id: Mapped[UUID]
    round: Mapped[int]
    number: Mapped[int]
    # see app.planning.parts.packing: numbers and JSON, no pickle; no name and no address in it
    problem: Mapped[bytes] = mapped_column(LargeBinary)
    seed: Mapped[int]
    # when the round is over: whoever takes a part gets its share of what is left until then
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="todo")
    state_at: Mapped[datetime]
    state_by_id: Mapped[UUID | None]
    seconds: Mapped[float] = mapped_column(default=0.0)
    worker: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    beat_at: Mapped[datetime | None]
    # how many plans have come in, and the last of them
    results: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
