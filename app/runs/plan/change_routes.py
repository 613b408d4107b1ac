"""A person changes runs before they are driven: another order, another run, locks."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.accounts.access import Crew, Planner
from app.core.db import Db
from app.core.fields import Day
from app.runs import adjust, queries, service
from app.runs.plan import locks, preview
from app.runs.plan.schemas import LockIn, MoveStopIn, OrderIn, PreviewOut, RunStepIn
from app.runs.schemas import RunOut

router = APIRouter(prefix="/api/v1", tags=["plans"])


@router.get("/runs")
def list_runs(day: Day, subject: Crew, db: Db) -> list[RunOut]:
    """The day's runs; volunteers see published ones."""
    return queries.runs(db, subject, day)


@router.post("/runs/{run_id}/moves")
def step(run_id: UUID, body: RunStepIn, subject: Planner, db: Db) -> list[RunOut]:
    """Publish, take back or cancel a run; a cancelled run is gone from the answer."""
    run = service.step(db, subject, run_id, body.verb)
    db.flush()
    return queries.runs(db, subject, None, [run.id])


@router.put("/runs/{run_id}/order")
def reorder(run_id: UUID, body: OrderIn, subject: Planner, db: Db) -> list[RunOut]:
    """Another order of stops, with new times; 409 says what it would break."""
    run = adjust.reorder(db, subject, run_id, body.stop_ids)
    db.flush()
    return queries.runs(db, subject, None, [run.id])


@router.put("/runs/{run_id}/lock")
def lock_run(run_id: UUID, body: LockIn, subject: Planner, db: Db) -> list[RunOut]:
    """Lock a run: it stays as it is when the rest is solved again. Or unlock it."""
    run = locks.lock_run(db, subject, run_id, locked=body.locked)
    db.flush()
    return queries.runs(db, subject, None, [run.id])


@router.put("/stops/{stop_id}/lock")
def lock_stop(stop_id: UUID, body: LockIn, subject: Planner, db: Db) -> list[RunOut]:
    """Lock a stop: it stays with its volunteer when the rest is solved again. Or unlock it."""
    stop = locks.lock_stop(db, subject, stop_id, locked=body.locked)
    db.flush()
    return queries.runs(db, subject, None, [stop.run_id])


@router.post("/stops/{stop_id}/preview")
def preview_move(stop_id: UUID, body: MoveStopIn, subject: Planner, db: Db) -> PreviewOut:
    """What moving a stop would bring: times, lengths, and what would break. Nothing is stored."""
    return preview.preview(db, subject, stop_id, body.run_id, body.position)


@router.post("/stops/{stop_id}/move")
def move_stop(stop_id: UUID, body: MoveStopIn, subject: Planner, db: Db) -> list[RunOut]:
    """Give a stop to another run, or another place in its own; 409 says what it would break."""
    changed = adjust.move_stop(db, subject, stop_id, body.run_id, body.position)
    db.flush()
    return queries.runs(db, subject, None, [run.id for run in changed])
