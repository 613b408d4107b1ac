"""The tests' own PostGIS: one cluster under var/, one migrated template, one database per process.

Several test runs in one checkout share the cluster; the last one to finish stops it. A template is
built once for each state of the migrations, and each test process copies it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import IO

import psutil
from psycopg import sql

from app.cluster.account import cluster_account, cluster_home
from app.cluster.cluster import Cluster
from app.cluster.keys import load_or_create

ROOT = Path(__file__).parents[1]
VAR = ROOT / "var"
# On a machine that lost power the careless cluster's data cannot be trusted.
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class LentDatabase:
    """The addresses of this process's database, by role."""

    url: str
    owner_url: str
    superuser_url: str
    name: str
    template: str


@contextlib.contextmanager
def lent_database() -> Iterator[LentDatabase]:
    """Lend a freshly migrated database to this process; drop it afterwards."""
    name = f"test_{os.getpid()}"
    with _shared_cluster() as (cluster, template):
        _create(cluster, name, template)
        try:
            yield LentDatabase(
                cluster.url(name, "app"),
                cluster.url(name, "owner"),
                cluster.url(name, "superuser"),
                name,
                template,
            )
        finally:
            _drop(cluster, name)


@contextlib.contextmanager
def _shared_cluster() -> Iterator[tuple[Cluster, str]]:
    """Start the cluster unless another process has; stop it unless another still needs it."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "test-pg.users").open("a") as users:
        with _one_at_a_time():
            alone = _nobody_else_uses(users)
            fcntl.flock(users, fcntl.LOCK_SH)
            cluster = _started_cluster()
        try:
            with _one_at_a_time():
                template = _template(cluster)
                if alone:
                    _drop_leftovers(cluster, template)
            yield cluster, template
        finally:
            with _one_at_a_time():
                if _nobody_else_uses(users):
                    cluster.stop()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (VAR / "test-pg.turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _nobody_else_uses(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(users, fcntl.LOCK_SH)
        return False
    return True


def _started_cluster() -> Cluster:
    account = cluster_account()
    passwords = load_or_create(VAR / "test-pg.json").passwords
    home = cluster_home(VAR, "test-pg", account)
    cluster = Cluster(home, account, passwords, careless=True)
    stamp, boot = home / "boot", BOOT_ID.read_text("utf-8")
    if cluster.data.exists() and (not stamp.is_file() or stamp.read_text("utf-8") != boot):
        cluster.destroy()
        account.own(home)
    stamp.write_text(boot, "utf-8")
    cluster.start()
    return cluster


def _template(cluster: Cluster) -> str:
    name = f"template_{_migrations_hash()}"
    with cluster.superuser("postgres") as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
    _drop(cluster, "unfinished")
    (cluster.home / "unfinished.prepared").unlink(missing_ok=True)
    cluster.create_database("unfinished")
    if any((ROOT / "migrations" / "versions").glob("*.py")):
        _migrate(cluster.url("unfinished", "owner"))
    with cluster.superuser("postgres") as connection:
        renamed = sql.SQL("ALTER DATABASE unfinished RENAME TO {}").format(sql.Identifier(name))
        connection.execute(renamed)
    return name


def _migrate(owner_url: str) -> None:
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    environment = {**os.environ, "DATABASE_OWNER_URL": owner_url, "DATABASE_URL": owner_url}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"The migrations failed:\n{done.stdout}{done.stderr}")


def _migrations_hash() -> str:
    """Stand for all that decides how a migrated database looks."""
    digest = hashlib.sha256(metadata.version("procrastinate").encode())
    bootstrap = Path(str(resources.files("app.cluster").joinpath("bootstrap.sql")))
    scripts = [*(ROOT / "migrations").rglob("*.py"), *(ROOT / "app").rglob("*.sql"), bootstrap]
    for script in sorted(scripts):
        digest.update(str(script.relative_to(ROOT)).encode() + b"\0" + script.read_bytes())
    return digest.hexdigest()[:16]


def _create(cluster: Cluster, name: str, template: str) -> None:
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER foodmap_owner")
    # Rights on a database itself are not copied from its template.
    rights = sql.SQL(
        "REVOKE ALL ON DATABASE {0} FROM PUBLIC; "
        "GRANT CONNECT, TEMPORARY ON DATABASE {0} TO foodmap_app; "
        "ALTER DATABASE {0} SET timezone TO 'UTC'"
    )
    _drop(cluster, name)
    with cluster.superuser("postgres") as connection:
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        connection.execute(rights.format(sql.Identifier(name)))


def _drop(cluster: Cluster, name: str) -> None:
    with cluster.superuser("postgres") as connection:
        gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(gone)


def _drop_leftovers(cluster: Cluster, template: str) -> None:
    """Drop old templates, and databases whose test process was killed."""
    with cluster.superuser("postgres") as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^(test|template)_[0-9a-f]+$'"
        ).fetchall()
    for (name,) in rows:
        kind, _, key = str(name).partition("_")
        used = psutil.pid_exists(int(key)) if kind == "test" else name == template
        if not used:
            _drop(cluster, str(name))
