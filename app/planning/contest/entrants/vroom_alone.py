"""VROOM as it comes, at every level of its exploration from 0 to 5.

VROOM has a limit of time, but a soft one that also costs it its repeatability; so it is measured
at each level, and the referee takes the best answer that fits the budget.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import vroom

from app.planning.contest.clock import TreeClock
from app.planning.contest.entrants import Answer, NoAnswer, Terms
from app.planning.contest.instances import Instance
from app.planning.contest.whole import Whole, WholeNode, whole

LEVEL_MAX = 5
FIXED_COST = 1_000_000_000
"""Of a vehicle in use, where fewer vehicles come first: more than any plan's length."""


def answers(instance: Instance, terms: Terms, clock: TreeClock) -> Iterator[Answer]:
    """An answer for each level; with an iteration limit only for the level of that number."""
    levels = range(LEVEL_MAX + 1)
    if terms.iterations is not None:
        levels = range(min(terms.iterations, LEVEL_MAX), min(terms.iterations, LEVEL_MAX) + 1)
    for level in levels:
        routes = solved(whole(instance), level, costly=terms.objective == "vehicles")
        clock.found()
        yield Answer(routes, f"level {level}")


def solved(told: Whole, level: int, *, costly: bool) -> tuple[tuple[int, ...], ...]:
    """VROOM's routes at a level of its exploration. Raises NoAnswer when it leaves a task out."""
    asked = vroom.Input()
    asked.set_durations_matrix("car", told.durations.astype(np.uint32))
    asked.set_costs_matrix("car", told.distances.astype(np.uint32))
    for rank in range(told.instance.vehicles_max):
        asked.add_vehicle(_vehicle(told, rank, costly=costly))
    _tasks(asked, told)
    found = asked.solve(exploration_level=level, nb_threads=1)
    if found.unassigned:
        raise NoAnswer(f"VROOM left {len(found.unassigned)} tasks out.")
    routes: dict[int, list[int]] = {}
    steps = found.routes
    for vehicle, kind, node in zip(steps["vehicle_id"], steps["type"], steps["id"], strict=True):
        if kind in {"job", "pickup", "delivery"}:
            routes.setdefault(int(vehicle), []).append(int(node))
    return tuple(map(tuple, routes.values()))


def _vehicle(told: Whole, rank: int, *, costly: bool) -> vroom.Vehicle:
    return vroom.Vehicle(
        rank,
        start=0,
        end=0,
        profile="car",
        capacity=[told.instance.capacity],
        time_window=_window(told.nodes[0]),
        costs=vroom.VehicleCosts(fixed=FIXED_COST if costly else 0),
    )


def _tasks(asked: vroom.Input, told: Whole) -> None:
    nodes = told.nodes
    for rank in told.instance.pickups:
        other = nodes[rank].other
        asked.add_shipment(
            _step(rank, nodes[rank]),
            _step(other, nodes[other]),
            amount=vroom.Amount([nodes[rank].demand]),
        )
    if told.instance.kind == "pdptw":
        return
    for rank, node in enumerate(nodes[1:], start=1):
        asked.add_job(
            vroom.Job(
                rank,
                location=rank,
                default_service=node.service,
                delivery=vroom.Amount([node.demand]),
                time_windows=[_window(node)],
            )
        )


def _step(rank: int, node: WholeNode) -> vroom.ShipmentStep:
    return vroom.ShipmentStep(
        rank, rank, default_service=node.service, time_windows=[_window(node)]
    )


def _window(node: WholeNode) -> vroom.TimeWindow:
    return vroom.TimeWindow(node.early, node.late)
