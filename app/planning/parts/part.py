"""A part of a day: its own small problem, and how its places are called in the whole one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.planning.parts.layout import places_of
from app.planning.plan import Plan, Route, Stop
from app.planning.problem import Collect, Deliver, Problem, Rescue, Task, Vehicle
from app.roads.travel import Matrix


@dataclass(frozen=True, eq=False)
class Part:
    """One part of a day that is solved by itself.

    `places[p]` is what place p of `problem` is in the whole day; `incumbent`, in the part's own
    places, is what the whole plan had here (None: nothing was planned yet).
    """

    number: int
    problem: Problem
    places: tuple[int, ...]
    incumbent: Plan | None = None


def part_of(
    whole: Problem, number: int, tasks: Sequence[Task], vehicles: Sequence[Vehicle]
) -> Part:
    """The part with these tasks and vehicles; its matrices hold nothing but their places."""
    places = places_of(tuple(tasks), tuple(vehicles))
    own = {place: p for p, place in enumerate(places)}
    setup = tuple(whole.setup_s[place] for place in places) if whole.setup_s else ()
    travel = {
        mode: _cut_out(whole.travel[mode], places, own)
        for mode in sorted({vehicle.mode for vehicle in vehicles})
    }
    problem = Problem(
        travel,
        tuple(_vehicle(vehicle, own) for vehicle in vehicles),
        tuple(_task(task, own) for task in tasks),
        setup,
    )
    return Part(number, problem, places)


def _cut_out(matrix: Matrix, places: tuple[int, ...], own: Mapping[int, int]) -> Matrix:
    rows = np.ix_(places, places)
    off_road = {own[p]: snap for p, snap in matrix.off_road.items() if p in own}
    return Matrix(matrix.seconds[rows], matrix.metres[rows], matrix.source, off_road)


def _vehicle(vehicle: Vehicle, own: Mapping[int, int]) -> Vehicle:
    return replace(
        vehicle,
        start_place=own[vehicle.start_place],
        end_place=None if vehicle.end_place is None else own[vehicle.end_place],
        hub=None if vehicle.hub is None else own[vehicle.hub],
    )


def _task(task: Task, own: Mapping[int, int]) -> Task:
    if isinstance(task, Rescue):
        return replace(task, place=own[task.place], pickup_place=own[task.pickup_place])
    if isinstance(task, Collect | Deliver):
        hub = None if task.hub is None else own[task.hub]
        return replace(task, place=own[task.place], hub=hub)
    return replace(task, place=own[task.place])


def with_incumbent(part: Part, whole: Plan) -> Part:
    """The part starting from what `whole` has for its vehicles; routes with foreign tasks stay out."""
    own = {place: p for p, place in enumerate(part.places)}
    routes = tuple(
        _renamed(route, own)
        for route in whole.routes
        if route.vehicle_id in part.problem.vehicle_by_id
        and all(id_ in part.problem.task_by_id for id_ in route.order)
    )
    served = {id_ for route in routes for id_ in route.order}
    told = {item.task_id: item for item in whole.unserved}
    left = [task.id for task in part.problem.tasks if task.id not in served and task.id in told]
    return replace(
        part,
        incumbent=Plan(
            routes=routes,
            unserved=tuple(told[id_] for id_ in left),
            distance_m=sum(route.distance_m for route in routes),
            duration_s=sum(route.duration_s for route in routes),
            engine=whole.engine,
            seed=whole.seed,
            source=part.problem.source,
        ),
    )


def in_whole(part: Part, plan: Plan) -> tuple[Route, ...]:
    """The routes of a part's plan with the places of the whole day."""
    return tuple(_renamed(route, part.places) for route in plan.routes)


def _renamed(route: Route, name: Mapping[int, int] | Sequence[int]) -> Route:
    return replace(route, stops=tuple(_stop(stop, name) for stop in route.stops))


def _stop(stop: Stop, name: Mapping[int, int] | Sequence[int]) -> Stop:
    return replace(stop, place=name[stop.place])
