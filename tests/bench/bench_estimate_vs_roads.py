"""How far off estimates are: the same day planned with them and with real roads.

    python -m tests.bench.bench_estimate_vs_roads FILE.osm.pbf ... [--seeds 5] [--seconds 6]

An invented day in each extract (doors at real streets, one hub, volunteers by car, e-bike, cargo
trike and on foot) is planned on estimated travel times; then its runs are driven, in their order
and from their hour of departure, on the roads. Beside it stands the day that was planned on the
roads from the start. Prints Markdown. Estimates stand alone; no network, no database.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.places.ground.reader import read_bounds
from app.planning.driving.calls import begin
from app.planning.plan import Plan, Route
from app.planning.problem import Deliver, Load, Problem, Vehicle, Window
from app.planning.service import solve_in_child
from app.roads import engine_build, engine_files, engine_input, engine_run
from app.roads.estimate import Estimate
from app.roads.osrm import Osrm
from app.roads.real import RealRoads
from app.roads.travel import UNREACHABLE, Mode, Point, TravelTimes

HOUR = 3600
DOORS, DELIVERIES = 60, 80
MODES = (Mode.CAR, Mode.EBIKE, Mode.TRIKE, Mode.EBIKE, Mode.CAR, Mode.FOOT)
ROOM = {
    Mode.CAR: Load(400_000, 50, 20),
    Mode.EBIKE: Load(80_000, 14, 6),
    Mode.TRIKE: Load(150_000, 24, 8),
    Mode.FOOT: Load(30_000, 6, 2),
}
STOPS_MAX = {Mode.CAR: 26, Mode.EBIKE: 15, Mode.TRIKE: 20, Mode.FOOT: 8}
WINDOWS = (
    (),
    (Window(9 * HOUR, 12 * HOUR),),
    (Window(13 * HOUR, 17 * HOUR),),
    (Window(10 * HOUR, 11 * HOUR + HOUR // 2),),
)
SETUP_HUB_S, SETUP_DOOR_S = 600, 60
HEAD = (
    "| extract | seed | drive h promised | drive h true | off by | drive h, planned on roads | "
    "doors late | runs over the shift | late, planned on roads | left over |"
)


@dataclass(frozen=True)
class Driven:
    """A plan's runs as they go on the roads."""

    drive_s: int
    late_min: tuple[float, ...]
    overtime_min: tuple[float, ...]
    left: int


def places_of(roads: RealRoads, bounds: tuple[float, ...], luck: Random, count: int) -> list[Point]:
    """So many places at streets that every mode can drive up to."""
    west, south, east, north = bounds
    found: list[Point] = []
    while len(found) < count:
        tries = [(luck.uniform(west, east), luck.uniform(south, north)) for _ in range(4 * count)]
        snaps = roads.nearest(tries, Mode.FOOT)
        near = [snap.point for snap in snaps if not snap.fault and snap.metres_off < 100]
        for mode in sorted(set(MODES)):
            off = roads.matrix(near, mode).off_road
            near = [place for n, place in enumerate(near) if n not in off]
        found += near
    return found[:count]


def day(places: list[Point], roads: TravelTimes, luck: Random) -> Problem:
    """Eighty deliveries behind sixty doors from the hub (place 0), six volunteers with homes."""
    people = len(MODES)
    fleet = tuple(
        Vehicle(
            f"{mode}{n}", mode, ROOM[mode], Window(9 * HOUR, 17 * HOUR), start_place=1 + n,
            end_place=1 + n, hub=0, max_stops=STOPS_MAX[mode],
        )
        for n, mode in enumerate(MODES)
    )  # fmt: skip
    tasks = tuple(
        Deliver(
            id=f"d{n}", place=1 + people + luck.randrange(DOORS),
            load=Load(luck.randint(3, 6) * 1000, 1, luck.randint(0, 1)),
            windows=luck.choice(WINDOWS), service_s=luck.randint(120, 420),
        )
        for n in range(DELIVERIES)
    )  # fmt: skip
    travel = {mode: roads.matrix(places, mode) for mode in sorted(set(MODES))}
    return Problem(travel, fleet, tasks, (SETUP_HUB_S, *[SETUP_DOOR_S] * (len(places) - 1)))


def drive_s(problem: Problem, route: Route) -> int:
    """Seconds on the way, stops not counted."""
    vehicle = problem.vehicle_by_id[route.vehicle_id]
    seconds = problem.travel[vehicle.mode].seconds
    way = [vehicle.start_place, *(stop.place for stop in route.stops)]
    way += [vehicle.end_place] if vehicle.end_place is not None else []
    return sum(int(seconds[a, b]) for a, b in pairwise(way))


