"""Proposals of another rest of the day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, one_of
from app.runs.replan.rules import CAUSES, REPLAN_STATES
from app.runs.rules import SOURCES


class Replan(OrgOwned, Base):
    """One proposal: what happened, what it was computed from, what would be driven instead."""

    __tablename__ = "replan"
    rules_of_table = (
        one_of("cause", CAUSES),
        one_of("state", REPLAN_STATES),
        one_of("source", ("", *SOURCES)),
        # One open proposal per day: two would be computed from the same runs.
        Index(
            "ix_replan_open",
            "org_id",
            "day",
            unique=True,
            postgresql_where=text("state IN ('solving', 'proposed')"),
        ),
        Index("ix_replan_day", "org_id", "day"),
    )

    day: Mapped[date]
    cause: Mapped[str]
    # {"run_id", "stop_id", "lot_id": ids or null, "label", "volunteer_ids": [...]}
    about: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sentence_zh: Mapped[str] = mapped_column(default="")
    sentence_en: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="solving")
    state_at: Mapped[datetime]
    state_by_id: Mapped[UUID | None]
    seconds: Mapped[float]
    seed: Mapped[int]
    job_id: Mapped[int | None]
    # {run id: {"": the run's version, stop id: the stop's version}}
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # what people had before: the runs with their stops, as they were shown
    before: Mapped[list[Any]] = mapped_column(default=list)
    # what would be driven: the routes with their task ids and places
    after: Mapped[list[Any]] = mapped_column(default=list)
    # both side by side, with what changes and why (schemas.ReplanRunOut), and the counts
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    unserved: Mapped[list[Any]] = mapped_column(default=list)
    answered_s: Mapped[float | None]
    failure: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
