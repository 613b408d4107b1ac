"""Runs as PyVRP writes them, and as we do: task ids in order, `RELOAD` between two trips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from pyvrp import Activity, ActivityType, Solution
from pyvrp import Route as PyRoute

from app.planning.engines.doors import is_hub_food
from app.planning.engines.model import Model
from app.planning.plan import AT_HUB, RELOAD, Route
from app.planning.problem import Problem, Rescue

Orders = dict[str, list[str]]


def orders(model: Model, solution: Solution) -> Orders:
    """A PyVRP solution as orders per vehicle id, bundles opened (a rescue's ids twice)."""
    found: Orders = {}
    for route in solution.routes():
        trips: list[list[int]] = [[]]
        for activity in list(route)[1:-1]:
            if activity.is_depot():
                trips.append([])
                continue
            owners = model.clients if activity.is_client() else model.shipments
            trips[-1].append(owners[activity.idx])
        k = route.vehicle_type()
        found[model.problem.vehicles[k].id] = _opened(model, k, [trip for trip in trips if trip])
    return found


def _opened(model: Model, k: int, trips: list[list[int]]) -> list[str]:
    """Trips of bundles as one order; the hub that an arc passed by becomes a trip of its own."""
    if model.under_way[k] and len(trips) < model.problem.vehicles[k].trips_max:
        first, *rest = trips
        food = [n for n, number in enumerate(first) if is_hub_food(model.bundles[number])]
        cut = food[0] if food else 0
        trips = [first[:cut], first[cut:], *rest] if cut else trips
    order: list[str] = []
    for trip in trips:
        if order:
            order.append(RELOAD)
        order += [task.id for number in trip for task in model.bundles[number].tasks]
    return order


class _Call(NamedTuple):
    """A hand-over of an earlier plan (or `RELOAD`), and when it was to begin."""

    id: str
    start_s: int


def earlier_orders(problem: Problem, routes: Iterable[Route]) -> Orders:
    """Earlier runs as orders, without vehicles, tasks and trips that are gone."""
    return {
        route.vehicle_id: [call.id for call in _calls(problem, route)]
        for route in routes
        if route.vehicle_id in problem.vehicle_by_id
    }


def _calls(problem: Problem, route: Route) -> list[_Call]:
    """What is still to be called at; of a rescue that was fetched since, only its door."""
    calls: list[_Call] = []
    for stop in route.stops:
        known = [id_ for id_ in stop.task_ids if id_ in problem.task_by_id]
        ids = [RELOAD] if stop.kind in AT_HUB else known
        calls += [_Call(id_, stop.start_s) for id_ in ids]
    total, seen = Counter(call.id for call in calls), Counter[str]()
    kept: list[_Call] = []
    for call in calls:
        seen[call.id] += 1
        is_pair = isinstance(problem.task_by_id.get(call.id), Rescue)
        is_whole = total[call.id] == 2 if is_pair else seen[call.id] == total[call.id]
        if call.id == RELOAD or is_whole:
            kept.append(call)
    return _tidy(kept, problem.vehicle_by_id[route.vehicle_id].trips_max - 1)


def _tidy(calls: Sequence[_Call], reloads: int) -> list[_Call]:
    """Hub visits only between two hand-overs, one at a time, and no more than allowed."""
    tidy: list[_Call] = []
    for call, behind in pairwise([*calls, _Call(RELOAD, 0)]):
        if call.id != RELOAD:
            tidy.append(call)
        elif tidy and behind.id != RELOAD and reloads > 0:
            tidy.append(call)
            reloads -= 1
    return tidy


def warm_start(model: Model, routes: Iterable[Route]) -> Solution | None:
    """Earlier runs in PyVRP's words; what is gone is left out, None when nothing remains.

    PyVRP searches badly from an empty solution, so that is never given to it.
    """
    ranks = {vehicle.id: k for k, vehicle in enumerate(model.problem.vehicles)}
    reader = _Reader(model)
    found = []
    for route in routes:
        k = ranks.get(route.vehicle_id)
        activities = reader.activities(k, _calls(model.problem, route)) if k is not None else []
        if activities and k is not None:
            found.append(PyRoute(model.data, activities, k))
    return Solution(model.data, found) if found else None


class _Reader:
    """Calls as PyVRP's activities, each bundle once, where its first task was."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._numbers = {task.id: b for b, item in enumerate(model.bundles) for task in item.tasks}
        self._client = {number: n for n, number in reversed(list(enumerate(model.clients)))}
        self._shipment = {number: n for n, number in enumerate(model.shipments)}
        self._done: set[int] = set()

    def activities(self, k: int, calls: Sequence[_Call]) -> list[Activity]:
        """The activities of one run, reloads where vehicle k may reload."""
        found: list[Activity] = []
        seen: set[str] = set()
        mine: Counter[int] = Counter()
        depot = self._model.reload_depot[k]
        for call in calls:
            number = self._numbers.get(call.id)
            if call.id == RELOAD and depot is not None:
                found.append(Activity(ActivityType.DEPOT, depot))
            if number is None:
                continue
            # A bundle of rescues is fetched at its first task and brought at its first repetition.
            side = int(call.id in seen)
            seen.add(call.id)
            if mine[number] == side and number not in self._done:
                activity = self._activity(number, call, side)
                found += [activity] if activity else []
                mine[number] += 1
        self._done |= set(mine)
        return _between(_paired(found))

    def _activity(self, number: int, call: _Call, side: int) -> Activity | None:
        """What a call does for a bundle; of several windows' clients the one open at that time."""
        if number in self._shipment:
            kind = ActivityType.DELIVERY if side else ActivityType.PICKUP
            return Activity(kind, self._shipment[number])
        for offset, window in enumerate(self._model.bundles[number].windows):
            if call.start_s <= window.end_s:
                return Activity(ActivityType.CLIENT, self._client[number] + offset)
        return None


def _paired(activities: list[Activity]) -> list[Activity]:
    """Without shipments of which one end is missing."""
    fetched = {a.idx for a in activities if a.is_pickup()}
    brought = {a.idx for a in activities if a.is_delivery()}
    both = fetched & brought
    return [a for a in activities if not a.is_shipment() or a.idx in both]


def _between(activities: list[Activity]) -> list[Activity]:
    """Without depots that have no stop before or behind them, or lie between site and door.

    PyVRP brings what it fetched within the same trip.
    """
    kept: list[Activity] = []
    riding = 0
    for n, activity in enumerate(activities):
        riding += activity.is_pickup() - activity.is_delivery()
        is_last = n + 1 == len(activities) or activities[n + 1].is_depot()
        if not activity.is_depot() or (kept and not is_last and not riding):
            kept.append(activity)
    return kept
