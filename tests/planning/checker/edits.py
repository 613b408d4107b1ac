"""Small changes to a day: another stop, run, task or vehicle in the place of the one that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from app.planning.plan import Plan, Route, Stop
from app.planning.problem import Problem, Task
from tests.planning.checker.writing import Day

Spoil = Callable[[Problem, Plan, Random], Day | None]
"""A way to spoil a good day; None where the day offers nothing to spoil."""
AT_HUB = ("load", "unload")
SERVED = ("collect", "deliver", "visit")
EVERY = (*SERVED, *AT_HUB)


def a_route(plan: Plan, luck: Random) -> Route:
    """One of the runs."""
    return luck.choice(plan.routes)


def with_route(plan: Plan, route: Route, **facts: Any) -> Plan:
    """The plan with another run in the place of this vehicle's."""
    changed = replace(route, **facts)
    return replace(
        plan,
        routes=tuple(changed if r.vehicle_id == route.vehicle_id else r for r in plan.routes),
    )


def with_stop(plan: Plan, route: Route, n: int, **facts: Any) -> Plan:
    """The plan with one stop of this run changed."""
    stop = replace(route.stops[n], **facts)
    return with_route(plan, route, stops=(*route.stops[:n], stop, *route.stops[n + 1 :]))


def some(plan: Plan, luck: Random, fits: Callable[[Stop], bool]) -> tuple[Route, int] | None:
    """A run and a stop of it that fits."""
    found = [(r, n) for r in plan.routes for n, stop in enumerate(r.stops) if fits(stop)]
    return luck.choice(found) if found else None


def with_task(problem: Problem, task: Task, **facts: Any) -> Problem:
    """The problem with one task changed."""
    changed = replace(task, **facts)
    return replace(problem, tasks=tuple(changed if t.id == task.id else t for t in problem.tasks))


def with_vehicle(problem: Problem, id_: str, **facts: Any) -> Problem:
    """The problem with one vehicle changed."""
    return replace(
        problem,
        vehicles=tuple(replace(v, **facts) if v.id == id_ else v for v in problem.vehicles),
    )
