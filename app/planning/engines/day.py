"""Solve a day: first plan, search, and what it finds repaired into runs that keep every rule."""

from __future__ import annotations

from collections.abc import Sequence

from app.planning.driving.stops import Bundle, bundle
from app.planning.driving.unserved import servable
from app.planning.engines.answers import earlier_orders, orders, warm_start
from app.planning.engines.best import ENGINE, TRIES_UNDER_WAY, Best, OnIncumbent, Shows
from app.planning.engines.doors import BoolArray
from app.planning.engines.first import first_orders
from app.planning.engines.fleet import rest_s
from app.planning.engines.model import build
from app.planning.engines.penalties import day_penalties
from app.planning.engines.rests import after_rest
from app.planning.plan import Plan
from app.planning.problem import Problem
from app.planning.search.budget import INFEASIBLE, Until
from app.planning.search.seeder import Seeder
from app.planning.search.service import search
from app.planning.stopping import Stop
from app.planning.validation import validate

__all__ = ["ENGINE", "OnIncumbent", "order_stops", "solve"]

LARGE = 300
"""Stops above which the first plan is a better start than chance (2 % at 1,000; worse at 150)."""

BEFORE_RESTS = 0.3
"""Share of the budget after which the breaks of the plan found are put into the model."""


def solve(
    problem: Problem,
    stop: Stop,
    seed: int,
    incumbent: Plan | None = None,
    on_incumbent: OnIncumbent | None = None,
    *,
    seeder: Seeder | None = None,
) -> Plan:
    """The best plan found until `stop` says enough.

    The same problem, seed, incumbent and iteration limit give the same plan. `incumbent` is an
    earlier plan to start from; ids in it that the problem does not have are skipped.
    `on_incumbent` gets a first plan within moments and then every better one that is shown.
    `seeder` gives a better start where most food is paired. Raises `InvalidProblem`.
    """
    validate(problem)
    stop(INFEASIBLE)  # A rule that looks at the clock counts from now on.
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
        _improve(best, bundles, Until(stop, BEFORE_RESTS), seeder, go_on=go_on)
        rests = after_rest(bundles, best.routes())
        _improve(best, bundles, stop, seeder, go_on=True, rests=rests)
    else:
        _improve(best, bundles, stop, seeder, go_on=go_on)
    return best.plan()


def _improve(
    best: Best,
    bundles: Sequence[Bundle],
    stop: Stop,
    seeder: Seeder | None,
    *,
    go_on: bool,
    rests: BoolArray | None = None,
) -> None:
    """One search until `stop`, from the best day if it is to `go_on`, else from a seed or chance."""
    model = build(best.problem, bundles, after_rest=rests)
    data = model.data
    found = search(
        data,
        stop,
        best.seed,
        start=warm_start(model, best.routes()) if go_on else None,
        on_better=Shows(model, best, stop),
        penalty=day_penalties(data),
        seeder=seeder if data.num_shipments > data.num_clients else None,
    )
    best.offer(orders(model, found))


def order_stops(problem: Problem, stop: Stop, seed: int) -> Plan:
    """The best order for one volunteer's stops; `problem` has exactly one vehicle.

    Raises ValueError for more vehicles and `InvalidProblem` like `solve`.
    """
    if len(problem.vehicles) > 1:
        raise ValueError("Ordering stops is for one vehicle; use solve for several.")
    return solve(problem, stop, seed)
