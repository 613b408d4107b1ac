"""Squeezes: the problem changes by one second, gram or rule under an unchanged plan.

Each must be refused, with the code that is its key's first word.
"""

# ruff: noqa: ARG001, ARG005 - every way takes the same arguments, whatever it needs of them

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from app.planning.plan import Plan, Route
from app.planning.problem import Break, Collect, Deliver, Load, Problem, Rescue, Task, Visit, Window
from app.roads.travel import UNREACHABLE, Matrix
from tests.planning.checker.edits import AT_HUB, SERVED, Spoil, a_route, with_task, with_vehicle
from tests.planning.checker.writing import Day, begins, peak_of, trips_of


def _task_squeeze(fits: Callable[[Task], bool], change: Callable[..., dict[str, Any]]) -> Spoil:
    """Change a served task, given (task, the second its hand-over begins, its driver)."""

    def spoil(problem: Problem, plan: Plan, luck: Random) -> Day | None:
        served = [
            (problem.task_by_id[id_], r.vehicle_id)
            for r in plan.routes
            for id_ in r.order
            if fits(problem.task_by_id[id_])
        ]
        if not served:
            return None
        task, driver = luck.choice(served)
        kind = "visit" if isinstance(task, Visit) else "deliver"
        kind = "collect" if isinstance(task, Collect) else kind
        begin = begins(problem, plan)[task.id, kind]
        return with_task(problem, task, **change(task, begin, driver)), plan

    return spoil


def _vehicle_squeeze(change: Callable[..., dict[str, Any] | None]) -> Spoil:
    """Change the vehicle of a run, given (problem, route, vehicle)."""

    def spoil(problem: Problem, plan: Plan, luck: Random) -> Day | None:
        route = a_route(plan, luck)
        facts = change(problem, route, problem.vehicle_by_id[route.vehicle_id])
        return None if facts is None else (with_vehicle(problem, route.vehicle_id, **facts), plan)

    return spoil


def _ride_forgotten(problem: Problem, plan: Plan, luck: Random) -> Day | None:
    at = begins(problem, plan)
    for task in problem.tasks:
        if isinstance(task, Rescue) and (task.id, "deliver") in at:
            ride = at[task.id, "deliver"] - at[task.id, "collect"] - task.pickup_service_s
            if ride:
                return with_task(problem, task, max_ride_s=ride - 1), plan
    return None


def _less_room(dimension: int) -> Spoil:
    def less(problem: Problem, route: Route, vehicle: object) -> dict[str, Any] | None:
        peak = peak_of(problem, route)
        room = Load(*(peak[d] - (d == dimension) for d in range(3)))
        return {"capacity": room} if peak[dimension] else None

    return _vehicle_squeeze(less)


def _longer_ways(problem: Problem, plan: Plan, luck: Random) -> Day:
    """Everything is one second farther than it was."""
    travel = {m: Matrix(t.seconds + 1, t.metres, t.source) for m, t in problem.travel.items()}
    return replace(problem, travel=travel), plan


def _islands(problem: Problem, plan: Plan, luck: Random) -> Day:
    """No place can be reached from any other any more."""
    travel = {
        m: Matrix(t.seconds * 0 + UNREACHABLE, t.metres, t.source)
        for m, t in problem.travel.items()
    }
    return replace(problem, travel=travel), plan


def _one_more_task(problem: Problem, plan: Plan, luck: Random) -> Day:
    return replace(problem, tasks=(*problem.tasks, Visit(id="new", place=1))), plan


def _any(task: Task) -> bool:
    return True


def _is_rescue(task: Task) -> bool:
    return isinstance(task, Rescue)


def _is_fetched(task: Task) -> bool:
    """Whether a stop of the run takes it on board."""
    return not isinstance(task, Visit) and not (isinstance(task, Deliver) and task.aboard)


SQUEEZES: dict[str, Spoil] = {
    "window: opens a second later": _task_squeeze(
        _any, lambda t, b, d: {"windows": (Window(b + 1, b + 99), Window(b - 20, b - 1))}
    ),
    "window: the site is closed": _task_squeeze(
        _is_rescue, lambda t, b, d: {"pickup_windows": (Window(b + 1, b + 9),)}
    ),
    "expired: a second too late": _task_squeeze(_any, lambda t, b, d: {"before_s": b - 1}),
    "bound: to somebody else": _task_squeeze(_any, lambda t, b, d: {"only": d + "?"}),
    "skill: not learnt": _task_squeeze(_any, lambda t, b, d: {"skills": frozenset({"dialect"})}),
    "leave_wrong: takes longer": _task_squeeze(
        _any, lambda t, b, d: {"service_s": t.service_s + 1}
    ),
    "leave_wrong: the site takes longer": _task_squeeze(
        _is_rescue, lambda t, b, d: {"pickup_service_s": t.pickup_service_s + 1}
    ),
    "load_wrong: weighs more": _task_squeeze(
        _is_fetched, lambda t, b, d: {"load": t.load.plus(Load(1))}
    ),
    "wrong_place: the pin moves": _task_squeeze(_any, lambda t, b, d: {"place": (t.place + 1) % 5}),
    "ride_too_long: by a second": _ride_forgotten,
    "over_grams: by a gram": _less_room(0),
    "over_boxes: by a box": _less_room(1),
    "over_cold: by a cold box": _less_room(2),
    "shift_start: begins later": _vehicle_squeeze(
        lambda p, r, v: {"shift": Window(r.depart_s + 1, v.shift.end_s)}
    ),
    "shift_end: ends earlier": _vehicle_squeeze(
        lambda p, r, v: {"shift": Window(v.shift.start_s, r.end_s - 1)}
    ),
    "too_many_stops: one less": _vehicle_squeeze(
        lambda p, r, v: {"max_stops": len([s for s in r.stops if s.kind in SERVED]) - 1}
    ),
    "too_many_trips: one less": _vehicle_squeeze(
        lambda p, r, v: {"trips_max": trips_of(r) - 1} if trips_of(r) > 1 else None
    ),
    "break_missing: one more is due": _vehicle_squeeze(
        lambda p, r, v: (
            {"breaks": (*v.breaks, Break(Window(r.depart_s, r.end_s - 1), 77))}
            if r.duration_s
            else None
        )
    ),
    "break_wrong: none is known": _vehicle_squeeze(
        lambda p, r, v: {"breaks": ()} if any(s.kind == "break" for s in r.stops) else None
    ),
    "break_wrong: it closes a second before": _vehicle_squeeze(
        lambda p, r, v: next(
            (
                {"breaks": (Break(Window(0, s.start_s - 1), s.leave_s - s.start_s),)}
                for s in r.stops
                if s.kind == "break"
            ),
            None,
        )
    ),
    "wrong_hub: the hub moves": _vehicle_squeeze(
        lambda p, r, v: {"hub": 3} if any(s.kind in AT_HUB for s in r.stops) else None
    ),
    "hub: no hub at all": _vehicle_squeeze(
        lambda p, r, v: {"hub": None} if any(s.kind in AT_HUB for s in r.stops) else None
    ),
    "start_wrong: parking takes long": lambda p, plan, luck: (
        replace(p, setup_s=(9_000,) * len(p.setup_s)),
        plan,
    ),
    "arrival_wrong: the ways are longer": _longer_ways,
    "unreachable: islands": _islands,
    "task_missing: one more asks": _one_more_task,
}
