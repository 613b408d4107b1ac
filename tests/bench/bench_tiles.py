"""Tiles over the wire against pgbench on the same SQL function, side by side in one run.

    python -m tests.bench.bench_tiles EXTRACT.osm.pbf [--seconds 4] [--rounds 3] [--workers 1]

Prints one JSON object: requests per second of pgbench and of the server (uncached, from its cache,
304) with 8 clients each, their ratios (median of the rounds), and the largest tile of each zoom
over the whole extract. The same tiles of zooms 12 to 16, those with something on them, are asked
in the same random order by all. pgbench speaks to the database directly and unpacks nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import dataclasses
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import psycopg
from fastapi import FastAPI

from tests.database import LentDatabase, lent_database

ROOT = Path(__file__).parents[2]
PORT = 8739
CLIENTS = 8
TILES = 1_000
ZOOMS = range(8, 17)
BENCH_ZOOMS = range(12, 17)
WITHIN = """
SELECT z, x, y FROM map_dataset d, (SELECT %(z)s::int AS z) zoom,
  LATERAL (SELECT ST_Transform(bounds, 3857) AS box) b,
  LATERAL (SELECT 40075016.685578488 / 2 ^ z AS side, 20037508.342789244 AS half) s,
  generate_series(floor((ST_XMin(box) + half) / side)::int, floor((ST_XMax(box) + half) / side)::int) x,
  generate_series(floor((half - ST_YMax(box)) / side)::int, floor((half - ST_YMin(box)) / side)::int) y
