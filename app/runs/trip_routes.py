"""A volunteer's own trip, tried out and claimed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter

from app.accounts.access import Crew
from app.core.clock import at_second
from app.core.db import Db
from app.core.fields import Point
from app.core.idempotency import Fingerprint, Key, once
from app.roads.travel import Mode
from app.runs import queries, trips
from app.runs.from_afar import from_afar
from app.runs.rules import in_square
from app.runs.schemas import RunOut, TripIn, TripOut, TripStopOut
from app.runs.stop_rows import door_label

router = APIRouter(prefix="/api/v1", tags=["plans"])


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
