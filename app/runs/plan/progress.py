"""A plan under way in figures and lines, for whoever watches it improve."""

from __future__ import annotations

from typing import Any

from app.planning.driving.cost import run_cost
from app.planning.plan import Plan, Route
from app.runs.day import DayProblem


def point(found: DayProblem, plan: Plan, at_s: float) -> dict[str, Any]:
    """One point of the curve: `at_s` seconds after the beginning (see PlanPointOut)."""
    served, asked = doors(found, plan)
    return {
        "at_s": round(at_s, 1),
        "distance_m": plan.distance_m,
        "duration_s": plan.duration_s,
        "served": served,
        "asked": asked,
        "cost": sum(run_cost(found.problem, route) for route in plan.routes),
        "runs": sum(bool(route.stops) for route in plan.routes),
    }


def doors(found: DayProblem, plan: Plan) -> tuple[int, int]:
    """Recipients served, and recipients asked for."""
    left = {item.task_id for item in plan.unserved}
    asked = {e.recipient.id for e in found.errands.values() if e.recipient is not None}
    missed = {e.recipient.id for e in found.errands.values() if e.recipient and e.task_id in left}
    return len(asked - missed), len(asked)


def best(found: DayProblem, plan: Plan) -> dict[str, Any]:
    """The runs as lines and stops without names (see BestOut)."""
    return {
        "routes": [_run(found, route) for route in plan.routes if route.stops],
        "engine": plan.engine,
        "source": plan.source,
    }


def _run(found: DayProblem, route: Route) -> dict[str, Any]:
    stops = [
        {"kind": stop.kind, "point": found.places[stop.place], "at_s": stop.start_s}
        for stop in route.stops
    ]
    return {
        "name": found.drivers[route.vehicle_id].name,
        "volunteer_id": route.vehicle_id,
        "line": [stop["point"] for stop in stops],
        "stops": stops,
        "distance_m": route.distance_m,
        "duration_s": route.duration_s,
    }
