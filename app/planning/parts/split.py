"""A day cut into parts that lie together: hub by hub, then along the city, or along its routes."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from app.planning.parts.clusters import FloatArray, IntArray, clusters
from app.planning.parts.layout import layout, spot_of, spots_of
from app.planning.parts.part import Part, part_of, with_incumbent
from app.planning.parts.share import centres_of, nearest_fit, shared
from app.planning.plan import Plan
from app.planning.problem import Problem, Task, Vehicle, hub_of, may_serve

SIZE = 300
"""Tasks of a part: small enough for a search to be thorough, large enough to have few borders."""


def split(
    problem: Problem,
    *,
    size: int = SIZE,
    plan: Plan | None = None,
    turn: int = 0,
    points: FloatArray | None = None,
) -> tuple[Part, ...]:
    """The day's parts; every task and every vehicle is in exactly one of them.

    Without `plan` parts are cut along the city and get their share of the vehicles. With one
    they are groups of whole routes that lie beside each other, and start from these; `turn`
    moves the borders, so that in the next round other routes meet. At turn 0 a plan made along
    the city is cut along the city again. `points` (places, 2) is a map
    of the places in any plane unit; without it the travel times draw one. The same arguments
    give the same parts.
    """
    plane = layout(problem) if points is None else points
    cut = _Cut(problem, plane, size)
    homes, of_task = cut.along_city(turn)
    if plan is not None and plan.routes and (turn > 0 or not cut.holds(plan, homes, of_task)):
        homes, of_task = cut.along_routes(plan, turn)
    parts: list[Part] = []
    for number in sorted(set(homes)):
        tasks = [t for t, n in zip(problem.tasks, of_task, strict=True) if n == number]
        vehicles = [v for v, n in zip(problem.vehicles, homes, strict=True) if n == number]
        part = part_of(problem, len(parts), tasks, vehicles)
        parts.append(with_incumbent(part, plan) if plan is not None else part)
    return tuple(parts)


class _Cut:
    """One cutting: the day, its map, how large a part may be."""

    def __init__(self, problem: Problem, plane: FloatArray, size: int) -> None:
        self._problem, self._plane, self._size = problem, plane, size
        self._hubs = sorted({v.hub for v in problem.vehicles if v.hub is not None})
        self._vehicle_rank = {v.id: k for k, v in enumerate(problem.vehicles)}
        self._task_rank = {t.id: k for k, t in enumerate(problem.tasks)}

    def along_city(self, turn: int) -> tuple[list[int], list[int]]:
        """Part numbers of the vehicles and of the tasks, by where the tasks lie."""
        problem, plane = self._problem, self._plane
        spots = spots_of(problem.tasks, plane)
        of_task = [0] * len(problem.tasks)
        homes = [0] * len(problem.vehicles)
        made = 0
        for tasks, vehicles in self._by_hub():
            if not tasks:
                for v in vehicles:
                    homes[v] = max(0, made - 1)
                continue
            count = min(ceil(len(tasks) / self._size), len(vehicles))
            most = ceil(len(tasks) / count)
            number = clusters(spots[tasks], np.ones(len(tasks)), most, turn)
            count = int(number.max()) + 1
            groups = [
                [problem.tasks[t] for t in np.array(tasks)[number == g]] for g in range(count)
            ]
            where = np.array([plane[problem.vehicles[v].start_place] for v in vehicles])
            fleet = [problem.vehicles[v] for v in vehicles]
            chosen = shared(groups, centres_of(spots[tasks], number, count), fleet, where)
            for v, g in zip(vehicles, chosen, strict=True):
                homes[v] = made + g
            for t, g in zip(tasks, number, strict=True):
                of_task[t] = made + int(g)
            made += count
        return homes, self._settled(homes, of_task)

    def along_routes(self, plan: Plan, turn: int) -> tuple[list[int], list[int]]:
        """Part numbers of the vehicles and of the tasks, by which routes lie beside each other."""
        problem = self._problem
        served: dict[int, list[Task]] = {}
        for route in plan.routes:
            known = dict.fromkeys(id_ for id_ in route.order if id_ in self._task_rank)
            rank = self._vehicle_rank.get(route.vehicle_id)
            if known and rank is not None:
                served[rank] = [problem.task_by_id[id_] for id_ in known]
        if not served:
            return self.along_city(turn)
        drivers = list(served)
        middles = np.array([spots_of(tuple(served[v]), self._plane).mean(axis=0) for v in drivers])
        number = clusters(
            middles.reshape(-1, 2), np.array([len(served[v]) for v in drivers]), self._size, turn
        )
        homes = [-1] * len(problem.vehicles)
        of_task = [-1] * len(problem.tasks)
        for v, g in zip(drivers, number, strict=True):
            homes[v] = int(g)
            for task in served[v]:
                of_task[self._task_rank[task.id]] = int(g)
        self._give_idle(homes, middles, number)
        for t, g in enumerate(of_task):
            if g < 0:
                of_task[t] = self._nearest_route(problem.tasks[t], drivers, middles, homes)
        return homes, self._settled(homes, of_task)

    def holds(self, plan: Plan, homes: list[int], of_task: list[int]) -> bool:
        """Whether no route of the plan leaves its vehicle's part."""
        ranks, numbers = self._task_rank, self._vehicle_rank
        return all(
            route.vehicle_id in numbers and of_task[ranks[id_]] == homes[numbers[route.vehicle_id]]
            for route in plan.routes
            for id_ in route.order
            if id_ in ranks
        )

    def _by_hub(self) -> list[tuple[list[int], list[int]]]:
        """Tasks and vehicles of each hub; what belongs to none goes with the nearest.

        Hubs with few tasks are taken together until a part is full.
        """
        problem, hubs = self._problem, self._hubs
        if len(hubs) < 2:
            return [(list(range(len(problem.tasks))), list(range(len(problem.vehicles))))]
        tasks: dict[int, list[int]] = {hub: [] for hub in hubs}
        vehicles: dict[int, list[int]] = {hub: [] for hub in hubs}
        for t, task in enumerate(problem.tasks):
            hub = hub_of(task)
            if hub is None or hub not in tasks:
                hub = self._nearest_hub(spot_of(task, self._plane))
            tasks[hub].append(t)
        for v, vehicle in enumerate(problem.vehicles):
            spot = self._plane[vehicle.start_place]
            vehicles[self._nearest_hub(spot) if vehicle.hub is None else vehicle.hub].append(v)
        groups: list[tuple[list[int], list[int]]] = []
        for hub in sorted(hubs, key=lambda hub: -len(tasks[hub])):
            if groups and len(groups[-1][0]) + len(tasks[hub]) <= self._size:
                groups[-1][0].extend(tasks[hub])
                groups[-1][1].extend(vehicles[hub])
            else:
                groups.append((tasks[hub], vehicles[hub]))
        return groups

    def _nearest_hub(self, spot: FloatArray) -> int:
        away = np.linalg.norm(self._plane[self._hubs] - spot, axis=1)
        return self._hubs[int(away.argmin())]

    def _give_idle(self, homes: list[int], middles: FloatArray, number: IntArray) -> None:
        """Vehicles without a route join the part of the route that is nearest to their start."""
        for v, vehicle in enumerate(self._problem.vehicles):
            if homes[v] < 0:
                away = np.linalg.norm(middles - self._plane[vehicle.start_place], axis=1)
                homes[v] = int(number[int(away.argmin())])

    def _nearest_route(
        self, task: Task, drivers: list[int], middles: FloatArray, homes: list[int]
    ) -> int:
        """The part of the nearest route whose vehicle may serve the task (or just the nearest)."""
        fits = [may_serve(self._problem.vehicles[v], task) for v in drivers]
        spot = spot_of(task, self._plane)
        nearest = int(np.linalg.norm(middles - spot, axis=1).argmin())
        return homes[drivers[nearest_fit(fits, spot, middles, nearest)]]

    def _settled(self, homes: list[int], of_task: list[int]) -> list[int]:
        """Tasks moved to where somebody may do them: bound ones with their vehicle, others near by."""
        problem = self._problem
        count = max(homes) + 1
        fleets: list[list[Vehicle]] = [[] for _ in range(count)]
        for vehicle, g in zip(problem.vehicles, homes, strict=True):
            fleets[g].append(vehicle)
        centres = self._centres(of_task, count)
        fits: dict[object, list[bool]] = {}
        out = list(of_task)
        for t, task in enumerate(problem.tasks):
            if task.only in self._vehicle_rank:
                out[t] = homes[self._vehicle_rank[str(task.only)]]
                continue
            key = (type(task), task.load, task.skills, hub_of(task))
            if key not in fits:
                fits[key] = [_somebody(fleet, task) for fleet in fleets]
            if not fits[key][out[t]]:
                spot = spot_of(task, self._plane)
                out[t] = nearest_fit(fits[key], spot, centres, out[t])
        return out

    def _centres(self, of_task: list[int], count: int) -> FloatArray:
        """Middles of the parts; one that has no task lies infinitely far from all."""
        spots, number = spots_of(self._problem.tasks, self._plane), np.array(of_task)
        far = np.full((count, 2), 1e12)
        for g in set(of_task):
            far[g] = spots[number == g].mean(axis=0)
        return far


def _somebody(fleet: Sequence[Vehicle], task: Task) -> bool:
    """Whether one of the vehicles has the skills, the hub and the room."""
    return any(may_serve(vehicle, task) and task.load.fits(vehicle.capacity) for vehicle in fleet)