WHERE d.id = %(id)s
"""
Tile = tuple[int, int, int]


@dataclass(frozen=True)
class Rate:
    """Answers per second, and microseconds of CPU for one: in the database, in the web server."""

    per_second: float
    database_us: float = 0.0
    web_us: float = 0.0


def uncached() -> FastAPI:
    """The real application with a cache that keeps nothing (uvicorn's factory)."""
    from app.main import create_app  # noqa: PLC0415 - settings are read when it is built
    from app.map.tiles import Tiles  # noqa: PLC0415 - the same

    application = create_app()
    for route in application.router.routes:
        tiles = getattr(route, "app", None)
        if isinstance(tiles, Tiles):
            tiles.cache._bytes_max = 0  # the bench may look inside
    return application


def main() -> None:
    """Load, measure, print."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("extract", type=Path)
    wish.add_argument("--seconds", type=float, default=4)
    wish.add_argument("--rounds", type=int, default=3)
    wish.add_argument("--workers", type=int, default=1)
    chosen = wish.parse_args()
    with lent_database() as database:
        os.environ.update(
            DATABASE_URL=database.url,
            DATABASE_OWNER_URL=database.owner_url,
            FIELD_KEY=base64.b64encode(bytes(32)).decode(),
            LOG_LEVEL="ERROR",
        )
        loaded, dataset_id = load(chosen.extract)
        largest = {zoom: heaviest(database, dataset_id, zoom) for zoom in ZOOMS}
        tiles = busy_tiles(database, dataset_id)
        rounds = [measure(database, dataset_id, tiles, chosen) for _ in range(chosen.rounds)]
    print(json.dumps(report(loaded, largest, rounds), indent=1))  # noqa: T201 - its output


def load(extract: Path) -> tuple[float, int]:
    """Seconds of loading, and the dataset."""
    from app.core.db import transaction  # noqa: PLC0415 - settings are read when it is built
    from app.places.ground import datasets, loading  # noqa: PLC0415 - the same

    began = time.perf_counter()
    with transaction() as db:
        bounds = loading.read_bounds(extract)
        dataset_id = datasets.begin(db, "bench", extract.name, bounds)
        loading.load(db, dataset_id, extract, lambda _: None)
        datasets.publish(db, dataset_id)
    return time.perf_counter() - began, dataset_id


def connected(database: LentDatabase) -> psycopg.Connection[Any]:
    """A connection as the application's role."""
    return psycopg.connect(database.url.replace("+psycopg2", ""))


def heaviest(database: LentDatabase, dataset_id: int, zoom: int) -> dict[str, Any]:
    """The largest tile of a zoom: its address, bytes as cut and bytes as sent."""
    query = f"""SELECT z, x, y, tile FROM ({WITHIN}) t, LATERAL (SELECT ground_tile(%(id)s, z, x, y) AS tile) c
      ORDER BY octet_length(tile) DESC LIMIT 1"""  # noqa: S608 - constants of this module
    with connected(database) as connection:
        row = connection.execute(query, {"z": zoom, "id": dataset_id}).fetchone()
    assert row is not None
    packed = zlib.compress(row[3], 1)
    return {"tile": f"{row[0]}/{row[1]}/{row[2]}", "bytes": len(row[3]), "sent": len(packed)}


def busy_tiles(database: LentDatabase, dataset_id: int) -> list[Tile]:
    """Tiles that people look at: something stands on them, as many of each zoom as there are."""
    dice, found = random.Random(1), []
    with connected(database) as connection:
        for zoom in BENCH_ZOOMS:
            query = f"""SELECT z, x, y FROM ({WITHIN}) t
              WHERE octet_length(ground_tile(%(id)s, z, x, y)) > 1000"""  # noqa: S608 - constants of this module
            rows = connection.execute(query, {"z": zoom, "id": dataset_id}).fetchall()
            found += dice.sample(rows, min(len(rows), TILES // len(BENCH_ZOOMS)))
    return [(z, x, y) for z, x, y in found]


def measure(
    database: LentDatabase, dataset_id: int, tiles: list[Tile], chosen: argparse.Namespace
) -> dict[str, Rate]:
    """Answers per second, one after the other within a minute."""
    figures = {"pgbench": pgbench(database, dataset_id, tiles, chosen.seconds)}
    ask_for = partial(rate_of, database, tiles, chosen.seconds)
    with served("tests.bench.bench_tiles:uncached", chosen.workers) as server:
        figures["uncached"] = ask_for(server, "")
    with served("app.main:create_app", chosen.workers) as server:
        ask_for(server, "")  # fills the cache
        figures["cached"] = ask_for(server, "")
        figures["not_modified"] = ask_for(server, "if-none-match: {etag}\r\n")
    return figures


def rate_of(
    database: LentDatabase, tiles: list[Tile], seconds: float, server: psutil.Process, more: str
) -> Rate:
    """What the server answers, and what that costs it and the database."""
    web, base = _family_cpu_s(server), backends_cpu_s(database, "foodmap-tiles")
    rate = asked(tiles, seconds, more)
    web, base = (
        _family_cpu_s(server) - web,
        backends_cpu_s(database, "foodmap-tiles") - base,
    )
    per_answer = 1e6 / (rate * seconds)
    return Rate(rate, base * per_answer, web * per_answer)


def _family_cpu_s(server: psutil.Process) -> float:
    return sum(cpu_s(process) for process in (server, *server.children(recursive=True)))


def pgbench(database: LentDatabase, dataset_id: int, tiles: list[Tile], seconds: float) -> Rate:
    """The database alone: the same function, the same tiles."""
    listed = ", ".join(f"({n}, {z}, {x}, {y})" for n, (z, x, y) in enumerate(tiles))
    owner = psycopg.connect(database.owner_url.replace("+psycopg2", ""), autocommit=True)
    with owner, tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        owner.execute("DROP TABLE IF EXISTS bench_tile")
        owner.execute("CREATE TABLE bench_tile (n int PRIMARY KEY, z int, x int, y int)")
        owner.execute(f"INSERT INTO bench_tile VALUES {listed}")  # noqa: S608 - numbers
        owner.execute("ANALYZE bench_tile")
        script.write(
            f"\\set n random(0, {len(tiles) - 1})\n"
            f"SELECT ground_tile({dataset_id}, z, x, y) FROM bench_tile WHERE n = :n;\n"
        )
        script.flush()
        address = database.url.replace("+psycopg2", "")
        command = ["pgbench", "-n", "-c", str(CLIENTS), "-j", "2", "-T", str(round(seconds))]
        running = subprocess.Popen(
            [*command, "-f", script.name, address], stdout=subprocess.PIPE, text=True
        )
        time.sleep(round(seconds) - 0.3)
        used = backends_cpu_s(database, "pgbench")
        told, _ = running.communicate(timeout=60)
        owner.execute("DROP TABLE bench_tile")
    found = re.search(r"tps = ([\d.]+)", told)
    assert found is not None, told
    rate = float(found[1])
    return Rate(rate, database_us=used / (rate * (round(seconds) - 0.3)) * 1e6)


def backends_cpu_s(database: LentDatabase, program: str) -> float:
    """CPU seconds so far of the database's processes that serve a program."""
    query = """SELECT pid FROM pg_stat_activity
      WHERE application_name = %s AND datname = current_database()"""
    with psycopg.connect(database.superuser_url.replace("+psycopg2", "")) as connection:
        pids = [pid for (pid,) in connection.execute(query, [program])]
    return sum(cpu_s(psutil.Process(pid)) for pid in pids)


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds of a process."""
    used = process.cpu_times()
    return float(used.user + used.system)


@contextmanager
def served(factory: str, workers: int) -> Iterator[psutil.Process]:
    """The real server, answering."""
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(PORT)]
    options = ["--workers", str(workers), "--no-access-log", "--log-level", "error"]
    server = subprocess.Popen([*command, *options], cwd=ROOT)
    try:
        asyncio.run(_until_it_answers())
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(20)


async def _until_it_answers() -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise SystemExit("the server did not start")


def asked(tiles: list[Tile], seconds: float, more: str) -> float:
    """Answers per second to 8 clients that keep their connections, from a process of their own."""
    work = json.dumps({"tiles": tiles, "seconds": seconds, "more": more})
    done = subprocess.run(
        [sys.executable, "-c", "from tests.bench.bench_tiles import ask; ask()"],
        input=work, capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return float(done.stdout)


def ask() -> None:
    """The clients' process: work on stdin, the rate on stdout."""
    work = json.loads(sys.stdin.read())
    total = asyncio.run(_all_clients(work["tiles"], work["seconds"], work["more"]))
    print(total / work["seconds"])  # noqa: T201 - read by the parent


async def _all_clients(tiles: list[Tile], seconds: float, more: str) -> int:
    until = time.perf_counter() + seconds
    return sum(
        await asyncio.gather(*(_client(seed, tiles, until, more) for seed in range(CLIENTS)))
    )


async def _client(seed: int, tiles: list[Tile], until: float, more: str) -> int:
    dice, done = random.Random(seed), 0
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    expected = b"HTTP/1.1 304" if more else b"HTTP/1.1 200"
    while time.perf_counter() < until:
        z, x, y = dice.choice(tiles)
        extra = more.format(etag=f'W/"1-{z}-{x}-{y}-bench"')
        writer.write(
            f"GET /tiles/bench/{z}/{x}/{y}.mvt HTTP/1.1\r\nhost: localhost\r\n"
            f"accept-encoding: gzip\r\n{extra}\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(expected), head
        length = re.search(rb"content-length: (\d+)", head)
        if length:
            await reader.readexactly(int(length[1]))
        done += 1
    writer.close()
    return done


def report(loaded: float, largest: dict[int, Any], rounds: list[dict[str, Rate]]) -> Any:
    """Figures and ratios, medians of the rounds.

    On a machine that others use, a rate says how many processes stood in the queue; the CPU of one
    answer does not: `quiet_ratio` is what one web process and the machine's cores would make of it.
    """
    kinds = ("pgbench", "uncached", "cached", "not_modified")
    middle = {
        kind: Rate(
            *(
                statistics.median(getattr(figures[kind], name) for figures in rounds)
                for name in ("per_second", "database_us", "web_us")
            )
        )
        for kind in kinds
    }
    return {
        "load_s": round(loaded, 1),
        "load_average": os.getloadavg()[0],
        **{
            kind: {name: round(value) for name, value in vars_of(rate)}
            for kind, rate in middle.items()
        },
        "ratio": {
            kind: round(
                statistics.median(f[kind].per_second / f["pgbench"].per_second for f in rounds), 2
            )
            for kind in kinds[1:]
        },
        "quiet_ratio": {
            kind: round(quiet(middle[kind]) / quiet(middle["pgbench"]), 2) for kind in kinds[1:]
        },
        "largest": largest,
    }


def vars_of(rate: Rate) -> Iterator[tuple[str, float]]:
    """Names and values."""
    yield from dataclasses.asdict(rate).items()


def quiet(rate: Rate) -> float:
    """Answers per second that the cores allow, one of them at most for the web process."""
    cores = os.cpu_count() or 1
    by_all = cores * 1e6 / (rate.database_us + rate.web_us)
    return min(by_all, 1e6 / rate.web_us) if rate.web_us else by_all


if __name__ == "__main__":
    main()
