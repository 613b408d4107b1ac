"""A large day solved by as many workers as there are; one alone gets through it too."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from app.core.db import transaction
from app.jobs.queue import enqueue
from app.planning.checker import check
from app.planning.parts.local import first_in_child
from app.planning.parts.part import Part
from app.planning.parts.rounds import LARGE, Offer, in_rounds
from app.planning.parts.split import SIZE
from app.planning.plan import Plan, plan_from_dict
from app.planning.problem import Problem
from app.runs.parts import store
from app.runs.parts.tasks import Working, solve_part

LOOK_EVERY_S = 0.5
NAP_S = 0.1

__all__ = ["LARGE", "solve_large"]


def solve_large(
    org_id: UUID,
    plan_id: UUID,
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    tell: Callable[[Plan], None],
    should_cancel: Callable[[], bool],
    incumbent: Plan | None = None,
    size: int = SIZE,
) -> Plan:
    """The best checked plan of a large day (more than `LARGE` tasks) after `seconds`.

    `tell` gets the first plan within moments and every better one; after a cancel the best plan
    so far is the answer. The parts lie in `plan_part`, a job for each is enqueued, and the caller
    takes what nobody has taken: with more workers each part gets more time. A part whose worker
    falls silent is taken again. No transaction is open meanwhile. Raises `InvalidProblem`, and
    `SolverDied` when there is no plan at all.
    """
    deadline = time.monotonic() + seconds
    first = first_in_child(
        problem, seconds=seconds, seed=seed, should_cancel=should_cancel, incumbent=incumbent
    )
    tell(first)
    shift = _Shift(org_id, plan_id, should_cancel)
    return in_rounds(
        problem,
        first,
        shift.solve_round,
        left_s=lambda: 0.0 if should_cancel() else deadline - time.monotonic(),
        seed=seed,
        size=size,
        is_searched=incumbent is not None,
        on_better=tell,
    )


@dataclass
class _Shift:
    """The rounds of one large day, as the worker that has the day's own job sees them."""

    org_id: UUID
    plan_id: UUID
    should_cancel: Callable[[], bool]
    turn: int = 0
    parts: tuple[Part, ...] = ()
    looked_at: float = 0.0
    seen: dict[int, int] = field(default_factory=dict)
    is_over: bool = False

    def solve_round(self, parts: tuple[Part, ...], seconds: float, seed: int, offer: Offer) -> None:
        """Post the parts, work on what is free, gather what the others find."""
        self.parts, self.seen, self.is_over, self.looked_at = parts, {}, False, 0.0
        with transaction(self.org_id) as db:
            asked = {"turn": self.turn, "seconds": seconds, "seed": seed}
            store.post(db, self.org_id, self.plan_id, parts, **asked)  # type: ignore[arg-type]  # as named there
            for _ in parts[1:]:
                ids = {"org_id": str(self.org_id), "plan_id": str(self.plan_id)}
                enqueue(db, solve_part, **ids)
        self.turn += 1
        try:
            while not self.should_cancel() and not self.is_over:
                taken = store.take(self.org_id, self.plan_id)
                if taken is not None:
                    self._work(taken, offer)
                else:
                    time.sleep(NAP_S)
                self._look(offer, at_once=taken is not None)
            self._look(offer, at_once=True)
        finally:  # a fault here leaves no part for the others to go on with
            with transaction(self.org_id) as db:
                store.clear(db, self.org_id, self.plan_id)

    def _work(self, taken: store.Taken, offer: Offer) -> None:
        """Solve a part like any worker, and meanwhile gather what the others find."""

        def watch() -> bool:
            self._look(offer)
            return self.should_cancel()

        Working(taken, lambda plan: self._offer(taken.number, plan, offer), watch).run()

    def _look(self, offer: Offer, *, at_once: bool = False) -> None:
        """Read the plans that came in since the last look."""
        if not at_once and time.monotonic() - self.looked_at < LOOK_EVERY_S:
            return
        self.looked_at = time.monotonic()
        told = store.told(self.org_id, self.plan_id)
        self.is_over = all(item.is_over for item in told)
        for item in told:
            if item.results > self.seen.get(item.number, 0):
                self.seen[item.number] = item.results
                raw = store.result_of(self.org_id, self.plan_id, item.number)
                if raw:
                    self._offer(item.number, plan_from_dict(raw), offer)

    def _offer(self, number: int, plan: Plan, offer: Offer) -> None:
        """Offer a plan if the checker accepts it.

        Should a rescued job plan the same day a second time, rows may be the other one's.
        """
        if number < len(self.parts) and not check(self.parts[number].problem, plan):
            offer(number, plan)
