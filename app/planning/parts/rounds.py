"""Rounds of parts: solve all, join, cut elsewhere so that borders fall inside, solve again.

Each part starts from its own routes and never gives back anything worse, so no round makes the
day worse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from app.planning.driving.repair import repair
from app.planning.driving.stops import bundle
from app.planning.driving.unserved import servable
from app.planning.engines.day import ENGINE, solve
from app.planning.engines.first import first_orders
from app.planning.parts.join import Assembly, join
from app.planning.parts.part import Part
from app.planning.parts.split import SIZE, split
from app.planning.plan import Plan, Unserved
from app.planning.problem import Problem
from app.planning.stopping import MaxIterations

LARGE = 600
"""Tasks above which a day is planned in parts."""

ROUNDS = 3
ROUND_S = 5.0
"""Shorter rounds are not worth it: each child takes half a second of CPU before it searches."""

Offer = Callable[[int, Plan], object]
"""Takes a plan of the part with this number."""


class SolveRound(Protocol):
    """Whoever solves the parts of one round: threads, or workers on any number of machines."""

    def __call__(self, parts: tuple[Part, ...], seconds: float, seed: int, offer: Offer) -> None:
        """Solve all parts within `seconds` together and offer their plans, one call at a time."""
        ...


def first_plan(
    problem: Problem, seed: int, size: int = SIZE, incumbent: Plan | None = None
) -> Plan:
    """A plan of a large day within moments: cut along the city, each part's first orders.

    With an `incumbent` it is cut along that plan's routes, and no part is worse than there.
    """
    parts = split(problem, size=size, plan=incumbent)
    if incumbent is None:
        return join(problem, parts, [_at_once(part.problem, seed) for part in parts])
    plans = [solve(part.problem, MaxIterations(1), seed, part.incumbent) for part in parts]
    return join(problem, parts, plans)


def _at_once(problem: Problem, seed: int) -> Plan:
    """A plan of a part without any search; left-over tasks wait for their reasons until joined."""
    able = [task for task in problem.tasks if servable(problem, task)]
    found = repair(problem, first_orders(problem, bundle(problem, able)) if able else {}, 0)
    routes = tuple(found.routes.values())
    return Plan(
        routes=routes,
        unserved=tuple(Unserved(id_, "", "", "") for id_ in found.left),
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
        engine=ENGINE,
        seed=seed,
        source=problem.source,
    )


def in_rounds(
    problem: Problem,
    first: Plan,
    solve_round: SolveRound,
    *,
    left_s: Callable[[], float],
    seed: int,
    size: int = SIZE,
    rounds: int | None = None,
    is_searched: bool = False,
    on_better: Callable[[Plan], None] = lambda _: None,
) -> Plan:
    """The best plan after so many rounds (None: as many as the time is worth), starting from `first`.

    `is_searched`: a search made `first`, so one may go on from it; a search does better from its
    own beginning than from first orders (1.0 % at 40 CPU seconds for 1,000 doors). `left_s` tells how many seconds are left; at 0 no new round begins. `on_better` hears of every
    better whole day, left-over tasks with the reasons that their part knew.
    """
    best = first
    if rounds is None:
        rounds = min(ROUNDS, max(1, int(left_s() / ROUND_S)))
    for turn in range(rounds):
        left = left_s()
        if left <= 0:
            break
        parts = split(problem, size=size, plan=best, turn=turn)
        assembly = Assembly(problem, parts, on_better)
        if not is_searched:
            parts = tuple(replace(part, incumbent=None) for part in parts)
        solve_round(parts, left / (rounds - turn), seed + turn * len(parts), assembly.offer)
        best, is_searched = assembly.whole(), True
    return best
