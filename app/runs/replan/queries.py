"""Reads on proposals."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.runs.replan.models import Replan
from app.runs.replan.schemas import AboutOut, ReplanOut

SHOWN_MAX = 20


def replans(db: Session, org_id: UUID, day: date) -> list[Replan]:
    """The day's proposals, newest first."""
    query = select(Replan).where(Replan.org_id == org_id, Replan.day == day)
    return list(db.scalars(query.order_by(Replan.id.desc()).limit(SHOWN_MAX)))


def shown(replan: Replan) -> ReplanOut:
    """A proposal as pages see it: masked, without what only the program needs."""
    plain = (
        "id", "day", "cause", "state", "state_at", "seconds", "sentence_zh", "sentence_en",
        "unserved", "answered_s", "failure", "source",
    )  # fmt: skip
    changes = replan.changes
    return ReplanOut.model_validate(
        {
            **{name: getattr(replan, name) for name in plain},
            "about": AboutOut.model_validate(
                {name: replan.about.get(name) for name in ("run_id", "stop_id", "lot_id")}
                | {"label": replan.about.get("label", "")}
            ),
            "runs": changes.get("runs", []),
            **{name: changes.get(name, 0) for name in ("kept", "moved", "dropped")},
        }
    )
