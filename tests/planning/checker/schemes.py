"""Schemes: runs are rewritten with honest sums; nobody knows before it is driven if it is good."""

# ruff: noqa: ARG001 - every way takes the same arguments, whatever it needs of them

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from app.planning.plan import Plan
from app.planning.problem import Collect, Deliver, Load, Problem, Rescue
from tests.planning.checker.edits import AT_HUB, SERVED, Spoil, a_route, with_task, with_vehicle
from tests.planning.checker.writing import Day, Step, steps_of, together, written


def _scheme(change: Callable[[list[Step], Random], None]) -> Spoil:
    """Rewrite one run after its steps have changed."""

    def spoil(problem: Problem, plan: Plan, luck: Random) -> Day | None:
        route = a_route(plan, luck)
        steps = steps_of(problem, route)
        change(steps, luck)
        vehicle = problem.vehicle_by_id[route.vehicle_id]
        again = written(problem, vehicle, route.depart_s, steps)
        runs = [again if r is route else r for r in plan.routes]
        return problem, together(problem, runs, plan.unserved)

    return spoil


def _swap(steps: list[Step], luck: Random) -> None:
    if len(steps) > 1:
        i, j = luck.sample(range(len(steps)), 2)
        steps[i], steps[j] = steps[j], steps[i]


def _drop(steps: list[Step], luck: Random) -> None:
    if steps:
        del steps[luck.randrange(len(steps))]


def _move(kinds: tuple[str, ...]) -> Callable[[list[Step], Random], None]:
    def change(steps: list[Step], luck: Random) -> None:
        found = [n for n, step in enumerate(steps) if step.kind in kinds]
        if found:
            step = steps.pop(luck.choice(found))
            steps.insert(luck.randrange(len(steps) + 1), step)

    return change


def _pass_by_the_hub(steps: list[Step], luck: Random) -> None:
    """One more stop at the hub, wanted or not."""
    steps.insert(luck.randrange(len(steps) + 1), Step(luck.choice(("load", "unload"))))


def _rest(steps: list[Step], luck: Random) -> None:
    steps.insert(luck.randrange(len(steps) + 1), Step("break", rest_s=luck.randrange(1, 6)))


def _hurry(steps: list[Step], luck: Random) -> None:
    """Nobody waits any more."""
    steps[:] = [replace(step, wait_s=0) for step in steps]


def _dawdle(steps: list[Step], luck: Random) -> None:
    if steps:
        n = luck.randrange(len(steps))
        steps[n] = replace(steps[n], wait_s=steps[n].wait_s + 1)


def _one_door(steps: list[Step], luck: Random) -> None:
    """Two stops of one kind behind each other become one, at the first one's place."""
    for n in range(len(steps) - 1):
        first, second = steps[n], steps[n + 1]
        if first.kind == second.kind and first.kind in SERVED:
            steps[n : n + 2] = [replace(first, ids=first.ids + second.ids)]
            return


def _two_doors(steps: list[Step], luck: Random) -> None:
    """Households behind one door become two stops."""
    for n, step in enumerate(steps):
        if len(step.ids) > 1:
            steps[n : n + 1] = [
                replace(step, ids=step.ids[:1]),
                Step(step.kind, step.place, step.ids[1:]),
            ]
            return


def _same_door_backwards(steps: list[Step], luck: Random) -> None:
    steps[:] = [replace(step, ids=step.ids[::-1]) for step in steps]


def _no_hub(steps: list[Step], luck: Random) -> None:
    """Everything in one trip, without loading or unloading."""
    steps[:] = [step for step in steps if step.kind not in AT_HUB]


def _one_trip(steps: list[Step], luck: Random) -> None:
    """Load all at first, unload all at last."""
    middle = [step for step in steps if step.kind not in AT_HUB]
    steps[:] = [Step("load"), *middle, Step("unload")][luck.randrange(2) : luck.choice((None, -1))]


def _swap_drivers(problem: Problem, plan: Plan, luck: Random) -> Day | None:
    """Two volunteers swap their lists."""
    if len(plan.routes) < 2:
        return None
    first, second = luck.sample(plan.routes, 2)
    vehicles = problem.vehicle_by_id
    swapped = [
        written(problem, vehicles[a.vehicle_id], a.depart_s, steps_of(problem, b))
        for a, b in ((first, second), (second, first))
    ]
    others = [r for r in plan.routes if r not in (first, second)]
    return problem, together(problem, [*swapped, *others], plan.unserved)


