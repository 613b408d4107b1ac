"""PyVRP as it comes: default parameters, its own `minimise_fleet` for vehicles first."""

from __future__ import annotations

from collections.abc import Iterator

from pyvrp import (
    IteratedLocalSearchCallbacks,
    IteratedLocalSearchParams,
    ProblemData,
    Solution,
    SolveParams,
    VehicleType,
    minimise_fleet,
    solve,
)

from app.planning.contest.clock import TreeClock
from app.planning.contest.entrants import Answer, NoAnswer, Terms
from app.planning.contest.entrants.pyvrp_words import pyvrp_data, routes_of
from app.planning.contest.instances import Instance

FLEET_SHARE = 0.5
"""Of the budget, at most, for fewer vehicles; the rest makes the routes shorter."""


def answers(instance: Instance, terms: Terms, clock: TreeClock) -> Iterator[Answer]:
    """One answer: the best by the terms' objective."""
    watch = Watch(clock, fewest=terms.objective == "vehicles")
    params = SolveParams(ils=IteratedLocalSearchParams(callbacks=watch))
    data = pyvrp_data(instance, instance.vehicles_max)
    if terms.objective == "vehicles":
        data = data.replace(vehicle_types=[_fleet(data, terms, clock, params, watch)])
    watch.offer(solve(data, terms.stop(clock), terms.seed, collect_stats=False, params=params).best)
    if watch.best is None:
        raise NoAnswer("PyVRP found no feasible plan.")
    yield Answer(routes_of(instance, watch.best))


def _fleet(
    data: ProblemData, terms: Terms, clock: TreeClock, params: SolveParams, watch: Watch
) -> VehicleType:
    """The fewest vehicles that PyVRP's own descent finds enough."""
    try:
        return minimise_fleet(data, terms.stop(clock, FLEET_SHARE), terms.seed, params)
    except ValueError:
        # It bounds customers from below, but not pairs: with few of them it tries no vehicle.
        used = data.num_vehicles if watch.best is None else watch.best.num_routes()
        return data.vehicle_type(0).replace(num_available=used)


class Watch(IteratedLocalSearchCallbacks):
    """Notes the first feasible plan and keeps the best.

    Without it a fleet that `minimise_fleet` found could be lost again: it returns the number of
    vehicles only, not the plan that needs no more.
    """

    def __init__(self, clock: TreeClock, *, fewest: bool) -> None:
        self._clock, self._fewest = clock, fewest
        self.best: Solution | None = None

    def on_iteration(
        self, current: Solution, candidate: Solution, best: Solution, cost_evaluator: object
    ) -> None:
        """Called by PyVRP after each iteration."""
        del current, candidate, cost_evaluator
        if best is not self.best:
            self.offer(best)

    def offer(self, plan: Solution) -> None:
        """Keep a feasible plan if it is the better one, by vehicles first or by distance."""
        if not plan.is_feasible():
            return
        self._clock.found()
        if self.best is None or self._worth(plan) < self._worth(self.best):
            self.best = plan

    def _worth(self, plan: Solution) -> tuple[int, int]:
        return plan.num_routes() if self._fewest else 0, plan.distance()
