"""The plan of a day: asked for, watched, stopped, compared, restored, published."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.accounts.access import Planner, Staff
from app.core.db import Db
from app.core.fields import Day
from app.core.find import find
from app.matching import queries as allocations
from app.matching.schemas import AllocateIn, AllocationOut, LeftOutOut
from app.runs import queries, service
from app.runs.models import DayPlan
from app.runs.plan import compare, restore, zone
from app.runs.plan.schemas import (
    DayIn,
    PlanComparisonOut,
    PlanIn,
    PlanOut,
    StopPlanIn,
    ZoneIn,
)
from app.runs.plan.wishes import Kind, Wish
from app.runs.schemas import RunOut

router = APIRouter(prefix="/api/v1", tags=["plans"])


@router.post("/plans", status_code=202)
def start_plan(body: PlanIn, subject: Planner, db: Db) -> PlanOut:
    """Allocate the day's food and ask for runs; a job solves it."""
    ids = None if body.run_ids is None else frozenset(body.run_ids)
    kind: Kind = "improve" if body.improve else "day" if ids is None else "part"
    wish = Wish(kind, keep_locked=body.keep_locked, run_ids=ids)
    plan = service.start_plan(
        db, subject, body.day, seconds=body.seconds, seed=body.seed, wish=wish
    )
    if kind == "day" if body.allocate is None else body.allocate:
        service.allocate_day(db, subject, body.day, body.limit)
    return PlanOut.model_validate(plan)


@router.post("/allocations", status_code=201)
def allocate(body: AllocateIn, subject: Planner, db: Db) -> AllocationOut:
    """Make the day's allocation anew; what is on a run already stays."""
    outcome = service.allocate_day(db, subject, body.day, body.limit)
    left = [
        LeftOutOut(
            household_id=out.household_id, code=out.reason.code, zh=out.reason.zh, en=out.reason.en
        )
        for out in outcome.left_out
    ]
    return AllocationOut(rows=allocations.rows(db, subject.org_id, body.day), left_out=left)


@router.get("/plans")
def list_plans(day: Day, subject: Staff, db: Db) -> list[PlanOut]:
    """The day's plannings, newest first."""
    return [PlanOut.model_validate(plan) for plan in queries.plans(db, subject.org_id, day)]


@router.post("/plans/zone", status_code=202)
def split_zone(body: ZoneIn, subject: Planner, db: Db) -> PlanOut:
    """Give the stops inside a drawn zone to these volunteers; a job solves it like a plan."""
    plan = zone.start(
        db,
        subject,
        body.day,
        body.stop_ids,
        body.volunteer_ids,
        seconds=body.seconds,
        seed=body.seed,
    )
    return PlanOut.model_validate(plan)


@router.get("/plans/compare")
def compare_plans(a: UUID, b: UUID, subject: Planner, db: Db) -> PlanComparisonOut:
    """Two plannings of one day in figures, and what differs for each volunteer."""
    return compare.compare(db, subject, a, b)


@router.post("/plans/publish")
def publish_day(body: DayIn, subject: Planner, db: Db) -> list[RunOut]:
    """Publish all draft runs of a day."""
    ids = [run.id for run in service.publish_day(db, subject, body.day)]
    db.flush()
    return queries.runs(db, subject, body.day, ids)


@router.get("/plans/{plan_id}")
def open_plan(plan_id: UUID, subject: Staff, db: Db) -> PlanOut:
    """One planning, with its progress."""
    return PlanOut.model_validate(find(db, DayPlan, subject.org_id, plan_id))


@router.post("/plans/{plan_id}/stop")
def stop_plan(plan_id: UUID, body: StopPlanIn, subject: Planner, db: Db) -> PlanOut:
    """Stop solving; keep the best so far, or discard it (then the drafts stay as they were)."""
    return PlanOut.model_validate(service.stop_plan(db, subject, plan_id, keep=body.keep))


@router.post("/plans/{plan_id}/restore", status_code=201)
def restore_plan(plan_id: UUID, subject: Planner, db: Db) -> PlanOut:
    """Put an earlier planning back as the day's drafts; it becomes a planning of its own."""
    return PlanOut.model_validate(restore.restore(db, subject, plan_id))