def _take_over(problem: Problem, plan: Plan, luck: Random) -> Day | None:
    """A stop goes to another run."""
    if len(plan.routes) < 2:
        return None
    giver, taker = luck.sample(plan.routes, 2)
    given, taken = steps_of(problem, giver), steps_of(problem, taker)
    if not given:
        return None
    step = given.pop(luck.randrange(len(given)))
    taken.insert(luck.randrange(len(taken) + 1), step)
    vehicles = problem.vehicle_by_id
    runs = [
        written(problem, vehicles[route.vehicle_id], route.depart_s, steps)
        for route, steps in ((giver, given), (taker, taken))
    ]
    others = [r for r in plan.routes if r not in (giver, taker)]
    return problem, together(problem, [*runs, *others], plan.unserved)


def _serve_who_was_left(problem: Problem, plan: Plan, luck: Random) -> Day | None:
    """A task that was left over is put into a run."""
    if not plan.unserved:
        return None
    task = problem.task_by_id[plan.unserved[0].task_id]
    route = a_route(plan, luck)
    steps = steps_of(problem, route)
    at = luck.randrange(len(steps) + 1)
    if isinstance(task, Rescue):
        steps.insert(at, Step("deliver", task.place, (task.id,)))
        steps.insert(luck.randrange(at + 1), Step("collect", task.pickup_place, (task.id,)))
    elif isinstance(task, Collect):
        steps.insert(at, Step("collect", task.place, (task.id,)))
    elif isinstance(task, Deliver):
        steps.insert(at, Step("deliver", task.place, (task.id,)))
    else:
        steps.insert(at, Step("visit", task.place, (task.id,)))
    vehicle = problem.vehicle_by_id[route.vehicle_id]
    again = written(problem, vehicle, route.depart_s, steps)
    runs = [again if r is route else r for r in plan.routes]
    return problem, together(problem, runs, plan.unserved[1:])


def _other_limits(problem: Problem, plan: Plan, luck: Random) -> Day:
    """A vehicle's limits change a little, either way."""
    vehicle = luck.choice(problem.vehicles)
    by = luck.choice((-1, 1))
    change = luck.randrange(4)
    if change == 0:
        room = Load(*(amount + by for amount in vehicle.capacity))
        return with_vehicle(problem, vehicle.id, capacity=room), plan
    if change == 1:
        return with_vehicle(problem, vehicle.id, trips_max=vehicle.trips_max + by), plan
    if change == 2:
        return with_vehicle(problem, vehicle.id, breaks=vehicle.breaks[1:]), plan
    return with_vehicle(problem, vehicle.id, max_stops=(vehicle.max_stops or 5) + by), plan


def _on_board_already(problem: Problem, plan: Plan, luck: Random) -> Day | None:
    """What was to be loaded lies on board already, or the other way round."""
    bound = [t for t in problem.tasks if isinstance(t, Deliver) and t.only]
    if not bound:
        return None
    task = luck.choice(bound)
    return with_task(problem, task, aboard=not task.aboard), plan


def _heavier(problem: Problem, plan: Plan, luck: Random) -> Day:
    """A task weighs a gram more than the plan knows."""
    task = luck.choice(problem.tasks)
    return with_task(problem, task, load=task.load.plus(Load(1))), plan


def roomy(problem: Problem, plan: Plan, luck: Random) -> Day:
    """Nearly every limit goes, so that what is left decides."""
    for vehicle in problem.vehicles:
        room = vehicle.capacity.plus(Load(99, 99, 99))
        shift = vehicle.shift._replace(end_s=vehicle.shift.end_s + 200)
        problem = with_vehicle(
            problem, vehicle.id, capacity=room, shift=shift, max_stops=None, trips_max=9
        )
    tasks = tuple(
        replace(task, windows=(), before_s=None) if luck.random() < 0.8 else task
        for task in problem.tasks
    )
    return replace(problem, tasks=tasks), plan


SCHEMES: tuple[Spoil, ...] = (
    *map(
        _scheme,
        (
            _swap,
            _drop,
            _move(SERVED),
            _move(AT_HUB),
            _move(("break",)),
            _pass_by_the_hub,
            _rest,
            _hurry,
            _dawdle,
            _one_door,
            _two_doors,
            _same_door_backwards,
            _no_hub,
            _one_trip,
        ),
    ),
    _swap_drivers,
    _take_over,
    _serve_who_was_left,
    _other_limits,
    _on_board_already,
    _heavier,
    roomy,
    roomy,
    roomy,
)
