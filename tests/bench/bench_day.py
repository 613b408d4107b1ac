"""How long a day takes to plan: 200 deliveries, 12 volunteers; prints one JSON object.

    python -m tests.bench.bench_day [--deliveries 200] [--vehicles 12] [--seconds 15]

The town is invented. The time counts from the call, so it includes the solver process's start,
the travel matrices and the checker.
"""

from __future__ import annotations

import argparse
import json
from random import Random
from time import perf_counter

from app.planning.plan import Plan
from app.planning.problem import Deliver, Load, Problem, Vehicle, Window
from app.planning.service import check, solve_in_child
from app.roads.estimate import Estimate
from app.roads.travel import Mode

HOUR = 3600
WINDOWS = (
    (),
    (Window(9 * HOUR, 12 * HOUR),),
    (Window(13 * HOUR, 17 * HOUR),),
    (Window(9 * HOUR, 11 * HOUR), Window(14 * HOUR, 16 * HOUR)),
)


def day(deliveries: int, vehicles: int, seed: int = 1) -> Problem:
    """A register's day: three of four households alone behind their door, two hours of windows."""
    luck = Random(seed)
    doors = max(1, deliveries * 3 // 4)
    points = [(121.45, 31.23)] + [
        (121.40 + luck.random() * 0.1, 31.19 + luck.random() * 0.08)
        for _ in range(vehicles + doors)
    ]
    modes = (Mode.CAR, Mode.EBIKE, Mode.EBIKE, Mode.FOOT)
    rooms = {
        Mode.CAR: Load(400_000, 80, 40),
        Mode.EBIKE: Load(80_000, 16, 8),
        Mode.FOOT: Load(20_000, 4, 4),
    }
    fleet = tuple(
        Vehicle(
            f"v{k}",
            modes[k % 4],
            rooms[modes[k % 4]],
            Window(9 * HOUR, 17 * HOUR),
            start_place=1 + k,
            end_place=1 + k,
            hub=0,
        )
        for k in range(vehicles)
    )
    tasks = tuple(
        Deliver(
            id=f"d{n}",
            place=1 + vehicles + luck.randrange(doors),
            load=Load(luck.randint(3, 6) * 1000, 1, luck.randint(0, 1)),
            windows=luck.choice(WINDOWS),
            service_s=luck.randint(120, 420),
        )
        for n in range(deliveries)
    )
    travel = {mode: Estimate().matrix(points, mode) for mode in set(modes)}
    return Problem(travel, fleet, tasks, (600, *[90] * (vehicles + doors)))


def main() -> None:
    """Plan one day and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=200)
    parser.add_argument("--vehicles", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=15)
    asked = parser.parse_args()
    begin = perf_counter()
    seen: list[tuple[float, Plan]] = []
    problem = day(asked.deliveries, asked.vehicles)
    built = perf_counter() - begin
    plan = solve_in_child(
        problem,
        seconds=asked.seconds,
        seed=1,
        on_incumbent=lambda p: seen.append((perf_counter() - begin, p)),
    )
    total = perf_counter() - begin
    print(  # noqa: T201 - a script that speaks on the terminal
        json.dumps(
            {
                "deliveries": asked.deliveries,
                "vehicles": asked.vehicles,
                "build_s": round(built, 3),
                "first_plan_s": round(seen[0][0], 2),
                "total_s": round(total, 2),
                "plans_shown": len(seen),
                "first": _figures(seen[0][1]),
                "last": _figures(plan),
                "violations": len(check(problem, plan)),
            },
            indent=1,
        )
    )


def _figures(plan: Plan) -> dict[str, int]:
    return {
        "routes": len(plan.routes),
        "left": len(plan.unserved),
        "km": plan.distance_m // 1000,
        "hours": plan.duration_s // 3600,
    }


if __name__ == "__main__":
    main()
