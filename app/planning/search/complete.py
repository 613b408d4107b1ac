"""A start that lacks visits gets them before PyVRP sees it.

PyVRP 0.14 counts nothing for a required visit that is missing. A start without them is cheaper in
its eyes than any plan that is complete but still breaks a rule, so late acceptance refuses every
step towards one: of five fleets of 200 doors that can do with a vehicle fewer it found none.
"""

from __future__ import annotations

from pyvrp import (
    PenaltyManager,
    ProblemData,
    RandomNumberGenerator,
    Solution,
    SolveParams,
)
from pyvrp.search import LocalSearch, PerturbationManager, compute_neighbours


def complete(data: ProblemData, start: Solution, seed: int, params: SolveParams) -> Solution:
    """The start with every required visit in it, though it may break other rules then."""
    if start.is_complete():
        return start
    neighbours = compute_neighbours(data, params.neighbourhood)
    luck = RandomNumberGenerator(seed=seed)
    search = LocalSearch(data, luck, neighbours, PerturbationManager(params.perturbation))
    for operator in params.operators:
        if operator.supports(data):
            search.add_operator(operator(data))
    penalties = PenaltyManager(params.penalty.midpoint_penalties(data), params.penalty)
    return search(start, penalties.cost_evaluator(), exhaustive=True)
