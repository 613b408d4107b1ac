"""Roads through our interface beside the bare engine, in one run; prints one JSON object.

    python -m tests.bench.bench_roads EXTRACT.osm.pbf [--mode car] [--rounds 7] [--routes 200]

Bare means what a program without us would do: one httpx call on a kept connection, and the
standard library's JSON. Ours counts the snapping, the cache, the checks and the commit. Both take
turns, so that a busy machine hits them alike; ratios are of medians.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import quote

import httpx
import numpy as np
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app.places.ground import datasets
from app.places.ground.reader import read_bounds
from app.roads import asking, engine_build, engine_files, engine_input, engine_run, network
from app.roads.engines import Engines
from app.roads.mercator import from_mercator
from app.roads.models import BIT
from app.roads.polyline import encode
from app.roads.service import travel_times_of
from app.roads.travel import Mode, Point
from tests.database import lent_database


@dataclass
class Bench:
    """A loaded extract, its engine, and pins near its roads."""

    db: Session
    engines: Engines
    mode: Mode
    pins: list[Point]
    client: httpx.Client

    def ours(self, pins: list[Point]) -> float:
        """Seconds of a matrix through the interface, kept rows committed."""
        began = perf_counter()
        found = travel_times_of(self.db, self.engines).matrix(pins, self.mode)
        self.db.commit()
        took = perf_counter() - began
        assert found.source == "osrm", found.source
        return took

    def bare(self, pins: list[Point]) -> float:
        """Seconds of the same matrix from the engine, read from JSON."""
        began = perf_counter()
        line = quote(encode(np.array(pins)), safe="")
        url = f"{self.engines.urls[self.mode]}/table/v1/driving/polyline6({line})"
        answer = self.client.get(f"{url}?annotations=duration,distance")
        json.loads(answer.content)
        return perf_counter() - began

    def forget(self) -> None:
        """Empty the cache."""
        self.db.execute(text("DELETE FROM road_row"))
        self.db.commit()

    def our_way(self, pair: list[Point]) -> float:
        """Seconds of one route with line and steps through the interface."""
        began = perf_counter()
        way = travel_times_of(self.db, self.engines).route(pair, self.mode)
        took = perf_counter() - began
        self.db.commit()
        assert way.legs[0].steps, way.source
        return took

    def bare_way(self, pair: list[Point]) -> float:
        """Seconds of the same route from the engine, read from JSON."""
        places = ";".join(f"{lng},{lat}" for lng, lat in pair)
        began = perf_counter()
        url = f"{self.engines.urls[self.mode]}/route/v1/driving/{places}"
        answer = self.client.get(f"{url}?steps=true&overview=full&geometries=geojson")
        json.loads(answer.content)
        return perf_counter() - began


def in_turns(
    ours: Callable[[int], float], bare: Callable[[int], float], rounds: int
) -> dict[str, float]:
    """Medians of both and their ratio; the first round warms up."""
    pairs = [(ours(n), bare(n)) for n in range(rounds + 1)][1:]
    mine, theirs = (median(side) for side in zip(*pairs, strict=True))
    return {
        "ours_ms": round(mine * 1000, 1),
        "bare_ms": round(theirs * 1000, 1),
        "ratio": round(mine / theirs, 2),
    }


def measure(bench: Bench, rounds: int, routes: int) -> dict[str, dict[str, float]]:
    """The three comparisons of the table."""

    def cold(_: int) -> float:
        bench.forget()
        return bench.ours(bench.pins)

    day = bench.pins[:300]
    found = {"matrix 1000 x 1000, cold": in_turns(cold, lambda _: bench.bare(bench.pins), rounds)}
    bench.ours(day)
    found["matrix 300 x 300, warm"] = in_turns(
        lambda _: bench.ours(day), lambda _: bench.bare(day), rounds * 3
    )
    pairs = [[bench.pins[n], bench.pins[-n - 1]] for n in range(routes + 1)]
    found["route with line and steps"] = in_turns(
        lambda n: bench.our_way(pairs[n]), lambda n: bench.bare_way(pairs[n]), routes
    )
    return found


def pins_near_roads(db: Session, mode: Mode, bounds: datasets.Box, count: int) -> list[Point]:
    """Places up to some 30 m from a road of the mode."""
    rows = db.execute(
        text(
            "SELECT ST_X(geom), ST_Y(geom) FROM road_point"
            " WHERE modes & :bit <> 0 AND islands & :bit = 0 ORDER BY id"
        ),
        {"bit": BIT[mode]},
    ).all()
    luck = np.random.default_rng(7)
    some = np.array([tuple(row) for row in rows])[luck.permutation(len(rows))]
    places = from_mercator(some + luck.uniform(-30, 30, some.shape)).tolist()
    west, south, east, north = bounds
    inside = [(lng, lat) for lng, lat in places if west < lng < east and south < lat < north]
    return inside[:count]


def main() -> None:
    """Build, load, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("extract", type=Path)
    parser.add_argument("--mode", type=Mode, default=Mode.CAR)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--routes", type=int, default=200)
    asked = parser.parse_args()
    engine = engine_files.needed_programs()
    limits = httpx.Limits(keepalive_expiry=asking.KEEP_ALIVE_S)
    uncompressed = {"Accept-Encoding": "identity"}
    with (
        tempfile.TemporaryDirectory() as folder,
        lent_database() as lent,
        Session(create_engine(lent.url)) as db,
        httpx.Client(limits=limits, headers=uncompressed, timeout=120) as client,
    ):
        extract = engine_input.look_through(asked.extract)
        built = engine_build.build(
            extract, [asked.mode], Path(folder) / "bench", engine, lambda _: None
        )
        bounds = read_bounds(asked.extract)
        with engine_run.running(built, engine) as engines:
            began = perf_counter()
            dataset_id = datasets.begin(db, engines.digest, asked.extract.name, bounds)
            points = network.load(db, dataset_id, engines.urls, bounds)
            datasets.publish(db, dataset_id)
            db.commit()
            loaded_s = perf_counter() - began
            pins = pins_near_roads(db, asked.mode, bounds, 1_000)
            bench = Bench(db, engines, asked.mode, pins, client)
            found = measure(bench, asked.rounds, asked.routes)
    figures = {"road_points": points, "loaded_s": round(loaded_s, 1), **found}
    print(json.dumps(figures, ensure_ascii=False, indent=1))  # noqa: T201 - a bench speaks


if __name__ == "__main__":
    main()
