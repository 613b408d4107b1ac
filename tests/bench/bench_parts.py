"""How large days scale; prints one JSON object.

    python -m tests.bench.bench_parts day [--doors 1000] [--seconds 30] [--long 600]
    python -m tests.bench.bench_parts equal [--doors 1000] [--cpu 60]
    python -m tests.bench.bench_parts gap [--doors 1000] [--cpu 60] [--long-cpu 1200]
    python -m tests.bench.bench_parts clusters [--doors 1000 10000 100000] [--iterations 5] [--sample 40]

`day`: first plan, plan after `--seconds` on two workers, and the plan of a longer run, by the
clock (processes of their own, as the application does it); peak memory of this process and of
its largest child. `equal`: one undivided search against parts, in one process and by CPU seconds,
so other work on the machine does not count. `gap`: parts with few CPU seconds against many (30 s
on two cores are 60). `clusters`: the doors are clustered before any matrix exists, then each
cluster's matrix is made and it is solved with so many iterations a door; where there are more
clusters than `--sample`, so many evenly spread ones are solved and the rest is computed from them.
`--size` 250 divides 1,000, 10,000 and 100,000 alike: clusters of other sizes take other times.
The invented city is described in tests/bench/city.py.
"""

from __future__ import annotations

import argparse
import json
import resource
from time import perf_counter, process_time
from typing import Any

import numpy as np

from app.planning.checker import check
from app.planning.engines.day import solve
from app.planning.parts.clusters import clusters
from app.planning.parts.join import worth
from app.planning.parts.local import solve_in_parts
from app.planning.parts.part import Part
from app.planning.parts.rounds import ROUNDS, Offer, first_plan, in_rounds
from app.planning.parts.split import SIZE
from app.planning.plan import Plan
from app.planning.problem import Problem
from app.planning.stopping import MaxIterations
from tests.bench.city import city, day


def cpu_seconds() -> float:
    """CPU seconds of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


class CpuSeconds:
    """A stopping rule that counts CPU seconds from when it is made."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._start = max(1e-3, seconds), cpu_seconds()

    def __call__(self, best_cost: int) -> bool:
        del best_cost
        return cpu_seconds() - self._start >= self._seconds

    def used(self) -> float:
        return min(1.0, (cpu_seconds() - self._start) / self._seconds)


def by_the_clock(doors: int, seconds: float, long_s: float) -> dict[str, Any]:
    """A day as the application solves it, and the gap to a longer run of the same."""
    problem = day(city(doors))
    short, long = _run(problem, seconds), _run(problem, long_s) if long_s else None
    found = {"doors": doors, "volunteers": len(problem.vehicles), "short": short, "long": long}
    if long:
        found["gap_percent"] = round(100 * (short["cost"] / long["cost"] - 1), 2)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    found["own_peak_mb"], found["child_peak_mb"] = own // 1024, children.ru_maxrss // 1024
    found["children_cpu_s"] = round(children.ru_utime + children.ru_stime, 1)
    return found


def _run(problem: Problem, seconds: float) -> dict[str, Any]:
    begin = perf_counter()
    seen: list[tuple[float, int]] = []

    def note(plan: Plan) -> None:
        seen.append((round(perf_counter() - begin, 2), worth(problem, plan)[1]))

    plan = solve_in_parts(problem, seconds=seconds, seed=1, on_incumbent=note)
    return {
        "asked_s": seconds,
        "took_s": round(perf_counter() - begin, 1),
        "first_plan_s": seen[0][0],
        "first_cost": seen[0][1],
        "plans_shown": len(seen),
        **_figures(problem, plan),
    }


def _figures(problem: Problem, plan: Plan) -> dict[str, int]:
    return {
        "routes": len(plan.routes),
        "left": len(plan.unserved),
        "km": plan.distance_m // 1000,
        "hours": plan.duration_s // 3600,
        "cost": worth(problem, plan)[1],
        "violations": len(check(problem, plan)),
    }


def at_equal_cpu(doors: int, cpu_s: float, size: int, rounds: int) -> dict[str, Any]:
    """One undivided search against parts, each with `cpu_s` of this process."""
    problem = day(city(doors))
    whole = solve(problem, CpuSeconds(cpu_s), 1)
    divided = _in_parts(problem, cpu_s, size, rounds)
    one, parts = _figures(problem, whole), _figures(problem, divided)
    return {
        "doors": doors,
        "cpu_s": cpu_s,
        "size": size,
        "rounds": rounds,
        "undivided": one,
        "parts": parts,
        "gain_percent": round(100 * (1 - parts["cost"] / one["cost"]), 2),
    }


