"""Solve a route problem with PyVRP (iterated local search, seeded)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

from pyvrp import (
    IteratedLocalSearchCallbacks,
    IteratedLocalSearchParams,
    Solution,
    SolveParams,
)
from pyvrp import solve as pyvrp_solve
from pyvrp.exceptions import PenaltyBoundWarning

from app.planning.driving.stops import Bundle, bundle
from app.planning.driving.unserved import servable
from app.planning.engines.answers import earlier_orders, orders, warm_start
from app.planning.engines.best import ENGINE, TRIES_UNDER_WAY, Best, OnIncumbent, Shows
from app.planning.engines.doors import BoolArray
from app.planning.engines.first import first_orders
from app.planning.engines.fleet import rest_s
from app.planning.engines.model import Model, build
from app.planning.engines.penalties import day_penalties
from app.planning.engines.rests import after_rest
from app.planning.plan import Plan
from app.planning.problem import Problem
from app.planning.stopping import Stop as StoppingRule
from app.planning.validation import validate

__all__ = ["ENGINE", "OnIncumbent", "order_stops", "solve"]

ANY_COST = 1 << 62

LARGE = 300
"""Stops above which the first plan is a better start than chance (2 % at 1,000; worse at 150)."""

BEFORE_RESTS = 0.6
"""Share of the budget after which the breaks of the plan found are put into the model."""


def solve(
    problem: Problem,
    stop: StoppingRule,
    seed: int,
    incumbent: Plan | None = None,
    on_incumbent: OnIncumbent | None = None,
) -> Plan:
    """The best plan found until `stop` says enough.

    The same problem, seed, incumbent and iteration limit give the same plan. `incumbent` is an
    earlier plan to start from; ids in it that the problem does not have are skipped.
    `on_incumbent` gets a first plan within moments and then every better one that is shown.
    Raises `InvalidProblem`.
    """
    validate(problem)
    stop(ANY_COST)  # A rule that looks at the clock counts from now on.
    best = Best(problem, seed, on_incumbent)
    able = [task for task in problem.tasks if servable(problem, task)]
    if incumbent is not None:
        best.offer(earlier_orders(problem, incumbent.routes))
    if not able:
        return best.plan()
    bundles = bundle(problem, able)
    best.offer(first_orders(problem, bundles), TRIES_UNDER_WAY)
    go_on = incumbent is not None or len(bundles) > LARGE
    if any(rest_s(vehicle) for vehicle in problem.vehicles):
        _improve(best, bundles, _Share(stop, BEFORE_RESTS), go_on=go_on)
        _improve(best, bundles, stop, go_on=True, rests=after_rest(bundles, best.routes()))
    else:
        _improve(best, bundles, stop, go_on=go_on)
    return best.plan()


def _improve(
    best: Best,
    bundles: Sequence[Bundle],
    stop: StoppingRule,
    *,
    go_on: bool,
    rests: BoolArray | None = None,
) -> None:
    """One search until `stop`, from the best day if it is to `go_on`, else from chance."""
    model = build(best.problem, bundles, after_rest=rests)
    start = warm_start(model, best.routes()) if go_on else None
    best.offer(orders(model, _search(model, stop, best.seed, start, Shows(model, best, stop))))


def order_stops(problem: Problem, stop: StoppingRule, seed: int) -> Plan:
    """The best order for one volunteer's stops; `problem` has exactly one vehicle.

    Raises ValueError for more vehicles and `InvalidProblem` like `solve`.
    """
    if len(problem.vehicles) > 1:
        raise ValueError("Ordering stops is for one vehicle; use solve for several.")
    return solve(problem, stop, seed)


class _Share:
    """Stops at a share of another rule's budget, or with it."""

    def __init__(self, stop: StoppingRule, share: float) -> None:
        self._stop, self._share = stop, share

    def __call__(self, best_cost: int) -> bool:
        """Whether the share is used up."""
        return self._stop(best_cost) or self._stop.used() >= self._share

    def used(self) -> float:
        """The share of the share that is used."""
        return min(1.0, self._stop.used() / self._share)


def _search(
    model: Model,
    stop: StoppingRule,
    seed: int,
    start: Solution | None,
    on_better: Callable[[Solution], None],
) -> Solution:
    """The best solution found until `stop` says enough."""
    params = SolveParams(
        ils=IteratedLocalSearchParams(callbacks=_Watch(on_better)),
        penalty=day_penalties(model.data),
    )
    with warnings.catch_warnings():
        # On a day that is far too full penalties may end at their cap; what PyVRP finds is
        # repaired anyway, so nobody needs to hear of it.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        result = pyvrp_solve(
            model.data, stop, seed, collect_stats=False, params=params, initial_solution=start
        )
    return result.best


class _Watch(IteratedLocalSearchCallbacks):
    """Passes PyVRP's first and every better solution on."""

    def __init__(self, on_better: Callable[[Solution], None]) -> None:
        self._on_better = on_better
        self._shown: Solution | None = None

    def on_iteration(
        self, current: Solution, candidate: Solution, best: Solution, cost_evaluator: object
    ) -> None:
        """Called by PyVRP after each iteration."""
        del current, candidate, cost_evaluator
        if best is not self._shown:
            self._shown = best
            self._on_better(best)
