"""A person changes a plan: another order, another volunteer, another run, one's own trip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import second_of_day
from app.core.find import find
from app.core.problems import Problem, Refused
from app.donors.supply import accepted_offers
from app.food.supply import HubPlace, hub_places
from app.matching.queries import Promise, promises
from app.planning import service as planning
from app.planning.plan import Plan, Violation
from app.roads.service import travel_times
from app.runs.day import Day, DayProblem, Driver, Errand, build, collection
from app.runs.facts import drivers, errands_for, not_before
from app.runs.models import Run, Stop, StopItem
from app.runs.service import move_run
from app.runs.store import checked, clear_stops, door_label, fill_run

CHANGEABLE = ("draft", "published")


class BreaksRules(Problem):
    """The order a person wants cannot be driven; `violations` says why."""

    type = "breaks-rules"
    sentence, sentence_en = "这样排不行。", "This order cannot be driven."

    def __init__(self, violations: Sequence[Violation]) -> None:
        told = [{"code": v.code, "zh": v.zh, "en": v.en} for v in violations]
        zh, en = (
            ("这样排不行：" + violations[0].zh, "This cannot be driven: " + violations[0].en)
            if violations
            else ("", "")
        )
        super().__init__(zh, en, violations=told)


def named(violations: Iterable[Violation], errands: Mapping[str, Errand]) -> tuple[Violation, ...]:
    """The same violations with the place's name where the solver says a task's id."""
    told = []
    for one in violations:
        errand = errands.get(one.task_id or "")
        name = _name(errand) if errand else ""
        id_ = one.task_id or ""
        told.append(
            replace(one, zh=one.zh.replace(id_, name), en=one.en.replace(id_, name))
            if name
            else one
        )
    return tuple(told)


def _name(errand: Errand) -> str:
    if errand.recipient is None:
        return errand.offer.site_name if errand.offer is not None else ""
    return door_label([errand])


@dataclass(frozen=True)
class Loaded:
    """A run as the planner sees it: its driver, its errands, its order of task ids."""

    run: Run
    driver: Driver
    errands: tuple[Errand, ...]
    order: tuple[str, ...]
    hub: HubPlace | None


def load(db: Session, org_id: UUID, run: Run) -> Loaded:
    """Read a run that nobody drives yet. Raises Refused once it is under way."""
    if run.state not in CHANGEABLE:
        raise Refused(
            "这条路线已经有人领了，不能再改。",
            "This run is claimed; it can no longer be changed.",
            state=run.state,
        )
    stops = list(
        db.scalars(
            select(Stop).where(Stop.org_id == org_id, Stop.run_id == run.id).order_by(Stop.seq)
        )
    )
    items = list(
        db.scalars(
            select(StopItem).where(
                StopItem.org_id == org_id, StopItem.stop_id.in_([s.id for s in stops])
            )
        )
    )
    found = _promises(
        db, org_id, run.day, {item.allocation_id for item in items if item.allocation_id}
    )
    offers = {
        offer.id: offer
        for offer in accepted_offers(db, org_id, None, [i.offer_id for i in items if i.offer_id])
    }
    errands = errands_for(db, org_id, run.day, found, offers)
    stop_of = {stop.id: stop for stop in stops}
    rescued = {errand.offer.id for errand in errands if errand.offer is not None}
    for item in items:
        if (
            stop_of[item.stop_id].kind == "collect"
            and item.offer_id in offers
            and item.offer_id not in rescued
        ):
            errands.append(collection(offers[item.offer_id], item.grams))
    hubs = {hub.id: hub for hub in hub_places(db, org_id)}
    order = [id_ for stop in stops for id_ in _ids_at(stop, errands, items)]
    driver = next(
        iter(drivers(db, org_id, run.day, [run.volunteer_id] if run.volunteer_id else [])), None
    )
    if driver is None:
        raise Refused(
            "这条路线的志愿者已经停用了，请重新生成路线。",
            "The volunteer of this run is no longer active; plan the day again.",
        )
    return Loaded(
        run, driver, tuple(errands), tuple(order), hubs.get(run.hub_id) if run.hub_id else None
    )


def _promises(db: Session, org_id: UUID, day: date, ids: set[UUID]) -> list[Promise]:
    return [
        promise
        for promise in promises(db, org_id, day, ("planned", "proposed"))
        if promise.id in ids
    ]


def _ids_at(stop: Stop, errands: Sequence[Errand], items: Sequence[StopItem]) -> list[str]:
    """The task ids that a stored stop calls at."""
    mine = [item for item in items if item.stop_id == stop.id]
    if stop.kind == "deliver":
        here = {item.allocation_id for item in mine}
        return [
            errand.task_id
            for errand in errands
            if here & {promise.id for promise in errand.promises}
        ]
    if stop.kind == "collect":
        fetched = {item.offer_id for item in mine}
        return [
            errand.task_id
            for errand in errands
            if errand.offer is not None and errand.offer.id in fetched
        ]
    return []


def one_driver(
    db: Session,
    day: date,
    zone: str,
    driver: Driver,
    errands: Sequence[Errand],
    *,
    hub: HubPlace | None,
    not_before_s: int = 0,
) -> DayProblem:
    """The problem of one run. Raises Refused when it would start from two hubs, or too late."""
    if any(errand.hub not in (None, hub) for errand in errands):
        raise Refused(
            "这一站的食物在另一个仓库，不能排进这条路线。",
            "The food of this stop lies in another hub; it cannot go on this run.",
        )
    if driver.start is None and hub is None:
        # A rescue without a hub, by somebody whose home we do not know, begins at its first site.
        place = next((errand.offer for errand in errands if errand.offer is not None), None)
        driver = replace(driver, start=(place.lng, place.lat) if place else None)
    chosen = Day(day, zone, (driver,), (hub,) if hub else (), tuple(errands), not_before_s)
    found = build(chosen, travel_times(db))
    for _, zh, en in found.stranded.values():
        raise Refused(zh, en)
    if not found.problem.vehicles:
        raise Refused("志愿者的班次已经结束了。", "The shift of this run's volunteer is over.")
    return found


def earliest_start(run: Run, zone: str) -> int:
    """Seconds since midnight before which a changed run does not begin: now, or its old start."""
    return max(0, min(not_before(run.day, zone), second_of_day(run.begins_at, run.day, zone)))


def rebuild(db: Session, subject: Subject, loaded: Loaded, order: Sequence[str]) -> Run:
    """Drive the errands in this order: new times, checked; the run's stops are made anew.

    Raises BreaksRules with what the order would break; then nothing has changed.
    """
    run, driver = loaded.run, loaded.driver
    earliest_s = earliest_start(run, subject.zone)
    found = one_driver(
        db,
        run.day,
        subject.zone,
        driver,
        loaded.errands,
        hub=loaded.hub,
        not_before_s=earliest_s,
    )
    scheduled = planning.schedule(found.problem, str(driver.volunteer_id), order)
    if scheduled.violations:
        raise BreaksRules(named(scheduled.violations, found.errands))
    route = scheduled.route
    plan = Plan((route,), (), route.distance_m, route.duration_s, "hand", 0, found.problem.source)
    checked(found.problem, plan)
    clear_stops(db, subject.org_id, run.id)
    fill_run(db, run, found, route, travel_times(db))
    run.version += 1
    return run


def reorder(db: Session, subject: Subject, run_id: UUID, stop_ids: Sequence[UUID]) -> Run:
    """Visit the run's stops in another order (loading and unloading keep their ends)."""
    run = find(db, Run, subject.org_id, run_id, lock=True)
    loaded = load(db, subject.org_id, run)
    tasks = _tasks_by_stop(db, subject.org_id, loaded)
    movable = [stop_id for stop_id, ids in tasks.items() if ids]
    wanted = [stop_id for stop_id in stop_ids if stop_id in movable]
    if sorted(wanted) != sorted(movable):
        raise Refused(
            "站点清单对不上，请刷新再排。",
            "The list of stops does not match; reload and try again.",
        )
    record(db, subject.org_id, subject.person_id, "reordered", ("run", run.id))
    return rebuild(db, subject, loaded, [id_ for stop_id in wanted for id_ in tasks[stop_id]])


