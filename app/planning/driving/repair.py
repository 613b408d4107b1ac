"""Make routes keep every rule, and put back what still fits.

A solver knows no ride-time limit, no stops counted by door, no breaks, and only the hull of a
rescue's windows; and it may end with an infeasible answer. What breaks a rule is taken out here,
and every task left over is tried at the places of every run, where it costs about least first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.planning.driving.alone import fleet
from app.planning.driving.calls import order_of, trips_used
from app.planning.driving.cost import base_cost, run_cost
from app.planning.driving.schedule import Scheduled, schedule
from app.planning.driving.slots import Slot, slots
from app.planning.plan import RELOAD, Route
from app.planning.problem import Problem, Task, Vehicle, needs_hub, weight

REINSERTIONS = 60
"""At most this many left-over tasks are tried again, the weightiest first."""

TRIMS_TRIED = 30
"""Where no task is to blame for a broken rule, so many are tried without."""

LOOKS = 12
"""Of the slots that could be driven the cheapest-looking are priced to the second."""

FAILURES = 60
"""A task is left over after so many slots that look free and are not (breaks, rides, loads)."""


@dataclass
class Day:
    """Routes under repair; every route in it keeps every rule."""

    problem: Problem
    routes: dict[str, Route] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def repair(problem: Problem, orders: Mapping[str, Sequence[str]], tries: int = REINSERTIONS) -> Day:
    """A day in which each order keeps the rules; all other tasks are put back or left over."""
    day = Day(problem)
    served: set[str] = set()
    for vehicle_id, order in orders.items():
        own = [id_ for id_ in order if id_ not in served]
        kept = _trim(problem, vehicle_id, own).route
        if kept.order:
            day.routes[vehicle_id] = kept
            served |= set(kept.order)
    left = [task for task in problem.tasks if task.id not in served]
    left.sort(key=lambda task: -weight(task))
    for task in left:
        tried = tries > 0 and fleet(problem).able(task).any()
        tries -= bool(tried)
        if not tried or not put_back(day, task):
            day.left.append(task.id)
    return day


def _trim(problem: Problem, vehicle_id: str, order: Sequence[str]) -> Scheduled:
    """The order without the tasks that break its rules, lightest first."""
    result = schedule(problem, vehicle_id, order)
    # A shift too short even for the way home breaks a rule with nothing left to take out.
    while result.violations and order:
        order = _with_one_less(problem, vehicle_id, order, result)
        result = schedule(problem, vehicle_id, order)
    return result


def _with_one_less(
    problem: Problem, vehicle_id: str, order: Sequence[str], result: Scheduled
) -> Sequence[str]:
    """The order without its last `RELOAD` when the trips are too many, else without one task.

    A task that a fault names goes first, the last of the lightest; where none is named (a full
    vehicle, a shift too short), of the lightest the one whose absence helps most.
    """
    named = {fault.task_id for fault in result.violations if fault.task_id}
    ids = [id_ for id_ in dict.fromkeys(order) if id_ != RELOAD and (not named or id_ in named)]
    too_often = any(fault.code == "too_many_trips" for fault in result.violations)
    if not ids or (too_often and not named):
        last = len(order) - 1 - order[::-1].index(RELOAD)
        return [*order[:last], *order[last + 1 :]]
    least = min(weight(problem.task_by_id[id_]) for id_ in ids)
    lightest = [id_ for id_ in ids if weight(problem.task_by_id[id_]) == least]
    without = [
        [id_ for id_ in order if id_ != out]
        for out in reversed(lightest[-1:] if named else lightest[-TRIMS_TRIED:])
    ]
    if len(without) == 1:
        return without[0]
    return min(without, key=lambda ids: _badness(problem, schedule(problem, vehicle_id, ids)))


def _badness(problem: Problem, result: Scheduled) -> tuple[int, int, int]:
    """Faults, what is too much on board (grams and boxes over all stops), and the cost."""
    capacity = problem.vehicle_by_id[result.route.vehicle_id].capacity
    over = sum(
        max(0, amount - most)
        for stop in result.route.stops
        for amount, most in zip(stop.load_after, capacity, strict=True)
    )
    return len(result.violations), over, run_cost(problem, result.route)


def put_back(day: Day, task: Task) -> bool:
    """Insert the task where it costs least; False when it fits nowhere."""
    best: Route | None = None
    best_cost, looks, failures = 0, LOOKS, FAILURES
    for _, _, vehicle_id, order in sorted(_offers(day, task)):
        result = schedule(day.problem, vehicle_id, order)
        if result.violations:
            failures -= 1
        else:
            looks -= 1
            cost = run_cost(day.problem, result.route) - _old_cost(day, vehicle_id)
            if best is None or cost < best_cost:
                best, best_cost = result.route, cost
        if not looks or not failures:
            break
    if best is not None:
        day.routes[best.vehicle_id] = best
    return best is not None


def _old_cost(day: Day, vehicle_id: str) -> int:
    old = day.routes.get(vehicle_id)
    return run_cost(day.problem, old) if old else 0


def _offers(day: Day, task: Task) -> Iterator[tuple[int, int, str, tuple[str, ...]]]:
    """About what the task costs, the vehicle's rank and id, and the order with the task."""
    for rank in np.flatnonzero(fleet(day.problem).able(task)).tolist():
        vehicle = day.problem.vehicles[rank]
        old = day.routes.get(vehicle.id)
        extra_s = task.prefer_s if task.prefers and vehicle.id not in task.prefers else 0
        for detour_s, order in _slots_and_new_trips(day.problem, vehicle, old, task):
            about_s = detour_s + extra_s
            if old is not None and vehicle.fair_s is not None:
                longer_s = old.duration_s + detour_s
                about_s += base_cost(longer_s, 0, vehicle.fair_s) - longer_s
                about_s -= base_cost(old.duration_s, 0, vehicle.fair_s) - old.duration_s
            yield about_s, rank, vehicle.id, order


def _slots_and_new_trips(
    problem: Problem, vehicle: Vehicle, old: Route | None, task: Task
) -> Iterator[Slot]:
    """Places in the trips there are, and one more trip before or behind them."""
    if old is None:
        yield from slots(problem, vehicle, (), task)
        return
    order = order_of(old)
    yield from slots(problem, vehicle, order, task)
    if needs_hub(task) and trips_used(old) < vehicle.trips_max:
        yield from slots(problem, vehicle, (*order, RELOAD), task, trips_used(old))
        yield from slots(problem, vehicle, (RELOAD, *order), task, 0)