def driven(problem: Problem, plan: Plan) -> Driven:
    """The plan's runs on this problem's travel times: the same order, the same departures."""
    late: list[float] = []
    overtime: list[float] = []
    for route in plan.routes:
        vehicle = problem.vehicle_by_id[route.vehicle_id]
        seconds = problem.travel[vehicle.mode].seconds
        now, place = route.depart_s, vehicle.start_place
        for stop in route.stops:
            now += int(seconds[place, stop.place])
            now += problem.setup(stop.place) if stop.place != place else 0
            for id_ in stop.task_ids:
                task = problem.task_by_id[id_]
                start, room_s = begin(task.windows, now)
                late += [-room_s / 60] if room_s < 0 else []
                now = start + task.service_s
            place = stop.place
        now += int(seconds[place, vehicle.end_place]) if vehicle.end_place is not None else 0
        overtime += [(now - vehicle.shift.end_s) / 60] if now > vehicle.shift.end_s else []
    total = sum(drive_s(problem, route) for route in plan.routes)
    return Driven(total, tuple(late), tuple(overtime), len(plan.unserved))


def compare(name: str, guess: Problem, real: Problem, seed: int, seconds: float) -> str:
    """One row: the estimated plan as promised and as driven, beside the plan made on roads."""
    hoped = solve_in_child(guess, seconds=seconds, seed=seed)
    known = solve_in_child(real, seconds=seconds, seed=seed)
    promised = sum(drive_s(guess, route) for route in hoped.routes)
    true, best = driven(real, hoped), driven(real, known)
    late = f"{len(true.late_min)} (worst {max(true.late_min):.0f} min)" if true.late_min else "0"
    overtime = f"{len(true.overtime_min)}" + (
        f" (worst {max(true.overtime_min):.0f} min)" if true.overtime_min else ""
    )
    cells = (
        name, seed, f"{promised / HOUR:.1f}", f"{true.drive_s / HOUR:.1f}",
        f"{100 * (true.drive_s / promised - 1):+.0f} %", f"{best.drive_s / HOUR:.1f}", late,
        overtime, f"{len(best.late_min)}", f"{true.left} / {best.left}",
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def ratios(name: str, guess: Problem, real: Problem) -> list[str]:
    """Per mode: what the roads take, as a multiple of the estimate, over all pairs of places."""
    rows = []
    for mode in sorted(real.travel):
        true, said = real.travel[mode], guess.travel[mode]
        pairs = (true.seconds < UNREACHABLE) & ~np.eye(len(true.seconds), dtype=bool)
        pairs &= said.metres > 0
        rows.append(
            f"| {name} | {mode} | {_spread(true.seconds[pairs] / said.seconds[pairs])} | "
            f"{_spread(true.metres[pairs] / said.metres[pairs])} |"
        )
    return rows


def _spread(values: NDArray[np.float64]) -> str:
    low, middle, high = np.percentile(values, [10, 50, 90])
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def city(file: Path, folder: Path, seeds: int, seconds: float) -> tuple[list[str], list[str]]:
    """Both tables' rows for one extract."""
    engine = engine_files.needed_programs()
    modes = sorted(set(MODES))
    digest = engine_files.digest_of(file, modes, engine)
    extract = engine_input.look_through(file)
    built = engine_build.build(extract, modes, folder / digest, engine, lambda _: None)
    rows: list[str] = []
    shares: list[str] = []
    name = file.name.removesuffix(".osm.pbf")
    with engine_run.running(built, engine) as engines, Session() as nowhere:
        roads = RealRoads(nowhere, Osrm(engines.urls), None)
        for seed in range(1, seeds + 1):
            luck = Random(f"{name} {seed}")
            places = places_of(roads, read_bounds(file), luck, 1 + len(MODES) + DOORS)
            real = day(places, roads, luck)
            guess = {mode: Estimate().matrix(places, mode) for mode in real.travel}
            rows.append(compare(name, replace(real, travel=guess), real, seed, seconds))
            if seed == 1:
                shares = ratios(name, replace(real, travel=guess), real)
    return rows, shares


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        found = [city(file, Path(folder), asked.seeds, asked.seconds) for file in asked.files]
    lines = [
        HEAD,
        "| --- " * 10 + "|",
        *(row for rows, _ in found for row in rows),
        "",
        "| extract | mode | time: roads / estimate, median (10 % to 90 %) | metres: the same |",
        "| --- " * 4 + "|",
        *(row for _, shares in found for row in shares),
    ]
    print("\n".join(lines))  # noqa: T201 - a script that speaks on the terminal


if __name__ == "__main__":
    main()
