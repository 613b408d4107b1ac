"""The stops of a drawn zone are given to chosen volunteers, who get only these."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.problems import NotFound, Refused
from app.runs import service
from app.runs.facts import busy_volunteers, drivers
from app.runs.models import DayPlan, Run, Stop
from app.runs.plan.present import drafts, giving_way
from app.runs.plan.stored import stored_stops
from app.runs.plan.wishes import Wish
from app.runs.rules import CALLED_AT


def start(
    db: Session,
    subject: Subject,
    day: date,
    stop_ids: Sequence[UUID],
    volunteer_ids: Sequence[UUID],
    *,
    seconds: float,
    seed: int | None,
) -> DayPlan:
    """Ask for a plan of the zone, and of the rest of those who give it away.

    Hubs inside the zone are passed over. Raises NotFound for stops and volunteers that are not
    there, Refused where the zone holds what may not be moved, or a volunteer is not free.
    """
    tasks = _tasks_in(db, subject, day, stop_ids)
    wish = Wish("zone", zone_tasks=tasks, zone_volunteers=frozenset(volunteer_ids))
    plan = service.start_plan(db, subject, day, seconds=seconds, seed=seed, wish=wish)
    present = drafts(db, subject.org_id, day)
    replaced = giving_way(present, wish)
    locked = {id_ for draft in present if draft.is_locked for id_ in draft.order}
    locked |= {
        id_
        for draft in replaced
        if draft.volunteer_id not in wish.zone_volunteers
        for id_ in draft.locked
    }
    if tasks & locked:
        raise Refused(
            "圈里有锁定的站，先解锁再分。", "A stop inside the zone is locked; unlock it first."
        )
    _refuse_busy(db, subject, day, wish.zone_volunteers, [draft.run_id for draft in replaced])
    return plan


def _tasks_in(db: Session, subject: Subject, day: date, stop_ids: Sequence[UUID]) -> frozenset[str]:
    """The doors and sites among these stops; a rescue goes with its door."""
    query = (
        select(Stop, Run)
        .join(Run, (Run.org_id == Stop.org_id) & (Run.id == Stop.run_id))
        .where(Stop.org_id == subject.org_id, Stop.id.in_(stop_ids))
    )
    rows = {stop.id: (stop, run) for stop, run in db.execute(query)}
    if rows.keys() != set(stop_ids):
        raise NotFound
    if any(run.day != day or run.state != "draft" for _, run in rows.values()):
        raise Refused(
            "只能分这一天还没发布的站。", "Only stops of this day's drafts can be given away."
        )
    runs = stored_stops(db, subject.org_id, {run.id for _, run in rows.values()})
    tasks = frozenset(
        id_
        for stops in runs.values()
        for stop in stops
        if stop.row.id in rows and stop.row.kind in CALLED_AT
        for id_ in stop.task_ids
        if not (stop.row.kind == "collect" and id_.startswith("r:"))
    )
    if not tasks:
        raise Refused("圈里没有可以分的站。", "There is no stop inside the zone to give away.")
    return tasks


def _refuse_busy(
    db: Session,
    subject: Subject,
    day: date,
    volunteer_ids: Collection[UUID],
    giving: Collection[UUID],
) -> None:
    """Raises NotFound, Refused for a volunteer who is not on duty, or has another run already."""
    known = {d.volunteer_id: d for d in drivers(db, subject.org_id, day, list(volunteer_ids))}
    if known.keys() != set(volunteer_ids):
        raise NotFound
    on_duty = {driver.volunteer_id for driver in drivers(db, subject.org_id, day)}
    busy = busy_volunteers(db, subject.org_id, day, giving)
    for id_ in sorted(volunteer_ids):
        name = known[id_].name
        if id_ not in on_duty:
            raise Refused(
                f"{name}这一天没有排班。", f"{name} is not on duty that day.", volunteer_id=str(id_)
            )
        if id_ in busy:
            raise Refused(
                f"{name}已经有一条路线了，不能再分。",
                f"{name} has a run already that cannot be changed.",
                volunteer_id=str(id_),
            )
