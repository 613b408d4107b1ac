"""A checked plan becomes runs, stops and what each stop hands over."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.core.clock import at_second, now
from app.core.fields import Point
from app.core.ids import new_id
from app.core.problems import Refused
from app.matching import service as matching
from app.planning import service as planning
from app.planning.plan import Plan, Route
from app.planning.plan import Stop as PlannedStop
from app.planning.problem import Problem
from app.recipients.rules import masked
from app.roads.travel import TravelTimes
from app.runs.day import DayProblem, Errand
from app.runs.models import Run, Stop, StopItem
from app.runs.ways import Course, lay


class PlanRefused(Refused):
    """The independent checker refused a plan; it is not stored and not shown."""


def checked(problem: Problem, plan: Plan) -> Plan:
    """The plan, if the checker finds nothing. Raises PlanRefused with its sentences."""
    violations = planning.check(problem, plan)
    if violations:
        told = violations[:5]
        raise PlanRefused(" ".join(v.zh for v in told), " ".join(v.en for v in told))
    return plan


def drop_drafts(db: Session, org_id: UUID, day: object) -> None:
    """Throw away the day's unpublished runs; their allocations are open again."""
    query = select(Run.id).where(Run.org_id == org_id, Run.day == day, Run.state == "draft")
    # Locked, so that a run that is being published this moment stays.
    drafts = list(db.scalars(query.order_by(Run.id).with_for_update(key_share=True)))
    for run_id in drafts:
        clear_stops(db, org_id, run_id)
    db.execute(delete(Run).where(Run.org_id == org_id, Run.id.in_(drafts)))


def clear_stops(db: Session, org_id: UUID, run_id: UUID) -> None:
    """Delete a run's stops (none of them driven yet) and open their allocations again."""
    stops = select(Stop.id).where(Stop.org_id == org_id, Stop.run_id == run_id)
    items = select(StopItem.allocation_id).where(
        StopItem.org_id == org_id, StopItem.stop_id.in_(stops)
    )
    matching.mark(
        db, org_id, [found for found in db.scalars(items) if found is not None], "proposed"
    )
    db.execute(delete(StopItem).where(StopItem.org_id == org_id, StopItem.stop_id.in_(stops)))
    db.execute(delete(Stop).where(Stop.org_id == org_id, Stop.run_id == run_id))


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
) -> list[Run]:
    """Store every driven route as a draft run. The plan must have passed `checked`."""
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
        fill_run(db, run, found, route, roads)
        runs.append(run)
        number += 1
    return runs


def fill_run(db: Session, run: Run, found: DayProblem, route: Route, roads: TravelTimes) -> None:
    """What a run says about itself (times, distance, line, vehicle), and its stops."""
    driver = found.drivers[route.vehicle_id]
    kinds = {errand_id[0] for errand_id in route.order}
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
        (found.hub_of_place[s.place].id for s in route.stops if s.kind in ("load", "unload")), None
    )
    db.add(run)
    db.flush()
    stops = _add_stops(db, run, found, route)
    vehicle = found.problem.vehicle_by_id[route.vehicle_id]
    course = Course(
        found.places[vehicle.start_place],
        tuple(found.places[stop.place] for stop in route.stops),
        found.places[vehicle.end_place] if vehicle.end_place is not None else None,
    )
    lay(run, stops, course, roads, found.problem.travel[vehicle.mode].source)


def _add_stops(db: Session, run: Run, found: DayProblem, route: Route) -> list[Stop]:
    """The route's stops in their order, with their items; their allocations are on a run now."""
    loaded = [found.errands[id_] for id_ in dict.fromkeys(route.order) if id_.startswith("d:")]
    fetched = [found.errands[id_] for id_ in dict.fromkeys(route.order) if id_.startswith("c:")]
    seen: set[str] = set()
    stops = []
    for seq, planned in enumerate(route.stops, start=1):
        if planned.kind == "load":
            errands = loaded
        elif planned.kind == "unload":
            errands = fetched
        else:
            errands = [found.errands[id_] for id_ in planned.task_ids]
        stop = _stop(run, found, planned, errands, seq)
        db.add(stop)
        db.flush()
        db.add_all(_items(run, stop, errands))
        stops.append(stop)
        seen.update(planned.task_ids)
    used = [promise.id for id_ in seen for promise in found.errands[id_].promises]
    matching.mark(db, run.org_id, used, "planned")
    return stops


