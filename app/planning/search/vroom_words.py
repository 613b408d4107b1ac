"""Engine data in VROOM's words: plain values that a process of its own can read without PyVRP.

What VROOM cannot say (several trips of one vehicle, depots with opening times, an amount that is
both brought and fetched, release times) makes data unfit for it; then there is no seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyvrp import (
    Activity,
    ActivityType,
    Client,
    ProblemData,
    Route,
    Shipment,
    Solution,
    VehicleType,
)

TOP_PRIORITY = 100
SECONDS_MAX = 2**31 - 1
COSTS_MAX = 2**31
"""VROOM refuses costs whose largest per row add up to more than 32 bits; half of that is safe."""

Window = tuple[int, int]
Cells = NDArray[np.uint32]
Numbers = NDArray[Any]


@dataclass(frozen=True)
class Van:
    """A vehicle: which matrices it drives by, its ends, its room, its hours."""

    id: int
    profile: int
    start: int
    end: int
    capacity: tuple[int, ...]
    hours: Window


@dataclass(frozen=True)
class Call:
    """One place to be at: where, for how long, when (any of the windows)."""

    id: int
    place: int
    service_s: int
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Errand:
    """One call, or two that belong together (`then`): a pickup and its delivery."""

    call: Call
    delivery: tuple[int, ...]
    pickup: tuple[int, ...]
    priority: int
    then: Call | None = None


@dataclass(frozen=True)
class Words:
    """The whole task for VROOM; matrices per profile, whole units, durations rounded up."""

    vans: tuple[Van, ...]
    errands: tuple[Errand, ...]
    durations: tuple[Cells, ...]
    costs: tuple[Cells, ...]
    level: int = 0
    kinds: tuple[int, ...] = field(default=())


def is_fit(data: ProblemData) -> bool:
    """Whether VROOM can be told this data."""
    depots = [d for d in data.depots() if d.service_duration or d.tw_early]
    clients = [c for c in data.clients() if c.release_time or (any(c.delivery) and any(c.pickup))]
    # A token that every kind of client delivers makes a collection both brought and fetched.
    kinds = [k for k in data.vehicle_types() if k.reload_depots or any(k.initial_load)]
    return not depots and not clients and not kinds


def words(data: ProblemData, level: int) -> Words:
    """`data` for VROOM; the cost of an arc is what PyVRP would pay for it, waiting left out."""
    kind = data.vehicle_type(0)
    vans: list[Van] = []
    kinds: list[int] = []
    for number, each in enumerate(data.vehicle_types()):
        for _ in range(each.num_available):
            vans.append(_van(data, each, len(vans)))
            kinds.append(number)
    durations = [data.duration_matrix(p) for p in range(data.num_profiles)]
    distances = [data.distance_matrix(p) for p in range(data.num_profiles)]
    costs = [
        kind.unit_distance_cost * far + kind.unit_duration_cost * long
        for far, long in zip(distances, durations, strict=True)
    ]
    top = max([c.prize for c in data.clients()] + [s.prize for s in data.shipments()] + [1])
    return Words(
        tuple(vans),
        tuple(_clients(data, top) + _shipments(data, top)),
        tuple(_cells(cells) for cells in durations),
        tuple(_cells(cells) for cells in _in_bounds(costs, len(vans))),
        level,
        tuple(kinds),
    )


def _in_bounds(costs: list[Numbers], vans: int) -> list[Numbers]:
    """The costs on one coarser scale, where VROOM could not add them up."""
    total = max(int(cells.max()) * (len(cells) + 2 * vans) for cells in costs)
    return [cells // max(1, -(-total // COSTS_MAX)) for cells in costs]


def _cells(cells: Any) -> Cells:
    found: Cells = np.minimum(cells, SECONDS_MAX).astype(np.uint32)
    return found


def _van(data: ProblemData, kind: VehicleType, number: int) -> Van:
    start, end = data.depot(kind.start_depot).location, data.depot(kind.end_depot).location
    hours = (int(kind.tw_early), int(min(kind.tw_late, SECONDS_MAX)))
    return Van(number, kind.profile, start, end, tuple(kind.capacity), hours)


def _priority(prize: int, top: int, *, required: bool) -> int:
    return TOP_PRIORITY if required else int(TOP_PRIORITY * prize / top)


def _clients(data: ProblemData, top: int) -> list[Errand]:
    """Clients one by one; alternatives of one group (several windows) as one errand."""
    errands: list[Errand] = []
    grouped: dict[int, list[int]] = {}
    for number, client in enumerate(data.clients()):
        if client.group is not None:
            grouped.setdefault(client.group, []).append(number)
            continue
        errands.append(_errand(number, client, [_hours(client)], top))
    for numbers in grouped.values():
        first = data.client(numbers[0])
        windows = sorted(_hours(data.client(number)) for number in numbers)
        errands.append(_errand(numbers[0], first, windows, top))
    return errands


def _hours(client: Client) -> Window:
    return int(client.tw_early), int(min(client.tw_late, SECONDS_MAX))


def _errand(number: int, client: Client, windows: Sequence[Window], top: int) -> Errand:
    call = Call(number, client.location, int(client.service_duration), tuple(windows))
    priority = _priority(client.prize, top, required=client.required)
    return Errand(call, tuple(client.delivery), tuple(client.pickup), priority)


def _shipments(data: ProblemData, top: int) -> list[Errand]:
    return [_paired(number, s, top) for number, s in enumerate(data.shipments())]


def _paired(number: int, shipment: Shipment, top: int) -> Errand:
    first = Call(
        number,
        shipment.pickup.location,
        int(shipment.pickup.service_duration),
        ((int(shipment.pickup.tw_early), int(min(shipment.pickup.tw_late, SECONDS_MAX))),),
    )
    last = Call(
        number,
        shipment.delivery.location,
        int(shipment.delivery.service_duration),
        ((int(shipment.delivery.tw_early), int(min(shipment.delivery.tw_late, SECONDS_MAX))),),
    )
    priority = _priority(shipment.prize, top, required=shipment.required)
    return Errand(first, (), tuple(shipment.amount), priority, last)


Visit = tuple[str, int, int]
"""What a van does: "job", "pickup" or "delivery", the id, the second at which it begins."""


def solution_of(
    data: ProblemData, kinds: Sequence[int], routes: dict[int, list[Visit]]
) -> Solution:
    """VROOM's routes (visits by van) as a solution of `data`."""
    found, used = [], Counter[int]()
    for van, visits in sorted(routes.items()):
        kind = kinds[van]
        used[kind] += 1
        found.append(Route(data, [_activity(data, visit) for visit in visits], kind))
    return Solution(data, found)


def _activity(data: ProblemData, visit: Visit) -> Activity:
    what, number, begins_s = visit
    if what == "job":
        return Activity(ActivityType.CLIENT, _alternative(data, number, begins_s))
    kind = ActivityType.PICKUP if what == "pickup" else ActivityType.DELIVERY
    return Activity(kind, number)


def _alternative(data: ProblemData, number: int, begins_s: int) -> int:
    """Of a group's clients the one whose window VROOM has used."""
    group = data.client(number).group
    if group is None:
        return number
    open_then = [
        c
        for c in data.group(group).clients
        if data.client(c).tw_early <= begins_s <= data.client(c).tw_late
    ]
    return int(open_then[0]) if open_then else number
