"""Iterated local search (PyVRP's), with what it is given to size and budget.

PyVRP 0.14's defaults are made for minutes on a thousand clients. With seconds, four things
decide: how many neighbours each client has, how much one kick changes, how far back late
acceptance looks, and what breaking a rule costs (`scale`). The figures below were measured on
instances of 100 to 1,000 clients of several families (`docs/benchmarks.md`, "Route planner").
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

from pyvrp import (
    Activity,
    IteratedLocalSearch,
    IteratedLocalSearchCallbacks,
    IteratedLocalSearchParams,
    PenaltyManager,
    PenaltyParams,
    ProblemData,
    RandomNumberGenerator,
    Solution,
)
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from app.planning.search.budget import INFEASIBLE, Until
from app.planning.search.scale import Scaled
from app.planning.stopping import Stop

OnBetter = Callable[[Solution], None]
Near = dict[Activity, list[Activity]]

ITERATIONS_PER_MEMORY = 150
"""A search of K iterations looks K / 150 solutions back: shorter settles too soon, longer never."""

MEMORY_MIN, MEMORY_MAX = 20, 500
FIRST_SHARE = 0.04
"""Share of the budget that goes to a quick descent, which also tells how fast iterations are."""

SMALL = 150
"""Visits up to which a search stands still so soon that starting again finds more."""

PAIR_NEIGHBOURS = 60
"""For paired food: at a donor's door the nearest twenty are all fetched at that very door."""

PAIRS_MAX = 600
"""Visits above which so many neighbours would leave too few iterations."""

RUN_ITERATIONS = 2_500
RUN_MEMORY = 60
RUNS_MAX = 8
LAST_SHARE = 0.1


def descend(
    data: ProblemData,
    stop: Stop,
    seed: int,
    start: Solution | None,
    *,
    on_better: OnBetter | None = None,
    memory: int = MEMORY_MIN,
    penalty: PenaltyParams | None = None,
    near: Near | None = None,
) -> Solution:
    """Search from `start` (or from scratch) until `stop`; the best solution, maybe infeasible.

    `near`: the neighbours, if the caller has them (`nearest`). As `pyvrp.solve` does it, with one
    difference: a start that lacks required visits gets them first, late if need be. PyVRP 0.14
    counts nothing for a missing visit, so such a start looks cheaper than every whole plan that
    still breaks a rule, and late acceptance never leaves it.
    """
    luck = RandomNumberGenerator(seed=seed)
    local = _local_search(data, luck, near or nearest(data))
    params = penalty or Scaled()
    penalties = PenaltyManager(params.midpoint_penalties(data), params)
    if start is None:
        scattered = Solution.make_random(data, luck)
        start = local(scattered, penalties.max_cost_evaluator(), exhaustive=True)
    elif not start.is_complete():
        start = local(start, penalties.cost_evaluator(), exhaustive=True)
    settings = IteratedLocalSearchParams(
        history_length=memory,
        callbacks=_Tell(on_better) if on_better else IteratedLocalSearchCallbacks(),
    )
    search = IteratedLocalSearch(data, penalties, local, start, settings)
    with warnings.catch_warnings():
        # On a day that is far too full, or a fleet that is too small, penalties end at their cap.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        return search.run(stop, collect_stats=False).best


def nearest(data: ProblemData) -> Near:
    """Each visit's neighbours; the same for any number of vehicles."""
    return compute_neighbours(data, NeighbourhoodParams(num_neighbours=neighbours(data)))


def _local_search(data: ProblemData, luck: RandomNumberGenerator, near: Near) -> LocalSearch:
    kicked = PerturbationManager(PerturbationParams(max_perturbations=kicks(data)))
    local = LocalSearch(data, luck, near, kicked)
    for operator in OPERATORS:
        if operator.supports(data):
            local.add_operator(operator(data))
    return local


def polish(
    data: ProblemData,
    stop: Stop,
    seed: int,
    start: Solution | None,
    *,
    on_better: OnBetter | None = None,
    penalty: PenaltyParams | None = None,
) -> Solution:
    """A quick descent, then searches whose memory fits the iterations that are left.

    A small problem is searched several times from scratch, and the best once more at the end.
    """
    began = stop.used()
    first = Until(stop, began + FIRST_SHARE * (1 - began))
    best = descend(data, first, seed, start, on_better=on_better, penalty=penalty)
    left = first.iterations * (1 - stop.used()) / max(first.share_used, 1e-9)
    runs = min(RUNS_MAX, int(left / RUN_ITERATIONS)) if size(data) <= SMALL else 1
    if runs > 1:
        best = _several(data, stop, seed, best, runs=runs, on_better=on_better, penalty=penalty)
        memory = MEMORY_MIN
    else:
        memory = int(min(MEMORY_MAX, max(MEMORY_MIN, left / ITERATIONS_PER_MEMORY)))
    found = descend(data, stop, seed, best, on_better=on_better, memory=memory, penalty=penalty)
    return better(best, found)


def _several(
    data: ProblemData,
    stop: Stop,
    seed: int,
    best: Solution,
    *,
    runs: int,
    on_better: OnBetter | None,
    penalty: PenaltyParams | None,
) -> Solution:
    """The best of several searches from scratch, the first of them from `best`."""
    began, start = stop.used(), best
    for run in range(runs):
        end = began + (1 - LAST_SHARE - began) * (run + 1) / runs
        found = descend(
            data,
            Until(stop, end),
            seed + run,
            start if run == 0 else None,
            on_better=on_better,
            memory=RUN_MEMORY,
            penalty=penalty,
        )
        best = better(best, found)
    return best


def better(one: Solution, other: Solution) -> Solution:
    """The cheaper of two; a feasible one is cheaper than any that is not."""
    return other if cost(other) < cost(one) else one


def cost(solution: Solution) -> int:
    """What PyVRP minimises: distance, duration, vehicles, prizes not collected."""
    if not solution.is_feasible():
        return INFEASIBLE
    return int(
        solution.distance_cost()
        + solution.duration_cost()
        + solution.fixed_vehicle_cost()
        + solution.uncollected_prizes()
    )


def size(data: ProblemData) -> int:
    """How many visits there are to be made."""
    return int(data.num_clients + 2 * data.num_shipments)


def neighbours(data: ProblemData) -> int:
    """Neighbours looked at per visit."""
    if data.num_shipments and size(data) <= PAIRS_MAX:
        return PAIR_NEIGHBOURS
    return 40 if size(data) <= SMALL else 30 if size(data) <= 2 * SMALL else 20


def kicks(data: ProblemData) -> int:
    """The most that one perturbation changes."""
    return 25 if size(data) <= SMALL else 18 if size(data) <= 2 * SMALL else 10


class _Tell(IteratedLocalSearchCallbacks):
    """Hands every new best on, from the very first solution."""

    def __init__(self, on_better: OnBetter) -> None:
        self._on_better = on_better

    def on_start(self, search: object) -> None:
        """PyVRP begins with its initial solution."""
        self._on_better(search.initial_solution)  # type: ignore[attr-defined]  # IteratedLocalSearch

    def on_best(self, best: Solution) -> None:
        """PyVRP has a new best."""
        self._on_better(best)
