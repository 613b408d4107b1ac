"""Slips of the pen: something else is written in the plan than can be driven.

Each must be refused, with the code that is its key's first word (with any code for "refused").
"""

# ruff: noqa: ARG001, ARG005 - every way takes the same arguments, whatever it needs of them

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from app.planning.plan import Plan, Route, Stop, Unserved
from app.planning.problem import Break, Load, Problem, Rescue, Window
from tests.planning.checker.edits import (
    AT_HUB,
    EVERY,
    SERVED,
    Spoil,
    a_route,
    some,
    with_route,
    with_stop,
    with_vehicle,
)
from tests.planning.checker.writing import Day, steps_of, together, written


def _stop_slip(kinds: tuple[str, ...], change: Callable[[Stop], dict[str, Any]]) -> Spoil:
    def spoil(problem: Problem, plan: Plan, luck: Random) -> Day | None:
        found = some(plan, luck, lambda stop: stop.kind in kinds)
        if found is None:
            return None
        route, n = found
        return problem, with_stop(plan, route, n, **change(route.stops[n]))

    return spoil


def _route_slip(change: Callable[[Route], dict[str, Any]]) -> Spoil:
    def spoil(problem: Problem, plan: Plan, luck: Random) -> Day | None:
        route = a_route(plan, luck)
        return problem, with_route(plan, route, **change(route))

    return spoil


def _plan_slip(change: Callable[[Plan], dict[str, Any]]) -> Spoil:
    return lambda problem, plan, luck: (problem, replace(plan, **change(plan)))


def _drop(kinds: tuple[str, ...]) -> Spoil:
    def spoil(problem: Problem, plan: Plan, luck: Random) -> Day | None:
        found = some(plan, luck, lambda stop: stop.kind in kinds)
        if found is None:
            return None
        route, n = found
        return problem, with_route(plan, route, stops=route.stops[:n] + route.stops[n + 1 :])

    return spoil


def _double(kinds: tuple[str, ...]) -> Spoil:
    def spoil(problem: Problem, plan: Plan, luck: Random) -> Day | None:
        found = some(plan, luck, lambda stop: stop.kind in kinds)
        if found is None:
            return None
        route, n = found
        return problem, with_route(plan, route, stops=route.stops[: n + 1] + route.stops[n:])

    return spoil


def _rest_swallowed(problem: Problem, plan: Plan, luck: Random) -> Day | None:
    """A due rest is left out and waited away before the next stop; every sum is right."""
    for route in plan.routes:
        vehicle = problem.vehicle_by_id[route.vehicle_id]
        steps = steps_of(problem, route)
        for n, step in enumerate(steps[:-1]):
            stop = route.stops[n]
            due = Break(Window(stop.start_s, stop.start_s), step.rest_s)
            if step.kind == "break" and route.depart_s <= stop.start_s < route.end_s:
                after = steps[n + 1]
                waited = replace(after, wait_s=after.wait_s + step.wait_s + step.rest_s)
                rest = written(
                    problem, vehicle, route.depart_s, [*steps[:n], waited, *steps[n + 2 :]]
                )
                return with_vehicle(problem, vehicle.id, breaks=(*vehicle.breaks, due)), together(
                    problem, [rest if r is route else r for r in plan.routes], plan.unserved
                )
    return None


def _loaded_too_little(problem: Problem, plan: Plan, luck: Random) -> Day | None:
    """One gram is missing from the loading on."""
    found = some(plan, luck, lambda stop: stop.kind == "load")
    if found is None:
        return None
    route, n = found
    less = Load(1, 0, 0)
    stops = [
        replace(stop, load_after=stop.load_after.minus(less)) if i >= n else stop
        for i, stop in enumerate(route.stops)
    ]
    return problem, with_route(plan, route, stops=tuple(stops))


def _split_pair(problem: Problem, plan: Plan, luck: Random) -> Day | None:
    """The door of a rescue is done by another run than its site."""
    tasks = problem.task_by_id
    found = some(
        plan,
        luck,
        lambda s: s.kind == "deliver" and any(isinstance(tasks[i], Rescue) for i in s.task_ids),
    )
    if found is None or len(plan.routes) < 2:
        return None
    route, n = found
    other = next(r for r in plan.routes if r is not route)
    moved = next(i for i in route.stops[n].task_ids if isinstance(tasks[i], Rescue))
    rest = tuple(i for i in route.stops[n].task_ids if i != moved)
    without = with_stop(plan, route, n, task_ids=rest)
    last = len(other.stops) - 1
    return problem, with_stop(without, other, last, task_ids=(*other.stops[last].task_ids, moved))


