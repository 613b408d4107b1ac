"""This project's own search."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from functools import cache

from pyvrp import Solution

from app.planning.contest.clock import TreeClock
from app.planning.contest.entrants import Answer, NoAnswer, Terms
from app.planning.contest.entrants.pyvrp_words import pyvrp_data, routes_of
from app.planning.contest.instances import Instance
from app.planning.search.seeder import Seeder
from app.planning.search.service import search


def answers(instance: Instance, terms: Terms, clock: TreeClock) -> Iterator[Answer]:
    """One answer: the best by the terms' objective."""

    def on_better(found: Solution) -> None:
        if found.is_feasible():
            clock.found()

    best = search(
        pyvrp_data(instance, instance.vehicles_max),
        terms.stop(clock),
        terms.seed,
        fewest_vehicles=terms.objective == "vehicles",
        on_better=on_better,
        seeder=_seeder(),
    )
    if not best.is_feasible():
        raise NoAnswer("The search found no feasible plan.")
    yield Answer(routes_of(instance, best))


@cache
def _seeder() -> Seeder:
    """VROOM's process, started while everybody warms up."""
    seeder = Seeder()
    seeder.start()
    atexit.register(seeder.close)
    return seeder
