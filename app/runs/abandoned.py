"""Plans whose process was killed: `foodmap plan` has no job behind it that a worker would rescue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.problems import Refused
from app.runs.models import DayPlan
from app.runs.rules import PLAN_MOVES

# A plan that no job stands behind (`foodmap plan`) gives a sign of life every few seconds; after
# this silence its process is dead, and nobody else would end it.
ABANDONED_AFTER = timedelta(minutes=1)
INTERRUPTED = "生成被中断了，请再试一次。"


def refuse_while_planned(db: Session, org_id: UUID, day: date) -> None:
    """Raises Refused while somebody works on a plan of `day`; plans of dead commands end here."""
    for plan in _under_way(db, org_id, DayPlan.day == day):
        if not ended_if_abandoned(plan):
            raise Refused(
                "这一天的路线正在生成。",
                "This day is being planned already.",
                plan_id=str(plan.id),
            )


def end_abandoned(db: Session, org_id: UUID) -> int:
    """End the plans whose command was killed; how many."""
    return sum(
        ended_if_abandoned(plan) for plan in _under_way(db, org_id, DayPlan.job_id.is_(None))
    )


def _under_way(db: Session, org_id: UUID, condition: ColumnElement[bool]) -> Sequence[DayPlan]:
    query = select(DayPlan).where(
        DayPlan.org_id == org_id, DayPlan.state.in_(("queued", "solving")), condition
    )
    return db.scalars(query.order_by(DayPlan.id).with_for_update(key_share=True)).all()


def ended_if_abandoned(plan: DayPlan) -> bool:
    """End the plan when nobody has worked on it for a while; whether it was ended. Hold its lock."""
    at = now()
    if (
        plan.job_id is not None
        or at < max(plan.state_at, plan.beat_at or plan.state_at) + ABANDONED_AFTER
    ):
        return False
    PLAN_MOVES.apply(plan, "fail", by=None, at=at)
    plan.failure = INTERRUPTED
    return True
