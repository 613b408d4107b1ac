"""Fewer vehicles: the fleet is lowered and routes are dropped, until nothing is feasible.

A large fixed cost per vehicle does worse (5.1 % against 1.4 %, `docs/benchmarks.md`): it drowns
every other difference between solutions.
"""

from __future__ import annotations

from collections.abc import Callable

from pyvrp import PenaltyParams, ProblemData, Route, Solution

from app.planning.search.budget import Until
from app.planning.search.parts import inner
from app.planning.search.polish import OnBetter, descend, nearest
from app.planning.search.scale import Scaled
from app.planning.stopping import Stop

STRICT = 100.0
"""Times the usual penalties: here a plan that breaks no rule is the whole aim (with 200 pairs one
vehicle of 20 fewer than under the usual ones)."""

TRIES = 3
"""Routes that are dropped, one after the other, before a fleet is called the smallest."""

MOST, EXTRA = 0.8, 0.1
"""Shares of the budget: a fleet that still falls may take so much in all, a bit at a time."""

STEPS, STEP_SHARE = 8, 0.04
"""A fleet far above what its loads need falls by an eighth of that at once, as long as a small
share of the budget is enough for it; then by half as many."""


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
    """The data with the smallest fleet found in `share` of the budget or little more, solved.

    Needs one vehicle type, clients that all must be served, and a feasible `start`; otherwise
    both come back as they are.
    """
    if data.num_vehicle_types != 1 or not start.is_feasible() or not start.num_routes():
        return data, start
    near, strict = nearest(data), penalty or Scaled(weight=STRICT)

    def lowered(best: Solution, drop: int, rank: int, until: float) -> Solution | None:
        fewer = with_fleet(data, best.num_routes() - drop)
        found = descend(
            fewer,
            Until(stop, until, or_feasible=True),
            seed + rank,
            _without(rank, drop, best, fewer),
            on_better=on_better,
            penalty=strict,
            near=near,
        )
        return found if found.is_feasible() else None

    best = _in_steps(start, _least(data), stop, max(share, MOST), lowered)
    best = _one_by_one(best, _least(data), stop, share, lowered)
    capped = with_fleet(data, best.num_routes())
    return capped, moved(capped, best)


Lowered = Callable[[Solution, int, int, float], Solution | None]
"""From a solution: so many vehicles fewer, the smallest routes but so many dropped, until when."""


def _in_steps(best: Solution, least: int, stop: Stop, share: float, lowered: Lowered) -> Solution:
    drop = (best.num_routes() - least) // STEPS
    while drop > 1 and stop.used() < share:
        found = lowered(best, drop, 0, min(share, stop.used() + STEP_SHARE))
        if found is None:
            drop //= 2
        else:
            best = found
            drop = min(drop, best.num_routes() - least)
    return best


def _one_by_one(best: Solution, least: int, stop: Stop, share: float, lowered: Lowered) -> Solution:
    fell: Solution | None = best
    while fell is not None and best.num_routes() > least:
        # A fleet that has just fallen gets its chance to fall again, even beyond its share.
        end = max(share, min(MOST, stop.used() + EXTRA))
        fell = _one_fewer(best, stop, end, lowered)
        best = best if fell is None else fell
    return best


def _one_fewer(best: Solution, stop: Stop, end: float, lowered: Lowered) -> Solution | None:
    for rank in range(TRIES):
        began = stop.used()
        if began >= end:
            break
        found = lowered(best, 1, rank, began + (end - began) / (TRIES - rank))
        if found is not None:
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


def _without(rank: int, count: int, solution: Solution, data: ProblemData) -> Solution:
    """The solution as one of `data`, without `count` of its smallest routes but for `rank`."""
    routes = sorted(solution.routes(), key=lambda r: (len(r), r.distance()))
    first = min(rank, len(routes) - count)
    del routes[first : first + count]
    return Solution(data, [Route(data, inner(r), r.vehicle_type()) for r in routes])
