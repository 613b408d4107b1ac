"""Invented large days, small enough for tests: hubs, skills, bound tasks, rescues, two modes."""

from __future__ import annotations

from random import Random

from app.planning.problem import (
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
from app.roads.estimate import Estimate
from app.roads.travel import Mode
from tests.planning.town import FIVE, NINE

HUBS = 2


def large_day(seed: int, tasks: int = 60, vehicles: int = 6, hubs: int = 1) -> Problem:
    """A day with everything that ties tasks to vehicles; place 0 (and 1) are hubs."""
    luck = Random(seed)
    places = HUBS + vehicles + tasks
    points = [(121.40 + luck.random() * 0.2, 31.15 + luck.random() * 0.15) for _ in range(places)]
    fleet = tuple(_vehicle(k, luck, hubs) for k in range(vehicles))
    doors = range(HUBS + vehicles, places)
    jobs = tuple(_task(f"t{n}", place, luck, fleet, hubs) for n, place in enumerate(doors))
    travel = {mode: Estimate().matrix(points, mode) for mode in (Mode.CAR, Mode.EBIKE)}
    return Problem(travel, fleet, jobs, tuple(luck.randrange(200) for _ in points))


def _vehicle(k: int, luck: Random, hubs: int) -> Vehicle:
    start = HUBS + k
    return Vehicle(
        id=f"v{k}",
        mode=Mode.CAR if k % 2 else Mode.EBIKE,
        capacity=Load(200_000, 40, 20) if k % 2 else Load(60_000, 15, 0),
        shift=Window(NINE, FIVE),
        start_place=start,
        end_place=luck.choice((start, None)),
        hub=k % hubs,
        skills=frozenset({"dialect"}) if k % 3 == 0 else frozenset(),
    )


def _task(id_: str, place: int, luck: Random, fleet: tuple[Vehicle, ...], hubs: int) -> Task:
    kind = luck.choice((Deliver, Deliver, Deliver, Collect, Rescue, Visit))
    common = {"id": id_, "place": place, "service_s": luck.randint(60, 400)}
    if kind is Visit:
        return Visit(**common)  # type: ignore[arg-type]  # the shared fields above
    boxes = luck.randint(1, 2)
    load = Load(boxes * 4_000, boxes, luck.choice((0, 0, boxes)))
    if kind is Rescue:
        site = luck.randrange(HUBS + len(fleet))
        return Rescue(**common, load=load, pickup_place=site, pickup_service_s=60)  # type: ignore[arg-type]  # the same
    hub = luck.choice((None, luck.randrange(hubs)))
    only = luck.choice(fleet).id if luck.random() < 0.05 else None
    skills = frozenset({"dialect"}) if luck.random() < 0.15 else frozenset()
    return kind(**common, load=load, hub=hub, skills=skills, only=only)  # type: ignore[call-arg,arg-type]  # the same
