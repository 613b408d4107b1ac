"""An invented city of any size, for measuring large days: doors, roads, volunteers.

Doors: half of them evenly over a square that grows with their number (as many to the square
kilometre whatever the size), half in clumps (estates). Roads: between the two banks of a river
one goes over the nearest of its bridges, one every 2 km; a way is 1.3 times the mean of the straight
line and the city-block line; streets that climb away from the river take up to 8 % longer one
way and are quicker the other, so there and back differ; the middle of the city is slow. Nobody
lives there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.planning.problem import Deliver, Load, Problem, Vehicle, Window
from app.roads.travel import Matrix, Mode

HOUR = 3600
DOORS_PER_KM2 = 6.0
DOORS_PER_VOLUNTEER = 25
KMH = {Mode.CAR: 26.0, Mode.EBIKE: 17.0}
ROOM = {Mode.CAR: Load(320_000, 64, 32), Mode.EBIKE: Load(110_000, 22, 11)}
WINDOWS = (
    (),
    (),
    (Window(9 * HOUR, 12 * HOUR),),
    (Window(13 * HOUR, 17 * HOUR),),
    (Window(9 * HOUR, 11 * HOUR), Window(14 * HOUR, 16 * HOUR)),
)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class City:
    """Metres in a plane: doors of shape (n, 2), starts of volunteers (m, 2), hubs (h, 2)."""

    doors: Floats
    starts: Floats
    hubs: Floats
    side_m: float


def city(doors: int, seed: int = 1) -> City:
    """A city with so many doors."""
    luck = np.random.default_rng(seed)
    side = 1000 * (doors / DOORS_PER_KM2) ** 0.5
    even = luck.uniform(0, side, (doors - doors // 2, 2))
    estates = luck.uniform(0, side, (max(1, doors // 60), 2))
    clumped = estates[luck.integers(len(estates), size=doors // 2)]
    clumped = np.clip(clumped + luck.normal(0, 250, clumped.shape), 0, side)
    volunteers = max(1, round(doors / DOORS_PER_VOLUNTEER))
    return City(
        doors=luck.permutation(np.concatenate([even, clumped])),
        starts=luck.uniform(0, side, (volunteers, 2)),
        hubs=_hubs(doors, side),
        side_m=side,
    )


def _hubs(doors: int, side: float) -> Floats:
    """About one hub for every 1,000 doors, on a grid; a small city's lies beside its middle."""
    lines = max(1, round((doors / 1000) ** 0.5))
    steps = (np.arange(lines) + 0.5) / lines
    x, y = np.meshgrid(steps, steps)
    beside = np.array([-0.05, 0.05]) * side / lines
    hubs: Floats = np.stack([x.ravel(), y.ravel()], axis=1) * side + beside
    return hubs


def matrix(points: Floats, mode: Mode, side_m: float) -> Matrix:
    """Travel between points of a city whose side is so long."""
    metres = _ways(points, side_m) * 1.3
    climb = np.abs(points[:, 1] - side_m / 2) / max(side_m, 1.0)
    slope = 1 + 0.16 * (climb[None, :] - climb[:, None])
    centre = np.linalg.norm(points - side_m / 2, axis=1) / max(side_m, 1.0)
    pace = 0.7 + 0.6 * np.minimum(1.0, 1.4 * centre)
    speed = KMH[mode] / 3.6 * (pace[:, None] + pace[None, :]) / 2
    seconds = np.rint(metres * slope / speed).astype(np.int64)
    return Matrix(seconds, np.rint(metres).astype(np.int64), "estimate")


def _ways(points: Floats, side_m: float) -> Floats:
    """Metres along streets: over a bridge of the river (a level line) where it lies between."""
    direct = _street_m(points[:, None], points[None, :])
    across = (points[:, 1] > side_m / 2)[:, None] != (points[:, 1] > side_m / 2)[None, :]
    best = np.full(direct.shape, np.inf)
    for x in np.arange(1000, max(side_m, 2000), 2000):
        bridge = np.array([x, side_m / 2])
        leg = _street_m(points, bridge)
        best = np.minimum(best, leg[:, None] + leg[None, :])
    ways: Floats = np.where(across, best, direct)
    return ways


def _street_m(start: Floats, end: Floats) -> Floats:
    apart = np.abs(start - end)
    metres: Floats = (np.hypot(apart[..., 0], apart[..., 1]) + apart.sum(axis=-1)) / 2
    return metres


def day(town: City, rows: NDArray[np.int64] | None = None, seed: int = 1) -> Problem:
    """Deliveries to these doors (all of them), one volunteer for 25 of them.

    The hub and the volunteers' starts are those nearest to the doors' middle.
    """
    luck = np.random.default_rng(seed)
    chosen = np.arange(len(town.doors)) if rows is None else rows
    doors = town.doors[chosen]
    fleet = max(1, round(len(doors) / DOORS_PER_VOLUNTEER))
    middle = doors.mean(axis=0)
    near = np.argsort(np.linalg.norm(town.starts - middle, axis=1), kind="stable")
    starts = town.starts[np.sort(near[:fleet])]
    hub = town.hubs[np.linalg.norm(town.hubs - middle, axis=1).argmin()]
    modes = tuple(Mode.CAR if k % 2 else Mode.EBIKE for k in range(len(starts)))
    points = np.concatenate([hub[None], starts, doors])
    vehicles = tuple(
        Vehicle(
            f"v{k}",
            mode,
            ROOM[mode],
            Window(8 * HOUR, 17 * HOUR),
            start_place=1 + k,
            end_place=1 + k,
            hub=0,
        )
        for k, mode in enumerate(modes)
    )
    tasks = tuple(
        Deliver(
            id=f"d{n}",
            place=1 + len(starts) + k,
            load=Load(int(luck.integers(3, 7)) * 1000, 1, int(luck.integers(0, 2))),
            windows=WINDOWS[int(luck.integers(len(WINDOWS)))],
            service_s=int(luck.integers(120, 420)),
        )
        for k, n in enumerate(chosen)
    )
    travel = {mode: matrix(points, mode, town.side_m) for mode in sorted(set(modes))}
    return Problem(travel, vehicles, tasks, (600, *[0] * len(starts), *[90] * len(doors)))
