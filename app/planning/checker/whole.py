"""The whole plan: each run on its own, then everything once and the totals."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice

from app.planning.checker.calls import call_faults, fitness_faults
from app.planning.checker.clock import (
    break_faults,
    length_faults,
    ride_faults,
    time_faults,
    window_faults,
)
from app.planning.checker.form import form_faults, name_faults, size_faults
from app.planning.checker.run import Found, Run, bad
from app.planning.checker.trips import hub_faults, load_faults
from app.planning.plan import Plan, Violation
from app.planning.problem import Problem, Rescue

RULES = (
    hub_faults,
    call_faults,
    fitness_faults,
    load_faults,
    time_faults,
    window_faults,
    ride_faults,
    break_faults,
    length_faults,
)


MOST_FAULTS = 200
"""Nobody reads more; a plan that is all wrong is not worked through to its end."""


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """The rules that `plan` breaks; an empty list means it can be driven as written.

    `problem` is one that `validate` lets pass; `plan` may be anything. What cannot be read, is
    far too large, or names what is not there, is not worked out further.
    """
    for early in (form_faults(plan), size_faults(problem, plan), name_faults(problem, plan)):
        faults = list(islice(early, MOST_FAULTS))
        if faults:
            return faults
    return list(islice(_faults(problem, plan), MOST_FAULTS))


def _faults(problem: Problem, plan: Plan) -> Found:
    yield from _once(problem, plan)
    for route in plan.routes:
        run = Run(problem, problem.vehicle_by_id[route.vehicle_id], route)
        for rule in RULES:
            for fault in rule(run):
                yield replace(fault, vehicle_id=route.vehicle_id)
    yield from _totals(problem, plan)


def _once(problem: Problem, plan: Plan) -> Found:
    """One run per vehicle; each task exactly once, in a run or left over with a reason."""
    runs = Counter(route.vehicle_id for route in plan.routes)
    for name in sorted(name for name, times in runs.items() if times > 1):
        yield bad("vehicle_twice", f"{name} 有两条路线。", f"{name} has two runs.")
    for item in plan.unserved:
        if not (item.code and item.zh and item.en):
            yield bad("reason_missing", "没有写原因。", "A reason is missing.", item.task_id)
    left = Counter(item.task_id for item in plan.unserved)
    called = Counter(id_ for r in plan.routes for stop in r.stops for id_ in stop.task_ids)
    for task in problem.tasks:
        id_, times = task.id, called[task.id]
        full = 2 if isinstance(task, Rescue) else 1
        if times > full or left[id_] > 1:
            yield bad("task_twice", f"{id_} 重复了。", f"{id_} is there more than once.", id_)
        elif times and left[id_]:
            yield bad("served_and_left", f"{id_} 又送又没送。", f"{id_} is served and left.", id_)
        elif times < full and not left[id_]:
            yield bad("task_missing", f"{id_} 漏了。", f"{id_} is missing.", id_)


def _totals(problem: Problem, plan: Plan) -> Found:
    if plan.distance_m != sum(route.distance_m for route in plan.routes):
        yield bad("distance_wrong", "总里程写错了。", "The plan's distance is wrong.")
    if plan.duration_s != sum(route.duration_s for route in plan.routes):
        yield bad("duration_wrong", "总用时写错了。", "The plan's duration is wrong.")
    told = {matrix.source for matrix in problem.travel.values()}
    if plan.source != (told.pop() if len(told) == 1 else "mixed"):
        yield bad("source_wrong", "路程来源写错了。", "The source of the travel times is wrong.")
