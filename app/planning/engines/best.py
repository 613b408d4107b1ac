"""The best day found so far: what a search offers is repaired, weighed and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pyvrp import Solution

from app.planning.driving.cost import run_cost
from app.planning.driving.repair import REINSERTIONS, Day, repair
from app.planning.driving.unserved import unserved
from app.planning.engines.answers import Orders, orders
from app.planning.engines.model import Model
from app.planning.plan import Plan, Route
from app.planning.problem import Problem, Task, weight
from app.planning.stopping import Stop

ENGINE = "pyvrp"

SHOW_EVERY = 0.04
"""Share of the budget between two plans shown: opening one costs as much as some iterations."""

TRIES_UNDER_WAY = 5
"""Left-over tasks that are tried again in a plan shown under way; the last plan tries them all."""

OnIncumbent = Callable[[Plan], None]


@dataclass
class Best:
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


class Shows:
    """Offers better solutions now and then, the very first one at once (even infeasible).

    It goes by the budget, not by the clock: under an iteration limit the same are offered again.
    """

    def __init__(self, model: Model, best: Best, stop: Stop) -> None:
        self._model, self._best, self._stop = model, best, stop
        self._next = 0.0

    def __call__(self, solution: Solution) -> None:
        """A new best solution."""
        used = self._stop.used()
        if used >= self._next:
            self._next = used + SHOW_EVERY if used else 0.0
            self._best.offer(orders(self._model, solution), TRIES_UNDER_WAY)
