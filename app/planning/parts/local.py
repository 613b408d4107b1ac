"""A large day solved in parts on one machine, each part in a process that can be killed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from time import monotonic

from app.planning.parts.part import Part
from app.planning.parts.rounds import Offer, in_rounds
from app.planning.parts.split import SIZE
from app.planning.plan import Plan
from app.planning.problem import Problem
from app.planning.process.parent import SolverDied, solve_in_child

FIRST = (sys.executable, "-m", "app.planning.parts.first_child")
CHILD = (sys.executable, "-m", "app.planning.process.child")


def first_in_child(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    should_cancel: Callable[[], bool] = lambda: False,
    incumbent: Plan | None = None,
) -> Plan:
    """A checked plan within moments (see `first_plan`); raises like `solve_in_child`."""
    return solve_in_child(
        problem,
        seconds=seconds,
        seed=seed,
        should_cancel=should_cancel,
        incumbent=incumbent,
        command=FIRST,
    )


def solve_in_parts(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    workers: int = 2,
    size: int = SIZE,
    rounds: int | None = None,
    on_incumbent: Callable[[Plan], None] = lambda _: None,
    should_cancel: Callable[[], bool] = lambda: False,
    incumbent: Plan | None = None,
    iterations: int | None = None,
    command: tuple[str, ...] = CHILD,
) -> Plan:
    """The best plan of a large day after `seconds`, by so many processes at a time.

    `on_incumbent` hears of the first plan and of every better one. With `iterations` (of each
    part in each round) and enough seconds the answer is repeatable. A cancel keeps the best plan
    so far; before the first one it raises `SolverDied`. Raises `InvalidProblem`.
    """
    deadline = monotonic() + seconds
    first = first_in_child(
        problem, seconds=seconds, seed=seed, should_cancel=should_cancel, incumbent=incumbent
    )
    on_incumbent(first)
    crew = _Crew(workers, should_cancel, iterations, command)
    return in_rounds(
        problem,
        first,
        crew.solve_round,
        left_s=lambda: 0.0 if should_cancel() else deadline - monotonic(),
        seed=seed,
        size=size,
        is_searched=incumbent is not None,
        rounds=rounds,
        on_better=on_incumbent,
    )


@dataclass
class _Crew:
    """Threads that each look after one child at a time."""

    workers: int
    should_cancel: Callable[[], bool]
    iterations: int | None
    command: tuple[str, ...]
    _lock: Lock = field(default_factory=Lock)

    def solve_round(self, parts: tuple[Part, ...], seconds: float, seed: int, offer: Offer) -> None:
        """Solve the largest parts first; each gets its share of the time that is still there."""
        ends = monotonic() + seconds
        todo = sorted(parts, key=lambda part: len(part.problem.tasks))

        def take_turns() -> None:
            while True:
                with self._lock:
                    if not todo or self.should_cancel():
                        return
                    share = (ends - monotonic()) / ceil(len(todo) / self.workers)
                    part = todo.pop()
                self._solve(part, share, seed + part.number, offer)

        with ThreadPoolExecutor(self.workers, thread_name_prefix="part") as threads:
            for turn in [threads.submit(take_turns) for _ in range(self.workers)]:
                turn.result()

    def _solve(self, part: Part, seconds: float, seed: int, offer: Offer) -> None:
        def show(plan: Plan) -> None:
            with self._lock:
                offer(part.number, plan)

        # A child that dies leaves the part as it was before the round.
        with suppress(SolverDied):
            solve_in_child(
                part.problem,
                seconds=max(0.0, seconds),
                seed=seed,
                on_incumbent=show,
                should_cancel=self.should_cancel,
                incumbent=part.incumbent,
                iterations=self.iterations,
                command=self.command,
            )
