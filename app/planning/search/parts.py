"""Large problems in parts: routes that lie beside each other are searched on their own.

An iteration costs time in proportion to the whole solution although it changes one corner of it,
so above a few hundred visits the same time brings more iterations in a part. Parts are groups of
whole routes of the present solution; each turn groups them anew, so that borders move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray
from pyvrp import (
    Activity,
    ActivityType,
    Client,
    ClientGroup,
    Depot,
    ProblemData,
    Route,
    Shipment,
    Solution,
)

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """Data of some routes, and what its numbers are in the whole.

    `start`: the part's own routes in its own numbers. `fleet[k]`: which vehicle type of the whole
    the part's type k is.
    """

    data: ProblemData
    start: Solution
    routes: tuple[int, ...]
    clients: tuple[int, ...]
    shipments: tuple[int, ...]
    fleet: tuple[int, ...]


def groups_of_routes(
    data: ProblemData, solution: Solution, most: int, luck: Random
) -> list[list[int]]:
    """Route numbers in groups of at most about `most` visits, neighbours together."""
    routes = solution.routes()
    sizes = [len(route) for route in routes]
    apart = _apart(data, routes)
    free = set(range(len(routes)))
    groups: list[list[int]] = []
    first = luck.choice(sorted(free)) if free else 0
    while free:
        group, total = [first], sizes[first]
        free.discard(first)
        away = apart[first].copy()
        while free:
            near = min(free, key=lambda r: (away[r], r))
            if total + sizes[near] > most:
                break
            group.append(near)
            free.discard(near)
            total += sizes[near]
            away += apart[near]
        groups.append(group)
        if free:
            # Go on at the far end, so that no group is made of what the others left lying about.
            first = max(free, key=lambda r: (away[r], r))
    return groups


def _apart(data: ProblemData, routes: Sequence[Route]) -> Floats:
    """Mean distance between the stops of each two routes, both ways, shape (routes, routes)."""
    metres = data.distance_matrix(0)
    member = np.zeros((len(routes), data.num_locations))
    for number, route in enumerate(routes):
        for place in _places(data, route):
            member[number, place] += 1
    member /= np.maximum(1, member.sum(axis=1, keepdims=True))
    found: Floats = member @ metres @ member.T
    return found + found.T


def _places(data: ProblemData, route: Route) -> list[int]:
    places = []
    for activity in inner(route):
        if activity.is_client():
            places.append(data.client(activity.idx).location)
        elif activity.is_pickup():
            places.append(data.shipment(activity.idx).pickup.location)
        elif activity.is_delivery():
            places.append(data.shipment(activity.idx).delivery.location)
    return places


def inner(route: Route) -> list[Activity]:
    """What a route does between its start and its end, reloads included."""
    return [*route][1:-1]


def numbers_of(solution: Solution, routes: Sequence[Route]) -> list[int]:
    """Where routes stand in a solution that still has them, whatever else in it has changed."""
    firsts = {_first(route) for route in routes}
    return [number for number, route in enumerate(solution.routes()) if _first(route) in firsts]


def _first(route: Route) -> tuple[ActivityType, int]:
    activity = route[1]
    return activity.type, activity.idx


def part_of(
    data: ProblemData, solution: Solution, chosen: Sequence[int], *, spare: int = 0
) -> Part:
    """The part made of the chosen routes, with `spare` vehicles of each of their types besides.

    Other alternatives of a client that is served (its group) come along; what is left over in
    the whole stays out.
    """
    routes = [solution.routes()[number] for number in chosen]
    clients, shipments = _contents(data, routes)
    fleet = sorted({route.vehicle_type() for route in routes})
    used = [sum(r.vehicle_type() == kind for r in routes) for kind in fleet]
    whole = [sum(r.vehicle_type() == kind for r in solution.routes()) for kind in fleet]
    extra = [
        min(spare, data.vehicle_type(kind).num_available - all_used)
        for kind, all_used in zip(fleet, whole, strict=True)
    ]
    small = _small_data(
        data, clients, shipments, fleet, [u + e for u, e in zip(used, extra, strict=True)]
    )
    numbers = _Numbers(clients, shipments)
    rank = {kind: number for number, kind in enumerate(fleet)}
    start = Solution(
        small,
        [
            Route(small, [numbers.inside(a) for a in inner(r)], rank[r.vehicle_type()])
            for r in routes
        ],
    )
    return Part(small, start, tuple(chosen), tuple(clients), tuple(shipments), tuple(fleet))


def put_back(data: ProblemData, solution: Solution, part: Part, found: Solution) -> Solution:
    """The whole solution with the part's routes replaced by those found for it."""
    numbers = _Numbers(part.clients, part.shipments)
    gone = set(part.routes)
    kept = [route for number, route in enumerate(solution.routes()) if number not in gone]
    new = [
        Route(data, [numbers.outside(a) for a in inner(r)], part.fleet[r.vehicle_type()])
        for r in found.routes()
    ]
    return Solution(data, [*kept, *new])


