"""`search`: the one way into this room."""

from __future__ import annotations

from random import Random

from pyvrp import PenaltyParams, ProblemData, Solution

from app.planning.search.budget import Until
from app.planning.search.fleet import fewest
from app.planning.search.parts import groups_of_routes, numbers_of, part_of, put_back
from app.planning.search.polish import OnBetter, cost, descend, polish, size
from app.planning.search.seeder import Seeder
from app.planning.stopping import Stop

FLEET_SHARE = 0.45
"""Of the budget, for a smaller fleet, and a bit more while it falls; the rest shortens the routes."""

LARGE = 600
"""Visits above which the second half of the budget goes to parts."""

PART = 300
WHOLE_SHARE = 0.5
TURNS_MAX = 4
TURN_ITERATIONS = 10_000
"""The parts are cut anew once for so many iterations that the first half was good for."""

SEED_SHARE = 0.3
"""Of the budget, at most, for waiting on a seed."""


def search(
    data: ProblemData,
    stop: Stop,
    seed: int,
    *,
    start: Solution | None = None,
    fewest_vehicles: bool = False,
    on_better: OnBetter | None = None,
    penalty: PenaltyParams | None = None,
    seeder: Seeder | None = None,
) -> Solution:
    """The best solution found until `stop`; the same for the same seed and iteration limit.

    `start`: a solution to begin with, complete or not. `fewest_vehicles`: fewer vehicles come
    before less cost (for data with one vehicle type). `on_better` is told every better solution
    of the whole, the very first one too, which may be infeasible. `penalty`: what breaking a rule
    costs, if the data's own scale does not say it (prizes). `seeder`: VROOM's process, asked for
    a first solution where food is paired.
    """
    if start is None and seeder is not None and data.num_shipments:
        start = seeder.seed(data, stop, SEED_SHARE)
        if start is not None and on_better:
            on_better(start)
    best = start
    if fewest_vehicles:
        began = stop.used()
        quick = Until(stop, began + 0.08 * (1 - began))
        best = descend(data, quick, seed, best, on_better=on_better, penalty=penalty)
        data, best = fewest(
            data, stop, seed, best, share=FLEET_SHARE, on_better=on_better, penalty=penalty
        )
    if size(data) <= LARGE:
        return polish(data, stop, seed, best, on_better=on_better, penalty=penalty)
    half = Until(stop, stop.used() + WHOLE_SHARE * (1 - stop.used()))
    best = polish(data, half, seed, best, on_better=on_better, penalty=penalty)
    if not best.is_feasible():
        return polish(data, stop, seed, best, on_better=on_better, penalty=penalty)
    turns = min(TURNS_MAX, max(1, half.iterations // TURN_ITERATIONS))
    spare = 0 if fewest_vehicles else 1
    return _in_parts(
        data, stop, seed, best, turns=turns, spare=spare, on_better=on_better, penalty=penalty
    )


def _in_parts(
    data: ProblemData,
    stop: Stop,
    seed: int,
    best: Solution,
    *,
    turns: int,
    spare: int,
    on_better: OnBetter | None,
    penalty: PenaltyParams | None,
) -> Solution:
    """Rounds of parts; each part gets the share of its round that its size asks for."""
    luck = Random(seed)  # noqa: S311 - a seeded dice is wanted
    began = stop.used()
    for turn in range(turns):
        end = began + (1 - began) * (turn + 1) / turns
        groups = [
            [best.routes()[number] for number in group]
            for group in groups_of_routes(data, best, PART, luck)
        ]
        left = sum(len(route) for group in groups for route in group)
        for group in groups:
            here = sum(map(len, group))
            until = Until(stop, stop.used() + (end - stop.used()) * here / left)
            left -= here
            part = part_of(data, best, numbers_of(best, group), spare=spare)
            found = polish(part.data, until, seed + turn, part.start, penalty=penalty)
            if cost(found) < cost(part.start):
                best = put_back(data, best, part, found)
                if on_better:
                    on_better(best)
    return best
