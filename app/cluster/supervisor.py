"""Start everything in order, start again what dies, stop everything that was started."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.cluster.child import Child
from app.cluster.cluster import Cluster
from app.cluster.engines import RoadEngines, operators_own_engine
from app.cluster.errors import ClusterError
from app.cluster.installation import (
    ensure_private,
    operators_databases,
    private_cluster,
    read_secrets,
)
from app.cluster.keys import Secrets
from app.cluster.leftovers import clear_leftovers
from app.cluster.migrate import migrate
from app.cluster.postmaster import free_port
from app.cluster.running import FILE_NAME, Running, read_running

Say = Callable[[str], None]
WATCH_S = 0.2
DATABASE_WATCH_S = 2.0
READY_TIMEOUT_S = 90.0
# What a serving process must not know: with it, row level security could be stepped around.
OWNER_ONLY = ("DATABASE_OWNER_URL",)


@dataclass(frozen=True, slots=True)
class Step:
    """Something done on the way up, such as loading the demo.

    `run` may return accounts for running.json (one dictionary per role). With `when_serving` it
    runs when web and worker are ready, else while they start.
    """

    title: str
    run: Callable[[], Sequence[dict[str, Any]] | None]
    when_serving: bool = False


@dataclass(slots=True)
class Supervisor:
    """Runs one checkout's system in the foreground, from the main thread."""

    root: Path
    steps: Sequence[Step]
    say: Say
    # None where DATABASE_URL names the operator's own database.
    cluster: Cluster | None = None
    # None where the operator's settings name an engine.
    engines: RoadEngines | None = None
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def var(self) -> Path:
        """Where this checkout keeps what it makes."""
        return self.root / "var"

    def run(self, on_ready: Callable[[Running], None]) -> None:
        """Start all, tell `on_ready`, watch until a signal, stop all.

        Raises ClusterError when another start holds this checkout or something will not start.
        """
        with _only_one(self.var):
            clear_leftovers(self.var, self.root)
            secrets = read_secrets(self.var)
            if not os.environ.get("DATABASE_URL"):
                self.cluster = private_cluster(self.var, secrets)
            children: list[Child] = []
            try:
                self._listen_to_signals()
                running = self._bring_up(secrets, children)
                on_ready(running)
                self._watch(running, secrets, children)
            except KeyboardInterrupt:
                self.say("Stopping …")
            finally:
                self._bring_down(children)

    def _listen_to_signals(self) -> None:
        def stop(number: int, _frame: object) -> None:
            del number
            if not self.stopping.is_set():
                self.stopping.set()
                raise KeyboardInterrupt

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)

    def _bring_up(self, secrets: Secrets, children: list[Child]) -> Running:
        databases = ensure_private(self.cluster) if self.cluster else operators_databases()
        port = _web_port(self.var)
        host = os.environ.get("HOST", "127.0.0.1")
        running = Running(f"http://{_spoken(host)}:{port}", databases.url, databases.owner_url)
        self._set_environment(running, secrets)
        migrate(self.root, self.var, databases.owner_url)
        self.engines = self._road_engines(running)
        children += self._programs(host, port)
        for child in children:
            self._start(child, running)
        self._note_database(running)
        self._run_steps(running, when_serving=False)  # they take about as long to start
        self._wait_until_ready(running, children)
        self._run_steps(running, when_serving=True)
        running.note("supervisor", os.getpid())
        running.write(self.var)
        return running

    def _programs(self, host: str, port: int) -> list[Child]:
        log = self.var / "log"
        web = [
            sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app",
            "--host", host, "--port", str(port), "--no-access-log", "--no-server-header",
        ]  # fmt: skip
        worker = [sys.executable, "-m", "app.worker"]
        return [
            Child("web", web, self.root, log / "web.log"),
            Child("worker", worker, self.root, log / "worker.log"),
        ]

    def _road_engines(self, running: Running) -> RoadEngines | None:
        """What serves the roads, for people's scripts noted beside web and worker."""
        if operators_own_engine():
            return None

        def note(name: str, pid: int | None) -> None:
            running.forget(name) if pid is None else running.note(name, pid)
            running.write(self.var)

        roads_dir = Path(os.environ["ROADS_DIR"])
        return RoadEngines(roads_dir, self.root, self.var / "log", self.say, note=note)

    def _set_environment(self, running: Running, secrets: Secrets) -> None:
        """Set what settings read, for the steps and the programs; the operator's own values win."""
        os.environ["DATABASE_URL"] = running.database_url
        os.environ["DATABASE_OWNER_URL"] = running.database_owner_url
        os.environ.setdefault("FIELD_KEY", secrets.field_key)
        os.environ.setdefault("BASE_URL", running.base_url)
        os.environ.setdefault("FILES_DIR", str(self.var / "files"))
        os.environ.setdefault("ROADS_DIR", str(self.var / "roads"))

    def _run_steps(self, running: Running, *, when_serving: bool) -> None:
        for step in self.steps:
            if step.when_serving == when_serving:
                if self.engines is not None:
                    self.engines.settle()  # the step before may have built roads for this one
                self.say(step.title)
                running.accounts += [dict(account) for account in step.run() or ()]

    def _start(self, child: Child, running: Running) -> None:
        environment = {k: v for k, v in os.environ.items() if k not in OWNER_ONLY}
        child.start({**environment, "PYTHONUNBUFFERED": "1"})  # its last words reach the log
        if child.process is not None:
            running.note(child.name, child.process.pid)
        running.note("supervisor", os.getpid())
        running.write(self.var)

    def _note_database(self, running: Running) -> None:
        postmaster = self.cluster.running() if self.cluster else None
        if postmaster is not None:
            running.note("database", postmaster.process.pid)

    def _wait_until_ready(self, running: Running, children: list[Child]) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        host, _, port = running.base_url.removeprefix("http://").rpartition(":")
        while time.monotonic() < deadline:
            for child in children:
                if child.has_died():
                    raise ClusterError(f"The {child.name} does not start:\n{_end_of(child.log)}")
            if _answers_ready(host, int(port)):
                return
            time.sleep(0.1)
        raise ClusterError(
            f"The web server is not ready after {READY_TIMEOUT_S:.0f} s: see var/log."
        )

    def _watch(self, running: Running, secrets: Secrets, children: list[Child]) -> None:
        look_at_database = 0.0
        while not self.stopping.wait(WATCH_S):
            for child in children:
                self._look_after(child, running)
            if self.engines is not None:
                self.engines.look()
            if time.monotonic() > look_at_database:
                self._look_after_database(running, secrets, children)
                look_at_database = time.monotonic() + DATABASE_WATCH_S

    def _look_after(self, child: Child, running: Running) -> None:
        if child.has_died():
            status = child.process.returncode if child.process else None
            pause_s = child.plan_restart()
            running.forget(child.name)
            running.write(self.var)
            self.say(f"The {child.name} ended ({status}); starting it again in {pause_s:.1f} s.")
        elif child.process is None and time.monotonic() >= child.next_start_at:
            self._start(child, running)
        else:
            child.rotate_log()

    def _look_after_database(
        self, running: Running, secrets: Secrets, children: list[Child]
    ) -> None:
        if self.cluster is None or running.process("database") is not None:
            return
        self.say("The database ended; starting it again.")
        try:
            databases = ensure_private(self.cluster)
        except ClusterError as problem:  # tried again at the next look
            self.say(str(problem))
            return
        if databases.url != running.database_url:  # its old port was taken meanwhile
            running.database_url, running.database_owner_url = databases.url, databases.owner_url
            self._set_environment(running, secrets)
            for child in children:
                child.stop()
        self._note_database(running)
        running.write(self.var)

    def _bring_down(self, children: list[Child]) -> None:
        for child in reversed(children):
            child.stop()
        if self.engines is not None:
            self.engines.stop()
        if self.cluster is not None:
            self.cluster.stop()
        (self.var / FILE_NAME).unlink(missing_ok=True)


@contextlib.contextmanager
def _only_one(var: Path) -> Iterator[None]:
    """Hold this checkout; the kernel lets go when we die, however we die."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "up.turn").open("a") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            known = read_running(var)
            where = f" at {known.base_url}" if known else ""
            raise ClusterError(
                f"The system already runs in this checkout{where}: stop it with `make down` first."
            ) from None
        yield


def _web_port(var: Path) -> int:
    """Return PORT, else the last port if it is still free, else any free one."""
    if wished := os.environ.get("PORT"):
        if not wished.isdigit():
            raise ClusterError(f"PORT must be a number, not {wished!r}.")
        if free_port(int(wished)) != int(wished):
            raise ClusterError(f"Port {wished} is taken by another program: choose another PORT.")
        return int(wished)
    note = var / "web.port"
    last = note.read_text("utf-8").strip() if note.is_file() else ""
    port = free_port(int(last) if last.isdigit() else None)
    note.write_text(str(port), "utf-8")
    return port


def _spoken(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "localhost") else host  # noqa: S104 - compared only


def _answers_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-15:])
