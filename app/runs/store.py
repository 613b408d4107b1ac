"""A checked plan becomes runs, stops and what each stop hands over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.core.clock import at_second, now
from app.core.ids import new_id
from app.core.problems import Refused
from app.matching import service as matching
from app.planning import service as planning
from app.planning.plan import AT_HUB, Plan, Route
from app.planning.problem import Problem
from app.roads.travel import TravelTimes
from app.runs.day import DayProblem
from app.runs.models import CareAlert, Run, Stop, StopItem
from app.runs.rules import ENDED_STOPS, RUN_MOVES, STOP_MOVES
from app.runs.stop_rows import add_stops
from app.runs.ways import Course, Way, ask_way, lay

NO_WAYS: Mapping[Course, Way] = MappingProxyType({})
NOTHING_LOCKED: frozenset[str] = frozenset()


class PlanRefused(Refused):
    """The independent checker refused a plan; it is not stored and not shown."""


def checked(problem: Problem, plan: Plan) -> Plan:
    """The plan, if the checker finds nothing. Raises PlanRefused with its sentences."""
    violations = planning.check(problem, plan)
    if violations:
        told = violations[:5]
        raise PlanRefused(" ".join(v.zh for v in told), " ".join(v.en for v in told))
    return plan


def drop_drafts(db: Session, org_id: UUID, run_ids: Collection[UUID]) -> None:
    """Throw away these unpublished runs; their allocations are open again.

    One with a stop that somebody must follow up is cancelled instead, and keeps that stop.
    """
    query = select(Run).where(Run.org_id == org_id, Run.id.in_(run_ids), Run.state == "draft")
    # Locked, so that a run that is being published this moment stays.
    drafts = list(db.scalars(query.order_by(Run.id).with_for_update(key_share=True)))
    gone = []
    for run in drafts:
        if clear_stops(db, org_id, run.id):
            RUN_MOVES.apply(run, "cancel", by=None, at=now())
            run.version += 1
        else:
            gone.append(run.id)
    db.execute(delete(Run).where(Run.org_id == org_id, Run.id.in_(gone)))


def clear_stops(db: Session, org_id: UUID, run_id: UUID) -> int:
    """Delete a run's stops (none of them driven yet) and open their allocations again.

    A stop told in a care alert stays, ended, at the head of the run; returns how many do.
    """
    told = select(CareAlert.stop_id).where(CareAlert.org_id == org_id)
    stays = list(
        db.scalars(
            select(Stop)
            .where(Stop.org_id == org_id, Stop.run_id == run_id, Stop.id.in_(told))
            .order_by(Stop.seq)
        )
    )
    ended = [stop.id for stop in stays if stop.state in ENDED_STOPS]
    stops = select(Stop.id).where(
        Stop.org_id == org_id, Stop.run_id == run_id, Stop.id.not_in(ended)
    )
    items = select(StopItem.allocation_id).where(
        StopItem.org_id == org_id, StopItem.stop_id.in_(stops)
    )
    matching.mark(
        db, org_id, [found for found in db.scalars(items) if found is not None], "proposed"
    )
    db.execute(delete(StopItem).where(StopItem.org_id == org_id, StopItem.stop_id.in_(stops)))
    db.execute(
        delete(Stop).where(
            Stop.org_id == org_id, Stop.run_id == run_id, Stop.id.not_in([s.id for s in stays])
        )
    )
    for seq, stop in enumerate(stays, start=1):
        stop.seq = seq
        if stop.state not in ENDED_STOPS:  # one household of a door was told, the others go on
            STOP_MOVES.apply(stop, "skip", by=None, at=now())
            stop.version += 1
    db.flush()
    return len(stays)


def next_number(db: Session, org_id: UUID, day: object) -> int:
    """The number of the day's next run."""
    return (
        db.scalar(select(func.max(Run.number)).where(Run.org_id == org_id, Run.day == day)) or 0
    ) + 1


def store_plan(
    db: Session,
    org_id: UUID,
    found: DayProblem,
    plan: Plan,
    *,
    day: object,
    roads: TravelTimes,
    plan_id: UUID | None,
    ways: Mapping[Course, Way] = NO_WAYS,
    locked: frozenset[str] = NOTHING_LOCKED,
) -> list[Run]:
    """Store every driven route as a draft run. The plan must have passed `checked`.

    `ways`: those asked for before (see `ways_of`); `roads` is asked for the others. `locked`:
    tasks whose stops are locked.
    """
    runs = []
    number = next_number(db, org_id, day)
    for route in plan.routes:
        if not route.stops:
            continue
        driver = found.drivers[route.vehicle_id]
        run = Run(
            id=new_id(),
            org_id=org_id,
            day=day,
            number=number,
            plan_id=plan_id,
            state="draft",
            state_at=now(),
        )
        run.volunteer_id = driver.volunteer_id
        fill_run(db, run, found, route, roads, ways=ways, locked=locked)
        runs.append(run)
        number += 1
    return runs


def ways_of(found: DayProblem, plan: Plan, roads: TravelTimes) -> dict[Course, Way]:
    """The way along the streets of every run of a plan, asked for before anything is held."""
    driven = [route for route in plan.routes if route.stops]
    courses = [course_of(found, route) for route in driven]
    return {course: ask_way(course, roads) for course in courses}


def course_of(found: DayProblem, route: Route) -> Course:
    """Where a planned route goes."""
    vehicle = found.problem.vehicle_by_id[route.vehicle_id]
    return Course(
        vehicle.mode,
        found.places[vehicle.start_place],
        tuple(found.places[stop.place] for stop in route.stops),
        found.places[vehicle.end_place] if vehicle.end_place is not None else None,
    )


def fill_run(
    db: Session,
    run: Run,
    found: DayProblem,
    route: Route,
    roads: TravelTimes,
    *,
    ways: Mapping[Course, Way] = NO_WAYS,
    locked: frozenset[str] = NOTHING_LOCKED,
) -> None:
    """What a run says about itself (times, distance, line, vehicle), and its stops."""
    driver = found.drivers[route.vehicle_id]
    # Whom somebody looks in on does not change what the run does with food.
    kinds = {id_[0] for stop in route.stops for id_ in stop.task_ids} - {"v"}
    run.shape = (
        {"c": "collection", "d": "distribution", "r": "rescue"}[kinds.pop()]
        if len(kinds) == 1
        else "mixed"
    )
    run.mode, run.vehicle = driver.mode.value, driver.vehicle
    run.capacity_grams, run.capacity_boxes, run.capacity_chilled_boxes = driver.capacity
    run.begins_at = at_second(run.day, route.depart_s, found.zone)
    run.ends_at = at_second(run.day, route.end_s, found.zone)
    run.distance_m, run.duration_s = route.distance_m, route.duration_s
    run.hub_id = next(
        (found.hub_of_place[s.place].id for s in route.stops if s.kind in AT_HUB), None
    )
    db.add(run)
    db.flush()
    stops = add_stops(db, run, found, route, locked)
    course = course_of(found, route)
    way = ways.get(course) or ask_way(course, roads)
    lay(run, stops, course, way, found.problem.travel[course.mode].source)
