"""Invented days with everything a run can have: breaks, trips, food on board, expiry, wishes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from app.planning.plan import RELOAD, Plan, Route, Unserved
from app.planning.problem import (
    Break,
    Deliver,
    Load,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Window,
    may_serve,
)
from tests.planning.town import NINE, NOON, town

LUNCH = Break(Window(NOON - 1800, NOON + 3600), 1800)
TEA = Break(Window(15 * 3600, 15 * 3600 + 1800), 900)


def rich_town(seed: int, households: int = 8) -> Problem:
    """A small day of all kinds of tasks in which vehicles rest, reload and carry food already."""
    luck = Random(seed)
    problem = town(seed, households, mixed=True)
    vehicles = tuple(_vehicle(vehicle, luck) for vehicle in problem.vehicles)
    tasks = tuple(_task(task, vehicles, luck) for task in problem.tasks)
    return replace(problem, vehicles=vehicles, tasks=tasks)


def _vehicle(vehicle: Vehicle, luck: Random) -> Vehicle:
    return replace(
        vehicle,
        breaks=luck.choice(((), (LUNCH,), (TEA, LUNCH))) if vehicle.id != "spare" else (),
        trips_max=luck.randint(1, 3),
        fair_s=luck.choice((None, 2 * 3600)),
        max_stops=luck.choice((None, vehicle.max_stops)),
    )


def _task(task: Task, vehicles: tuple[Vehicle, ...], luck: Random) -> Task:
    if luck.random() < 0.2:
        task = replace(task, before_s=NINE + luck.randrange(0, 8 * 3600))
    if luck.random() < 0.3:
        task = replace(task, prefers=frozenset({luck.choice(vehicles).id}), prefer_s=600)
    if luck.random() < 0.1:
        task = replace(task, only=luck.choice(vehicles).id)
    if isinstance(task, Deliver) and luck.random() < 0.3:
        task = replace(task, aboard=True, only=task.only or luck.choice(vehicles).id)
    return task


def some_order(problem: Problem, vehicle: Vehicle, luck: Random) -> list[str]:
    """A few tasks that the vehicle may serve, in any order, with trips anywhere between them."""
    able = [task for task in problem.tasks if may_serve(vehicle, task)]
    order: list[str] = []
    for task in luck.sample(able, min(len(able), luck.randint(1, 5))):
        order.insert(luck.randint(0, len(order)), task.id)
        if isinstance(task, Rescue):
            order.insert(luck.randint(order.index(task.id) + 1, len(order)), task.id)
    for _ in range(luck.choice((0, 0, 1, 2))):
        order.insert(luck.randint(0, len(order)), RELOAD)
    return order


def plan_of(problem: Problem, *routes: Route) -> Plan:
    """The plan of these runs; everything else is left over."""
    served = {id_ for route in routes for id_ in route.order}
    left = [task.id for task in problem.tasks if task.id not in served]
    return Plan(
        routes=routes,
        unserved=tuple(Unserved(id_, "left", "没排上。", "Left over.") for id_ in left),
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
        engine="by hand",
        seed=0,
        source=problem.source,
    )


def roomy(problem: Problem) -> Problem:
    """The same day with vehicles that are never full."""
    space = Load(10**7, 10**4, 10**4)
    vehicles = tuple(replace(vehicle, capacity=space) for vehicle in problem.vehicles)
    return replace(problem, vehicles=vehicles)
