"""People's lists change little: an order that is known is kept where that costs next to nothing.

The solver already pays for giving a stop to somebody else; here the order inside each list is
looked at. A run that keeps its stops keeps their order; a run that gets some more has them put in
between, unless the solver's own order is clearly better. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from app.planning import service as planning
from app.planning.driving.calls import order_of
from app.planning.driving.cost import run_cost
from app.planning.driving.repair import repair
from app.planning.driving.slots import slots
from app.planning.plan import RELOAD, Plan, Route
from app.planning.problem import Problem


def steady(
    problem: Problem,
    plan: Plan,
    orders: Mapping[str, Sequence[str]],
    *,
    bound_s: int | None,
    loose: Collection[str] = (),
) -> Plan:
    """The plan with known orders kept where they cost at most `bound_s` more.

    `bound_s` None: whatever it costs. Tasks named in `loose` have no place in those orders.
    """
    known = {
        id_: [task_id for task_id in order if task_id not in loose] for id_, order in orders.items()
    }
    routes = tuple(
        _for_later(problem, _steady(problem, route, known, bound_s), loose) for route in plan.routes
    )
    return replace(
        plan,
        routes=routes,
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
    )


def _steady(
    problem: Problem, route: Route, orders: Mapping[str, Sequence[str]], bound_s: int | None
) -> Route:
    mine = set(route.order)
    old = [id_ for id_ in orders.get(route.vehicle_id, ()) if id_ in mine or id_ == RELOAD]
    if not old:
        return route
    if mine == set(old) - {RELOAD}:
        known = planning.schedule(problem, route.vehicle_id, old)
        same = None if known.violations else known.route
    else:
        same = _with_more(problem, route, old)
    if same is None:
        return route
    dearer_s = run_cost(problem, same) - run_cost(problem, route)
    return same if bound_s is None or dearer_s <= bound_s else route


def _for_later(problem: Problem, route: Route, loose: Collection[str]) -> Route:
    """What was put off comes where it keeps the others waiting least, not where it is on the way."""
    for id_ in sorted(set(route.order) & set(loose)):
        order = [one for one in order_of(route) if one != id_]
        vehicle, task = problem.vehicle_by_id[route.vehicle_id], problem.task_by_id[id_]
        tries = [
            planning.schedule(problem, vehicle.id, slot.order)
            for slot in slots(problem, vehicle, order, task)
        ]
        routes = [tried.route for tried in tries if not tried.violations]
        route = min([route, *routes], key=_waiting)
    return route


def _waiting(route: Route) -> int:
    return sum(stop.start_s for stop in route.stops)


def _with_more(problem: Problem, route: Route, old: Sequence[str]) -> Route | None:
    """The old order with the new stops put in where they cost least; None when they do not fit."""
    vehicle = problem.vehicle_by_id[route.vehicle_id]
    mine = set(route.order)
    tasks = tuple(task for task in problem.tasks if task.id in mine)
    day = repair(replace(problem, vehicles=(vehicle,), tasks=tasks), {vehicle.id: old})
    found = day.routes.get(vehicle.id)
    return found if found is not None and not day.left else None
