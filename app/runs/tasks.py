"""The job that plans a day: solve without an open transaction, store only what was checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.core.clock import now
from app.core.db import transaction
from app.core.find import find
from app.core.tenancy import organisation_ids
from app.jobs.queue import tasks
from app.matching import service as matching
from app.planning import service as planning
from app.planning.plan import Plan
from app.planning.problem import one_source
from app.roads.service import travel_times
from app.roads.travel import Source
from app.runs.abandoned import end_abandoned
from app.runs.building import build
from app.runs.day import Day, DayProblem
from app.runs.facts import day_of
from app.runs.freshness import still_open
from app.runs.left_over import doubt_pins
from app.runs.models import DayPlan
from app.runs.parts.service import LARGE, solve_large
from app.runs.plan.present import Draft, bound, drafts, giving_way, incumbent
from app.runs.plan.progress import best, point
from app.runs.plan.wishes import Wish, wish_of
from app.runs.plan.written import write_down
from app.runs.rules import PLAN_MOVES
from app.runs.store import (
    NOTHING_LOCKED,
    PlanRefused,
    checked,
    drop_drafts,
    store_plan,
    ways_of,
)
from app.runs.ways import Course, Way

log = structlog.get_logger()
TELL_EVERY_S = 0.5
BEAT_EVERY_S = 5.0


@tasks.task(name="solve_day")
def solve_day(org_id: str, plan_id: str) -> None:
    """Solve one day's plan. Doing it again (after a killed worker) starts over, harmlessly."""
    Solving(UUID(org_id), UUID(plan_id)).run()