def _contents(data: ProblemData, routes: Sequence[Route]) -> tuple[list[int], list[int]]:
    clients: set[int] = set()
    shipments: set[int] = set()
    for route in routes:
        for activity in route:
            if activity.is_client():
                group = data.client(activity.idx).group
                clients.update([activity.idx] if group is None else data.group(group).clients)
            elif activity.is_shipment():
                shipments.add(activity.idx)
    return sorted(clients), sorted(shipments)


class _Numbers:
    """Activities of the whole as activities of the part, and back (depots keep their numbers)."""

    def __init__(self, clients: Sequence[int], shipments: Sequence[int]) -> None:
        self._clients, self._shipments = clients, shipments
        self._client_rank = {number: rank for rank, number in enumerate(clients)}
        self._shipment_rank = {number: rank for rank, number in enumerate(shipments)}

    def inside(self, activity: Activity) -> Activity:
        """The part's activity for one of the whole."""
        if activity.is_depot():
            return Activity(ActivityType.DEPOT, activity.idx)
        rank = self._client_rank if activity.is_client() else self._shipment_rank
        return Activity(activity.type, rank[activity.idx])

    def outside(self, activity: Activity) -> Activity:
        """The whole's activity for one of the part."""
        if activity.is_depot():
            return Activity(ActivityType.DEPOT, activity.idx)
        numbers = self._clients if activity.is_client() else self._shipments
        return Activity(activity.type, numbers[activity.idx])


def _small_data(
    data: ProblemData,
    clients: Sequence[int],
    shipments: Sequence[int],
    fleet: Sequence[int],
    available: Sequence[int],
) -> ProblemData:
    """Data with these clients, shipments and vehicles; all depots, only the places in use."""
    kept_clients = [data.client(number) for number in clients]
    kept_shipments = [data.shipment(number) for number in shipments]
    kinds = [data.vehicle_type(number) for number in fleet]
    depots = data.depots()
    places = sorted(
        {depot.location for depot in depots}
        | {client.location for client in kept_clients}
        | {s.pickup.location for s in kept_shipments}
        | {s.delivery.location for s in kept_shipments}
    )
    rank = {place: number for number, place in enumerate(places)}
    groups, group_rank = _small_groups(data, clients)
    profiles = sorted({kind.profile for kind in kinds})
    cells = np.ix_(places, places)
    return ProblemData(
        [data.location(place) for place in places],
        [
            _client_at(client, rank, None if client.group is None else group_rank[client.group])
            for client in kept_clients
        ],
        [
            Depot(rank[depot.location], depot.tw_early, depot.tw_late, depot.service_duration)
            for depot in depots
        ],
        [
            kind.replace(num_available=most, profile=profiles.index(kind.profile))
            for kind, most in zip(kinds, available, strict=True)
        ],
        # PyVRP's stubs name a shape of `int`, which no array has.
        [np.ascontiguousarray(data.distance_matrix(p)[cells]) for p in profiles],  # type: ignore[misc]
        [np.ascontiguousarray(data.duration_matrix(p)[cells]) for p in profiles],  # type: ignore[misc]
        groups,
        [_shipment_at(shipment, rank) for shipment in kept_shipments],
    )


def _client_at(client: Client, rank: dict[int, int], group: int | None) -> Client:
    return Client(
        rank[client.location],
        client.delivery,
        client.pickup,
        client.service_duration,
        client.tw_early,
        client.tw_late,
        client.release_time,
        client.prize,
        client.required,
        group,
    )


def _shipment_at(shipment: Shipment, rank: dict[int, int]) -> Shipment:
    return Shipment(
        rank[shipment.pickup.location],
        rank[shipment.delivery.location],
        shipment.pickup.tw_early,
        shipment.pickup.tw_late,
        shipment.pickup.service_duration,
        shipment.delivery.tw_early,
        shipment.delivery.tw_late,
        shipment.delivery.service_duration,
        shipment.amount,
        shipment.prize,
        shipment.required,
    )


def _small_groups(
    data: ProblemData, clients: Sequence[int]
) -> tuple[list[ClientGroup], dict[int, int]]:
    client_rank = {number: rank for rank, number in enumerate(clients)}
    wanted = sorted({g for number in clients if (g := data.client(number).group) is not None})
    groups = [
        ClientGroup(
            [client_rank[c] for c in data.group(g).clients], required=data.group(g).required
        )
        for g in wanted
    ]
    return groups, {g: rank for rank, g in enumerate(wanted)}
