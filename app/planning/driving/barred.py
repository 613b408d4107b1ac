"""Legs of an order that do not exist: a pin off the road, or no way between two places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.planning.driving.calls import Call
from app.planning.driving.off_road import AT_HUB, AT_START, HERE, reason
from app.planning.plan import Violation
from app.planning.problem import Problem, Vehicle
from app.roads.travel import UNREACHABLE, IntArray


def barred(problem: Problem, vehicle: Vehicle, calls: Sequence[Call]) -> list[Violation]:
    """What keeps a vehicle from driving the calls in this order, whatever the time; often nothing.

    Pins off the road are named first: they are why the legs to them are missing.
    """
    matrix = problem.travel[vehicle.mode]
    ends = [] if vehicle.end_place is None else [vehicle.end_place]
    way = [vehicle.start_place, *(call.place for call in calls), *ends]
    tasks = [None, *(call.task for call in calls), *(None for _ in ends)]
    hub = vehicle.hub
    faults = []
    for place, task in dict.fromkeys(zip(way, tasks, strict=True)):
        snap = matrix.off_road.get(place)
        if snap is None:
            continue
        code, zh, en = reason(snap, HERE if task else AT_HUB if place == hub else AT_START)
        id_ = task.id if task else None
        faults.append(
            Violation(code, f"{id_}：{zh}", f"{id_}: {en}", None, id_)
            if id_
            else Violation(code, zh, en)
        )
    return faults or _no_way(way, [task.id if task else None for task in tasks], matrix.seconds)


def _no_way(way: Sequence[int], ids: Sequence[str | None], seconds: IntArray) -> list[Violation]:
    faults = []
    for (a, b), id_ in zip(pairwise(way), ids[1:], strict=True):
        if seconds[a, b] >= UNREACHABLE:
            zh, en = (f"没有路可以到 {id_}。", f"There is no way to {id_}.")
            if id_ is None:
                zh, en = "没有路可以回去，或到仓库。", "There is no way back, or to the hub."
            faults.append(Violation("unreachable", zh, en, None, id_))
    return faults
