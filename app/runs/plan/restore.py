"""An earlier planning becomes the day's drafts again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.find import find
from app.core.ids import new_id
from app.core.problems import Refused
from app.matching import service as matching
from app.planning import service as planning
from app.planning.plan import RELOAD, Plan, Route, Unserved
from app.roads.service import travel_times
from app.runs.abandoned import refuse_while_planned
from app.runs.building import build
from app.runs.day import DayProblem
from app.runs.facts import day_of
from app.runs.models import DayPlan
from app.runs.plan.present import Draft, drafts, giving_way
from app.runs.plan.results import KeptResult, kept_result
from app.runs.plan.wishes import Wish
from app.runs.plan.written import write_down
from app.runs.rules import PLAN_MOVES
from app.runs.store import checked, drop_drafts, store_plan, ways_of

NOT_THEN = (
    "not_in_this_plan",
    "用回的方案里没有这一份。需要的话请接着改进。",
    "The plan that was brought back does not have it; improve the plan to serve it.",
)
RESTORING = Wish("restored")


def restore(db: Session, subject: Subject, plan_id: UUID) -> DayPlan:
    """Put an earlier planning back as the day's drafts, as a planning of its own.

    Locked runs stay; single stops go where they were then. Raises Refused when something of it is no longer open, or is driven by
    somebody who is busy now, and PlanRefused when the checker finds fault with it today.
    """
    old = find(db, DayPlan, subject.org_id, plan_id)
    if not old.has_result:
        raise Refused(
            "这次生成没有结果可以用回。", "This planning has no result that could be brought back."
        )
    if old.day < subject.today:
        raise Refused("这一天已经过去了。", "That day is over.")
    kept = kept_result(old.result)
    found, replaced = _as_it_is_now(db, subject, old)
    plan = _again(found, kept, old.seed)
    ways = ways_of(found, plan, travel_times(db))
    # One after the other from here: nobody divides or plans the same food meanwhile.
    matching.take_turns(db, subject.org_id)
    refuse_while_planned(db, subject.org_id, old.day)
    _refuse_changed(db, subject, old, replaced, found)
    new = _row(subject, old)
    db.add(new)
    db.flush()
    drop_drafts(db, subject.org_id, [draft.run_id for draft in replaced])
    store_plan(
        db,
        subject.org_id,
        found,
        plan,
        day=old.day,
        roads=travel_times(db),
        plan_id=new.id,
        ways=ways,
    )
    write_down(new, found, plan, 0.0)
    new.source = found.problem.source
    PLAN_MOVES.apply(new, "finish", by=subject.person_id, at=now())
    record(db, subject.org_id, subject.person_id, "restored_plan", ("day_plan", old.id))
    return new


def _as_it_is_now(db: Session, subject: Subject, old: DayPlan) -> tuple[DayProblem, list[Draft]]:
    """The day's problem without the drafts that give way."""
    replaced = giving_way(drafts(db, subject.org_id, old.day), RESTORING)
    ids = [draft.run_id for draft in replaced]
    day = day_of(db, subject.org_id, old.day, subject.zone, ids)
    hubs = _hubs(kept_result(old.result), {hub.id: (hub.lng, hub.lat) for hub in day.hubs})
    drivers = tuple(replace(d, hub_id=hubs.get(str(d.volunteer_id))) for d in day.drivers)
    return build(replace(day, drivers=drivers), travel_times(db)), replaced


def _hubs(kept: KeptResult, places: dict[UUID, tuple[float, float]]) -> dict[str, UUID]:
    """The hub that each volunteer ran from in the kept plan."""
    by_place = {place: id_ for id_, place in places.items()}
    return {
        route.vehicle_id: by_place[kept.places[stop.place]]
        for route in kept.plan.routes
        for stop in route.stops
        if stop.kind in ("load", "unload") and kept.places[stop.place] in by_place
    }


def _again(found: DayProblem, kept: KeptResult, seed: int) -> Plan:
    """The kept plan driven today. Raises Refused where it cannot be any more."""
    for route in kept.plan.routes:
        _refuse_gone(found, kept, route)
    routes = tuple(_driven(found, kept, route) for route in kept.plan.routes)
    served = {id_ for route in routes for stop in route.stops for id_ in stop.task_ids}
    reasons = {left.task_id: left for left in kept.plan.unserved}
    plan = Plan(
        routes=routes,
        unserved=tuple(
            reasons.get(task.id, Unserved(task.id, *NOT_THEN))
            for task in found.problem.tasks
            if task.id not in served
        ),
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
        engine=kept.plan.engine,
        seed=seed,
        source=found.problem.source,
    )
    return checked(found.problem, plan)


def _refuse_gone(found: DayProblem, kept: KeptResult, route: Route) -> None:
    if route.vehicle_id not in found.problem.vehicle_by_id:
        name = kept.drivers[route.vehicle_id]
        raise Refused(
            f"{name}现在没有空，这个方案用不回来了。",
            f"{name} is not free any more; this plan cannot be brought back.",
        )
    for id_ in route.order:
        if id_ != RELOAD and id_ not in found.problem.task_by_id:
            label = kept.tasks[id_]["label"]
            raise Refused(
                f"{label}那一份已经另有安排，这个方案用不回来了。",
                f"The food for {label} is spoken for; this plan cannot be brought back.",
            )


def _driven(found: DayProblem, kept: KeptResult, route: Route) -> Route:
    """The same order with the times of today. Raises Refused when it breaks a rule now."""
    done = planning.schedule(found.problem, route.vehicle_id, order_of(route))
    if done.violations:
        name = kept.drivers[route.vehicle_id]
        raise Refused(
            f"{name}的路线现在排不下了，这个方案用不回来了。",
            f"The run of {name} cannot be driven any more; this plan cannot be brought back.",
        )
    return done.route


def order_of(route: Route) -> Sequence[str]:
    """The task ids of a planned route, RELOAD where it comes by its hub between two of them."""
    order: list[str] = []
    by_hub = False
    for stop in route.stops:
        by_hub = bool(order) and (by_hub or stop.kind in ("load", "unload"))
        if stop.task_ids:
            order += [RELOAD, *stop.task_ids] if by_hub else stop.task_ids
            by_hub = False
    return order


def _refuse_changed(
    db: Session, subject: Subject, old: DayPlan, replaced: Sequence[Draft], found: DayProblem
) -> None:
    """What was read before the turn must still be so. Raises Refused."""
    now_there = giving_way(drafts(db, subject.org_id, old.day), RESTORING)
    ids = [draft.run_id for draft in replaced]
    day = day_of(db, subject.org_id, old.day, subject.zone, ids)
    promised = Counter((e.task_id, e.grams) for e in day.errands)
    before = Counter((e.task_id, e.grams) for e in found.errands.values())
    if now_there != list(replaced) or promised != before:
        raise Refused(
            "刚刚有人改了这一天，请再试一次。", "Somebody has just changed this day; try again."
        )


def _row(subject: Subject, old: DayPlan) -> DayPlan:
    return DayPlan(
        id=new_id(),
        org_id=subject.org_id,
        day=old.day,
        kind="restored",
        wish=RESTORING.as_json(),
        origin_id=old.id,
        state="solving",
        state_at=now(),
        state_by_id=subject.person_id,
        seconds=0.0,
        seed=old.seed,
    )
