"""A private PostgreSQL + PostGIS server: made, started, adopted, mended and stopped by us alone.

It listens on 127.0.0.1 only, on a free port, and every role has a random password. What was killed
without warning is found again by its data folder, never by its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import psycopg
from psycopg import sql

from app.cluster.account import Account
from app.cluster.binaries import Postgres, choose
from app.cluster.errors import ClusterError
from app.cluster.keys import Passwords
from app.cluster.postmaster import Postmaster, clear_the_way, free_port, running_postmaster

START_TRIES = 5
SETTLE_TIMEOUT_S = 30.0
LOG_LIMIT_BYTES = 5_000_000

COMMON_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    # Two cores serve web, worker and solver; parallel plans would only make them queue.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# Tests throw their data away: nothing has to survive a power cut.
CARELESS_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

HBA = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One private cluster: its files, the account that runs it, its passwords.

    `careless` is for tests: faster, and thrown away after a power cut.
    """

    home: Path
    account: Account
    passwords: Passwords
    careless: bool = False

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self.home / "data"

    def url(self, database: str, role: str) -> str:
        """Return the SQLAlchemy address of a database for `app`, `owner` or `superuser`.

        Raises ClusterError when the cluster is not running.
        """
        postmaster = self.running()
        if postmaster is None:
            raise ClusterError("The private database is not running: start it with `make up`.")
        name = "postgres" if role == "superuser" else f"foodmap_{role}"
        secret = getattr(self.passwords, role)
        return f"postgresql+psycopg2://{name}:{secret}@127.0.0.1:{postmaster.port}/{database}"

    def running(self) -> Postmaster | None:
        """Return the server that has our data folder open, if one does."""
        return running_postmaster(self.data)

    def start(self) -> None:
        """Make the cluster if need be, and start it unless it already runs.

        Raises ClusterError with the end of the server's log when it will not start.
        """
        if (postmaster := self._running_and_settled()) is not None:
            if postmaster.ready and self._answers():
                return
            self.stop()  # half started, stopping, or under passwords that we no longer have
        server = choose(self._data_version())
        if self._data_version() is None:
            self._initdb(server)
        clear_the_way(self.data)
        self._write_hba()
        self._set_superuser_password(server)
        self._launch(server)

    def stop(self) -> None:
        """Stop the server, if it runs, and wait until it is gone; its data stays."""
        postmaster = self.running()
        if postmaster is None:
            return
        postmaster.stop()
        clear_the_way(self.data)

    def destroy(self) -> None:
        """Stop the server and delete everything it held."""
        if (postmaster := self.running()) is not None:
            postmaster.process.kill()  # nothing is to be saved
            clear_the_way(self.data)
        shutil.rmtree(self.home, ignore_errors=True)

    def create_database(self, database: str) -> None:
        """Make and prepare a database unless it is there and prepared by the same script."""
        script = resources.files("app.cluster").joinpath("bootstrap.sql").read_text("utf-8")
        stamp = _digest(script, self.passwords.owner, self.passwords.app)
        stamp_file = self.home / f"{database}.prepared"
        if stamp_file.is_file() and stamp_file.read_text("utf-8") == stamp:
            return
        with self.superuser("postgres") as connection:
            there = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [database]
            ).fetchone()
            if there is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        self.prepare_database(database, script)
        stamp_file.write_text(stamp, "utf-8")

    def prepare_database(self, database: str, script: str) -> None:
        """Run the superuser's bootstrap script in a database of this cluster."""
        with self.superuser(database) as connection:
            for role in ("owner", "app"):
                connection.execute(
                    "SELECT set_config(%s, %s, false)",
                    [f"foodmap.{role}_password", getattr(self.passwords, role)],
                )
            connection.execute(script.encode())

    def superuser(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """Open an autocommitting superuser connection, for what only a superuser may do."""
        url = self.url(database, "superuser").replace("+psycopg2", "")
        return psycopg.connect(url, autocommit=True, connect_timeout=10)

    def _running_and_settled(self) -> Postmaster | None:
        """Return the running server, given time to finish its recovery after a crash."""
        deadline = time.monotonic() + SETTLE_TIMEOUT_S
        while (postmaster := self.running()) and not postmaster.ready:
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        return postmaster

    def _answers(self) -> bool:
        try:
            with self.superuser("postgres"):
                return True
        except (ClusterError, psycopg.OperationalError):  # gone since we looked, or unwell
            return False

    def _data_version(self) -> int | None:
        try:
            return int((self.data / "PG_VERSION").read_text("utf-8"))
        except FileNotFoundError:
            return None

    def _initdb(self, server: Postgres) -> None:
        """Make the data under another name first: a killed initdb leaves nothing half made."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        for stamp in self.home.glob("*.prepared"):
            stamp.unlink()
        command = [
            str(server.programs / "initdb"), "--pgdata", str(unfinished), "--username", "postgres",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "trust",
        ]  # fmt: skip
        done = self.account.run(
            [*command, *(["--no-sync"] if self.careless else [])], cwd=self.home
        )
        if done.returncode != 0:
            raise ClusterError(f"The private database could not be made: {_tail(done.stdout)}")
        (self.home / "password.stamp").unlink(missing_ok=True)
        unfinished.rename(self.data)

    def _write_hba(self) -> None:
        file = self.data / "pg_hba.conf"
        if file.read_text("utf-8") != HBA:
            file.write_text(HBA, "utf-8")

    def _set_superuser_password(self, server: Postgres) -> None:
        """Give the superuser our password while nobody can connect, once per password."""
        stamp = _digest(self.passwords.superuser)
        stamp_file = self.home / "password.stamp"
        if stamp_file.is_file() and stamp_file.read_text("utf-8") == stamp:
            return
        statement = sql.SQL("ALTER ROLE postgres PASSWORD {}").format(self.passwords.superuser)
        done = self.account.run(
            [str(server.programs / "postgres"), "--single", "-D", str(self.data), "postgres"],
            cwd=self.home,
            stdin=statement.as_string() + "\n",
        )
        if done.returncode != 0 or "ERROR" in done.stdout:
            raise ClusterError(f"The private database refused its password: {_tail(done.stdout)}")
        stamp_file.write_text(stamp, "utf-8")

    def _launch(self, server: Postgres) -> None:
        log = self.home / "postgresql.log"
        if log.is_file() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(self.home / "postgresql.log.1")
        port_file = self.home / "port"
        port = free_port(_read_port(port_file))
        settings = COMMON_SETTINGS | (CARELESS_SETTINGS if self.careless else {})
        said = ""
        for _ in range(START_TRIES):
            options = " ".join(f"-c {k}='{v}'" for k, v in {**settings, "port": port}.items())
            done = self.account.run(
                [str(server.programs / "pg_ctl"), "start", "-D", str(self.data), "-l", str(log),
                 "-w", "-t", "60", "-s", "-o", options],
                cwd=self.home,
            )  # fmt: skip
            if done.returncode == 0:
                port_file.write_text(str(port), "utf-8")
                return
            said = _tail(log.read_text("utf-8", errors="replace") if log.is_file() else done.stdout)
            clear_the_way(self.data)
            port = free_port(None)  # another program may have taken the port in between
            time.sleep(0.2)
        raise ClusterError(f"The private database does not start: {said}")


def _read_port(file: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError, ValueError):
        return int(file.read_text("utf-8"))
    return None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _tail(text: str) -> str:
    return (
        " / ".join(line.strip() for line in text.strip().splitlines()[-3:]) or "it left no message"
    )
