"""Backup and restore: every row and every photo in one archive.

The tables themselves come from the migrations, so an archive holds data only, and says which
migration it belongs to. Row-level security is forced on the owner too; only a role that passes
it (the private cluster's superuser, or DATABASE_BACKUP_URL) can see every organisation's rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

import psycopg
from rich.console import Console
from sqlalchemy import URL, make_url

from app.cluster.binaries import choose
from app.cluster.commands import ROOT
from app.cluster.installation import private_cluster, read_secrets
from app.cluster.migrate import applied_version
from app.commands.first import CommandRefused
from app.core.clock import now
from app.settings import settings

DUMP, NOTE, FILES = "database.dump", "backup.json", "files"
KEPT_APART = ("spatial_ref_sys", "alembic_version")
SCRIPT_HEAD = """SET session_replication_role = replica;
DO $$ DECLARE names text; BEGIN
  SELECT string_agg(format('%I', tablename), ', ') INTO names FROM pg_tables
  WHERE schemaname = 'public' AND tablename NOT IN ('spatial_ref_sys', 'alembic_version');
  EXECUTE 'TRUNCATE ' || names;
END $$;
"""


def _seeing_all() -> URL:
    """The address of a role that row-level security does not bind. Raises CommandRefused."""
    given = os.environ.get("DATABASE_BACKUP_URL")
    if given:
        return make_url(given)
    database = make_url(settings().database_url)
    cluster = private_cluster(ROOT / "var", read_secrets(ROOT / "var"))
    running = cluster.running()
    if running is None or running.port != database.port:
        raise CommandRefused(
            "Set DATABASE_BACKUP_URL to a role with BYPASSRLS: the serving role sees no rows."
        )
    return make_url(cluster.url(str(database.database), "superuser"))


def _connection(url: URL) -> tuple[list[str], dict[str, str]]:
    """Arguments for PostgreSQL's tools, and the environment that carries the password."""
    arguments = [
        "-h",
        str(url.host),
        "-p",
        str(url.port or 5432),
        "-U",
        str(url.username),
        "-d",
        str(url.database),
    ]
    return arguments, os.environ | {"PGPASSWORD": str(url.password or "")}


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = done.stderr.strip().splitlines() or ["PostgreSQL's tool failed."]
        raise CommandRefused(words[-1])


def backup(file: Path, screen: Console) -> None:
    """Write the archive, readable by its owner alone. Raises CommandRefused."""
    url = _seeing_all()
    arguments, environment = _connection(url)
    version = applied_version(url.render_as_string(hide_password=False))
    note = {"made_at": now().isoformat(), "migration": version}
    with tempfile.TemporaryDirectory() as folder, screen.status("Writing the backup …"):
        dump, told = Path(folder) / DUMP, Path(folder) / NOTE
        told.write_text(json.dumps(note), "utf-8")
        left_out = [f"--exclude-table={table}" for table in KEPT_APART]
        tool = str(choose(None).programs / "pg_dump")
        _run(
            [tool, "--data-only", "--format=custom", *left_out, *arguments, "--file", str(dump)],
            environment,
        )
        with tarfile.open(file, "w:gz") as archive:
            archive.add(told, NOTE)
            archive.add(dump, DUMP)
            if settings().files_dir.is_dir():
                archive.add(settings().files_dir, FILES)
    file.chmod(0o600)
    screen.print(
        f"{file}: {file.stat().st_size / 1e6:.1f} MB. The field key is not in it: keep it apart."
    )


def restore(file: Path, screen: Console, *, replace: bool) -> None:
    """Put an archive back, all of it or nothing. Raises CommandRefused."""
    url = _seeing_all()
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        found = connection.execute("SELECT count(*) FROM organisation").fetchone()
    if found and found[0] and not replace:
        raise CommandRefused(
            f"{found[0]} organisation(s) are in the database. Add --yes to replace them."
        )
    with tempfile.TemporaryDirectory() as folder, screen.status("Restoring …"):
        place = Path(folder)
        _unpack(file, place)
        note = json.loads((place / NOTE).read_text("utf-8"))
        if note["migration"] != applied_version(url.render_as_string(hide_password=False)):
            raise CommandRefused(
                f"The backup belongs to migration {note['migration']}; migrate to that one first."
            )
        _load(place, url)
        if (place / FILES).is_dir():
            _copy_files(place / FILES, settings().files_dir)
    screen.print(f"Restored what was kept on {note['made_at']}.")


def _unpack(file: Path, place: Path) -> None:
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(place, filter="data")
    except (tarfile.TarError, OSError, EOFError):
        raise CommandRefused(f"{file.name} is not a whole backup.") from None
    if not (place / NOTE).is_file() or not (place / DUMP).is_file():
        raise CommandRefused(f"{file.name} is not a backup of this system.")


def _load(place: Path, url: URL) -> None:
    """Empty the tables and fill them in one transaction."""
    arguments, environment = _connection(url)
    programs = choose(None).programs
    script = place / "restore.sql"
    _run(
        [str(programs / "pg_restore"), "--data-only", "--file", str(script), str(place / DUMP)],
        environment,
    )
    head = place / "head.sql"
    head.write_text(SCRIPT_HEAD, "utf-8")
    quiet = [
        "--quiet",
        "--no-psqlrc",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ]
    _run(
        [str(programs / "psql"), *quiet, *arguments, "--file", str(head), "--file", str(script)],
        environment,
    )


def _copy_files(source: Path, target: Path) -> None:
    for file in source.rglob("*"):
        if file.is_file():
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
