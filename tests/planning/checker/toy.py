"""Invented days whose plan is written first and whose limits are laid tightly around it.

Travel, service and setup take a few seconds each and loads are a few grams, so that a day can be
lived through second by second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import numpy as np

from app.planning.plan import Plan, Route, Unserved
from app.planning.problem import (
    NOTHING,
    Break,
    Collect,
    Deliver,
    Load,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Visit,
    Window,
)
from app.roads.travel import Matrix, Mode
from tests.planning.checker.writing import (
    HUB,
    Day,
    Step,
    begins,
    peak_of,
    together,
    trips_of,
    written,
)

PLACES = 7
BOUNDLESS = Load(10**6, 10**6, 10**6)


def day(seed: int) -> Day:
    """A problem and a plan that keeps all its rules, most of them just so."""
    luck = Random(seed)
    travel = {mode: _matrix(luck) for mode in (Mode.CAR, Mode.FOOT)}
    setup = tuple(luck.randrange(4) for _ in range(PLACES))
    vehicles = [_vehicle(n, luck) for n in range(luck.randint(1, 3))]
    tasks: list[Task] = []
    scripts = [_script(vehicle.id, tasks, luck) for vehicle in vehicles]
    left = [_task(f"left{n}", luck) for n in range(luck.randrange(3))]
    loose = Problem(travel, tuple(vehicles), (*tasks, *left), setup)
    routes = [
        written(loose, vehicle, luck.randrange(50, 80), script)
        for vehicle, script in zip(vehicles, scripts, strict=True)
    ]
    plan = together(loose, routes, [Unserved(t.id, "late", "来不及", "too late") for t in left])
    tight = replace(
        loose,
        vehicles=tuple(_fenced(loose, v, r, luck) for v, r in zip(vehicles, routes, strict=True)),
        tasks=tuple(_limited(loose, plan, task, luck) for task in loose.tasks),
    )
    return tight, plan


def _matrix(luck: Random) -> Matrix:
    cells = [luck.randrange(9) for _ in range(2 * PLACES * PLACES)]
    seconds, metres = np.array(cells, dtype=np.int64).reshape(2, PLACES, PLACES)
    np.fill_diagonal(seconds, 0)
    np.fill_diagonal(metres, 0)
    return Matrix(seconds, metres * 7, "estimate")


def _vehicle(n: int, luck: Random) -> Vehicle:
    return Vehicle(
        id=f"v{n}",
        mode=luck.choice((Mode.CAR, Mode.FOOT)),
        capacity=BOUNDLESS,
        shift=Window(0, 10**5),
        start_place=luck.randrange(PLACES),
        end_place=luck.choice((None, luck.randrange(PLACES))),
        hub=HUB,
        skills=frozenset({"lift"}),
        trips_max=99,
    )


def _task(id_: str, luck: Random, driver: str = "") -> Task:
    place = luck.randrange(PLACES)
    load = Load(luck.randrange(1, 9), luck.randrange(3), luck.randrange(2))
    common = {"id": id_, "place": place, "service_s": luck.randrange(5)}
    if luck.random() < 0.2:
        return Visit(**common)  # type: ignore[arg-type]
    if luck.random() < 0.3:
        return Collect(**common, load=load, hub=luck.choice((None, HUB)))  # type: ignore[arg-type]
    if luck.random() < 0.4:
        site, service = luck.randrange(PLACES), luck.randrange(5)
        return Rescue(**common, load=load, pickup_place=site, pickup_service_s=service)  # type: ignore[arg-type]
    if driver and luck.random() < 0.3:
        return Deliver(**common, load=load, aboard=True, only=driver)  # type: ignore[arg-type]
    return Deliver(**common, load=load)  # type: ignore[arg-type]


def _script(driver: str, tasks: list[Task], luck: Random) -> list[Step]:
    """A run of one to three trips; appends its tasks to `tasks`."""
    steps: list[Step] = []
    open_: list[Rescue] = []
    comes_in = False
    for trip in range(luck.choice((1, 1, 2, 3))):
        new = [_task(f"{driver}-{trip}{n}", luck, driver) for n in range(luck.randint(1, 4))]
        tasks += new
        goes_out = any(isinstance(task, Deliver) and not task.aboard for task in new)
        if steps and comes_in and (goes_out or luck.random() < 0.5):
            steps.append(Step("unload", wait_s=luck.randrange(2)))
            comes_in = False
        if goes_out:
            steps.append(Step("load", wait_s=luck.randrange(3)))
        for task in new:
            steps += _calls(task, open_, luck)
        comes_in |= any(isinstance(task, Collect) for task in new)
    steps += [Step("deliver", task.place, (task.id,)) for task in open_]
    steps += [Step("unload")] if comes_in else []
    for _ in range(luck.choice((0, 1, 1, 2))):
        rest = Step("break", wait_s=luck.randrange(4), rest_s=luck.randrange(1, 6))
        steps.insert(luck.randrange(len(steps) + 1), rest)
    return steps


def _calls(task: Task, open_: list[Rescue], luck: Random) -> Iterator[Step]:
    """The task's stop, and sometimes the door of a rescue that was fetched before."""
    wait = luck.choice((0, 0, luck.randrange(5)))
    if isinstance(task, Rescue):
        open_.append(task)
        yield Step("collect", task.pickup_place, (task.id,), wait)
    elif isinstance(task, Deliver):
        with_it = [r for r in open_ if r.place == task.place]
        for rescue in with_it:
            open_.remove(rescue)
        yield Step("deliver", task.place, (task.id, *(r.id for r in with_it)), wait)
    else:
        yield Step("visit" if isinstance(task, Visit) else "collect", task.place, (task.id,), wait)
    if open_ and luck.random() < 0.5:
        done = open_.pop(luck.randrange(len(open_)))
        yield Step("deliver", done.place, (done.id,))


