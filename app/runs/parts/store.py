"""Parts in the database: posted, taken by whoever is free, told about, given back, cleared away."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session, defer

from app.core.db import transaction
from app.planning.parts.packing import packed, unpacked
from app.planning.parts.part import Part
from app.planning.plan import Plan, plan_to_dict
from app.planning.problem import Problem
from app.runs.parts.models import PlanPart
from app.runs.parts.rules import ATTEMPTS, PART_MOVES, SILENT, share_s

LARGEST_SEED = 2**31 - 1
"""What fits into the column, and into every solver."""


@dataclass(frozen=True)
class Taken:
    """A part in somebody's hands: `attempt` tells these hands from all others."""

    org_id: UUID
    part_id: UUID
    number: int
    attempt: int
    problem: Problem
    incumbent: Plan | None
    seconds: float
    seed: int


def post(
    db: Session,
    org_id: UUID,
    plan_id: UUID,
    parts: Sequence[Part],
    *,
    turn: int,
    seconds: float,
    seed: int,
) -> None:
    """Lay out the parts of a round, the largest first; what lay there before is cleared away."""
    clear(db, org_id, plan_id)
    at = _clock(db)
    for part in parts:
        db.add(
            PlanPart(
                org_id=org_id,
                plan_id=plan_id,
                round=turn,
                number=part.number,
                problem=packed(part.problem, part.incumbent),
                seed=(seed + part.number) % LARGEST_SEED,
                ends_at=at + timedelta(seconds=seconds),
                state_at=at,
            )
        )


def clear(db: Session, org_id: UUID, plan_id: UUID) -> None:
    """Forget the plan's parts; whoever still works on one notices within a second."""
    db.execute(delete(PlanPart).where(PlanPart.org_id == org_id, PlanPart.plan_id == plan_id))


def take(org_id: UUID, plan_id: UUID) -> Taken | None:
    """Take a part that nobody works on; None when there is none."""
    with transaction(org_id) as db:
        at = _clock(db)
        row = _free(db, org_id, plan_id, at)
        if row is None:
            return None
        waiting, takers = _counts(db, org_id, plan_id, at, row.id)
        row.seconds = share_s(row.ends_at, at, waiting=waiting + 1, takers=takers + 1)
        row.attempts += 1
        row.worker = f"{socket.gethostname()}:{os.getpid()}"
        row.beat_at = at
        PART_MOVES.apply(row, "take", by=None, at=at)
        problem, incumbent = unpacked(row.problem)
        return Taken(
            org_id, row.id, row.number, row.attempts, problem, incumbent, row.seconds, row.seed
        )


def _clock(db: Session) -> datetime:
    """The database's time: workers on other machines may have other clocks."""
    return db.scalars(select(func.now())).one()


def _free(db: Session, org_id: UUID, plan_id: UUID, at: datetime) -> PlanPart | None:
    """A part to take, locked; those that ended badly too often are given up on the way."""
    while True:
        row = db.scalar(
            select(PlanPart)
            .where(PlanPart.org_id == org_id, PlanPart.plan_id == plan_id, _is_free(at))
            .order_by(PlanPart.round, PlanPart.number)
            .limit(1)
            .with_for_update(key_share=True, skip_locked=True)
        )
        if row is None or row.attempts < ATTEMPTS:
            return row
        PART_MOVES.apply(row, "fail", by=None, at=at)
        db.flush()


def _is_free(at: datetime) -> ColumnElement[bool]:
    """Nobody has it, or whoever had it has been silent for too long."""
    is_silent = and_(PlanPart.state == "solving", PlanPart.beat_at < at - SILENT)
    return or_(PlanPart.state == "todo", is_silent)


def _counts(db: Session, org_id: UUID, plan_id: UUID, at: datetime, but: UUID) -> tuple[int, int]:
    """How many other parts wait, and how many are being worked on."""
    free = _is_free(at)
    row = db.execute(
        select(
            func.count().filter(free),
            func.count().filter(and_(PlanPart.state == "solving", ~free)),
        ).where(PlanPart.org_id == org_id, PlanPart.plan_id == plan_id, PlanPart.id != but)
    ).one()
    return row[0], row[1]


def beat(taken: Taken, plan: Plan | None) -> bool:
    """Say that the part is still worked on, and its best plan; False when it is nobody's any more."""
    with transaction(taken.org_id) as db:
        row = _mine(db, taken)
        if row is None:
            return False
        row.beat_at = _clock(db)
        if plan is not None:
            row.result, row.results = plan_to_dict(plan), row.results + 1
        return True


def finish(taken: Taken, plan: Plan) -> None:
    """The part is done, unless somebody else has it by now."""
    with transaction(taken.org_id) as db:
        row = _mine(db, taken)
        if row is not None:
            row.result, row.results = plan_to_dict(plan), row.results + 1
            PART_MOVES.apply(row, "finish", by=None, at=_clock(db))


def give_back(taken: Taken) -> None:
    """The part ended without a plan: somebody may try again."""
    with transaction(taken.org_id) as db:
        row = _mine(db, taken)
        if row is not None:
            PART_MOVES.apply(row, "give_back", by=None, at=_clock(db))


def _mine(db: Session, taken: Taken) -> PlanPart | None:
    return db.scalar(
        select(PlanPart)
        .where(
            PlanPart.org_id == taken.org_id,
            PlanPart.id == taken.part_id,
            PlanPart.state == "solving",
            PlanPart.attempts == taken.attempt,
        )
        .options(defer(PlanPart.problem), defer(PlanPart.result))
        .with_for_update(key_share=True)
    )


@dataclass(frozen=True)
class Told:
    """What a part's row says: whether it is over, and how many plans came in."""

    number: int
    is_over: bool
    results: int


def told(org_id: UUID, plan_id: UUID) -> list[Told]:
    """All parts of the plan's present round."""
    query = select(PlanPart.number, PlanPart.state, PlanPart.results)
    with transaction(org_id) as db:
        rows = db.execute(query.where(PlanPart.org_id == org_id, PlanPart.plan_id == plan_id))
        return [Told(n, state in ("done", "failed"), results) for n, state, results in rows]


def result_of(org_id: UUID, plan_id: UUID, number: int) -> dict[str, object]:
    """The last plan that came in for a part, as `plan_to_dict` wrote it; empty when there is none."""
    with transaction(org_id) as db:
        found: dict[str, object] | None = db.scalar(
            select(PlanPart.result).where(
                PlanPart.org_id == org_id,
                PlanPart.plan_id == plan_id,
                PlanPart.number == number,
            )
        )
        return found or {}
