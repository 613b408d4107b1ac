"""Make routes keep every rule, and put back what still fits.

A solver knows no ride-time limit, no stops counted by door, and only the hull of a rescue's
windows; and it may end with an infeasible answer. What breaks a rule is taken out here, and every
task left over is tried at every place of every run (cheapest insertion).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.planning.driving.cost import run_cost
from app.planning.driving.schedule import Scheduled, schedule
from app.planning.driving.slots import slots
from app.planning.plan import Route
from app.planning.problem import (
    Collect,
    Deliver,
    Load,
    Problem,
    Task,
    Vehicle,
    may_serve,
    weight,
)

REINSERTIONS = 60
"""At most this many left-over tasks are tried again, the weightiest first."""


@dataclass
class Day:
    """Routes under repair; every route in it keeps every rule."""

    problem: Problem
    routes: dict[str, Route] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def repair(problem: Problem, orders: Mapping[str, Sequence[str]], tries: int = REINSERTIONS) -> Day:
    """A day in which each order keeps the rules; all other tasks are put back or left over."""
    day = Day(problem)
    for vehicle_id, order in orders.items():
        kept = _trim(problem, vehicle_id, order)
        if kept.route.stops:
            day.routes[vehicle_id] = kept.route
    served = {id_ for route in day.routes.values() for id_ in route.order}
    left = [task for task in problem.tasks if task.id not in served]
    left.sort(key=lambda task: -weight(task))
    for number, task in enumerate(left):
        if number >= tries or not _put_back(day, task):
            day.left.append(task.id)
    return day


def _trim(problem: Problem, vehicle_id: str, order: Sequence[str]) -> Scheduled:
    """The order without the tasks that break its rules, lightest and last first."""
    result = schedule(problem, vehicle_id, order)
    # A shift too short even for the way home breaks a rule with nothing left to take out.
    while result.violations and order:
        named = {fault.task_id for fault in result.violations if fault.task_id}
        out = _weakest(problem, [id_ for id_ in order if not named or id_ in named])
        order = [id_ for id_ in order if id_ != out]
        result = schedule(problem, vehicle_id, order)
    return result


def _weakest(problem: Problem, order: Sequence[str]) -> str:
    return min(reversed(order), key=lambda id_: weight(problem.task_by_id[id_]))


def _put_back(day: Day, task: Task) -> bool:
    """Insert the task where it costs least; False when it fits nowhere."""
    best: Route | None = None
    best_cost = 0
    for vehicle in day.problem.vehicles:
        old = day.routes.get(vehicle.id)
        if not _worth_trying(day.problem, vehicle, old, task):
            continue
        for order in slots(day.problem, vehicle, old.order if old else (), task):
            result = schedule(day.problem, vehicle.id, order)
            cost = run_cost(day.problem, result.route) - (run_cost(day.problem, old) if old else 0)
            if not result.violations and (best is None or cost < best_cost):
                best, best_cost = result.route, cost
    if best is not None:
        day.routes[best.vehicle_id] = best
    return best is not None


def _worth_trying(problem: Problem, vehicle: Vehicle, old: Route | None, task: Task) -> bool:
    """Quick look before all positions are tried: skills, hub, and the load without any order."""
    if not may_serve(vehicle, task) or not task.load.fits(vehicle.capacity):
        return False
    if old is None or not isinstance(task, Collect | Deliver):
        return True
    return same_way_load(problem, old, task).plus(task.load).fits(vehicle.capacity)


def same_way_load(problem: Problem, route: Route, task: Task) -> Load:
    """What a route carries together with `task` from the hub (or to it) at one moment."""
    total = Load()
    for id_ in route.order:
        other = problem.task_by_id[id_]
        if type(other) is type(task):
            total = total.plus(other.load)
    return total
