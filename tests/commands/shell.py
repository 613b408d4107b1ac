"""A terminal: real processes of the `foodmap` command, on a database that a test lends."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.database import LentDatabase

ROOT = Path(__file__).parents[2]
FIELD_KEY = base64.b64encode(bytes(range(32))).decode()
OURS = ("DATABASE", "FIELD_KEY", "FILES_DIR", "BASE_URL", "PORT")


@dataclass
class Terminal:
    """Where the commands run: the database's addresses by role, and what else is set."""

    app: str
    owner: str
    superuser: str
    files: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What a process started here gets."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        return inherited | {
            "DATABASE_URL": self.app,
            "DATABASE_OWNER_URL": self.owner,
            "DATABASE_BACKUP_URL": self.superuser,
            "FIELD_KEY": FIELD_KEY,
            "FILES_DIR": str(self.files),
        } | self.extra  # fmt: skip

    def foodmap(self, *words: object, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run `foodmap` with these words."""
        command = [sys.executable, "-m", "app.cli", *map(str, words)]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment | extra,
            capture_output=True,
            text=True,
            check=False,
        )

    def answer(self, *words: object) -> Any:
        """What a command that succeeds prints as JSON, and nothing else, on stdout."""
        done = self.foodmap(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refusal(self, *words: object, **extra: str) -> str:
        """The one sentence that a refused command says."""
        done = self.foodmap(*words, **extra)
        assert done.returncode in {1, 2}, done.stdout + done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1, done.stderr
        assert lines[0].startswith("foodmap: ")
        return lines[0].removeprefix("foodmap: ")

    @contextlib.contextmanager
    def superuser_session(self) -> Iterator[psycopg.Connection[Any]]:
        """Look at everything, past row-level security."""
        plain = self.superuser.replace("+psycopg2", "")
        with psycopg.connect(plain, autocommit=True) as session:
            yield session

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self.superuser_session() as session:
            return session.execute(query.encode()).fetchall()


def terminal(database: LentDatabase, files: Path) -> Terminal:
    """A terminal on this test process's own database."""
    return Terminal(database.url, database.owner_url, database.superuser_url, files)


@contextlib.contextmanager
def spare_terminal(database: LentDatabase, name: str, files: Path) -> Iterator[Terminal]:
    """A terminal on a further migrated database, which may be emptied or half broken."""
    spare = sql.Identifier(f"{database.name}_{name}")
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(spare)
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER foodmap_owner;")
    rights = sql.SQL(
        "GRANT CONNECT, TEMPORARY ON DATABASE {0} TO foodmap_app; ALTER DATABASE {0} SET timezone TO 'UTC'"
    )

    def on_spare(url: str) -> str:
        return f"{url.rpartition('/')[0]}/{database.name}_{name}"

    maintenance = database.superuser_url.replace("+psycopg2", "").rpartition("/")[0] + "/postgres"
    with psycopg.connect(maintenance, autocommit=True) as session:
        session.execute(drop)
        session.execute(make.format(spare, sql.Identifier(database.template)))
        session.execute(rights.format(spare))
        try:
            yield Terminal(
                on_spare(database.url),
                on_spare(database.owner_url),
                on_spare(database.superuser_url),
                files,
            )
        finally:
            session.execute(drop)
