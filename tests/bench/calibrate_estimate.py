"""How far the estimate's constants are from real roads; prints a table per mode.

    python -m tests.bench.calibrate_estimate EXTRACT.osm.pbf [--places 600]

Places are drawn from the network of each mode; every pair within a factor of 1.4 of one of the
estimate's distances counts for it. Speeds are of the straight line, as in the estimate. The engine
drives on empty roads and waits at no light but those that its profile knows.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app.places.ground import datasets
from app.places.ground.reader import read_bounds
from app.roads import engine_build, engine_files, engine_input, engine_run, network
from app.roads.engines import Engines
from app.roads.estimate import KNOTS_M, PACES, straight_line_m
from app.roads.osrm import Osrm
from app.roads.travel import UNREACHABLE, Mode
from tests.bench.bench_roads import pins_near_roads
from tests.database import lent_database

WITHIN = 1.4
PAIRS_MIN = 200


def rows(engines: Engines, mode: Mode, places: np.ndarray) -> Iterator[str]:
    """One line for each of the estimate's distances that the extract has pairs for."""
    table = Osrm(engines.urls).table(mode, places)
    line_m = straight_line_m(places[:, None], places[None, :])
    for number, knot_m in enumerate(KNOTS_M):
        near = (line_m > knot_m / WITHIN) & (line_m < knot_m * WITHIN)
        near &= (table.seconds < UNREACHABLE) & (table.seconds > 0)
        if near.sum() < PAIRS_MIN:
            continue
        detour = table.metres[near] / line_m[near]
        kmh = line_m[near] / table.seconds[near] * 3.6
        low, middle, high = np.percentile(detour, (10, 50, 90))
        ours = PACES[mode]
        yield (
            f"| {mode} | {knot_m / 1000:g} | {near.sum()} | {middle:.2f} ({low:.2f} to {high:.2f})"
            f" | {ours.detour[number]:g} | {np.median(kmh):.1f} | {ours.kmh[number]:.1f} |"
        )


def main() -> None:
    """Build, load, sample, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("extract", type=Path)
    parser.add_argument("--places", type=int, default=600)
    asked = parser.parse_args()
    engine = engine_files.needed_programs()
    extract, bounds = engine_input.look_through(asked.extract), read_bounds(asked.extract)
    print("| mode | km | pairs | detour | ours | km/h | ours |")  # noqa: T201 - a script speaks
    print("| --- | --- | --- | --- | --- | --- | --- |")  # noqa: T201 - the same
    with (
        tempfile.TemporaryDirectory() as folder,
        lent_database() as lent,
        Session(create_engine(lent.url)) as db,
    ):
        target = Path(folder) / "calibration"
        built = engine_build.build(extract, list(Mode), target, engine, lambda _: None)
        with engine_run.running(built, engine) as engines:
            dataset_id = datasets.begin(db, engines.digest, asked.extract.name, bounds)
            network.load(db, dataset_id, engines.urls, bounds)
            for mode in Mode:
                places = np.array(pins_near_roads(db, mode, bounds, asked.places))
                for row in rows(engines, mode, places):
                    print(row)  # noqa: T201 - the same


if __name__ == "__main__":
    main()