def _stop(
    run: Run,
    found: DayProblem,
    planned: PlannedStop,
    errands: Sequence[Errand],
    seq: int,
) -> Stop:
    lng, lat = found.places[planned.place]
    hub = found.hub_of_place.get(planned.place) if planned.kind in ("load", "unload") else None
    offer = errands[0].offer if planned.kind == "collect" and errands else None
    opens, closes = _window(found, planned)
    return Stop(
        id=new_id(),
        org_id=run.org_id,
        run_id=run.id,
        seq=seq,
        kind=planned.kind,
        site_id=offer.site_id if offer else None,
        hub_id=hub.id if hub else None,
        label=hub.name if hub else offer.site_name if offer else door_label(errands),
        street=offer.street
        if offer
        else errands[0].recipient.street
        if errands and errands[0].recipient
        else "",
        geom=Point(lng=lng, lat=lat).to_geometry(),
        planned_at=at_second(run.day, planned.start_s, found.zone),
        window_from=at_second(run.day, opens, found.zone),
        window_until=at_second(run.day, closes, found.zone),
        service_s=planned.leave_s - planned.start_s,
        state="planned",
        state_at=now(),
    )


def door_label(errands: Sequence[Errand]) -> str:
    """A door as lists may show it: the masked name, or how many households."""
    people = {
        errand.recipient.id: errand.recipient for errand in errands if errand.recipient is not None
    }
    if len(people) != 1:
        return f"{len(people)} 户"
    person = next(iter(people.values()))
    return masked(person.name) if person.kind == "household" else person.name


def _window(found: DayProblem, planned: PlannedStop) -> tuple[int, int]:
    """The part of the day in which all of the stop's tasks can be served."""
    opens, closes = 0, 86_400
    for id_ in planned.task_ids:
        task = found.problem.task_by_id[id_]
        windows = task.windows
        if planned.kind == "collect" and hasattr(task, "pickup_windows"):
            windows = task.pickup_windows
        if windows:
            opens, closes = max(opens, windows[0].start_s), min(closes, windows[-1].end_s)
    return opens, max(opens, closes)


def _items(run: Run, stop: Stop, errands: Sequence[Errand]) -> list[StopItem]:
    """Doors: one item per allocation. Sites and hubs: one per offer or lot, summed."""
    if stop.kind == "deliver":
        return [
            StopItem(
                org_id=run.org_id,
                stop_id=stop.id,
                recipient_id=promise.recipient_id,
                lot_id=promise.lot_id,
                offer_id=promise.offer_id,
                allocation_id=promise.id,
                grams=promise.grams,
                boxes=promise.boxes,
            )
            for errand in errands
            for promise in errand.promises
        ]
    sums: dict[tuple[UUID | None, UUID | None], list[int]] = {}
    for errand in errands:
        parts = [(p.lot_id, p.offer_id, p.grams, p.boxes) for p in errand.promises]
        if not parts and errand.offer is not None:
            parts = [(None, errand.offer.id, errand.grams, errand.boxes)]
        for lot_id, offer_id, grams, boxes in parts:
            total = sums.setdefault((lot_id, offer_id), [0, 0])
            total[0] += grams
            total[1] += boxes
    return [
        StopItem(
            org_id=run.org_id,
            stop_id=stop.id,
            lot_id=lot_id,
            offer_id=offer_id,
            grams=grams,
            boxes=boxes,
        )
        for (lot_id, offer_id), (grams, boxes) in sums.items()
    ]
