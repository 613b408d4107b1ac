"""How one `osrm-routed` is started and asked whether it answers; engines for the time of a task."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from app.roads.engine_build import LEASH
from app.roads.engine_files import Built, Programs, RoadsRefused
from app.roads.engines import Engines
from app.roads.travel import MAX_POINTS, Mode

LOOPBACK = "127.0.0.1"
# Longer than any client of ours keeps an idle connection: then it is never cut while in use.
KEEP_ALIVE_S = 75
START_TIMEOUT_S = 60.0
ASK_TIMEOUT_S = 2.0
LOOK_S = 0.02
PORT_TRIES = 5


def command(
    engine: Programs, built: Built, mode: Mode, port: int, address: str = LOOPBACK
) -> list[str]:
    """The command line of one engine.

    It writes warnings only: its usual log holds the coordinates of every question, people's doors.
    """
    most = str(MAX_POINTS)
    return [
        engine.program("osrm-routed"), str(built.base(mode)),
        "--ip", address, "--port", str(port), "--algorithm", "MLD", "--mmap",
        "--max-table-size", most, "--max-viaroute-size", most, "--max-nearest-locations", most,
        "--keepalive-timeout", str(KEEP_ALIVE_S), "--verbosity", "WARNING",
    ]  # fmt: skip


def answers(url: str, digest: str) -> bool:
    """Whether an engine with this dataset answers at this address; asks once, briefly."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ASK_TIMEOUT_S)
    try:
        connection.request("GET", "/nearest/v1/driving/0,0?number=1")
        said = json.loads(connection.getresponse().read())
        return isinstance(said, dict) and said.get("data_version") == digest
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def unused_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_shared(port: int) -> bool:
    """Whether two programs listen on the port.

    Engines share a port without a word (SO_REUSEPORT): one that was started elsewhere at the same
    moment with the same port would answer half of the questions.
    """
    listening = [
        connection
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
    ]
    return len(listening) > 1


@contextlib.contextmanager
def running(built: Built, engine: Programs) -> Iterator[Engines]:
    """Engines of every mode for the time of a task, on the loopback. Raises RoadsRefused."""
    with contextlib.ExitStack() as stack:
        log = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="engines-")))
        started = {
            mode: stack.enter_context(_one(built, engine, mode, log / f"{mode}.log"))
            for mode in built.modes
        }
        yield Engines(built.digest, started)


@contextlib.contextmanager
def _one(built: Built, engine: Programs, mode: Mode, log: Path) -> Iterator[str]:
    for _ in range(PORT_TRIES):
        port = unused_port()
        url = f"http://{LOOPBACK}:{port}"
        with _process(command(engine, built, mode, port), engine, log) as process:
            _wait(process, url, built.digest, log)
            if not is_shared(port):
                yield url
                return
    raise RoadsRefused("No port of 127.0.0.1 is free for the road engine.")


@contextlib.contextmanager
def _process(line: list[str], engine: Programs, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, str(LEASH), str(os.getpid()), *line],
            env=engine.environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, digest: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not answers(url, digest):
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text("utf-8", errors="replace").strip().splitlines() or ["no word"]
            raise RoadsRefused(f"The road engine does not start: {said[-1]}")
        time.sleep(LOOK_S)