def gap_by_cpu(doors: int, cpu_s: float, long_s: float) -> dict[str, Any]:
    """Parts with `cpu_s` against parts with `long_s`, each in this process alone."""
    problem = day(city(doors))
    short, long = (_figures(problem, _in_parts(problem, s, SIZE, ROUNDS)) for s in (cpu_s, long_s))
    return {
        "doors": doors,
        "cpu_s": [cpu_s, long_s],
        "short": short,
        "long": long,
        "gap_percent": round(100 * (short["cost"] / long["cost"] - 1), 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _in_parts(problem: Problem, cpu_s: float, size: int, rounds: int) -> Plan:
    begin = cpu_seconds()
    return in_rounds(
        problem,
        first_plan(problem, 1, size),
        _one_by_one,
        left_s=lambda: cpu_s - (cpu_seconds() - begin),
        seed=1,
        size=size,
        rounds=rounds,
    )


def _one_by_one(parts: tuple[Part, ...], seconds: float, seed: int, offer: Offer) -> None:
    ends = cpu_seconds() + seconds
    for left, part in zip(range(len(parts), 0, -1), parts, strict=True):
        stop = CpuSeconds((ends - cpu_seconds()) / left)
        offer(part.number, solve(part.problem, stop, seed + part.number, part.incumbent))


def by_clusters(doors: int, iterations: int, sample: int, size: int) -> dict[str, Any]:
    """Clusters before any matrix exists, each built and solved with so many iterations a door."""
    town = city(doors)
    begin = cpu_seconds()
    number = clusters(town.doors, np.ones(doors), size)
    clustering_s = cpu_seconds() - begin
    rows = [np.flatnonzero(number == k) for k in range(int(number.max()) + 1)]
    chosen = rows[:: max(1, len(rows) // sample)][:sample]
    solved = sum(len(part) for part in chosen)
    begin = cpu_seconds()
    left = 0
    for part in chosen:
        problem = day(town, part)
        plan = solve(problem, MaxIterations(iterations * len(part)), 1)
        left += len(plan.unserved) + len(check(problem, plan))
    spent_s = cpu_seconds() - begin
    return {
        "doors": doors,
        "clusters": len(rows),
        "smallest": min(len(part) for part in rows),
        "largest": max(len(part) for part in rows),
        "clustering_cpu_s": round(clustering_s, 3),
        "clusters_solved": len(chosen),
        "doors_solved": solved,
        "left_or_broken": left,
        "cpu_ms_a_door": round(1000 * (spent_s / solved + clustering_s / doors), 2),
        "cpu_s_of_all": round(spent_s * doors / solved + clustering_s),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Measure one thing and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    clock = kinds.add_parser("day")
    clock.add_argument("--doors", type=int, default=1000)
    clock.add_argument("--seconds", type=float, default=30)
    clock.add_argument("--long", type=float, default=600)
    equal = kinds.add_parser("equal")
    equal.add_argument("--doors", type=int, default=1000)
    equal.add_argument("--cpu", type=float, default=60)
    equal.add_argument("--size", type=int, default=SIZE)
    equal.add_argument("--rounds", type=int, default=ROUNDS)
    gap = kinds.add_parser("gap")
    gap.add_argument("--doors", type=int, default=1000)
    gap.add_argument("--cpu", type=float, default=60)
    gap.add_argument("--long-cpu", type=float, default=1200)
    cut = kinds.add_parser("clusters")
    cut.add_argument("--doors", type=int, nargs="+", default=[1000, 10_000, 100_000])
    cut.add_argument("--iterations", type=int, default=5)
    cut.add_argument("--sample", type=int, default=40)
    cut.add_argument("--size", type=int, default=250)
    asked = parser.parse_args()
    if asked.kind == "day":
        found: Any = by_the_clock(asked.doors, asked.seconds, asked.long)
    elif asked.kind == "gap":
        found = gap_by_cpu(asked.doors, asked.cpu, asked.long_cpu)
    elif asked.kind == "equal":
        found = at_equal_cpu(asked.doors, asked.cpu, asked.size, asked.rounds)
    else:
        found = [
            by_clusters(doors, asked.iterations, asked.sample, asked.size) for doors in asked.doors
        ]
    print(json.dumps(found, indent=1))  # noqa: T201 - a script that speaks on the terminal


if __name__ == "__main__":
    main()
