"""Something went wrong on the way: ask for another rest of the day, look at it, decide."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.accounts.access import Planner
from app.core.db import Db
from app.core.fields import Day
from app.core.find import find
from app.core.idempotency import Fingerprint, Key, once
from app.core.problems import language_of
from app.runs.replan import queries, service
from app.runs.replan.causes import lots_under_way
from app.runs.replan.models import Replan
from app.runs.replan.schemas import LotUnderWayOut, ReplanDecisionIn, ReplanIn, ReplanOut

router = APIRouter(prefix="/api/v1", tags=["replans"])


@router.post("/replans", status_code=202)
def ask(
    body: ReplanIn, subject: Planner, db: Db, key: Key = None, fingerprint: Fingerprint = b""
) -> ReplanOut:
    """Say what went wrong; a job works out another rest of the day, nothing changes yet."""
    cause = service.Cause(
        body.cause, body.run_id, body.stop_id, body.lot_id, tuple(body.volunteer_ids)
    )

    def act() -> dict[str, str]:
        asked = service.ask(db, subject, body.day or subject.today, cause, seconds=body.seconds)
        return {"replan_id": str(asked.id)}

    kept = once(db, subject.key, key, fingerprint, act)
    return queries.shown(find(db, Replan, subject.org_id, UUID(kept["replan_id"])))


@router.get("/replans")
def list_replans(day: Day, subject: Planner, db: Db) -> list[ReplanOut]:
    """The day's proposals, newest first."""
    return [queries.shown(replan) for replan in queries.replans(db, subject.org_id, day)]


@router.get("/replans/lots")
def list_lots(day: Day, subject: Planner, db: Db) -> list[LotUnderWayOut]:
    """The lots that could be recalled from the day's runs, most food first."""
    return [
        LotUnderWayOut(lot_id=lot.id, food=lot.food, code=lot.code, grams=grams)
        for lot, grams in lots_under_way(db, subject.org_id, day)
    ]


@router.get("/replans/{replan_id}")
def open_replan(replan_id: UUID, subject: Planner, db: Db) -> ReplanOut:
    """One proposal, old and new side by side."""
    return queries.shown(find(db, Replan, subject.org_id, replan_id))


@router.post("/replans/{replan_id}/decision", response_model=ReplanOut)
def decide(
    replan_id: UUID, body: ReplanDecisionIn, request: Request, subject: Planner, db: Db
) -> ReplanOut | JSONResponse:
    """Accept or refuse a proposal; 409 when people went on driving meanwhile (then outdated)."""
    replan = service.decide(db, subject, replan_id, accept=body.accept)
    db.flush()
    if body.accept and replan.state == "outdated":
        # An answer, not an exception: that it is outdated must be kept.
        return service.Outdated().answer(language_of(request))
    return queries.shown(replan)
