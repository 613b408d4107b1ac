"""This project's own search."""

from __future__ import annotations

from collections.abc import Iterator

from app.planning.contest.clock import TreeClock
from app.planning.contest.entrants import Answer, NoAnswer, Terms
from app.planning.contest.entrants.pyvrp_alone import Watch
from app.planning.contest.entrants.pyvrp_words import pyvrp_data, routes_of
from app.planning.contest.instances import Instance
from app.planning.search.seeder import Seeder
from app.planning.search.service import search


def answers(instance: Instance, terms: Terms, clock: TreeClock) -> Iterator[Answer]:
    """One answer: the best by the terms' objective."""
    is_vehicles = terms.objective == "vehicles"
    watch = Watch(clock, fewest=is_vehicles)
    with Seeder() as seeder:
        if instance.kind == "pdptw":
            seeder.start()
            # VROOM's own import lies before its clock as well.
            clock.restart()
        found = search(
            pyvrp_data(instance, instance.vehicles_max),
            terms.stop(clock),
            terms.seed,
            fewest_vehicles=is_vehicles,
            on_better=watch.offer,
            seeder=seeder,
        )
        watch.offer(found)
        if watch.best is None:
            raise NoAnswer("The search found no feasible plan.")
        yield Answer(routes_of(instance, watch.best))
