"""Parts put together again: one plan of the whole day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from app.planning.checker import check
from app.planning.driving.cost import run_cost
from app.planning.driving.repair import REINSERTIONS, Day, put_back
from app.planning.driving.unserved import unserved
from app.planning.parts.part import Part, in_whole
from app.planning.plan import Plan, Route
from app.planning.problem import Problem, weight

Worth = tuple[int, int]
"""Weight of what is left over, then cost in seconds: the smaller pair is the better plan."""


def worth(problem: Problem, plan: Plan) -> Worth:
    """How good a plan of `problem` is; two plans of one day can be compared by it."""
    left = sum(weight(problem.task_by_id[item.task_id]) for item in plan.unserved)
    return left, sum(run_cost(problem, route) for route in plan.routes)


def join(problem: Problem, parts: Sequence[Part], plans: Sequence[Plan]) -> Plan:
    """The whole day's plan from one plan per part, in the order of `parts`.

    What a part left over is tried in the routes of all others, the weightiest first; reasons are
    looked for in the whole day. Raises ValueError when a part has no plan.
    """
    plan = _laid_together(problem, parts, plans)
    day = Day(problem, {route.vehicle_id: route for route in plan.routes})
    left = [problem.task_by_id[item.task_id] for item in plan.unserved]
    for number, task in enumerate(sorted(left, key=lambda task: -weight(task))):
        if number >= REINSERTIONS or not put_back(day, task):
            day.left.append(task.id)
    still = set(day.left)
    return replace(
        _in_order(problem, list(day.routes.values()), plan),
        unserved=tuple(unserved(problem, day.routes, task) for task in left if task.id in still),
    )


def _laid_together(problem: Problem, parts: Sequence[Part], plans: Sequence[Plan]) -> Plan:
    """The whole day's plan, each left-over task with the reason that its part knew."""
    order = {task.id: k for k, task in enumerate(problem.tasks)}
    pairs = list(zip(parts, plans, strict=True))
    routes = [route for part, plan in pairs for route in in_whole(part, plan)]
    left = sorted(
        (item for plan in plans for item in plan.unserved), key=lambda i: order[i.task_id]
    )
    return replace(_in_order(problem, routes, plans[0]), unserved=tuple(left))


def _in_order(problem: Problem, routes: list[Route], like: Plan) -> Plan:
    """A plan with these routes in the order of the vehicles; engine and seed as in `like`."""
    rank = {vehicle.id: k for k, vehicle in enumerate(problem.vehicles)}
    return Plan(
        routes=tuple(sorted(routes, key=lambda route: rank[route.vehicle_id])),
        unserved=(),
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
        engine=like.engine,
        seed=like.seed,
        source=problem.source,
    )


@dataclass
class Assembly:
    """A day while its parts are being solved, by anybody and in any order.

    `offer` takes each plan of a part; as soon as every part has one, `on_better` hears of each
    better whole day. Offers must come one at a time.
    """

    problem: Problem
    parts: tuple[Part, ...]
    on_better: Callable[[Plan], None] = lambda _: None
    _plans: dict[int, Plan] = field(default_factory=dict)
    _worths: dict[int, Worth] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part in self.parts:
            # An earlier plan may lack tasks that are new since then.
            if part.incumbent is not None and not check(part.problem, part.incumbent):
                self._keep(part.number, part.incumbent)

    def offer(self, number: int, plan: Plan) -> bool:
        """Keep a part's plan when it is the best known one; whether it was kept."""
        known = self._worths.get(number)
        if known is not None and worth(self.parts[number].problem, plan) >= known:
            return False
        self._keep(number, plan)
        if self.is_whole:
            self.on_better(_laid_together(self.problem, self.parts, self.plans()))
        return True

    def _keep(self, number: int, plan: Plan) -> None:
        self._plans[number] = plan
        self._worths[number] = worth(self.parts[number].problem, plan)

    @property
    def is_whole(self) -> bool:
        """Whether every part has a plan."""
        return len(self._plans) == len(self.parts)

    def whole(self) -> Plan:
        """The best whole day so far; raises ValueError while a part has no plan."""
        return join(self.problem, self.parts, self.plans())

    def plans(self) -> Sequence[Plan]:
        """The best plan of each part."""
        missing = [part.number for part in self.parts if part.number not in self._plans]
        if missing:
            raise ValueError(f"Part {missing[0]} has no plan yet.")
        return [self._plans[part.number] for part in self.parts]
