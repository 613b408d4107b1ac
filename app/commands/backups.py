"""Backup and restore: every row and every photo in one archive, all of it or nothing."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import URL, make_url

from app.cluster.commands import ROOT
from app.cluster.errors import ClusterError
from app.cluster.installation import private_cluster, read_secrets
from app.cluster.migrate import applied_version
from app.commands.first import CommandRefused
from app.commands.tables import (
    Connection,
    Kept,
    columns_now,
    copy_in,
    copy_out,
    seeing_all,
    sequences_now,
    tidy,
)
from app.core.clock import now
from app.settings import settings

NOTE, TABLES, FILES = "backup.json", "tables", "files"
FORMAT = 1
NOTE_BYTES_MAX = 1_000_000
NEEDS_ROLE = (
    "The serving role sees no organisation's rows: "
    "set DATABASE_BACKUP_URL to the address of a superuser."
)


def backup(file: Path, screen: Console) -> None:
    """Write the archive, readable by its owner alone. Raises CommandRefused.

    It appears under its name when it is whole; the rows in it are those of one instant.
    """
    url = _address()
    migration = _migration(url)
    if not file.parent.is_dir():
        raise CommandRefused(f"There is no folder {file.parent} to write the backup to.")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as temporary:
        folder = Path(temporary)
        (folder / TABLES).mkdir()
        with _progress(screen, "Backing up") as tick, seeing_all(_plain(url)) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            kept = copy_out(connection, folder / TABLES, tick)
            note = {
                "format": FORMAT,
                "made_at": now().isoformat(),
                "migration": migration,
                "key": _key_mark(),
                "tables": {name: asdict(table) for name, table in kept.items()},
                "sequences": sequences_now(connection),
            }
        (folder / NOTE).write_text(json.dumps(note), "utf-8")
        with screen.status("Packing …"):
            _pack(folder, folder / "whole").replace(file)
    screen.print(
        f"{file}: {file.stat().st_size / 1e6:.1f} MB, {sum(t.rows for t in kept.values())} rows. "
        "The field key is not in it: keep it apart.",
        soft_wrap=True,
        markup=False,
    )


def _pack(folder: Path, whole: Path) -> Path:
    descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(descriptor, "wb") as stream,
        tarfile.open(fileobj=stream, mode="w:gz") as archive,
    ):
        archive.add(folder / NOTE, NOTE)
        archive.add(folder / TABLES, TABLES)
        if settings().files_dir.is_dir():
            archive.add(settings().files_dir, FILES)
    return whole


def restore(file: Path, screen: Console, *, replace: bool) -> None:
    """Put an archive back, all of it or nothing. Raises CommandRefused.

    People may be using the system: they see either the old rows or the restored ones, and whoever
    writes waits until those are there.
    """
    url = _address()
    migration = _migration(url)
    with seeing_all(_plain(url)) as connection:
        _refuse_unasked(connection, replace=replace)
        connection.rollback()
        files = settings().files_dir
        files.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=files.parent, prefix=".restore-") as temporary:
            folder = Path(temporary)
            with screen.status("Reading the backup …"):
                note = _unpack(file, folder)
                kept = _fitting(note, migration, columns_now(connection))
                connection.rollback()
            with _progress(screen, "Restoring") as tick:
                copy_in(connection, folder / TABLES, kept, note["sequences"], tick)
                _copy_files(folder / FILES, files)
                connection.commit()
        with screen.status("Tidying up …"):
            tidy(connection, kept)
    screen.print(f"Restored what was kept on {note['made_at']}.")


def _refuse_unasked(connection: Connection, *, replace: bool) -> None:
    found = connection.execute("SELECT count(*) FROM organisation").fetchone()
    if found is not None and found[0] and not replace:
        raise CommandRefused(
            f"{found[0]} organisation(s) are in the database. Add --yes to replace them."
        )


def _address() -> URL:
    """The address of a role that row-level security does not bind. Raises CommandRefused."""
    given = os.environ.get("DATABASE_BACKUP_URL")
    if given:
        return make_url(given)
    database = make_url(settings().database_url)
    if not (ROOT / "var" / "pg.place").is_file():
        raise CommandRefused(NEEDS_ROLE)
    cluster = private_cluster(ROOT / "var", read_secrets(ROOT / "var"))
    running = cluster.running()
    if running is None or running.port != database.port:
        raise CommandRefused(NEEDS_ROLE)
    return make_url(cluster.url(str(database.database), "superuser"))


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _migration(url: URL) -> str:
    try:
        version = applied_version(_plain(url))
    except ClusterError as error:
        raise CommandRefused(str(error).splitlines()[0]) from None
    if version is None:
        raise CommandRefused(
            "The database has no tables yet: run the migrations first (`make up`)."
        )
    return version


def _key_mark() -> str:
    """Tells two field keys apart without saying anything about either."""
    key = settings().field_key_bytes
    return hmac.digest(key, b"foodmap backup", hashlib.sha256)[:8].hex()


@contextlib.contextmanager
def _progress(screen: Console, title: str) -> Iterator[Callable[[str, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    quiet = not screen.is_terminal
    with Progress(*columns, console=screen, transient=True, disable=quiet) as bar:
        line = bar.add_task(title, total=None)

        def tick(table: str, tables: int) -> None:
            bar.update(line, description=f"{title}: {table}", total=tables, advance=1)

        yield tick


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Take the archive apart; only plain files under the names we give. Raises CommandRefused."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                _take(archive, member, folder)
        return _note(folder)
    except (tarfile.TarError, OSError, EOFError, zlib.error):
        raise CommandRefused(f"{file.name} is not a whole backup. Nothing was changed.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CommandRefused(
            f"{file.name} is not a backup of this system. Nothing was changed."
        ) from None


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(member.name)
    known = name.parts[:1] in ((TABLES,), (FILES,)) or member.name == NOTE
    if not known or ".." in name.parts or not (member.isfile() or member.isdir()):
        raise ValueError(member.name)
    content = archive.extractfile(member)
    if content is not None:
        place = folder.joinpath(*name.parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        with content, place.open("wb") as target:
            shutil.copyfileobj(content, target)


def _note(folder: Path) -> dict[str, Any]:
    """What the archive says about itself, as far as it has our shape."""
    file = folder / NOTE
    if not file.is_file() or file.stat().st_size > NOTE_BYTES_MAX:
        raise ValueError(NOTE)
    note: dict[str, Any] = json.loads(file.read_text("utf-8"))
    if note["format"] != FORMAT:
        raise ValueError(note["format"])
    note["tables"] = {
        str(name): Kept(tuple(table["columns"]), int(table["rows"]))
        for name, table in note["tables"].items()
    }
    note["sequences"] = {str(name): int(last) for name, last in note["sequences"].items()}
    note["made_at"] = str(note["made_at"])
    return note


def _fitting(
    note: dict[str, Any], migration: str, tables: dict[str, tuple[str, ...]]
) -> dict[str, Kept]:
    """The backup's tables, if they are this database's. Raises CommandRefused."""
    if note["migration"] != migration:
        raise CommandRefused(
            f"The backup belongs to migration {note['migration']}; migrate to that one first."
        )
    if note["key"] != _key_mark():
        raise CommandRefused(
            "The backup was made under another FIELD_KEY, without which nobody can read its "
            "telephone numbers and notes: set that key first."
        )
    kept: dict[str, Kept] = note["tables"]
    if {name: set(table.columns) for name, table in kept.items()} != {
        name: set(columns) for name, columns in tables.items()
    }:
        raise CommandRefused("The backup's tables are not this database's. Nothing was changed.")
    return kept


def _copy_files(source: Path, target: Path) -> None:
    for file in source.rglob("*") if source.is_dir() else ():
        if file.is_file():
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, place)
