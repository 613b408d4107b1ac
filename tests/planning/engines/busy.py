"""Invented days with everything in them: breaks, trips, food aboard, wishes, expiry, locks."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from app.planning.problem import Break, Deliver, Load, Problem, Rescue, Task, Vehicle, Window
from tests.planning.town import NINE, NOON, town, van

LUNCH = Break(Window(NOON - 1800, NOON + 3600), 1800)


def busy_town(seed: int, households: int = 14) -> Problem:
    """`town` with facts drawn for each volunteer and household; the van may be under way."""
    luck = Random(seed)
    plain = town(seed, households, mixed=luck.random() < 0.6)
    vehicles = tuple(_vehicle(vehicle, luck) for vehicle in plain.vehicles)
    tasks = tuple(_task(task, vehicles, luck) for task in plain.tasks)
    return replace(plain, vehicles=vehicles, tasks=tasks)


def _vehicle(vehicle: Vehicle, luck: Random) -> Vehicle:
    lunch = luck.random() < 0.5 and vehicle.shift.end_s > LUNCH.window.end_s
    return replace(
        vehicle,
        breaks=(LUNCH,) if lunch else (),
        trips_max=luck.choice((1, 1, 2, 3)),
        fair_s=luck.choice((None, None, 2 * 3600)),
        max_stops=luck.choice((vehicle.max_stops, None)),
    )


def _task(task: Task, vehicles: tuple[Vehicle, ...], luck: Random) -> Task:
    ids = [vehicle.id for vehicle in vehicles]
    if luck.random() < 0.3:
        task = replace(task, prefers=frozenset({luck.choice(ids)}), prefer_s=luck.randint(0, 900))
    if luck.random() < 0.2:
        task = replace(task, before_s=luck.randint(NINE, NOON + 7200))
    if isinstance(task, Deliver) and luck.random() < 0.25:
        return replace(task, aboard=True, only="van", skills=frozenset())
    if luck.random() < 0.15:
        task = replace(task, only=luck.choice(ids))
    return task


def door(id_: str, place: int, **facts: object) -> Deliver:
    """A box for one door."""
    known: dict[str, object] = {"load": Load(5_000, 1, 0), "service_s": 120}
    return Deliver(id=id_, place=place, **{**known, **facts})  # type: ignore[arg-type]


def pair(id_: str, site: int, place: int) -> Rescue:
    """A box from a site to a door."""
    return Rescue(id=id_, pickup_place=site, place=place, load=Load(5_000, 1, 0))


def bike(id_: str = "bike", boxes: int = 2, **facts: object) -> Vehicle:
    """A van's day with room for few boxes."""
    return van(id_, capacity=Load(boxes * 5_000, boxes, 0), **facts)
