"""How a day is divided among its volunteers: which hub each runs from, how much work is fair."""

from __future__ import annotations

from collections import Counter
from math import ceil
from uuid import UUID

import numpy as np

from app.food.supply import HubPlace
from app.planning.problem import Problem, Rescue
from app.roads.travel import UNREACHABLE
from app.runs.day import Day, Driver

FAIR_S_MIN = 3600


def share_hubs(day: Day) -> dict[UUID, HubPlace]:
    """Which hub each volunteer runs from: the nearest, as long as each hub gets its part of them.

    A hub's part follows the number of errands that start there, rounded up. Who runs from a hub
    already keeps it.
    """
    if not day.hubs:
        return {}
    wanted = Counter(errand.hub.id for errand in day.errands if errand.hub is not None)
    total = sum(wanted.values())
    usual = {
        hub.id: ceil(len(day.drivers) * wanted[hub.id] / total) if total else len(day.drivers)
        for hub in day.hubs
    }
    options = sorted(
        (_squared_degrees(driver, hub), str(driver.volunteer_id), str(hub.id), driver, hub)
        for driver in day.drivers
        for hub in day.hubs
    )
    by_id = {hub.id: hub for hub in day.hubs}
    homes = {d.volunteer_id: by_id[d.hub_id] for d in day.drivers if d.hub_id in by_id}
    for hub in homes.values():
        usual[hub.id] -= 1
    for *_, driver, hub in options:
        if driver.volunteer_id not in homes and usual[hub.id] > 0:
            homes[driver.volunteer_id] = hub
            usual[hub.id] -= 1
    return homes


def _squared_degrees(driver: Driver, hub: HubPlace) -> float:
    if driver.start is None:
        return 0.0
    return (driver.start[0] - hub.lng) ** 2 + (driver.start[1] - hub.lat) ** 2


def fair_shares(problem: Problem) -> dict[str, int]:
    """Seconds of work that are each vehicle's fair share, by the hours its volunteer offers.

    The work is estimated before anything is planned: service and setup at every place, and for
    each the way from its nearest neighbour. Nobody's share is below `FAIR_S_MIN`: an hour is no
    burden. Empty for a single vehicle, which has nobody to share with.
    """
    if len(problem.vehicles) < 2 or not problem.tasks:
        return {}
    work_s = _work_s(problem)
    offered = {v.id: v.shift.end_s - v.shift.start_s for v in problem.vehicles}
    total = sum(offered.values())
    return {id_: max(FAIR_S_MIN, round(work_s * s / total)) for id_, s in offered.items()}


def _work_s(problem: Problem) -> int:
    """Seconds of everybody's work together, roughly."""
    service_s, called = 0, set()
    for task in problem.tasks:
        service_s += task.service_s
        called.add(task.place)
        if isinstance(task, Rescue):
            service_s += task.pickup_service_s
            called.add(task.pickup_place)
    places = sorted(called)
    setup_s = sum(problem.setup(place) for place in places)
    setup_s += sum(problem.setup(v.hub) for v in problem.vehicles if v.hub is not None)
    return service_s + setup_s + _ways_s(problem, places)


def _ways_s(problem: Problem, places: list[int]) -> int:
    """The way to each place from its nearest neighbour, as the fleet drives on average."""
    if len(places) < 2:
        return 0
    total = 0.0
    fleet = Counter(vehicle.mode for vehicle in problem.vehicles)
    for mode, count in fleet.items():
        between = problem.travel[mode].seconds[np.ix_(places, places)].copy()
        np.fill_diagonal(between, UNREACHABLE)
        nearest = between.min(axis=0)
        total += count * float(nearest[nearest < UNREACHABLE].sum())
    return round(total / len(problem.vehicles))
