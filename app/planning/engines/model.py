"""Our problem in PyVRP's words, and back.

Each bundle is a client (with several windows: a group of clients of which at most one is
visited) or, for a rescue, a shipment. All are optional with prizes, so that a day that is too
full ends in a plan with tasks left over, not in none.

The hub is folded into the arcs of each vehicle's own start and end nodes: an arc from the start
node to a door is start → hub → loading → door (when the day has food to bring from that hub), an
arc to the end node is door → hub → unloading → end (when it has food to fetch). So PyVRP sees
the true times and needs one trip per vehicle. A run that turns out not to need the hub is
scheduled without it afterwards, which only makes it shorter.

Setup is on every arc that enters another place. What a vehicle may not serve is out of its
reach: one profile per mode and set of allowed tasks, whose forbidden arcs last just longer than
the day. Every cell is filled; there are no vehicle costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyvrp import (
    Activity,
    ActivityType,
    Client,
    ClientGroup,
    Depot,
    Location,
    ProblemData,
    Shipment,
    Solution,
    VehicleType,
)
from pyvrp import Route as PyRoute

from app.planning.driving.cost import METRES_PER_SECOND_OF_COST
from app.planning.driving.stops import Bundle
from app.planning.engines.travel import Node, Profiles
from app.planning.plan import Plan, Route, Stop
from app.planning.problem import (
    Collect,
    Deliver,
    Load,
    Problem,
    Rescue,
    weight,
)
from app.roads.travel import UNREACHABLE, IntArray


@dataclass(frozen=True)
class Model:
    """PyVRP's data, and which bundle each of its clients and shipments stands for."""

    problem: Problem
    bundles: tuple[Bundle, ...]
    data: ProblemData
    clients: tuple[int, ...]
    shipments: tuple[int, ...]


