"""What is missing on this machine, and how to mend it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from app.cluster.binaries import choose
from app.cluster.commands import ROOT
from app.cluster.engines import operators_own_engine
from app.cluster.errors import ClusterError
from app.cluster.running import read_running
from app.roads.engine_files import programs, read_built
from app.roads.engine_run import answers
from app.roads.engines import ADDRESSES, live_digest

SPACE_WANTED_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, and a sentence on how to mend it if not."""

    name: str
    is_well: bool
    advice: str = ""


def doctor(*, root: Path = ROOT) -> list[Finding]:
    """Look at everything that the system stands on; never changes anything."""
    return [*_machine(root), *_roads(root), *_database(root)]


def _machine(root: Path) -> Iterator[Finding]:
    if not os.environ.get("DATABASE_URL"):
        try:
            yield Finding(f"PostgreSQL {choose(None).version} with PostGIS", is_well=True)
        except ClusterError as missing:
            yield Finding("PostgreSQL with PostGIS", is_well=False, advice=str(missing))
    built = any(
        (place / "map.html").is_file()
        for place in (root / "static" / "dist", root / "app" / "_pages")
    )
    yield Finding("Pages are built", built, "Run `make up`: it builds them.")
    var = root / "var"
    free = shutil.disk_usage(var if var.exists() else root).free
    enough = free > SPACE_WANTED_BYTES
    yield Finding(
        f"{free / 1e9:.1f} GB of disk are free", enough, "Free some: photos and backups need room."
    )


def _roads(root: Path) -> Iterator[Finding]:
    """Roads are optional: only what should serve and does not is ill."""
    if operators_own_engine():
        yield Finding("Roads: the operator's own engine (OSRM_URL or VALHALLA_URL)", is_well=True)
        return
    roads_dir = Path(os.environ.get("ROADS_DIR") or root / "var" / "roads")
    digest = live_digest(roads_dir)
    if not digest:
        here = "" if programs() else "; the road engine is not here, `make up` fetches it"
        yield Finding(
            "No roads: travel times are estimates. `make up ROADS=city.osm.pbf` builds real ones, "
            f"the README says where to get the file{here}",
            is_well=True,
        )
        return
    built, engine = read_built(roads_dir, digest), programs()
    yield Finding("The road engine is here", engine is not None, "Run `make up`: it fetches it.")
    again = "Build them again: `foodmap roads build FILE`."
    name = built.name if built else digest
    yield Finding(f"Roads of {name} are built", built is not None, again)
    if read_running(root / "var") is not None:
        served = _served(roads_dir / ADDRESSES, digest)
        advice = "Travel times are estimates meanwhile: see var/log/osrm-*.log."
        yield Finding("Every road engine answers", served, advice)


def _served(file: Path, digest: str) -> bool:
    try:
        urls = json.loads(file.read_text("utf-8"))["urls"].values()
        return all(answers(str(url), digest) for url in urls)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _database(root: Path) -> Iterator[Finding]:
    known = read_running(root / "var")
    url = os.environ.get("DATABASE_URL") or (known.database_url if known else "")
    if not url:
        yield Finding("The database runs", is_well=False, advice="Start it with `make up`.")
        return
    plain = url.replace("+psycopg2", "")
    try:
        with psycopg.connect(plain, connect_timeout=5, autocommit=True) as connection:
            yield Finding("The database answers", is_well=True)
            yield from _serving_role(connection)
            yield from _extensions(connection)
    except psycopg.OperationalError as error:
        advice = f"Start it with `make up`, or check DATABASE_URL: {str(error).strip()}"
        yield Finding("The database answers", is_well=False, advice=advice)


def _serving_role(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[Finding]:
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR pg_has_role(rolname, db.datdba, 'MEMBER') "
        "FROM pg_roles, pg_database db "
        "WHERE rolname = current_user AND datname = current_database()"
    ).fetchone()
    yield Finding(
        "The serving role cannot step around row level security",
        row == (False,),
        "Let DATABASE_URL name a role that is no superuser, no owner and has no BYPASSRLS.",
    )


def _extensions(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[Finding]:
    rows = connection.execute("SELECT extname FROM pg_extension").fetchall()
    there = {row[0] for row in rows}
    for name in ("postgis", "btree_gist", "pg_trgm"):
        advice = f"As superuser: CREATE EXTENSION {name};"
        yield Finding(f"Extension {name}", name in there, advice)
    marked = connection.execute(
        "SELECT bool_and(proleakproof) FROM pg_proc "
        "WHERE proname IN ('geometry_overlaps', 'geometry_distance_centroid')"
    ).fetchone()
    yield Finding(
        "Spatial indexes work under row level security",
        marked == (True,),
        "Correct but slower without: as superuser run app/cluster/bootstrap.sql's ALTER FUNCTION "
        "lines.",
    )