def _around(second: int, luck: Random) -> tuple[Window, ...]:
    """No window, or some of which one just holds the second."""
    before, after = luck.choice((0, 0, 7)), luck.choice((0, 0, 7))
    others = [Window(second + 20, second + 30), Window(max(0, second - 30), max(0, second - 20))]
    holds = Window(second - before, second + after)
    return luck.choice(((), (holds,), (holds, *others), (*others, holds)))


def _limited(problem: Problem, plan: Plan, task: Task, luck: Random) -> Task:
    """The task with windows, expiry and ride time that its plan just keeps."""
    at = begins(problem, plan)
    driver = {id_: r.vehicle_id for r in plan.routes for id_ in r.order}.get(task.id)
    begin = at.get((task.id, "deliver"), at.get((task.id, "collect"), at.get((task.id, "visit"))))
    if begin is None or driver is None:
        return task
    facts: dict[str, object] = {
        "windows": _around(begin, luck),
        "before_s": luck.choice((None, begin, begin + 3)),
        "only": luck.choice((task.only, driver)),
        "skills": luck.choice((frozenset(), frozenset({"lift"}))),
    }
    if isinstance(task, Rescue):
        fetched = at[task.id, "collect"]
        ride = begin - fetched - task.pickup_service_s
        facts["pickup_windows"] = _around(fetched, luck)
        facts["max_ride_s"] = luck.choice((None, ride, ride, ride + 2))
    return replace(task, **facts)  # type: ignore[arg-type]


def _fenced(problem: Problem, vehicle: Vehicle, route: Route, luck: Random) -> Vehicle:
    """The vehicle with limits that its run just keeps."""
    served = [s for s in route.stops if s.kind not in ("load", "unload", "break")]
    rests = [s for s in route.stops if s.kind == "break"]
    breaks = [
        Break(
            Window(s.start_s - luck.choice((0, 5)), s.start_s + luck.choice((0, 5))),
            s.leave_s - s.start_s,
        )
        for s in rests
    ]
    breaks += luck.choice(([], [Break(Window(route.depart_s - 1, route.depart_s + 5), 3)]))
    breaks += luck.choice(([], [Break(Window(route.depart_s, route.end_s), 3)]))
    slack = Load(*(luck.choice((0, 0, 5)) for _ in NOTHING))
    return replace(
        vehicle,
        capacity=peak_of(problem, route).plus(slack),
        shift=Window(route.depart_s - luck.choice((0, 9)), route.end_s + luck.choice((0, 9))),
        max_stops=luck.choice((None, len(served))),
        trips_max=trips_of(route) + luck.choice((0, 0, 1)),
        breaks=tuple(breaks),
    )
