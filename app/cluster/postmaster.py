"""The server process behind a data folder, found through the folder alone.

Source of the file's lines: PostgreSQL's src/include/utils/pidfile.h (1 pid, 4 port, 8 status).
"""

from __future__ import annotations

import contextlib
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.cluster.errors import ClusterError
from app.cluster.processes import end, is_gone, wait_until_gone

PID_LINE, PORT_LINE, STATUS_LINE = 0, 3, 7
# A fast shutdown writes a checkpoint first; a backend busy in a long statement notices late.
STOP_TIMEOUT_S = 30.0
ORPHAN_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server: its process, its port on 127.0.0.1, whether it takes connections."""

    process: psutil.Process
    port: int
    ready: bool

    def stop(self) -> None:
        """Shut it down at once but cleanly; if it does not go, kill it (its log recovers)."""
        end(self.process, signal.SIGINT, STOP_TIMEOUT_S)  # SIGINT: PostgreSQL's fast shutdown


def running_postmaster(data: Path) -> Postmaster | None:
    """Return the server that runs on this data folder, or None.

    A left-over pid file counts only if its process really works in this folder: after a crash the
    number may have gone to a stranger, and a copied checkout carries the original's file.
    """
    try:
        lines = (data / "postmaster.pid").read_text("utf-8").splitlines()
        process = psutil.Process(int(lines[PID_LINE]))
        if not _works_in(process, data):
            return None
        port = int(lines[PORT_LINE]) if len(lines) > PORT_LINE else 0
        status = lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else "starting"
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return None
    return Postmaster(process, port, status == "ready")


def clear_the_way(data: Path) -> None:
    """Remove what a killed server left: its orphaned helpers, then a pid file that lies.

    PostgreSQL's own helpers end by themselves when their parent dies, unless one is busy; whoever
    still works in this data folder without a parent server after a moment is ended here.
    """
    orphans = [process for process in psutil.process_iter() if _works_in(process, data)]
    stubborn = wait_until_gone(orphans, ORPHAN_TIMEOUT_S)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    immortal = wait_until_gone(stubborn, ORPHAN_TIMEOUT_S)
    if immortal:
        raise ClusterError(
            f"Process {immortal[0].pid} still holds the private database and cannot be ended: "
            "restart the machine or end it by hand."
        )
    (data / "postmaster.pid").unlink(missing_ok=True)


def free_port(wished: int | None) -> int:
    """Return the wished port of 127.0.0.1 if it is free, else any free one."""
    for port in (wished or 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise ClusterError("No port of 127.0.0.1 is free.")


def _works_in(process: psutil.Process, data: Path) -> bool:
    """Whether the process is a PostgreSQL server whose working folder is this data folder."""
    try:
        if is_gone(process) or not process.name().startswith("postgres"):
            return False
        return Path(process.cwd()).resolve() == data.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
        return False
