"""The job that works out another rest of the day; no transaction is open while it solves."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from app.accounts.models import Organisation
from app.core.clock import at_second, now
from app.core.db import transaction
from app.core.find import find
from app.jobs.queue import tasks
from app.planning import service as planning
from app.planning.plan import Plan
from app.roads.service import travel_times
from app.runs.replan.causes import Cause
from app.runs.replan.changes import Story, changes
from app.runs.replan.chores import Rest
from app.runs.replan.gathering import rest_of
from app.runs.replan.models import Replan
from app.runs.replan.outcome import left_over, names_of, new_lists, unserved_rows
from app.runs.replan.reading import read
from app.runs.replan.rules import ANSWER_S, REPLAN_MOVES, STEADY_S
from app.runs.replan.steady import steady
from app.runs.replan.underway import Underway, underway
from app.runs.store import PlanRefused, checked

log = structlog.get_logger()
ASK_EVERY_S = 0.5


@tasks.task(name="solve_replan", priority=10)
def solve_replan(org_id: str, replan_id: str) -> None:
    """Work out one proposal. Doing it again (after a killed worker) starts over, harmlessly."""
    Replanning(UUID(org_id), UUID(replan_id)).run()


@dataclass
class Replanning:
    """One proposal under way: what it was asked, and what the day looked like then."""

    org_id: UUID
    replan_id: UUID
    seconds: float = 0.0
    seed: int = 0
    began: float = field(default_factory=time.monotonic)
    asked_at: float = field(default_factory=time.monotonic)
    is_wanted: bool = True
    has_plan: bool = False

    def run(self) -> None:
        """Read the day, solve what is left of it, keep the proposal with what it changes."""
        try:
            read_ = self.begin()
            if read_ is not None:
                self.finish(read_, self.solve(read_[1]))
        except planning.InvalidProblem as refusal:
            self.fail(refusal.zh)
        except (planning.SolverDied, PlanRefused) as error:
            log.warning("replan_failed", error=type(error).__name__)
            self.fail("没有算出可行的办法，请再试一次。")
        except Exception:
            self.fail("出错了，没有算出办法。请再试一次。")  # else it is solving for ever
            raise

    def begin(self) -> tuple[Rest, Underway | None] | None:
        """The day as it stands, and its problem; None when nobody waits for the answer."""
        with transaction(self.org_id) as db:
            replan = find(db, Replan, self.org_id, self.replan_id)
            if replan.state != "solving":
                return None
            self.seconds, self.seed = replan.seconds, replan.seed
            # People wait since they asked, not since a worker was free.
            self.began -= max(0.0, (now() - replan.created_at).total_seconds())
            cause = Cause.from_dict(replan.cause, replan.about)
            zone = db.get_one(Organisation, self.org_id).zone
            rest = rest_of(read(db, self.org_id, replan.day, zone, cause), cause)
            return rest, underway(rest, travel_times(db))

    def solve(self, found: Underway | None) -> Plan | None:
        """The best checked rest of the day, with the lists that people know kept where it can be."""
        if found is None:
            return None
        plan = planning.solve_in_child(
            found.problem,
            seconds=self.seconds,
            seed=self.seed,
            on_incumbent=self.notice,
            should_cancel=lambda: self.is_late() or self.is_given_up(),
            incumbent=found.incumbent,
        )
        bound_s = STEADY_S if found.rest.cause.word in ("again", "running_late") else None
        loose = {id_ for id_, chore in found.rest.chores.items() if chore.is_put_off}
        calm = steady(found.problem, plan, found.orders, bound_s=bound_s, loose=loose)
        return checked(found.problem, calm)

    def notice(self, _: Plan) -> None:
        """There is something to show by now."""
        self.has_plan = True

    def is_late(self) -> bool:
        """Whether what was found so far must do."""
        return self.has_plan and time.monotonic() - self.began > self.seconds + ANSWER_S

    def is_given_up(self) -> bool:
        """Whether somebody asked anew, or refused it already; looked up twice a second."""
        at = time.monotonic()
        if self.is_wanted and at - self.asked_at >= ASK_EVERY_S:
            self.asked_at = at
            with transaction(self.org_id) as db:
                self.is_wanted = find(db, Replan, self.org_id, self.replan_id).state == "solving"
        return not self.is_wanted

    def finish(self, read_: tuple[Rest, Underway | None], plan: Plan | None) -> None:
        """Keep the proposal, unless nobody waits for it any more."""
        rest, found = read_
        lists = new_lists(rest, found, plan)
        left = left_over(rest, found, plan)
        zone = rest.now.zone

        def at(second: float) -> datetime:
            return at_second(rest.now.day, second, zone)

        told = changes(Story(rest, lists, left, names_of(rest), at))
        kept: dict[str, Any] = {
            "versions": {str(run.id): run.versions() for run in rest.now.runs},
            "before": [run for run in told["runs"] if run["run_id"]],
            "after": [found.to_dict() for found in lists],
            "changes": told,
            "unserved": unserved_rows(rest, left),
            "source": found.problem.source if found else "",
        }
        with transaction(self.org_id) as db:
            replan = find(db, Replan, self.org_id, self.replan_id, lock=True)
            if replan.state != "solving":
                return
            for name, value in kept.items():
                setattr(replan, name, value)
            REPLAN_MOVES.apply(replan, "propose", by=None, at=now())
            replan.answered_s = round((now() - replan.created_at).total_seconds(), 2)

    def fail(self, sentence: str) -> None:
        """Say why there is no proposal."""
        with transaction(self.org_id) as db:
            replan = find(db, Replan, self.org_id, self.replan_id, lock=True)
            if replan.state == "solving":
                REPLAN_MOVES.apply(replan, "fail", by=None, at=now())
                replan.failure = sentence
