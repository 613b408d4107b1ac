"""Solve a route problem with PyVRP (iterated local search, seeded)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

from pyvrp import (
    IteratedLocalSearchCallbacks,
    IteratedLocalSearchParams,
    Solution,
    SolveParams,
)
from pyvrp import solve as pyvrp_solve
from pyvrp.exceptions import PenaltyBoundWarning

from app.planning.driving.cost import run_cost
from app.planning.driving.repair import REINSERTIONS, Day, repair
from app.planning.driving.stops import bundle
from app.planning.driving.unserved import servable, unserved
from app.planning.engines.answers import Orders, earlier_orders, orders, warm_start
from app.planning.engines.first import first_orders
from app.planning.engines.fleet import rest_s
from app.planning.engines.model import Model, build
from app.planning.engines.penalties import day_penalties
from app.planning.engines.rests import after_rest
from app.planning.plan import Plan, Route
from app.planning.problem import Problem, Task, weight
from app.planning.stopping import Stop as StoppingRule
from app.planning.validation import validate

ENGINE = "pyvrp"

SHOW_EVERY = 0.04
"""Share of the budget between two plans shown: opening one costs as much as some iterations."""

TRIES_UNDER_WAY = 5
"""Left-over tasks that are tried again in a plan shown under way; the last plan tries them all."""

FAR_TOO_DEAR = 1 << 62
LARGE = 300
"""Stops above which the first plan is a better start than chance (2 % at 1,000; worse at 150)."""

BEFORE_RESTS = 0.6
"""Share of the budget after which the breaks of the plan found are put into the model."""

OnIncumbent = Callable[[Plan], None]


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
    stop(FAR_TOO_DEAR)  # Its clock runs from now on.
    best = _Best(problem, seed, on_incumbent)
    able = [task for task in problem.tasks if servable(problem, task)]
    if incumbent is not None:
        best.offer(earlier_orders(problem, incumbent.routes))
    if not able:
        return best.plan()
    bundles = bundle(problem, able)
    best.offer(first_orders(problem, bundles), TRIES_UNDER_WAY)
    model = build(problem, bundles)
    large = len(bundles) > LARGE
    start = warm_start(model, best.routes()) if incumbent is not None or large else None
    resting = any(rest_s(vehicle) for vehicle in problem.vehicles)
    _improve(model, best, _Share(stop, BEFORE_RESTS) if resting else stop, start)
    if resting:
        model = build(problem, bundles, after_rest=after_rest(bundles, best.routes()))
        _improve(model, best, stop, warm_start(model, best.routes()))
    return best.plan()


def _improve(model: Model, best: _Best, stop: StoppingRule, start: Solution | None) -> None:
    found = _search(model, stop, best.seed, start, _Shows(model, best, stop))
    best.offer(orders(model, found))


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


def order_stops(problem: Problem, stop: StoppingRule, seed: int) -> Plan:
    """The best order for one volunteer's stops; `problem` has exactly one vehicle.

    Raises ValueError for more vehicles and `InvalidProblem` like `solve`.
    """
    if len(problem.vehicles) > 1:
        raise ValueError("Ordering stops is for one vehicle; use solve for several.")
    return solve(problem, stop, seed)


@dataclass
class _Best:
    """The best day seen so far, by weight left over and then by cost."""

    problem: Problem
    seed: int
    on_incumbent: OnIncumbent | None
    day: Day | None = None
    score: tuple[int, int] = field(default=(0, 0))

    def offer(self, found: Orders, tries: int = REINSERTIONS) -> None:
        """Repair what a solver found and keep it when it is better."""
        day = repair(self.problem, found, tries)
        score = _score(day)
        if self.day is None or score < self.score:
            self.day, self.score = day, score
            if self.on_incumbent:
                self.on_incumbent(self.plan())

    def routes(self) -> list[Route]:
        """The runs of the best day."""
        return list(self.day.routes.values()) if self.day else []

    def plan(self) -> Plan:
        """The best day as a plan, tasks left over with their reasons."""
        day = self.day or repair(self.problem, {})
        return _plan(day, self.seed)


def _score(day: Day) -> tuple[int, int]:
    left = sum(weight(day.problem.task_by_id[id_]) for id_ in day.left)
    return left, sum(run_cost(day.problem, route) for route in day.routes.values())


def _plan(day: Day, seed: int) -> Plan:
    problem = day.problem
    ranks = {vehicle.id: rank for rank, vehicle in enumerate(problem.vehicles)}
    routes = tuple(sorted(day.routes.values(), key=lambda route: ranks[route.vehicle_id]))
    left = set(day.left)
    rest: list[Task] = [task for task in problem.tasks if task.id in left]
    return Plan(
        routes=routes,
        unserved=tuple(unserved(problem, day.routes, task) for task in rest),
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
        engine=ENGINE,
        seed=seed,
        source=problem.source,
    )


class _Shows:
    """Offers better solutions now and then, the very first one at once (even infeasible).

    It goes by the budget, not by the clock: under an iteration limit the same are offered again.
    """

    def __init__(self, model: Model, best: _Best, stop: StoppingRule) -> None:
        self._model, self._best, self._stop = model, best, stop
        self._next = 0.0

    def __call__(self, solution: Solution) -> None:
        """A new best solution."""
        used = self._stop.used()
        if used >= self._next:
            self._next = used + SHOW_EVERY if used else 0.0
            self._best.offer(orders(self._model, solution), TRIES_UNDER_WAY)


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
