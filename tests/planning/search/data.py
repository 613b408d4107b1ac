"""Small engine data for the search's tests: customers on a grid, invented."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, Shipment, VehicleType

SIDE = 100


def matrix(places: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Whole distances between random places on a square."""
    luck = Random(seed)
    xy = np.array([(luck.uniform(0, SIDE), luck.uniform(0, SIDE)) for _ in range(places)])
    away = xy[:, None, :] - xy[None, :, :]
    found: np.ndarray[tuple[int, ...], np.dtype[np.int64]] = np.ceil(
        np.sqrt((away**2).sum(axis=-1)) * 10
    ).astype(np.int64)
    return found


def customers(count: int, seed: int = 1, vehicles: int = 20, *, grouped: int = 0) -> ProblemData:
    """`count` customers of one depot with windows; the last `grouped` have two windows each."""
    luck = Random(seed)
    cells = matrix(count + 1, seed)
    clients, groups = [], []
    for place in range(1, count + 1):
        early = luck.randrange(0, 4_000)
        windows = [(early, early + 3_000)]
        group = None
        if place > count - grouped:
            windows.append((early + 4_000, early + 6_000))
            group = len(groups)
            groups.append(ClientGroup([len(clients), len(clients) + 1], required=True))
        clients += [
            Client(
                place,
                delivery=[luck.randrange(1, 10)],
                service_duration=50,
                tw_early=a,
                tw_late=b,
                group=group,
                required=group is None,
            )
            for a, b in windows
        ]
    kinds = [VehicleType(vehicles, [40], tw_early=0, tw_late=10_000)]
    return _data(count + 1, clients, kinds, cells, groups=groups)


def pairs(count: int, seed: int = 1, vehicles: int = 10) -> ProblemData:
    """`count` pairs to be fetched and brought by vehicles of one depot."""
    luck = Random(seed)
    cells = matrix(2 * count + 1, seed)
    shipments = [
        Shipment(
            2 * rank + 1,
            2 * rank + 2,
            pickup_tw_early=0,
            pickup_tw_late=6_000,
            pickup_service_duration=20,
            delivery_tw_early=0,
            delivery_tw_late=9_000,
            delivery_service_duration=20,
            amount=[luck.randrange(1, 10)],
        )
        for rank in range(count)
    ]
    kinds = [VehicleType(vehicles, [30], tw_early=0, tw_late=10_000)]
    return _data(2 * count + 1, [], kinds, cells, shipments=shipments)


def _data(
    places: int,
    clients: list[Client],
    kinds: list[VehicleType],
    cells: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    *,
    groups: Sequence[ClientGroup] = (),
    shipments: Sequence[Shipment] = (),
) -> ProblemData:
    return ProblemData(
        [Location(0, 0) for _ in range(places)],
        clients,
        [Depot(0)],
        kinds,
        [cells],  # type: ignore[list-item]  # PyVRP's stubs name a shape of `int`
        [cells],  # type: ignore[list-item]  # the same
        list(groups),
        list(shipments),
    )
