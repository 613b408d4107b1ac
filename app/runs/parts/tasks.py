"""Parts of a large day solved by any worker that is free."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from app.jobs.queue import tasks
from app.planning import service as planning
from app.planning.plan import Plan
from app.runs.parts import store
from app.runs.parts.store import Taken

log = structlog.get_logger()
BEAT_EVERY_S = 1.0


@tasks.task(name="solve_part")
def solve_part(org_id: str, plan_id: str) -> None:
    """Help with a large day: take its parts one after another until none is left.

    Doing it again, or when the day is long done, is harmless: there is nothing to take then.
    """
    while (taken := store.take(UUID(org_id), UUID(plan_id))) is not None:
        Working(taken).run()


@dataclass
class Working:
    """One part in hand; `watch` is asked about twenty times a second whether to stop."""

    taken: Taken
    on_plan: Callable[[Plan], None] = lambda _: None
    watch: Callable[[], bool] = lambda: False
    beat_at: float = 0.0
    best: Plan | None = None
    is_lost: bool = False

    def run(self) -> None:
        """Solve the part; what is found is in its row and told to `on_plan`."""
        taken = self.taken
        try:
            plan = planning.solve_in_child(
                taken.problem,
                seconds=taken.seconds,
                seed=taken.seed,
                on_incumbent=self._keep,
                should_cancel=self._is_over,
                incumbent=taken.incumbent,
            )
        except (planning.SolverDied, planning.InvalidProblem) as error:
            log.warning("part_failed", error=type(error).__name__)
            store.give_back(taken)
            return
        self.on_plan(plan)
        store.finish(taken, plan)

    def _keep(self, plan: Plan) -> None:
        self.best = plan
        self.on_plan(plan)

    def _is_over(self) -> bool:
        """Beat, and hear whether the part is still ours."""
        if time.monotonic() - self.beat_at >= BEAT_EVERY_S:
            self.beat_at = time.monotonic()
            self.is_lost = not store.beat(self.taken, self.best)
            self.best = None
        return self.is_lost or self.watch()
