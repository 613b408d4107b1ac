"""The present drafts of a day: which of them give way to a new plan, and what binds that plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import cycle
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.planning import service as planning
from app.planning.plan import RELOAD, Plan
from app.planning.problem import Problem
from app.runs.day import Day, Driver, Errand
from app.runs.models import Run
from app.runs.plan.stored import order_of, stored_stops
from app.runs.plan.wishes import Wish

IN_ZONE, OUT_OF_ZONE = "圈内", "圈外"
"""Skills that keep the two sides of a drawn zone apart."""


@dataclass(frozen=True)
class Draft:
    """A draft run as the planner calls it; `locked`: tasks of its locked stops."""

    run_id: UUID
    volunteer_id: UUID | None
    hub_id: UUID | None
    is_locked: bool
    order: tuple[str, ...]
    locked: frozenset[str]


def drafts(db: Session, org_id: UUID, day: date) -> list[Draft]:
    """The day's draft runs."""
    query = select(Run).where(Run.org_id == org_id, Run.day == day, Run.state == "draft")
    rows = list(db.scalars(query.order_by(Run.number)))
    stops = stored_stops(db, org_id, [run.id for run in rows])
    return [
        Draft(
            run.id,
            run.volunteer_id,
            run.hub_id,
            run.locked,
            order_of(stops[run.id]),
            frozenset(id_ for stop in stops[run.id] if stop.row.locked for id_ in stop.task_ids),
        )
        for run in rows
    ]


def giving_way(present: Sequence[Draft], wish: Wish) -> list[Draft]:
    """The drafts that a new plan replaces, by what was asked for."""
    chosen = [draft for draft in present if not (draft.is_locked and wish.keep_locked)]
    if wish.run_ids is not None:
        return [draft for draft in chosen if draft.run_id in wish.run_ids]
    if wish.kind == "zone":
        return [
            draft
            for draft in chosen
            if draft.volunteer_id in wish.zone_volunteers
            or not wish.zone_tasks.isdisjoint(draft.order)
        ]
    return chosen


def bound(day: Day, replaced: Sequence[Draft], wish: Wish) -> Day:
    """The day with only those who may drive, and with what is locked to whom."""
    day = _from_their_hubs(day, replaced, wish)
    if wish.run_ids is not None or wish.kind == "zone":
        day = _of_these(day, replaced, wish)
    if wish.keep_locked:
        owner = {id_: draft.volunteer_id for draft in replaced for id_ in draft.locked}
        errands = (replace(e, only=owner.get(e.task_id)) for e in day.errands)
        day = replace(day, errands=tuple(errands))
    return day


def _from_their_hubs(day: Day, replaced: Sequence[Draft], wish: Wish) -> Day:
    """Who goes on from a draft, or has a stop locked, runs from the same hub as there."""
    hubs = {
        draft.volunteer_id: draft.hub_id
        for draft in replaced
        if wish.goes_on or (wish.keep_locked and draft.locked)
    }
    drivers = (replace(d, hub_id=hubs.get(d.volunteer_id)) for d in day.drivers)
    return replace(day, drivers=tuple(drivers))


def _of_these(day: Day, replaced: Sequence[Draft], wish: Wish) -> Day:
    """The day for the volunteers of the runs that give way; a zone's two sides kept apart."""
    driving = {draft.volunteer_id for draft in replaced} | wish.zone_volunteers
    if wish.kind != "zone":
        drivers = tuple(d for d in day.drivers if d.volunteer_id in driving)
        return replace(day, drivers=drivers)
    if _leaves_work(replaced, wish):
        # What the zone's volunteers had outside needs somebody: whoever is on duty without a run.
        driving |= {driver.volunteer_id for driver in day.drivers}
    hubs = _zone_hubs(day, wish)
    drivers = tuple(_on_side(d, wish, hubs) for d in day.drivers if d.volunteer_id in driving)
    return replace(
        day, drivers=drivers, errands=tuple(_of_side(errand, wish) for errand in day.errands)
    )


def _zone_hubs(day: Day, wish: Wish) -> dict[UUID, UUID]:
    """The hub that each of the zone's volunteers runs from: those of its food, in turn."""
    wanted = Counter(
        errand.hub.id
        for errand in day.errands
        if errand.hub is not None and errand.task_id in wish.zone_tasks
    )
    hubs = [hub_id for hub_id, _ in wanted.most_common()]
    chosen = sorted(wish.zone_volunteers)
    return dict(zip(chosen, cycle(hubs), strict=False))


def _leaves_work(replaced: Sequence[Draft], wish: Wish) -> bool:
    return any(
        not wish.zone_tasks.issuperset(id_ for id_ in draft.order if id_ != RELOAD)
        for draft in replaced
        if draft.volunteer_id in wish.zone_volunteers
    )


def _on_side(driver: Driver, wish: Wish, hubs: Mapping[UUID, UUID]) -> Driver:
    side = IN_ZONE if driver.volunteer_id in wish.zone_volunteers else OUT_OF_ZONE
    hub_id = hubs.get(driver.volunteer_id, driver.hub_id)
    return replace(driver, skills=driver.skills | {side}, hub_id=hub_id)


def _of_side(errand: Errand, wish: Wish) -> Errand:
    side = IN_ZONE if errand.task_id in wish.zone_tasks else OUT_OF_ZONE
    return replace(errand, needs=errand.needs | {side})


def incumbent(problem: Problem, replaced: Sequence[Draft]) -> Plan | None:
    """The drafts as a plan to start from, as far as the problem still knows them."""
    routes = []
    for draft in replaced:
        vehicle_id = str(draft.volunteer_id)
        order = [id_ for id_ in draft.order if id_ in problem.task_by_id or id_ == RELOAD]
        if vehicle_id in problem.vehicle_by_id and any(id_ != RELOAD for id_ in order):
            routes.append(planning.schedule(problem, vehicle_id, order).route)
    if not routes:
        return None
    return Plan(
        tuple(routes),
        (),
        sum(route.distance_m for route in routes),
        sum(route.duration_s for route in routes),
        "hand",
        0,
        problem.source,
    )
