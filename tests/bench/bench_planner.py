"""The planner beside PyVRP, VROOM, OR-Tools and seed + polish, class by class.

    python -m tests.bench.bench_planner [--classes vrptw100,…] [--engines ours,…] [--seeds 3]
        [--only public|own] [--instances ../shared/data/instances]
        [--store var/bench_planner.jsonl] [--again ENGINES] [--table]

Each run is one CPU-budgeted, judged run of `foodmap bench`'s referee. Runs are kept in the store,
so that a long table can be taken in parts; `--again` measures what is there once more; `--table`
only prints. Public files are used where they are; the rest is made by tests/bench/families.py.
Gaps are to the best known plan, or, for instances of our own, to the best run in the store.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from app.planning.contest import referee
from app.planning.contest.best_known import Known, Objective, best_known
from app.planning.contest.entrants import ENGINES, NoAnswer, Terms
from app.planning.contest.instances import Instance
from app.planning.contest.judge import BadAnswer
from app.planning.contest.reader import read_file
from tests.bench.families import Kind, Shape, direct_rescue, li_lim_like, solomon_like

ROOT = Path(__file__).parents[2]
SEEDLESS = ("vroom", "ortools")
"""One run says all: they take no seed."""

Make = Callable[[], Instance]


@dataclass(frozen=True)
class Class:
    """One row of the table: its files and our own instances, and what to reach."""

    title: str
    objective: Objective
    seconds: float
    files: tuple[str, ...]
    own: tuple[Make, ...]
    target: str


def _own_vrptw(customers: int) -> tuple[Make, ...]:
    shapes: tuple[Shape, ...] = ("R", "C", "RC") if customers < 1000 else ("RC",)
    kinds: tuple[Kind, ...] = (1, 2) if customers < 400 else (1,)
    return tuple(
        partial(solomon_like, shape, kind, customers, 1) for shape in shapes for kind in kinds
    )


def _own_pdptw(tasks: int) -> tuple[Make, ...]:
    shapes: tuple[Shape, ...] = ("R", "C", "RC")
    return tuple(partial(li_lim_like, shape, 1, tasks, 1) for shape in shapes)


CLASSES: dict[str, Class] = {
    "vrptw100": Class(
        "VRPTW 100, distance", "distance", 10, ("vrptw/R104.txt", "vrptw/RC204.txt"),
        _own_vrptw(100), "mean ≤ 0.3 %, worst 1 %",
    ),
    "vrptw200": Class(
        "VRPTW 200, vehicles first", "vehicles", 10, ("vrptw/r1_2_4.txt",),
        _own_vrptw(200), "+0, ≤ 2 %",
    ),
    "vrptw400": Class(
        "VRPTW 400, vehicles first", "vehicles", 10, ("vrptw/r1_4_4.txt",),
        _own_vrptw(400), "+0, ≤ 4 %",
    ),
    "vrptw1000": Class(
        "VRPTW 1000, distance", "distance", 10, ("vrptw/r1_10_4.txt",),
        _own_vrptw(1000), "≤ 5 %",
    ),
    "vrptw1000-60": Class(
        "VRPTW 1000, distance, 60 s", "distance", 60, ("vrptw/r1_10_4.txt",),
        (), "≤ 2.5 %",
    ),
    "pdptw100": Class(
        "PDPTW 100, vehicles first", "vehicles", 10, ("pdptw/lr104.txt",),
        _own_pdptw(100), "best known",
    ),
    "pdptw200": Class(
        "PDPTW 200, vehicles first", "vehicles", 10, ("pdptw/LR1_2_4.txt",),
        _own_pdptw(200), "–",
    ),
    "pdptw400": Class(
        "PDPTW 400, vehicles first", "vehicles", 10, ("pdptw/LR1_4_4.txt",), (), "–",
    ),
    "pdptw1000": Class(
        "PDPTW 1000, vehicles first", "vehicles", 10, ("pdptw/LR1_10_4.txt",), (), "–",
    ),
    "rescue": Class(
        "direct rescue, 240 pairs, road-like", "distance", 10, (),
        tuple(partial(direct_rescue, 240, 12, seed) for seed in (1, 2, 3)),
        "≥ 3 % below PyVRP and VROOM",
    ),
}  # fmt: skip

Row = dict[str, Any]


def entries(one: Class, folder: Path, only: str) -> Iterator[tuple[Instance, Known | None]]:
    """The class's instances, with what is best known of them."""
    for file in one.files if only != "own" else ():
        path = folder / file
        if path.exists():
            yield read_file(path), best_known(path, one.objective)
        else:
            sys.stderr.write(f"{path} is not there and left out\n")
    for make in one.own if only != "public" else ():
        yield make(), None


def measured(instance: Instance, known: Known | None, engine: str, terms: Terms) -> Row:
    """One run as a row of the store; a failed run keeps its sentence."""
    row: Row = {"instance": instance.name, "engine": engine, "seed": terms.seed}
    row |= {"known": [known.vehicles, known.distance] if known else None}
    try:
        found = referee.run(instance, engine, terms)
    except (NoAnswer, BadAnswer) as refused:
        return row | {"failed": str(refused)}
    return row | {
        "vehicles": found.vehicles,
        "distance": found.distance,
        "cpu_s": round(found.cpu_s, 2),
        "first_s": round(found.first_s, 2),
        "peak_mb": round(found.peak_mb),
        "is_within": found.is_within,
        "effort": found.effort,
    }


