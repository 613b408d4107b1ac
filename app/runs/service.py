"""Verbs on the plan of a day and on runs before they are driven."""

from __future__ import annotations

import secrets
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.find import find
from app.core.ids import new_id
from app.core.problems import NotFound, Refused
from app.jobs.queue import enqueue
from app.matching import service as matching
from app.matching.rules import Outcome
from app.runs.abandoned import ended_if_abandoned, refuse_while_planned
from app.runs.burden import refuse_too_heavy
from app.runs.facts import drivers, spoken_for
from app.runs.models import DayPlan, Run, Stop
from app.runs.plan.wishes import Wish
from app.runs.rules import OPEN_STOPS, PLAN_MOVES, RUN_MOVES, TAKEN_RUNS
from app.runs.store import clear_stops
from app.runs.tasks import solve_day
from app.runs.ways import lay_again
from app.settings import settings
from app.volunteers.models import Volunteer

SEEDS = 1_000_000
WHOLE_DAY = Wish()


def allocate_day(db: Session, subject: Subject, day: date, limit: int | None = None) -> Outcome:
    """Divide the day's food anew, knowing what runs of today and later are to fetch anyway."""
    fetched = spoken_for(db, subject.org_id, subject.today)
    return matching.allocate_day(db, subject, day, limit, fetched)


def start_plan(
    db: Session,
    subject: Subject,
    day: date,
    *,
    seconds: float | None = None,
    seed: int | None = None,
    wish: Wish = WHOLE_DAY,
) -> DayPlan:
    """Ask for a plan of `day`; a job solves it. Raises Refused for the past, or while one is under way."""
    if day < subject.today:
        raise Refused("这一天已经过去了。", "That day is over.")
    matching.take_turns(db, subject.org_id)  # two who click at once ask for one plan
    refuse_while_planned(db, subject.org_id, day)
    _refuse_others(db, subject, day, wish)
    plan = DayPlan(
        id=new_id(),
        org_id=subject.org_id,
        day=day,
        kind=wish.kind,
        wish=wish.as_json(),
        state_at=now(),
        state_by_id=subject.person_id,
        seconds=seconds or settings().plan_seconds,
        seed=seed if seed is not None else secrets.randbelow(SEEDS),
    )
    db.add(plan)
    db.flush()
    plan.job_id = enqueue(
        db,
        solve_day,
        lock=f"plan {subject.org_id}",
        org_id=str(subject.org_id),
        plan_id=str(plan.id),
    )
    record(
        db, subject.org_id, subject.person_id, "asked_for_plan", ("day_plan", plan.id), day=str(day)
    )
    return plan


def _refuse_others(db: Session, subject: Subject, day: date, wish: Wish) -> None:
    """Only drafts of the day can give way. Raises NotFound, Refused."""
    for run_id in sorted(wish.run_ids or ()):
        run = find(db, Run, subject.org_id, run_id)
        if run.day != day or run.state != "draft":
            raise Refused(
                "只能重排这一天还没发布的路线。",
                "Only drafts of this day can be solved again.",
                run_id=str(run_id),
            )
        if run.locked and wish.keep_locked:
            raise Refused(
                "这条路线锁定了，先解锁再重排。",
                "This run is locked; unlock it before it is solved again.",
                run_id=str(run_id),
            )


def stop_plan(db: Session, subject: Subject, plan_id: UUID, *, keep: bool) -> DayPlan:
    """Stop solving: keep the best so far, or discard. Raises Refused when it has ended."""
    plan = find(db, DayPlan, subject.org_id, plan_id, lock=True)
    if ended_if_abandoned(plan):
        return plan
    if plan.state not in ("queued", "solving"):
        raise Refused("这次生成已经结束了。", "This planning has already ended.", state=plan.state)
    plan.stop_asked = "keep" if keep else "discard"
    if plan.state == "queued" and not keep:
        PLAN_MOVES.apply(plan, "cancel", by=subject.person_id, at=now())
    record(db, subject.org_id, subject.person_id, "stopped_plan", ("day_plan", plan.id), keep=keep)
    return plan


def publish_day(db: Session, subject: Subject, day: date) -> list[Run]:
    """Publish every draft run of the day: volunteers can see and claim them."""
    query = (
        select(Run)
        .where(Run.org_id == subject.org_id, Run.day == day, Run.state == "draft")
        .order_by(Run.number)
    )
    runs = list(db.scalars(query.with_for_update(key_share=True)))
    if not runs:
        raise Refused(
            "没有可以发布的路线。先生成路线。",
            "There is no draft run to publish. Plan the day first.",
        )
    for run in runs:
        move_run(db, subject, run, "publish")
    return runs


