"""What an answer is worth: every rule computed again, sharing no code with any engine."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.planning.contest.instances import Instance

Routes = Sequence[Sequence[int]]
"""Node numbers in driving order, one row per vehicle, the depot left out."""

# Sums of doubles: a published solution may be late by their last digits, never by more.
LATE_MAX = 1e-6


class BadAnswer(ValueError):
    """The routes break a rule; the sentence names it."""


def judged(instance: Instance, routes: Routes) -> tuple[int, float]:
    """Vehicles and distance of a valid answer. Raises BadAnswer for any other."""
    served = [node for route in routes for node in route]
    wanted = set(range(1, len(instance.nodes)))
    # True and 1.0 are equal to 1, and a list is in no set: only whole numbers are looked up.
    strangers = [node for node in served if type(node) is not int or node not in wanted]
    if strangers:
        raise BadAnswer(f"There is no node {strangers[0]!r} to serve.")
    missing, again = len(wanted - set(served)), len(served) - len(set(served))
    if missing or again:
        raise BadAnswer(f"{missing} nodes are missing, {again} come again.")
    used = [route for route in routes if route]
    if len(used) > instance.vehicles_max:
        raise BadAnswer(f"{len(used)} vehicles, but there are {instance.vehicles_max}.")
    for route in used:
        _carries(instance, route)
    return len(used), math.fsum(_driven(instance, route) for route in used)


def _driven(instance: Instance, route: Sequence[int]) -> float:
    """The route's length, every window met."""
    nodes = instance.nodes
    clock, legs, here = nodes[0].ready, [], 0
    for node in route:
        leg, stop = _leg(instance, here, node), nodes[node]
        clock = max(clock + leg, stop.ready)
        if not clock <= stop.due + LATE_MAX:
            raise BadAnswer(f"Node {node} is reached at {clock:.3f}, after {stop.due:g}.")
        clock += stop.service
        legs.append(leg)
        here = node
    legs.append(_leg(instance, here, 0))
    clock += legs[-1]
    if not clock <= nodes[0].due + LATE_MAX:
        raise BadAnswer(f"The depot is reached at {clock:.3f}, after {nodes[0].due:g}.")
    return math.fsum(legs)


def _leg(instance: Instance, start: int, end: int) -> float:
    if instance.matrix is not None:
        return float(instance.matrix[start, end])
    a, b = instance.nodes[start], instance.nodes[end]
    return math.hypot(a.x - b.x, a.y - b.y)


def _carries(instance: Instance, route: Sequence[int]) -> None:
    """Refuse a route that carries too much, or hands over what it has not fetched."""
    nodes = [instance.nodes[node] for node in route]
    if instance.kind == "vrptw":
        _within(sum(node.demand for node in nodes), instance.capacity)
        return
    load, fetched = 0, set[int]()
    for number, node in zip(route, nodes, strict=True):
        if node.demand < 0 and node.other not in fetched:
            raise BadAnswer(f"Node {number} comes before its pickup, or in another route.")
        fetched.add(number)
        load += node.demand
        _within(load, instance.capacity)
    kept = [number for number, node in zip(route, nodes, strict=True) if node.other not in fetched]
    if kept:
        raise BadAnswer(f"What waits at node {kept[0]} is fetched and never delivered.")
    if load != 0:
        raise BadAnswer(f"{load} of what was fetched is never delivered.")


def _within(load: int, capacity: int) -> None:
    if load > capacity:
        raise BadAnswer(f"{load} on board, but a vehicle carries {capacity}.")