TOO_BIG = 10**30
SLIPS: dict[str, Spoil] = {
    "refused: a stop is dropped": _drop(EVERY),
    "task_missing: a served stop is dropped": _drop(SERVED),
    "task_twice: a served stop is doubled": _double(SERVED),
    "refused: unloading is dropped": _drop(("unload",)),
    "refused: loading is dropped": _drop(("load",)),
    "load_order: loading is doubled": _double(("load",)),
    "unload_order: unloading is doubled": _double(("unload",)),
    "refused: a rest is doubled": _double(("break",)),
    "arrival_wrong: all times of a stop later": _stop_slip(
        EVERY,
        lambda s: {"arrival_s": s.arrival_s + 60, "start_s": s.start_s + 60},
    ),
    "start_wrong: begun before arriving": _stop_slip(EVERY, lambda s: {"start_s": s.arrival_s - 1}),
    "leave_wrong: gone a second early": _stop_slip(EVERY, lambda s: {"leave_s": s.leave_s - 1}),
    "refused: rest a second short": _stop_slip(("break",), lambda s: {"leave_s": s.leave_s - 1}),
    "break_wrong: rest at night": _stop_slip(("break",), lambda s: {"start_s": s.start_s + 9_000}),
    "break_wrong: rest elsewhere": _stop_slip(("break",), lambda s: {"place": (s.place + 1) % 5}),
    "wrong_place: served next door": _stop_slip(SERVED, lambda s: {"place": (s.place + 1) % 5}),
    "wrong_hub: loaded elsewhere": _stop_slip(AT_HUB, lambda s: {"place": s.place + 1}),
    "empty_stop: nobody served": _stop_slip(SERVED, lambda s: {"task_ids": ()}),
    "wrong_kind: a visit brings food": _stop_slip(("visit",), lambda s: {"kind": "deliver"}),
    "wrong_kind: a delivery is a visit": _stop_slip(("deliver",), lambda s: {"kind": "visit"}),
    "unknown_kind: a nap": _stop_slip(EVERY, lambda s: {"kind": "nap"}),
    "unknown_place: off the map": _stop_slip(EVERY, lambda s: {"place": -1}),
    "unknown_task: for a ghost": _stop_slip(SERVED, lambda s: {"task_ids": ("ghost",)}),
    "load_wrong: a gram more": _stop_slip(
        EVERY, lambda s: {"load_after": s.load_after.plus(Load(1))}
    ),
    "load_wrong: loaded too little": _loaded_too_little,
    "no_number: a float": _stop_slip(EVERY, lambda s: {"start_s": float(s.start_s)}),
    "no_number: beyond sense": _stop_slip(EVERY, lambda s: {"leave_s": TOO_BIG}),
    "no_number: NaN metres": _route_slip(lambda r: {"distance_m": float("nan")}),
    "no_number: true": _plan_slip(lambda p: {"distance_m": True}),
    "shift_start: left early": _route_slip(lambda r: {"depart_s": -5}),
    "end_wrong: home early": _route_slip(lambda r: {"end_s": r.end_s - 1}),
    "distance_wrong: a metre short": _route_slip(lambda r: {"distance_m": r.distance_m - 1}),
    "duration_wrong: a second short": _route_slip(lambda r: {"duration_s": r.duration_s - 1}),
    "empty_route: nothing to do": _route_slip(lambda r: {"stops": ()}),
    "unknown_vehicle: a ghost drives": _route_slip(lambda r: {"vehicle_id": "ghost"}),
    "vehicle_twice: the same run twice": _plan_slip(lambda p: {"routes": (*p.routes, p.routes[0])}),
    "task_missing: a run forgotten": _plan_slip(lambda p: {"routes": p.routes[1:]}),
    "distance_wrong: totals": _plan_slip(lambda p: {"distance_m": p.distance_m + 1}),
    "duration_wrong: totals": _plan_slip(lambda p: {"duration_s": p.duration_s + 1}),
    "source_wrong: invented roads": _plan_slip(lambda p: {"source": "osrm"}),
    "served_and_left: both": _plan_slip(
        lambda p: {"unserved": (*p.unserved, Unserved(p.routes[0].order[0], "a", "b", "c"))}
    ),
    "break_missing: a rest is waited away": _rest_swallowed,
    "pair_broken: a pair is split": _split_pair,
}
