"""Fewer vehicles: the fleet is lowered one by one, and a route dropped, until nothing is feasible.

A large fixed cost per vehicle does worse (5.1 % against 1.4 %, `docs/benchmarks.md`): it drowns
every other difference between solutions.
"""

from __future__ import annotations

from pyvrp import PenaltyParams, ProblemData, Route, Solution

from app.planning.search.budget import Until
from app.planning.search.parts import inner
from app.planning.search.polish import OnBetter, descend, size
from app.planning.search.scale import Scaled
from app.planning.stopping import Stop

STRICT = 100.0
"""Times the usual penalties: here a plan that breaks no rule is the whole aim (one vehicle of 20
fewer with 200 pairs than at once these)."""

PATIENCE = 0.2
"""Of the budget, at most, for one vehicle fewer; beyond it shortening the routes brings more."""

QUICK_MAX = 300
"""Visits up to which that is so; with more of them the next vehicle may fall only later."""

TRIES = 3
"""Routes that are dropped, one after the other, before a fleet is called the smallest."""


def fewest(
    data: ProblemData,
    stop: Stop,
    seed: int,
    start: Solution,
    *,
    share: float,
    on_better: OnBetter | None = None,
    penalty: PenaltyParams | None = None,
) -> tuple[ProblemData, Solution]:
    """The data with the smallest fleet found until `share` of the budget, and its solution.

    Needs one vehicle type, clients that all must be served, and a feasible `start`; otherwise
    both come back as they are.
    """
    if data.num_vehicle_types != 1 or not start.is_feasible() or not start.num_routes():
        return data, start
    best, least = start, _least(data)
    strict = penalty or Scaled(weight=STRICT)
    while best.num_routes() > least and stop.used() < share:
        fewer = with_fleet(data, best.num_routes() - 1)
        until = min(share, stop.used() + PATIENCE) if size(data) <= QUICK_MAX else share
        found = _one_fewer(
            fewer, best, stop, seed, share=until, on_better=on_better, penalty=strict
        )
        if found is None:
            break
        best = found
    capped = with_fleet(data, best.num_routes())
    return capped, moved(capped, best)


def _one_fewer(
    data: ProblemData,
    best: Solution,
    stop: Stop,
    seed: int,
    *,
    share: float,
    on_better: OnBetter | None,
    penalty: PenaltyParams,
) -> Solution | None:
    """A feasible solution of data whose fleet is one vehicle below that of `best`, if found."""
    for turn in range(TRIES):
        began = stop.used()
        until = Until(stop, began + (share - began) / (TRIES - turn), or_feasible=True)
        start = _without(turn, best, data)
        found = descend(data, until, seed + turn, start, on_better=on_better, penalty=penalty)
        if found.is_feasible():
            return found
    return None


def with_fleet(data: ProblemData, vehicles: int) -> ProblemData:
    """The same data with so many vehicles of its only type."""
    return data.replace(vehicle_types=[data.vehicle_type(0).replace(num_available=vehicles)])


def moved(data: ProblemData, solution: Solution) -> Solution:
    """A solution of data that differs only in its fleet, as a solution of `data`."""
    return Solution(
        data, [Route(data, inner(route), route.vehicle_type()) for route in solution.routes()]
    )


def _least(data: ProblemData) -> int:
    """Vehicles that the loads alone need (clients' deliveries and pickups, each for itself)."""
    capacity = data.vehicle_type(0).capacity
    needed = [1]
    for kind in ("delivery", "pickup"):
        sums = [
            sum(getattr(client, kind)[d] for client in data.clients()) for d in range(len(capacity))
        ]
        needed += [-(-total // most) for total, most in zip(sums, capacity, strict=True) if most]
    return max(needed)


def _without(rank: int, solution: Solution, data: ProblemData) -> Solution:
    """The solution without the route that serves least, the second least, and so on."""
    routes = sorted(solution.routes(), key=lambda r: (len(r), r.distance()))
    del routes[min(rank, len(routes) - 1)]
    return Solution(data, [Route(data, inner(r), r.vehicle_type()) for r in routes])
