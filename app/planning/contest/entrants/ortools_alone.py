"""OR-Tools' routing library as it comes: cheapest insertion, then guided local search."""

from __future__ import annotations

from collections.abc import Iterator

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from app.planning.contest.clock import TreeClock
from app.planning.contest.entrants import Answer, NoAnswer, Terms
from app.planning.contest.instances import Instance
from app.planning.contest.whole import Whole, whole


def answers(instance: Instance, terms: Terms, clock: TreeClock) -> Iterator[Answer]:
    """One answer: the best by the terms' objective."""
    told = whole(instance)
    manager = pywrapcp.RoutingIndexManager(len(instance.nodes), instance.vehicles_max, 0)
    routing = pywrapcp.RoutingModel(manager)
    _rules(routing, manager, told)
    if terms.objective == "vehicles":
        routing.SetFixedCostOfAllVehicles(int(told.distances.max()) * len(instance.nodes))
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    search.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    # Its own limit counts time on the wall; an iteration is one moment at which it asks.
    stop = terms.stop(clock)
    routing.AddSearchMonitor(routing.solver().CustomLimit(lambda: stop(0)))
    routing.AddAtSolutionCallback(clock.found)
    found = routing.SolveWithParameters(search)
    if found is None:
        raise NoAnswer("OR-Tools found no feasible plan.")
    yield Answer(_routes(routing, manager, found))


def _rules(
    routing: pywrapcp.RoutingModel, manager: pywrapcp.RoutingIndexManager, told: Whole
) -> None:
    """Cost, time windows, load and pairs."""
    nodes, depot = told.nodes, told.nodes[0]
    lasting = told.durations.copy()
    for rank, node in enumerate(nodes):
        lasting[rank] += node.service
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(told.distances.tolist()))
    timing = routing.RegisterTransitMatrix(lasting.tolist())
    routing.AddDimension(timing, depot.late, depot.late, False, "time")
    times = routing.GetDimensionOrDie("time")
    for rank, node in enumerate(nodes[1:], start=1):
        times.CumulVar(manager.NodeToIndex(rank)).SetRange(
            min(node.early, depot.late), min(node.late, depot.late)
        )
    for vehicle in range(told.instance.vehicles_max):
        times.CumulVar(routing.Start(vehicle)).SetMin(depot.early)
    demands = routing.RegisterUnaryTransitVector([node.demand for node in nodes])
    routing.AddDimension(demands, 0, told.instance.capacity, True, "load")
    for rank in told.instance.pickups:
        start, end = manager.NodeToIndex(rank), manager.NodeToIndex(nodes[rank].other)
        routing.AddPickupAndDelivery(start, end)
        solver = routing.solver()
        solver.Add(routing.VehicleVar(start) == routing.VehicleVar(end))
        solver.Add(times.CumulVar(start) <= times.CumulVar(end))


def _routes(
    routing: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    found: pywrapcp.Assignment,
) -> tuple[tuple[int, ...], ...]:
    routes = []
    for vehicle in range(routing.vehicles()):
        nodes, index = [], found.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(index):
            nodes.append(manager.IndexToNode(index))
            index = found.Value(routing.NextVar(index))
        if nodes:
            routes.append(tuple(nodes))
    return tuple(routes)