def move_run(db: Session, subject: Subject, run: Run, verb: str) -> Run:
    """One move of a run, stamped and counted."""
    RUN_MOVES.apply(run, verb, by=subject.person_id, at=now())
    run.version += 1
    record(db, subject.org_id, subject.person_id, f"run_{verb}", ("run", run.id))
    return run


def step(db: Session, subject: Subject, run_id: UUID, verb: str) -> Run:
    """Publish, take back, or cancel a run: the coordinator's moves. A cancelled run frees its food."""
    run = find(db, Run, subject.org_id, run_id, lock=True)
    if verb in ("cancel", "unpublish"):
        _refuse_taking_over(db, run)
    move_run(db, subject, run, verb)
    if verb == "cancel":
        clear_stops(db, subject.org_id, run.id)
    return run


def _refuse_taking_over(db: Session, run: Run) -> None:
    """Raises Refused for a run that is to take over food: nobody else would fetch it."""
    query = select(Stop.id).where(
        Stop.org_id == run.org_id,
        Stop.run_id == run.id,
        Stop.kind == "take_over",
        Stop.state.in_(OPEN_STOPS),
    )
    if db.scalars(query.limit(1)).first() is not None:
        raise Refused(
            "这条路线要去接手别人车上的食物，不能取消或撤回，请用“出了状况”重新排。",
            "This run takes food over from another one; plan the rest of the day again instead.",
        )


def own_volunteer(db: Session, subject: Subject) -> Volunteer:
    """The signed-in person's own volunteer profile. Raises Refused when there is none."""
    query = select(Volunteer).where(
        Volunteer.org_id == subject.org_id,
        Volunteer.person_id == subject.person_id,
        Volunteer.active,
    )
    volunteer = db.scalars(query.limit(1)).first()
    if volunteer is None:
        raise Refused(
            "您还没有志愿者档案，请找协调员登记。",
            "You have no volunteer profile yet; ask your coordinator.",
        )
    return volunteer


def claim(db: Session, subject: Subject, run_id: UUID) -> Run:
    """Take a published run. Whoever comes first has it; claiming one's own again changes nothing."""
    run = find(db, Run, subject.org_id, run_id, lock=True)
    if run.state == "draft":
        raise NotFound  # a draft is not shown to volunteers
    volunteer = own_volunteer(db, subject)
    if run.state == "claimed" and run.volunteer_id == volunteer.id:
        return run
    if run.state == "cancelled":
        raise Refused("这条路线取消了。", "This run was cancelled.", state=run.state)
    if run.state != "published":
        raise Refused("这条路线已经有人领了。", "Somebody has this run already.", state=run.state)
    if run.day < subject.today:
        raise Refused("这条路线的日子已经过了。", "The day of this run is over.")
    refuse_too_heavy(db, run, volunteer)
    move_run(db, subject, run, "claim")
    if run.volunteer_id != volunteer.id:
        # Planned for somebody else: it begins where the claimer does, and shows nobody's home.
        (driver,) = drivers(db, subject.org_id, run.day, [volunteer.id])
        run.volunteer_id = volunteer.id
        lay_again(db, run, (driver.start, driver.end))
    return run


def drivers_run(db: Session, subject: Subject, run_id: UUID, *, lock: bool = True) -> Run:
    """A run for whoever drives it: the volunteer who has claimed it, or a planner.

    Raises NotFound for others, also for a volunteer it is only meant for, or who gave it back.
    """
    run = find(db, Run, subject.org_id, run_id, lock=lock)
    if subject.has("coordinator", "organisation_admin"):
        return run
    if run.state not in TAKEN_RUNS or run.volunteer_id not in own_profiles(db, subject):
        raise NotFound
    return run


def own_profiles(db: Session, subject: Subject) -> set[UUID]:
    """The signed-in person's volunteer profiles, ended ones too: what they drove stays theirs."""
    query = select(Volunteer.id).where(
        Volunteer.org_id == subject.org_id, Volunteer.person_id == subject.person_id
    )
    return set(db.scalars(query))


def release(db: Session, subject: Subject, run_id: UUID) -> Run:
    """Give a claimed run back."""
    return move_run(db, subject, drivers_run(db, subject, run_id), "release")