def build(problem: Problem, bundles: Sequence[Bundle]) -> Model:
    """The model of `bundles`; vehicle type k is `problem.vehicles[k]`."""
    nodes, clients, groups, shipments = _tasks_as_pyvrp(problem, bundles)
    first_end = len(nodes)
    ends = 2 * len(problem.vehicles)
    profiles = Profiles(problem, bundles, nodes)
    types = [_vehicle_type(problem, k, profiles, bundles) for k in range(len(problem.vehicles))]
    data = ProblemData(
        [Location(0, 0) for _ in range(first_end + ends)],
        [client for client, _ in clients],
        [Depot(first_end + k) for k in range(ends)],
        types,
        # PyVRP's stubs name a shape of `int`, which no array has.
        [metres // METRES_PER_SECOND_OF_COST for _, metres in profiles.cells],  # type: ignore[misc]
        [seconds for seconds, _ in profiles.cells],  # type: ignore[misc]
        [ClientGroup(members, required=False) for members in groups],
        [shipment for shipment, _ in shipments],
    )
    owners = tuple(b for _, b in clients), tuple(b for _, b in shipments)
    return Model(problem, tuple(bundles), data, *owners)


def _tasks_as_pyvrp(
    problem: Problem, bundles: Sequence[Bundle]
) -> tuple[list[Node], list[tuple[Client, int]], list[list[int]], list[tuple[Shipment, int]]]:
    nodes: list[Node] = []
    clients: list[tuple[Client, int]] = []
    groups: list[list[int]] = []
    shipments: list[tuple[Shipment, int]] = []
    unit = _prize_unit(problem)
    for number, item in enumerate(bundles):
        prize = unit * sum(weight(task) for task in item.tasks)
        if isinstance(item.first, Rescue):
            nodes.append(Node(item.first.pickup_place, number))
            shipments.append((_shipment(item, len(nodes) - 1, len(nodes), prize), number))
        else:
            group = len(groups) if len(item.windows) > 1 else None
            if group is not None:
                groups.append(list(range(len(clients), len(clients) + len(item.windows))))
            made = _clients(item, len(nodes), prize, group)
            clients += [(client, number) for client in made]
        nodes.append(Node(item.first.place, number))
    return nodes, clients, groups, shipments


def _prize_unit(problem: Problem) -> int:
    """More than any detour and any waiting could cost, so that serving always pays."""
    day = max(v.shift.end_s for v in problem.vehicles) - min(
        v.shift.start_s for v in problem.vehicles
    )
    longest = max(_longest(matrix.metres) for matrix in problem.travel.values())
    return int(day + 3 * longest // METRES_PER_SECOND_OF_COST + 1)


def _longest(cells: IntArray) -> int:
    return int(cells[cells < UNREACHABLE].max())


def _amounts(load: Load) -> list[int]:
    """Load dimensions, and one token per stop for the limit on stops."""
    return [*load, 0]


def _clients(item: Bundle, node: int, prize: int, group: int | None) -> list[Client]:
    collect = isinstance(item.first, Collect)
    deliver = isinstance(item.first, Deliver)
    nothing = Load()
    return [
        Client(
            node,
            # The token is a delivery for every kind: all are on board at the start, so their
            # sum is the number of stops wherever in the run they are.
            delivery=[*(item.load if deliver else nothing), 1],
            pickup=_amounts(item.load if collect else nothing),
            service_duration=item.service_s,
            tw_early=window.start_s,
            tw_late=window.end_s,
            prize=prize,
            required=False,
            group=group,
        )
        for window in item.windows
    ]


def _shipment(item: Bundle, pickup_node: int, node: int, prize: int) -> Shipment:
    return Shipment(
        pickup_node,
        node,
        pickup_tw_early=item.pickup_windows[0].start_s,
        pickup_tw_late=item.pickup_windows[-1].end_s,
        pickup_service_duration=item.pickup_service_s,
        delivery_tw_early=item.windows[0].start_s,
        delivery_tw_late=item.windows[-1].end_s,
        delivery_service_duration=item.service_s,
        amount=_amounts(item.load),
        prize=prize,
        required=False,
    )


def _vehicle_type(
    problem: Problem, k: int, profiles: Profiles, bundles: Sequence[Bundle]
) -> VehicleType:
    vehicle = problem.vehicles[k]
    stops = vehicle.max_stops if vehicle.max_stops is not None else len(bundles)
    return VehicleType(
        num_available=1,
        capacity=[*vehicle.capacity, stops],
        start_depot=2 * k,
        end_depot=2 * k + 1,
        tw_early=vehicle.shift.start_s,
        tw_late=vehicle.shift.end_s,
        unit_distance_cost=1,
        unit_duration_cost=1,
        profile=profiles.of(vehicle),
    )


def orders(model: Model, solution: Solution) -> dict[str, list[str]]:
    """A PyVRP solution as task ids per vehicle id, bundles opened (a rescue's ids twice)."""
    found: dict[str, list[str]] = {}
    for route in solution.routes():
        ids: list[str] = []
        for activity in route:
            if activity.is_depot():
                continue
            owner = model.clients if activity.is_client() else model.shipments
            ids += [task.id for task in model.bundles[owner[activity.idx]].tasks]
        found[model.problem.vehicles[route.vehicle_type()].id] = ids
    return found


def warm_start(model: Model, plan: Plan) -> Solution | None:
    """An earlier plan in PyVRP's words; what is gone is left out, None when nothing remains.

    PyVRP searches badly from an empty solution, so that is never given to it.
    """
    numbers = {task.id: b for b, item in enumerate(model.bundles) for task in item.tasks}
    ranks = {vehicle.id: k for k, vehicle in enumerate(model.problem.vehicles)}
    done: set[Activity] = set()
    routes = []
    for route in plan.routes:
        if route.vehicle_id not in ranks:
            continue
        activities = _activities(model, route, numbers, done)
        if activities:
            routes.append(PyRoute(model.data, activities, ranks[route.vehicle_id]))
    return Solution(model.data, routes) if routes else None


def _activities(
    model: Model, route: Route, numbers: dict[str, int], done: set[Activity]
) -> list[Activity]:
    """Each bundle of a route once, where its first task was (both ends in the same route)."""
    found: list[Activity] = []
    for stop in route.stops:
        for number in dict.fromkeys(numbers[id_] for id_ in stop.task_ids if id_ in numbers):
            activity = _activity(model, number, stop)
            if activity is not None and activity not in done:
                done.add(activity)
                found.append(activity)
    pickups = {a.idx for a in found if a.is_pickup()}
    deliveries = {a.idx for a in found if a.is_delivery()}
    return [a for a in found if a.is_client() or a.idx in pickups & deliveries]


def _activity(model: Model, number: int, stop: Stop) -> Activity | None:
    """What a stop does for a bundle; of several windows' clients the one open at that time."""
    if isinstance(model.bundles[number].first, Rescue):
        kind = ActivityType.PICKUP if stop.kind == "collect" else ActivityType.DELIVERY
        return Activity(kind, model.shipments.index(number))
    first = model.clients.index(number)
    for offset, window in enumerate(model.bundles[number].windows):
        if stop.start_s <= window.end_s:
            return Activity(ActivityType.CLIENT, first + offset)
    return None
