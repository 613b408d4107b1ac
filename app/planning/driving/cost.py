"""What a run costs, in seconds of a volunteer's day."""

from __future__ import annotations

from app.planning.plan import Route
from app.planning.problem import Problem

METRES_PER_SECOND_OF_COST = 10
"""A second of a volunteer's time weighs as much as ten metres of driving."""


def run_cost(problem: Problem, route: Route) -> int:
    """What a run costs: its time, its way, what is beyond a fair share, and strangers at doors.

    duration_s + distance_m // 10 + max(0, duration_s − fair_s) + prefer_s of every task that
    wishes for other volunteers.
    """
    vehicle = problem.vehicle_by_id[route.vehicle_id]
    tasks = [problem.task_by_id[id_] for id_ in dict.fromkeys(route.order)]
    strange_s = sum(t.prefer_s for t in tasks if t.prefers and vehicle.id not in t.prefers)
    return base_cost(route.duration_s, route.distance_m, vehicle.fair_s) + strange_s


def base_cost(duration_s: int, distance_m: int, fair_s: int | None) -> int:
    """The cost of a run without its wishes: seconds beyond `fair_s` count twice."""
    over_s = max(0, duration_s - fair_s) if fair_s is not None else 0
    return duration_s + distance_m // METRES_PER_SECOND_OF_COST + over_s
