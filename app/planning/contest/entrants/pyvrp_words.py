"""An instance in PyVRP's words, and its solutions back as node numbers."""

from __future__ import annotations

from collections.abc import Sequence

from pyvrp import (
    Activity,
    ActivityType,
    Client,
    Depot,
    Location,
    ProblemData,
    Route,
    Shipment,
    Solution,
    VehicleType,
)

from app.planning.contest.instances import Instance
from app.planning.contest.whole import Whole, whole

Nodes = tuple[tuple[int, ...], ...]


def pyvrp_data(instance: Instance, vehicles: int) -> ProblemData:
    """The problem with so many vehicles, in thousandths."""
    told = whole(instance)
    depot = told.nodes[0]
    fleet = VehicleType(
        num_available=vehicles,
        capacity=[instance.capacity],
        tw_early=depot.early,
        tw_late=depot.late,
        unit_distance_cost=1,
    )
    return ProblemData(
        [Location(node.x, node.y) for node in instance.nodes],
        _clients(told),
        [Depot(0)],
        [fleet],
        [told.distances],  # type: ignore[list-item]  # PyVRP's stubs name a shape of `int`
        [told.durations],  # type: ignore[list-item]  # the same
        shipments=_shipments(told),
    )


def _clients(told: Whole) -> list[Client]:
    if told.instance.kind == "pdptw":
        return []
    return [
        Client(
            rank,
            delivery=[node.demand],
            service_duration=node.service,
            tw_early=node.early,
            tw_late=node.late,
        )
        for rank, node in enumerate(told.nodes[1:], start=1)
    ]


def _shipments(told: Whole) -> list[Shipment]:
    found = []
    for rank in told.instance.pickups:
        start = told.nodes[rank]
        end = told.nodes[start.other]
        found.append(
            Shipment(
                rank,
                start.other,
                pickup_tw_early=start.early,
                pickup_tw_late=start.late,
                pickup_service_duration=start.service,
                delivery_tw_early=end.early,
                delivery_tw_late=end.late,
                delivery_service_duration=end.service,
                amount=[start.demand],
            )
        )
    return found


def routes_of(instance: Instance, solution: Solution) -> Nodes:
    """A solution as node numbers."""
    found = []
    for route in solution.routes():
        nodes = []
        for activity in route:
            if activity.is_client():
                nodes.append(activity.idx + 1)
            elif activity.is_pickup():
                nodes.append(instance.pickups[activity.idx])
            elif activity.is_delivery():
                nodes.append(instance.nodes[instance.pickups[activity.idx]].other)
        found.append(tuple(nodes))
    return tuple(route for route in found if route)


def solution_of(instance: Instance, data: ProblemData, routes: Sequence[Sequence[int]]) -> Solution:
    """Routes as a solution to start from."""
    rank_of = {node: rank for rank, node in enumerate(instance.pickups)}

    def activity(node: int) -> Activity:
        if instance.kind == "vrptw":
            return Activity(ActivityType.CLIENT, node - 1)
        if node in rank_of:
            return Activity(ActivityType.PICKUP, rank_of[node])
        return Activity(ActivityType.DELIVERY, rank_of[instance.nodes[node].other])

    return Solution(data, [Route(data, [activity(node) for node in route], 0) for route in routes])
