"""Bring a database's tables up to date, and know quickly when they are."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from app.cluster.errors import ClusterError

NOTE = "migrated.json"
UPGRADE = """
import sys
from alembic import command
from alembic.config import Config

config = Config()
config.set_main_option("script_location", sys.argv[1].replace("%", "%%"))
command.upgrade(config, "head")
"""


def migrate(root: Path, var: Path, owner_url: str) -> None:
    """Run the migrations as the owner, unless the last run left exactly this state.

    Starting Alembic takes longer than everything else in a second start, hence the note of what
    was applied; it is believed only if the database itself still says the same.
    """
    if not owner_url:
        return  # a managed database is migrated by whoever owns it
    state = {"files": _files_hash(root), "version": applied_version(owner_url)}
    note = var / NOTE
    if state["version"] and note.is_file() and json.loads(note.read_text("utf-8")) == state:
        return
    done = subprocess.run(
        [sys.executable, "-c", UPGRADE, str(scripts_folder(root))],
        cwd=root,
        env={**os.environ, "DATABASE_OWNER_URL": owner_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ClusterError(f"The migrations failed and nothing was changed:\n{done.stderr.strip()}")
    note.write_text(json.dumps({**state, "version": applied_version(owner_url)}), "utf-8")


def scripts_folder(root: Path) -> Path:
    """Return where the migrations lie: in the checkout, or inside the installed package."""
    checkout = root / "migrations"
    return checkout if checkout.is_dir() else Path(__file__).parents[1] / "_migrations"


def applied_version(url: str) -> str | None:
    """Return the newest applied migration, or None in a database without tables.

    Raises ClusterError when the database cannot be reached.
    """
    try:
        with psycopg.connect(url.replace("+psycopg2", ""), connect_timeout=10) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.OperationalError as error:
        raise ClusterError(f"The database cannot be reached: {str(error).strip()}") from None
    return str(row[0]) if row else None


def _files_hash(root: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(scripts_folder(root).rglob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
