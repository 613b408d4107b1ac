"""While the solver worked, the day went on: what it planned on must still be there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.clock import today_in
from app.donors.supply import accepted_offers
from app.matching.queries import promises
from app.planning import service as planning
from app.planning.plan import RELOAD, Plan, Route, Unserved
from app.runs.day import DayProblem, Errand
from app.runs.facts import busy_volunteers, hub_of_lot, open_visits, spoken_for
from app.runs.plan.restore import order_of
from app.runs.store import checked

CHANGED = (
    "changed_meanwhile",
    "算路线的时候，这一份已经另有安排。需要的话请再生成一次。",
    "This changed while the routes were being worked out; plan again if it still needs a run.",
)


def still_open(db: Session, org_id: UUID, day: date, found: DayProblem, plan: Plan) -> Plan:
    """The plan without what somebody else took meanwhile, timed and checked again.

    A volunteer may have claimed a trip with the same food or doors, or be on another run; the
    food may have been allocated anew. Raises PlanRefused.
    """
    busy = busy_volunteers(db, org_id, day)
    fresh = _fresh_errands(db, org_id, day, found)
    routes, lost = [], []
    for route in plan.routes:
        kept = None
        if found.drivers[route.vehicle_id].volunteer_id not in busy:
            kept = _without(found, route, fresh)
        if kept is not None:
            routes.append(kept)
        here = set(kept.order) if kept is not None else set()
        lost += [id_ for id_ in dict.fromkeys(route.order) if id_ not in here]
    if not lost:
        return plan
    left_over = [Unserved(id_, *CHANGED) for id_ in lost]
    changed = replace(
        plan,
        routes=tuple(routes),
        unserved=(*plan.unserved, *left_over),
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
    )
    return checked(found.problem, changed)


def _fresh_errands(db: Session, org_id: UUID, day: date, found: DayProblem) -> set[str]:
    """Ids of the errands whose food still waits, for them."""
    proposed = {promise.id for promise in promises(db, org_id, day, ("proposed",))}
    wanted = [errand.offer.id for errand in found.errands.values() if errand.offer is not None]
    offers = {offer.id: offer.grams for offer in accepted_offers(db, org_id, None, wanted)}
    for offer_id, grams in spoken_for(db, org_id, today_in(found.zone)).items():
        if offer_id in offers:
            offers[offer_id] -= grams
    hubs = hub_of_lot(db, org_id)

    visits = {errand.task_id for errand in open_visits(db, org_id, day, found.zone)}

    def waits(errand: Errand) -> bool:
        if errand.is_visit:
            return errand.task_id in visits
        if any(promise.id not in proposed for promise in errand.promises):
            return False
        if errand.offer is not None:
            return offers.get(errand.offer.id, 0) >= errand.grams
        lots = [promise.lot_id for promise in errand.promises if promise.lot_id is not None]
        return all(lot_id in hubs and hubs[lot_id] == errand.hub for lot_id in lots)

    return {id_ for id_, errand in found.errands.items() if waits(errand)}


def _without(found: DayProblem, route: Route, fresh: set[str]) -> Route | None:
    """The route without stale errands; None when nothing is left of it or it cannot be driven."""
    calls = order_of(route)
    order = [id_ for id_ in calls if id_ in fresh or id_ == RELOAD]
    if len(order) == len(calls):
        return route
    if all(id_ == RELOAD for id_ in order):
        return None
    scheduled = planning.schedule(found.problem, route.vehicle_id, order)
    return None if scheduled.violations else scheduled.route
