"""Bundles as PyVRP's clients and shipments, and the nodes of its matrices.

Each bundle is a client (with several windows: a group of clients of which at most one is
visited) or, for a rescue, a shipment. All are optional with prizes, so that a day that is too
full ends in a plan with tasks left over, not in none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyvrp import Client, ClientGroup, Shipment

from app.planning.driving.cost import METRES_PER_SECOND_OF_COST
from app.planning.driving.stops import Bundle
from app.planning.problem import Collect, Deliver, Load, Problem, Rescue, Vehicle, weight
from app.roads.travel import UNREACHABLE, IntArray

BoolArray = NDArray[np.bool_]
PlaceArray = NDArray[np.intp]


class Node(NamedTuple):
    """A location of the model: a place as seen by one bundle; `is_door` is False at a site."""

    place: int
    bundle: int
    is_door: bool


@dataclass
class Doors:
    """What PyVRP may visit; `client_owners` and `shipment_owners` name the bundle of each.

    `tokens(bundle)` are more dimensions of its load (see `bonds`).
    """

    tokens: Callable[[Bundle], list[int]]
    nodes: list[Node] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    client_owners: list[int] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    shipment_owners: list[int] = field(default_factory=list)
    groups: list[ClientGroup] = field(default_factory=list)

    def add_client(self, item: Bundle, number: int, prize: int) -> None:
        """One client per window of the bundle; they exclude each other."""
        node, first = len(self.nodes), len(self.clients)
        self.nodes.append(Node(item.first.place, number, is_door=True))
        group = None
        if len(item.windows) > 1:
            group = len(self.groups)
            members = list(range(first, first + len(item.windows)))
            self.groups.append(ClientGroup(members, required=False))
        self.clients += _clients(item, node, prize, group, self.tokens(item))
        self.client_owners += [number] * len(item.windows)

    def add_shipment(self, item: Bundle, site: int, number: int, prize: int) -> None:
        """A pair of nodes, from the site's place to the door."""
        node = len(self.nodes)
        self.nodes.append(Node(site, number, is_door=False))
        self.nodes.append(Node(item.first.place, number, is_door=True))
        self.shipments.append(_shipment(item, node, prize, self.tokens(item)))
        self.shipment_owners.append(number)

    def places(self) -> PlaceArray:
        """The place of every node."""
        return np.array([node.place for node in self.nodes], dtype=np.intp)

    def owners(self) -> PlaceArray:
        """The bundle of every node."""
        return np.array([node.bundle for node in self.nodes], dtype=np.intp)


def doors_of(
    problem: Problem, bundles: Sequence[Bundle], tokens: Callable[[Bundle], list[int]]
) -> Doors:
    """All bundles in their order."""
    doors = Doors(tokens)
    unit = _prize_unit(problem)
    for number, item in enumerate(bundles):
        prize = unit * sum(weight(task) for task in item.tasks)
        if isinstance(item.first, Rescue):
            doors.add_shipment(item, item.first.pickup_place, number, prize)
        else:
            doors.add_client(item, number, prize)
    return doors


def is_hub_food(item: Bundle) -> bool:
    """Whether the bundle's food is loaded at the run's hub."""
    return isinstance(item.first, Deliver) and not item.first.aboard


def strange_s(item: Bundle, vehicle: Vehicle) -> int:
    """What the bundle costs more because its households wish for another volunteer."""
    return sum(t.prefer_s for t in item.tasks if t.prefers and vehicle.id not in t.prefers)


def _prize_unit(problem: Problem) -> int:
    """More than any detour, waiting, overtime and stranger could cost: serving always pays."""
    day = max(v.shift.end_s for v in problem.vehicles) - min(
        v.shift.start_s for v in problem.vehicles
    )
    longest = max(_longest(matrix.metres) for matrix in problem.travel.values())
    stranger = max(task.prefer_s for task in problem.tasks)
    return int(2 * day + 3 * longest // METRES_PER_SECOND_OF_COST + stranger + 1)


def _longest(cells: IntArray) -> int:
    return int(cells[cells < UNREACHABLE].max())


def _clients(
    item: Bundle, node: int, prize: int, group: int | None, tokens: list[int]
) -> list[Client]:
    nothing = Load()
    return [
        Client(
            node,
            # The token is a delivery for every kind: all are on board at the start, so their
            # sum is the number of stops wherever in the run they are.
            delivery=[*(item.load if isinstance(item.first, Deliver) else nothing), 1, *tokens],
            pickup=[
                *(item.load if isinstance(item.first, Collect) else nothing),
                0,
                *([0] * len(tokens)),
            ],
            service_duration=item.service_s,
            tw_early=window.start_s,
            tw_late=window.end_s,
            prize=prize,
            required=False,
            group=group,
        )
        for window in item.windows
    ]


def _shipment(item: Bundle, site_node: int, prize: int, tokens: list[int]) -> Shipment:
    return Shipment(
        site_node,
        site_node + 1,
        pickup_tw_early=item.pickup_windows[0].start_s,
        pickup_tw_late=item.pickup_windows[-1].end_s,
        pickup_service_duration=item.pickup_service_s,
        delivery_tw_early=item.windows[0].start_s,
        delivery_tw_late=item.windows[-1].end_s,
        delivery_service_duration=item.service_s,
        amount=[*item.load, 0, *tokens],
        prize=prize,
        required=False,
    )
