"""Seed and polish: VROOM's quickest level, then PyVRP from there; the bar to beat."""

from __future__ import annotations

from collections.abc import Iterator

from pyvrp import solve

from app.planning.contest.clock import TreeClock
from app.planning.contest.entrants import Answer, Terms
from app.planning.contest.entrants.pyvrp_words import pyvrp_data, routes_of, solution_of
from app.planning.contest.entrants.vroom_alone import solved
from app.planning.contest.instances import Instance
from app.planning.contest.whole import whole


def answers(instance: Instance, terms: Terms, clock: TreeClock) -> Iterator[Answer]:
    """One answer; where fewer vehicles come first, PyVRP may use no more than VROOM did."""
    seed = solved(whole(instance), 0, costly=terms.objective == "vehicles")
    clock.found()
    vehicles = len(seed) if terms.objective == "vehicles" else instance.vehicles_max
    data = pyvrp_data(instance, vehicles)
    found = solve(
        data,
        terms.stop(clock),
        terms.seed,
        collect_stats=False,
        initial_solution=solution_of(instance, data, seed),
    ).best
    yield Answer(routes_of(instance, found))
