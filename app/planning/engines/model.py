"""A day's problem in PyVRP's words: doors, fleet and travel put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyvrp import Depot, Location, ProblemData

from app.planning.driving.stops import Bundle
from app.planning.engines.bonds import PROFILE_CELLS_MAX, likeness
from app.planning.engines.doors import BoolArray, doors_of
from app.planning.engines.fleet import Fleet
from app.planning.engines.travel import Profiles
from app.planning.problem import Problem


@dataclass(frozen=True)
class Model:
    """PyVRP's data, and which bundle each of its clients and shipments stands for.

    Vehicle type k is `problem.vehicles[k]`; `reload_depot[k]` is the depot where it loads again
    (None: it makes one trip); `under_way[k]` says that it has food aboard.
    """

    problem: Problem
    bundles: tuple[Bundle, ...]
    data: ProblemData
    clients: tuple[int, ...]
    shipments: tuple[int, ...]
    reload_depot: tuple[int | None, ...]
    under_way: tuple[bool, ...]


def build(
    problem: Problem,
    bundles: Sequence[Bundle],
    cells_max: int = PROFILE_CELLS_MAX,
    after_rest: BoolArray | None = None,
) -> Model:
    """The model of `bundles`, which are one or more, with about `cells_max` cells of matrices.

    `after_rest` says which bundles are served after the volunteers' breaks, where that is known.
    """
    fleet = Fleet(problem, bundles, after_rest)
    alike = likeness(problem, bundles, fleet, cells_max)
    doors = doors_of(problem, bundles, alike.tokens)
    profiles = Profiles(problem, bundles, doors, fleet, alike)
    first = len(doors.nodes)
    types = [
        fleet.vehicle_type(k, number, alike.room(problem.vehicles[k].id, len(bundles)))
        for k, number in enumerate(profiles.number)
    ]
    data = ProblemData(
        [Location(0, 0) for _ in range(first + fleet.depots)],
        doors.clients,
        [Depot(first + number) for number in range(fleet.depots)],
        types,
        # PyVRP's stubs name a shape of `int`, which no array has.
        profiles.costs,  # type: ignore[arg-type]
        profiles.seconds,  # type: ignore[arg-type]
        doors.groups,
        doors.shipments,
    )
    return Model(
        problem,
        tuple(bundles),
        data,
        tuple(doors.client_owners),
        tuple(doors.shipment_owners),
        tuple(_reload(vehicle_type.reload_depots) for vehicle_type in types),
        tuple(fleet.under_way),
    )


def _reload(depots: list[int]) -> int | None:
    return depots[0] if depots else None
