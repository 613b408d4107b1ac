"""What the day's engine does with a thousand doors, lunch breaks and known faces; prints JSON.

    python -m tests.bench.bench_engine first [--doors 1000]
    python -m tests.bench.bench_engine breaks [--doors 150] [--volunteers 6] [--iterations 600]
    python -m tests.bench.bench_engine room [--doors 1000] [--faces 40]

`first`: CPU seconds until the first plan, in this process. `breaks`: the same days without and
with lunch for everybody, tasks left over and cost. `room`: peak memory of this process when so many
volunteers are each a known face of some households. tests/bench/city.py describes the invented city.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from dataclasses import replace
from time import process_time
from typing import Any

from app.planning.driving.cost import run_cost
from app.planning.engines.day import solve
from app.planning.plan import Plan
from app.planning.problem import Break, Problem, Window
from app.planning.stopping import MaxIterations
from tests.bench.city import HOUR, city, day

SEEDS = (1, 2, 3, 4)
LUNCH = Break(Window(11 * HOUR + 1800, 13 * HOUR), 2400)
WISH_S = 300


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("what", choices=("first", "breaks", "room"))
    parser.add_argument("--doors", type=int)
    parser.add_argument("--volunteers", type=int, default=6)
    parser.add_argument("--iterations", type=int, default=600)
    parser.add_argument("--faces", type=int, default=40)
    asked = parser.parse_args()
    if asked.what == "breaks":
        found = [
            breaks(asked.doors or 150, asked.volunteers, asked.iterations, seed) for seed in SEEDS
        ]
        sys.stdout.write(json.dumps({"lunch": found}) + "\n")
    elif asked.what == "first":
        sys.stdout.write(json.dumps(first(asked.doors or 1000)) + "\n")
    else:
        sys.stdout.write(json.dumps(room(asked.doors or 1000, asked.faces)) + "\n")


def first(doors: int) -> dict[str, Any]:
    """CPU seconds until each plan shown, the search cut off after its first solution."""
    problem = day(city(doors))
    shown: list[tuple[float, int, int]] = []
    began = process_time()

    def show(plan: Plan) -> None:
        shown.append((round(process_time() - began, 2), len(plan.unserved), cost(problem, plan)))

    solve(problem, MaxIterations(2), 1, on_incumbent=show)
    return {"doors": doors, "cpu_s, left over, cost": shown}


def breaks(doors: int, volunteers: int, iterations: int, seed: int) -> dict[str, Any]:
    """One day without and with lunch."""
    plain = day(city(doors, seed), seed=seed)
    plain = replace(plain, vehicles=plain.vehicles[:volunteers])
    lunch = replace(plain, vehicles=tuple(replace(v, breaks=(LUNCH,)) for v in plain.vehicles))
    answer = {}
    for name, problem in (("without", plain), ("with", lunch)):
        plan = solve(problem, MaxIterations(iterations), seed)
        answer[name] = {"left over": len(plan.unserved), "cost": cost(problem, plan)}
    return answer


def room(doors: int, faces: int) -> dict[str, Any]:
    """Peak memory with wishes: matrices for every face, or wishes left aside where too many."""
    plain = day(city(doors))
    ids = [vehicle.id for vehicle in plain.vehicles][:faces]
    tasks = tuple(
        replace(task, prefers=frozenset({ids[n % len(ids)]}), prefer_s=WISH_S) if ids else task
        for n, task in enumerate(plain.tasks)
    )
    solve(replace(plain, tasks=tasks), MaxIterations(20), 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"doors": doors, "faces": len(ids), "peak_mb": peak}


def cost(problem: Problem, plan: Plan) -> int:
    """All runs together, in seconds."""
    return sum(run_cost(problem, route) for route in plan.routes)


if __name__ == "__main__":
    main()
