"""Runs written by hand: honest sums for any list of steps, without the scheduler's code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.planning.plan import Plan, Route, Stop, StopKind, Unserved
from app.planning.problem import NOTHING, Collect, Deliver, Load, Problem, Rescue, Task, Vehicle

HUB = 0
Day = tuple[Problem, Plan]


@dataclass(frozen=True)
class Step:
    """A stop to be: where, for whom, how long somebody waits before, how long a rest takes."""

    kind: StopKind
    place: int = HUB
    ids: tuple[str, ...] = ()
    wait_s: int = 0
    rest_s: int = 0


def written(problem: Problem, vehicle: Vehicle, depart_s: int, steps: Sequence[Step]) -> Route:
    """The run of these steps with honest sums, whatever rules it breaks."""
    travel, tasks = problem.travel[vehicle.mode], problem.task_by_id
    now, here, parked, metres, stops = depart_s, vehicle.start_place, -1, 0, list[Stop]()
    board = on_board(problem, vehicle.id)
    for n, step in enumerate(steps):
        place = here if step.kind == "break" else step.place
        arrival = now + int(travel.seconds[here, place])
        setup = 0 if step.kind == "break" or parked == place else problem.setup(place)
        start = arrival + setup + step.wait_s
        served = [tasks[id_] for id_ in step.ids]
        now = start + step.rest_s + sum(minutes(task, step.kind) for task in served)
        board += list(_moved(step, steps[n + 1 :], steps[:n], tasks))
        stops.append(Stop(step.kind, place, step.ids, arrival, start, now, total(board)))
        metres += int(travel.metres[here, place])
        here, parked = place, parked if step.kind == "break" else place
    if vehicle.end_place is not None:
        now += int(travel.seconds[here, vehicle.end_place])
        metres += int(travel.metres[here, vehicle.end_place])
    return Route(vehicle.id, tuple(stops), depart_s, now, metres, now - depart_s)


def minutes(task: Task, kind: str) -> int:
    """How long a task takes at a stop of this kind."""
    return (
        task.pickup_service_s if isinstance(task, Rescue) and kind == "collect" else task.service_s
    )


def total(loads: Sequence[Load]) -> Load:
    """Everything together."""
    return Load(*(sum(column) for column in zip(*loads, strict=True))) if loads else NOTHING


def _moved(
    step: Step, later: Sequence[Step], before: Sequence[Step], tasks: dict[str, Task]
) -> Iterator[Load]:
    """What comes on board (positive) and goes off (negative) at a step."""
    if step.kind == "load":
        for task in _until_hub(later, tasks):
            if isinstance(task, Deliver) and not task.aboard:
                yield task.load
    elif step.kind == "unload":
        for task in _until_hub(before[::-1], tasks):
            if isinstance(task, Collect):
                yield NOTHING.minus(task.load)
    for id_ in step.ids:
        if step.kind != "visit":
            load = tasks[id_].load
            yield load if step.kind == "collect" else NOTHING.minus(load)


def _until_hub(steps: Sequence[Step], tasks: dict[str, Task]) -> Iterator[Task]:
    for step in steps:
        if step.kind in ("load", "unload"):
            return
        yield from (tasks[id_] for id_ in step.ids)


def together(problem: Problem, routes: Sequence[Route], left: Sequence[Unserved] = ()) -> Plan:
    """The plan of these runs with honest totals."""
    metres, seconds = sum(r.distance_m for r in routes), sum(r.duration_s for r in routes)
    return Plan(tuple(routes), tuple(left), metres, seconds, "by hand", 0, problem.source)


def steps_of(problem: Problem, route: Route) -> list[Step]:
    """The steps that a run was written from (waits included)."""
    steps, parked = list[Step](), -1
    for stop in route.stops:
        rests = stop.kind == "break"
        setup = 0 if rests or parked == stop.place else problem.setup(stop.place)
        wait, rest = stop.start_s - stop.arrival_s - setup, stop.leave_s - stop.start_s
        steps.append(Step(stop.kind, stop.place, stop.task_ids, wait, rest if rests else 0))
        parked = parked if rests else stop.place
    return steps


def begins(problem: Problem, plan: Plan) -> dict[tuple[str, str], int]:
    """By task and kind of stop: when the hand-over begins."""
    found: dict[tuple[str, str], int] = {}
    for stop in (stop for route in plan.routes for stop in route.stops):
        clock = stop.start_s
        for id_ in stop.task_ids:
            found[id_, stop.kind] = clock
            clock += minutes(problem.task_by_id[id_], stop.kind)
    return found


def on_board(problem: Problem, vehicle_id: str) -> list[Load]:
    """What the vehicle carries before the plan begins, handed over later or not."""
    return [
        task.load
        for task in problem.tasks
        if isinstance(task, Deliver) and task.aboard and task.only == vehicle_id
    ]


def trips_of(route: Route) -> int:
    """How often the run sets out from somewhere to serve, the hub in between."""
    kinds = [stop.kind in ("load", "unload") for stop in route.stops if stop.kind != "break"]
    return sum(not at_hub and (n == 0 or kinds[n - 1]) for n, at_hub in enumerate(kinds))


def peak_of(problem: Problem, route: Route) -> Load:
    """The most that is on board at any time."""
    first = total(on_board(problem, route.vehicle_id))
    loads = [first, *(stop.load_after for stop in route.stops)]
    return Load(*(max(column) for column in zip(*loads, strict=True)))
