"""The plan of a day, and changes to its runs before they are driven."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter

from app.accounts.access import Crew, Planner, Staff
from app.core.clock import at_second
from app.core.db import Db
from app.core.fields import Day, Point
from app.core.find import find
from app.core.idempotency import Fingerprint, Key, once
from app.matching import queries as allocations
from app.matching.schemas import AllocateIn, AllocationOut, LeftOutOut
from app.roads.travel import Mode
from app.runs import adjust, queries, service, trips
from app.runs.from_afar import from_afar
from app.runs.models import DayPlan
from app.runs.rules import in_square
from app.runs.schemas import (
    DayIn,
    MoveStopIn,
    OrderIn,
    PlanIn,
    PlanOut,
    RunOut,
    RunStepIn,
    StopPlanIn,
    TripIn,
    TripOut,
    TripStopOut,
)
from app.runs.store import door_label

router = APIRouter(prefix="/api/v1", tags=["plans"])


@router.post("/plans", status_code=202)
def start_plan(body: PlanIn, subject: Planner, db: Db) -> PlanOut:
    """Allocate the day's food and ask for runs; a job solves it."""
    plan = service.start_plan(db, subject, body.day, seconds=body.seconds, seed=body.seed)
    if body.allocate:
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


@router.get("/plans/{plan_id}")
def open_plan(plan_id: UUID, subject: Staff, db: Db) -> PlanOut:
    """One planning, with its progress."""
    return PlanOut.model_validate(find(db, DayPlan, subject.org_id, plan_id))


@router.post("/plans/{plan_id}/stop")
def stop_plan(plan_id: UUID, body: StopPlanIn, subject: Planner, db: Db) -> PlanOut:
    """Stop solving; keep the best so far, or discard it."""
    return PlanOut.model_validate(service.stop_plan(db, subject, plan_id, keep=body.keep))


@router.post("/plans/publish")
def publish_day(body: DayIn, subject: Planner, db: Db) -> list[RunOut]:
    """Publish all draft runs of a day."""
    ids = [run.id for run in service.publish_day(db, subject, body.day)]
    db.flush()
    return queries.runs(db, subject, body.day, ids)


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


@router.post("/stops/{stop_id}/move")
def move_stop(stop_id: UUID, body: MoveStopIn, subject: Planner, db: Db) -> list[RunOut]:
    """Give a stop to another run."""
    changed = adjust.move_stop(db, subject, stop_id, body.run_id, body.position)
    db.flush()
    return queries.runs(db, subject, None, [run.id for run in changed])


def _trip(body: TripIn) -> trips.Trip:
    return trips.Trip(
        offer_ids=tuple(body.offer_ids),
        recipient_ids=tuple(body.recipient_ids),
        mode=Mode(body.mode) if body.mode else None,
        start=body.start,
        order=tuple(body.order),
    )


@router.post("/trips/preview")
def preview_trip(body: TripIn, subject: Crew, db: Db) -> TripOut:
    """A volunteer's own trip over chosen sites and doors; nothing is stored."""
    drawn = trips.draw(db, subject, _trip(body))
    if not subject.has(*queries.PLANNERS):
        drawn = replace(drawn, plan=from_afar(db, drawn.found, drawn.plan))
    return _trip_out(drawn, subject)


def _trip_out(drawn: trips.Drawn, subject: Crew) -> TripOut:
    route = drawn.plan.routes[0] if drawn.plan.routes else None
    places, errands = drawn.found.places, drawn.found.errands
    stops = []
    for stop in route.stops if route else ():
        here = [errands[id_] for id_ in stop.task_ids]
        offer = here[0].offer if here else None
        label = (
            offer.site_name
            if stop.kind == "collect" and offer
            else door_label(here)
            if here
            else "仓"
        )
        households = len({errand.recipient.id for errand in here if errand.recipient})
        lng, lat = places[stop.place]
        if stop.kind == "deliver" and not subject.has(*queries.PLANNERS):
            # Not claimed yet: trying trips out must not tell a volunteer who lives where.
            (lng, lat), label = in_square(lng, lat), f"{households} 户"
        stops.append(
            TripStopOut(
                kind=stop.kind,
                label=label,
                point=Point(lng=lng, lat=lat),
                planned_at=at_second(subject.today, stop.start_s, subject.zone),
                task_ids=list(stop.task_ids),
                households=households,
                grams=sum(errand.grams for errand in here),
            )
        )
    return TripOut(
        order=list(route.order) if route else [],
        stops=stops,
        geometry=[[stop.point.lng, stop.point.lat] for stop in stops],
        distance_m=drawn.plan.distance_m,
        duration_s=drawn.plan.duration_s,
        source=drawn.plan.source,
        violations=[{"code": v.code, "zh": v.zh, "en": v.en} for v in drawn.violations],
        left_out=list(drawn.left_out),
    )


@router.post("/trips", status_code=201)
def claim_trip(
    body: TripIn, subject: Crew, db: Db, key: Key = None, fingerprint: Fingerprint = b""
) -> list[RunOut]:
    """Claim the trip: it becomes a run of today, one for each Idempotency-Key."""

    def act() -> dict[str, str]:
        run = trips.claim_trip(db, subject, _trip(body))
        db.flush()
        return {"run_id": str(run.id)}

    kept = once(db, subject.key, key, fingerprint, act)
    return queries.runs(db, subject, None, [UUID(kept["run_id"])])
