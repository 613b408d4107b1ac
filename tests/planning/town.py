"""Invented towns for the planner's tests: places on a grid of 100 m, nobody lives there."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

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
from app.roads.travel import Matrix, Mode

HUB, HOME, SITE, DOOR, FAR = range(5)
"""Places of `street`: 1 km apart in this order, 10 minutes each."""

NINE, TEN, NOON, FIVE = 9 * 3600, 10 * 3600, 12 * 3600, 17 * 3600
BIG = Load(200_000, 40, 20)
BOX = Load(5_000, 1, 0)


def street(
    vehicles: Sequence[Vehicle] = (), tasks: Sequence[Task] = (), setup_s: tuple[int, ...] = ()
) -> Problem:
    """Five places in a row, 1 km and 10 minutes from each to the next, in every mode."""
    steps = np.abs(np.subtract.outer(np.arange(5), np.arange(5))).astype(np.int64)
    travel = {mode: Matrix(steps * 600, steps * 1000, "estimate") for mode in Mode}
    return Problem(travel, tuple(vehicles), tuple(tasks), setup_s)


def van(id_: str = "van", **facts: object) -> Vehicle:
    """A van at HOME that runs from the hub from nine to five."""
    known: dict[str, object] = {
        "mode": Mode.CAR,
        "capacity": BIG,
        "shift": Window(NINE, FIVE),
        "start_place": HOME,
        "end_place": HOME,
        "hub": HUB,
    }
    return Vehicle(id=id_, **{**known, **facts})  # type: ignore[arg-type]


def town(seed: int, households: int = 12, mixed: bool = False) -> Problem:
    """A small random day: doors shared by households, windows, skills, cold boxes, two modes."""
    luck = Random(seed)
    points = [(121.40 + luck.random() * 0.06, 31.20 + luck.random() * 0.05) for _ in range(14)]
    travel = {mode: Estimate().matrix(points, mode) for mode in (Mode.CAR, Mode.EBIKE)}
    vehicles = (
        van("van", start_place=1, end_place=1, hub=0, capacity=Load(60_000, 12, 6)),
        van(
            "bike",
            mode=Mode.EBIKE,
            start_place=2,
            end_place=None,
            hub=0,
            max_stops=6,
            capacity=Load(25_000, 5, 0),
            skills=frozenset({"dialect"}),
        ),
        van("spare", start_place=3, end_place=4, hub=0, shift=Window(NINE, NOON)),
    )
    makers = [_delivery, _rescue, _collection, _visit] if mixed else [_delivery]
    tasks = tuple(luck.choice(makers)(f"t{n}", luck) for n in range(households))
    return Problem(travel, vehicles, tasks, tuple(luck.randrange(0, 240) for _ in points))


def _delivery(id_: str, luck: Random) -> Task:
    boxes = luck.randint(1, 3)
    return Deliver(
        id=id_,
        place=luck.randint(5, 13),
        load=Load(boxes * 4_000, boxes, luck.randint(0, 1)),
        windows=_windows(luck),
        service_s=luck.randint(60, 400),
        priority=luck.randint(0, 3),
        must_serve=luck.random() < 0.1,
        skills=frozenset({"dialect"}) if luck.random() < 0.15 else frozenset(),
    )


def _rescue(id_: str, luck: Random) -> Task:
    return Rescue(
        id=id_,
        place=luck.randint(5, 13),
        pickup_place=luck.choice((3, 4)),
        load=Load(3_000, 1, 1),
        windows=_windows(luck),
        pickup_windows=_windows(luck),
        service_s=180,
        pickup_service_s=120,
        max_ride_s=luck.choice((None, 2400)),
    )


def _collection(id_: str, luck: Random) -> Task:
    return Collect(
        id=id_,
        place=luck.randint(3, 9),
        load=Load(9_000, 2, 0),
        service_s=300,
        windows=_windows(luck),
        hub=luck.choice((None, 0)),
    )


def _visit(id_: str, luck: Random) -> Task:
    return Visit(id=id_, place=luck.randint(5, 13), windows=_windows(luck), service_s=1200)


def _windows(luck: Random) -> tuple[Window, ...]:
    return luck.choice(
        (
            (),
            (Window(NINE, NOON),),
            (Window(NINE + 1800, TEN), Window(14 * 3600, 15 * 3600)),
            (Window(13 * 3600, FIVE),),
        )
    )
