"""A trip as it is told to somebody who may not know its doors yet."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app.planning import service as planning
from app.planning.plan import Plan
from app.roads.estimate import Estimate
from app.roads.service import travel_times
from app.roads.travel import UNREACHABLE
from app.runs.day import DayProblem
from app.runs.rules import in_square


def from_afar(db: Session, found: DayProblem, plan: Plan) -> Plan:
    """One driver's plan with the same stops, measured to the middles of the doors' squares.

    Exact metres and minutes from one place after another would tell where a door is.
    """
    routes = [route for route in plan.routes if route.stops]
    if not routes:
        return plan
    (route,) = routes
    problem = found.problem
    doors = {
        problem.task_by_id[id_].place
        for id_, errand in found.errands.items()
        if errand.recipient is not None
    }
    places = [in_square(*p) if n in doors else p for n, p in enumerate(found.places)]
    mode = problem.vehicle_by_id[route.vehicle_id].mode
    matrix = travel_times(db).matrix(places, mode)
    if (matrix.seconds >= UNREACHABLE).any():
        # A square's middle may lie in a canal.
        matrix = Estimate().matrix(places, mode)
    seen = planning.schedule(
        replace(problem, travel={mode: matrix}), route.vehicle_id, route.order
    ).route
    return replace(
        plan,
        routes=(seen,),
        distance_m=seen.distance_m,
        duration_s=seen.duration_s,
        source=matrix.source,
    )