class NothingToPlan(ValueError):
    """Nobody on duty, or nothing to carry; `zh` says which."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh


@dataclass
class Solving:
    """One solving under way: what it was given, when it last told the coordinator."""

    org_id: UUID
    plan_id: UUID
    seconds: float = 0.0
    seed: int = 0
    day: Day | None = None
    found: DayProblem | None = None
    zone: str = ""
    began: float = field(default_factory=time.monotonic)
    told_at: float = 0.0
    asked_at: float = 0.0
    beat_at: float = 0.0
    stop_asked: str = ""
    why_not: str = ""
    wish: Wish = field(default_factory=Wish)
    replaced: list[Draft] = field(default_factory=list)

    def run(self, on_wait: Callable[[], None] = lambda: None) -> None:
        """Begin, solve, store; a refusal is written down as the plan's failure. `on_wait` is called meanwhile."""
        if not self.begin():
            return
        try:
            self.measure()
            self.finish(self.solve(on_wait))
        except (planning.InvalidProblem, NothingToPlan) as refusal:
            self.fail(refusal.zh)
        except (planning.SolverDied, PlanRefused) as error:
            log.warning("plan_failed", error=type(error).__name__)
            self.fail("没有算出可行的路线，请再试一次。")
        except Exception:
            self.fail("出错了，没有算出路线。请再试一次。")  # else the day stays locked for ever
            raise

    def begin(self) -> bool:
        """Take the plan on; False when it was cancelled or is done already."""
        with transaction(self.org_id) as db:
            plan = find(db, DayPlan, self.org_id, self.plan_id, lock=True)
            if plan.state not in ("queued", "solving"):
                return False
            if plan.stop_asked == "discard":
                PLAN_MOVES.apply(plan, "cancel", by=None, at=now())
                return False
            PLAN_MOVES.apply(plan, "start", by=plan.state_by_id, at=now())
            plan.progress, plan.best, plan.source = [], {}, ""
            self.seconds, self.seed = plan.seconds, plan.seed
            self.zone = db.get_one(Organisation, self.org_id).zone
            self.wish = wish = wish_of(plan.kind, plan.wish)
            # The drafts stay as they are until the new plan is stored: it may come to nothing.
            self.replaced = giving_way(drafts(db, self.org_id, plan.day), wish)
            ids = [draft.run_id for draft in self.replaced]
            day = day_of(db, self.org_id, plan.day, self.zone, ids)
            self.day = day = bound(day, self.replaced, wish)
        self.why_not = (
            "" if day.errands else "今天没有要送、要取的东西。先分配食物，或接受一个余量预告。"
        )
        if not day.drivers:
            self.why_not = "这一天没有空着的志愿者值班。请先排班。"
        return True

    def measure(self) -> None:
        """Ask how far everything is, once: the solver, the times and the checker all use this.

        In a transaction of its own: nobody waits for the plan's row, nor for the drafts' places.
        """
        assert self.day is not None  # noqa: S101 - begin read it
        if not (self.day.errands and self.day.drivers):
            return
        with transaction(self.org_id) as db:
            self.found = build(self.day, travel_times(db))
        with transaction(self.org_id) as db:
            doubt_pins(db, self.org_id, self.found)
            row = find(db, DayPlan, self.org_id, self.plan_id, lock=True)
            row.beat_at = now()
            row.source = self.found.problem.source if self.found.problem.vehicles else ""
        for id_, (_, zh, _) in self.found.stranded.items():
            self.why_not = f"{self.found.drivers[id_].name}：{zh}"

    def solve(self, on_wait: Callable[[], None]) -> Plan:
        """The best checked plan of child processes that can be killed; a large day's in parts."""
        if self.found is None or not self.found.problem.vehicles:
            raise NothingToPlan(self.why_not or "值班的人今天都已经下班了。请排明天。")
        problem = self.found.problem
        # Locks bind the old runs to their volunteers: then those are where to begin, too.
        goes_on = self.wish.goes_on or any(draft.locked for draft in self.replaced)
        old = incumbent(problem, self.replaced) if goes_on else None
        if len(problem.tasks) > LARGE:
            plan = solve_large(
                self.org_id,
                self.plan_id,
                problem,
                seconds=self.seconds,
                seed=self.seed,
                tell=self.tell,
                should_cancel=lambda: self.is_stopped(on_wait),
                incumbent=old,
            )
        else:
            plan = planning.solve_in_child(
                problem,
                seconds=self.seconds,
                seed=self.seed,
                on_incumbent=self.tell,
                should_cancel=lambda: self.is_stopped(on_wait),
                incumbent=old,
            )
        return checked(problem, plan)

    def tell(self, plan: Plan) -> None:
        """Write the improvement down, at most twice a second; the first one at once."""
        assert self.found is not None  # noqa: S101 - a plan comes from a problem
        at = time.monotonic()
        if self.told_at and at - self.told_at < TELL_EVERY_S:
            return
        self.told_at = at
        with transaction(self.org_id) as db:
            row = find(db, DayPlan, self.org_id, self.plan_id, lock=True)
            row.progress = [*row.progress, point(self.found, plan, at - self.began)]
            row.best = best(self.found, plan)

    def is_stopped(self, on_wait: Callable[[], None]) -> bool:
        """Whether the coordinator asked to stop; asked twice a second."""
        on_wait()
        at = time.monotonic()
        if at - self.asked_at >= TELL_EVERY_S:
            self.asked_at = at
            with transaction(self.org_id) as db:
                row = find(db, DayPlan, self.org_id, self.plan_id)
                self.stop_asked = row.stop_asked
                if at - self.beat_at >= BEAT_EVERY_S:
                    self.beat_at, row.beat_at = at, now()
        # "Keep the best" needs a best: a worker that took over from a dead one has none yet.
        return self.stop_asked == "discard" or (self.stop_asked == "keep" and self.told_at > 0)

    def finish(self, plan: Plan) -> None:
        """Store the runs in place of the drafts that give way, unless it was to be discarded."""
        assert self.found is not None  # noqa: S101 - solve raised otherwise
        with transaction(self.org_id) as db:
            # Before anything is held: an engine may take its time.
            ways = ways_of(self.found, plan, travel_times(db))
        with transaction(self.org_id) as db:
            matching.take_turns(db, self.org_id)
            row = find(db, DayPlan, self.org_id, self.plan_id, lock=True)
            if row.state != "solving":
                return
            if row.stop_asked == "discard":
                PLAN_MOVES.apply(row, "cancel", by=row.state_by_id, at=now())
                return
            self._store(db, row, plan, ways)
            PLAN_MOVES.apply(row, "finish", by=row.state_by_id, at=now())

    def _store(self, db: Session, row: DayPlan, plan: Plan, ways: Mapping[Course, Way]) -> None:
        assert self.found is not None  # noqa: S101 - solve raised otherwise
        # As they are now: one may have been locked, published or changed meanwhile.
        asked = {draft.run_id for draft in self.replaced}
        present = giving_way(drafts(db, self.org_id, row.day), self.wish)
        replaced = [draft for draft in present if draft.run_id in asked]
        drop_drafts(db, self.org_id, [draft.run_id for draft in replaced])
        plan = still_open(db, self.org_id, row.day, self.found, plan)
        locked = {id_ for draft in replaced for id_ in draft.locked}
        runs = store_plan(
            db,
            self.org_id,
            self.found,
            plan,
            day=row.day,
            roads=travel_times(db),
            plan_id=row.id,
            ways=ways,
            locked=frozenset(locked) if self.wish.keep_locked else NOTHING_LOCKED,
        )
        write_down(row, self.found, plan, time.monotonic() - self.began)
        sources: list[Source] = [run.travel_source for run in runs]  # type: ignore[misc]  # the table allows only these
        row.source = one_source([self.found.problem.source, *sources])

    def fail(self, sentence: str) -> None:
        """Say why there is no plan."""
        with transaction(self.org_id) as db:
            row = find(db, DayPlan, self.org_id, self.plan_id, lock=True)
            if row.state == "solving" and row.stop_asked == "discard":
                # Thrown away before there was a first one.
                PLAN_MOVES.apply(row, "cancel", by=row.state_by_id, at=now())
            elif row.state == "solving":
                PLAN_MOVES.apply(row, "fail", by=row.state_by_id, at=now())
                row.failure = sentence


@tasks.periodic(cron="* * * * *")
@tasks.task(name="end_abandoned_plans", queueing_lock="end_abandoned_plans")
def end_abandoned_plans(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Plans whose command was killed end by themselves, in every organisation."""
    with transaction() as db:
        org_ids = organisation_ids(db)
    for org_id in org_ids:
        with transaction(org_id) as db:
            ended = end_abandoned(db, org_id)
        if ended:
            log.info("plans_abandoned", count=ended)