def _tasks_by_stop(db: Session, org_id: UUID, loaded: Loaded) -> dict[UUID, list[str]]:
    stops = list(
        db.scalars(
            select(Stop)
            .where(Stop.org_id == org_id, Stop.run_id == loaded.run.id)
            .order_by(Stop.seq)
        )
    )
    items = list(
        db.scalars(
            select(StopItem).where(
                StopItem.org_id == org_id, StopItem.stop_id.in_([s.id for s in stops])
            )
        )
    )
    return {stop.id: _ids_at(stop, loaded.errands, items) for stop in stops}


def move_stop(
    db: Session, subject: Subject, stop_id: UUID, run_id: UUID, position: int
) -> list[Run]:
    """Give a stop to another run, as its `position`-th call (a household or site, 0 is first).

    Both runs are re-timed, or neither. Raises Refused, BreaksRules.
    """
    stop = find(db, Stop, subject.org_id, stop_id)
    if stop.run_id == run_id:
        raise Refused("这一站已经在这条路线上了。", "The stop is on this run already.")
    first, second = sorted((stop.run_id, run_id))
    runs = {found: find(db, Run, subject.org_id, found, lock=True) for found in (first, second)}
    # Under the locks: somebody may have changed the run meanwhile, then its stops are new ones.
    stop = find(db, Stop, subject.org_id, stop_id)
    if runs[stop.run_id].day != runs[run_id].day:
        raise Refused("两条路线不是同一天的。", "The two runs are of different days.")
    giver, taker = (load(db, subject.org_id, runs[found]) for found in (stop.run_id, run_id))
    ids = _tasks_by_stop(db, subject.org_id, giver)[stop.id]
    if not ids or (stop.kind == "collect" and any(id_.startswith("r:") for id_ in ids)):
        raise Refused("这一站不能单独挪走。", "This stop cannot be moved on its own.")
    gone = set(ids)
    moved = tuple(errand for errand in giver.errands if errand.task_id in gone)
    rest = [id_ for id_ in giver.order if id_ not in gone]
    kept = Loaded(
        giver.run,
        giver.driver,
        tuple(e for e in giver.errands if e.task_id not in gone),
        tuple(rest),
        giver.hub,
    )
    hub = taker.hub or next((errand.hub for errand in moved if errand.hub is not None), giver.hub)
    grown = Loaded(taker.run, taker.driver, (*taker.errands, *moved), taker.order, hub)
    order = _inserted(list(taker.order), list(dict.fromkeys(giver.order)), gone, position)
    clear_stops(db, subject.org_id, giver.run.id)
    rebuild(db, subject, grown, order)
    if rest:
        rebuild(db, subject, kept, rest)
    else:
        move_run(db, subject, kept.run, "cancel")
    record(db, subject.org_id, subject.person_id, "moved_stop", ("run", run_id))
    return [kept.run, grown.run]


def _inserted(order: list[str], source: list[str], moved: set[str], position: int) -> list[str]:
    """The taker's calls with the moved ones put in; a rescue's site comes right before its door."""
    calls = [id_ for id_ in source if id_ in moved for _ in range(2 if id_.startswith("r:") else 1)]
    at = max(0, min(position, len(order)))
    return order[:at] + calls + order[at:]