def take(asked: argparse.Namespace, store: Store) -> None:
    """Measure whatever the store lacks, telling as it goes."""
    for name in asked.classes.split(","):
        one = CLASSES[name]
        for instance, known in entries(one, asked.instances, asked.only):
            for engine in asked.engines.split(","):
                for seed in range(1, 2 if engine in SEEDLESS else asked.seeds + 1):
                    key = (name, instance.name, engine, seed)
                    if key in store.rows:
                        continue
                    row = measured(instance, known, engine, Terms(one.objective, one.seconds, seed))
                    store.keep(key, {"class": name} | row)
                    sys.stderr.write(json.dumps(row) + "\n")


class Store:
    """Rows by class, instance, engine and seed, one JSON object a line."""

    def __init__(self, path: Path, again: tuple[str, ...] = ()) -> None:
        self._path = path
        self.rows: dict[tuple[str, str, str, int], Row] = {}
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                row = json.loads(line)
                if row["engine"] not in again:
                    self.rows[row["class"], row["instance"], row["engine"], row["seed"]] = row

    def keep(self, key: tuple[str, str, str, int], row: Row) -> None:
        """Add a row, on disk too."""
        self.rows[key] = row
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def gaps(rows: list[Row], one: Class) -> list[Row]:
    """The rows with their gap: to the best known, else to the best of all runs."""
    by_instance = defaultdict(list)
    for row in rows:
        by_instance[row["instance"]].append(row)
    found = []
    for group in by_instance.values():
        good = [row for row in group if "failed" not in row]
        if not good:
            found += group
            continue
        vehicles, distance = good[0]["known"] or _least(good, one)
        for row in group:
            if "failed" not in row:
                row["over"] = row["vehicles"] - vehicles
                row["gap"] = 100 * (row["distance"] / distance - 1)
            found.append(row)
    return found


def _least(rows: list[Row], one: Class) -> tuple[int, float]:
    fleet_first = one.objective == "vehicles"
    return min(
        ((row["vehicles"], row["distance"]) for row in rows),
        key=lambda pair: pair if fleet_first else (0, pair[1]),
    )


def table(store: Store) -> Iterator[str]:
    """The markdown: one row for each class, public files and our own instances apart."""
    yield f"| class | instances | {' | '.join(ENGINES)} | first plan, memory (ours) | target |"
    yield "|" + " --- |" * (len(ENGINES) + 4)
    for name, one in CLASSES.items():
        rows = gaps([dict(row) for key, row in store.rows.items() if key[0] == name], one)
        for kind, is_public in (("public", True), ("our own", False)):
            own = [row for row in rows if bool(row["known"]) == is_public]
            if own:
                yield _line(one, kind, own)


def _line(one: Class, kind: str, rows: list[Row]) -> str:
    cells = [_cell([row for row in rows if row["engine"] == engine], one) for engine in ENGINES]
    ours = [row for row in rows if row["engine"] == "ours" and "failed" not in row]
    costs = "–"
    if ours:
        first_s = max(row["first_s"] for row in ours)
        costs = f"{first_s:.1f} s, {max(row['peak_mb'] for row in ours)} MB"
    count = len({row["instance"] for row in rows})
    target = one.target if kind == "public" or not one.files else "–"
    return f"| {one.title} | {count} {kind} | {' | '.join(cells)} | {costs} | {target} |"


def _cell(rows: list[Row], one: Class) -> str:
    """Mean gap, the worst where there are several runs, vehicles over, and time if overrun."""
    good = [row for row in rows if "failed" not in row]
    if not good:
        return "no plan" if rows else "not run"
    said = _percent(mean(row["gap"] for row in good))
    if len(good) > 1:
        said += f" (worst {_percent(max(row['gap'] for row in good))})"
    if one.objective == "vehicles":
        said += f", {mean(row['over'] for row in good):+.3g}"
    if len(good) < len(rows):
        said += f", {len(rows) - len(good)} without a plan"
    late_s = [row["cpu_s"] for row in good if not row["is_within"]]
    return said + (f", in {max(late_s):.0f} s" if late_s else "") + f"; {len(good)} runs"


def _percent(value: float) -> str:
    """Two digits; the last of a double's digits makes no minus."""
    return f"{round(value, 2) + 0.0:.2f} %"


def main() -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", default=",".join(CLASSES))
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--only", choices=("public", "own"), default="")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--instances", type=Path, default=ROOT.parent / "shared" / "data" / "instances"
    )
    parser.add_argument("--store", type=Path, default=ROOT / "var" / "bench_planner.jsonl")
    parser.add_argument("--again", default="", help="engines to measure once more")
    parser.add_argument("--table", action="store_true", help="print only")
    asked = parser.parse_args()
    store = Store(asked.store, tuple(filter(None, asked.again.split(","))))
    if not asked.table:
        take(asked, store)
    for line in table(store):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
