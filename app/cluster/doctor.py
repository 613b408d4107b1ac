"""What is missing on this machine, and how to mend it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from app.cluster.binaries import choose
from app.cluster.commands import ROOT
from app.cluster.errors import ClusterError
from app.cluster.running import read_running

SPACE_WANTED_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, and a sentence on how to mend it if not."""

    name: str
    is_well: bool
    advice: str = ""


def doctor(*, root: Path = ROOT) -> list[Finding]:
    """Look at everything that the system stands on; never changes anything."""
    return [*_machine(root), *_database(root)]


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
