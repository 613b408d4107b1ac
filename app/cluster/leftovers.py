"""What a supervisor that was killed outright left behind, found by number and start time."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil

from app.cluster.child import PATIENCE_S, end_group
from app.cluster.processes import end
from app.cluster.running import FILE_NAME, read_running

PROGRAMS = ("web", "worker")
ENGINE_PREFIX = "osrm-"


def clear_leftovers(var: Path, folder: Path) -> None:
    """End web, worker and engines of an earlier start whose supervisor is gone; keep the database.

    The database is left to be adopted: it recovers by itself and starts faster than anything else.
    """
    known = read_running(var)
    if known is None:
        return
    engines = [name for name in known.pids if name.startswith(ENGINE_PREFIX)]
    for name in (*PROGRAMS, *engines):
        pid, process = known.pids.get(name), known.process(name)
        if process is not None:
            end(process, signal.SIGTERM, PATIENCE_S)
        elif pid is None or psutil.pid_exists(pid):
            continue  # the number has gone to a stranger
        end_group(known.pids[name], folder)
    (var / FILE_NAME).unlink(missing_ok=True)
