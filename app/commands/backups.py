"""Backup and restore: the whole database and the photos in one archive."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from pathlib import Path

from rich.console import Console
from sqlalchemy import make_url

from app.cluster.binaries import choose
from app.commands.operation import CommandRefused
from app.settings import settings

DUMP = "database.dump"


def _address() -> tuple[list[str], dict[str, str]]:
    """Connection arguments for PostgreSQL's tools, and the environment that carries the password."""
    url = make_url(settings().database_owner_url or settings().database_url)
    arguments = ["-h", str(url.host), "-p", str(url.port or 5432), "-U", str(url.username), "-d", str(url.database)]
    return arguments, {"PGPASSWORD": str(url.password or ""), "PATH": "/usr/bin:/bin"}


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
    if done.returncode != 0:
        raise CommandRefused(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "PostgreSQL's tool failed.")


def backup(file: Path, screen: Console) -> None:
    """Write the archive. Raises CommandRefused with PostgreSQL's own words."""
    arguments, environment = _address()
    files = settings().files_dir
    with tempfile.TemporaryDirectory() as folder, screen.status("Writing the backup …"):
        dump = Path(folder) / DUMP
        tool = str(choose(None).programs / "pg_dump")
        # The owner is no superuser and row-level security is forced: the dump must see every tenant.
        _run([tool, "--format=custom", "--no-owner", "--enable-row-security", *arguments, "--file", str(dump)], environment)
        with tarfile.open(file, "w:gz") as archive:
            archive.add(dump, DUMP)
            if files.is_dir():
                archive.add(files, "files")
    file.chmod(0o600)
    screen.print(f"{file}: {file.stat().st_size / 1e6:.1f} MB. The field key is not in it: keep it apart.")
