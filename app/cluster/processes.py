"""Processes known by number and start time, because numbers are given out again."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterable

import psutil

POLL_S = 0.02
# The clock behind a process's start time may be corrected a little after the start.
SAME_START_TOLERANCE_S = 2.0


def is_gone(process: psutil.Process) -> bool:
    """Whether the process has ended; one that nobody has collected yet (a zombie) has."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_gone(processes: Iterable[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """Wait for the processes to end; return those that still run after the time."""
    deadline = time.monotonic() + timeout_s
    waiting = [process for process in processes if not is_gone(process)]
    while waiting and time.monotonic() < deadline:
        time.sleep(POLL_S)
        waiting = [process for process in waiting if not is_gone(process)]
    return waiting


def end(process: psutil.Process, first_signal: int, patience_s: float) -> None:
    """Ask a process to end, wait, and kill it when it does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(first_signal)
    for stubborn in wait_until_gone([process], patience_s):
        with contextlib.suppress(psutil.NoSuchProcess):
            stubborn.send_signal(signal.SIGKILL)
        wait_until_gone([stubborn], patience_s)


def same_process(pid: int, started_s: float) -> psutil.Process | None:
    """Return the process with this number if it also started then (seconds since 1970)."""
    try:
        process = psutil.Process(pid)
        started_then = abs(process.create_time() - started_s) < SAME_START_TOLERANCE_S
    except psutil.NoSuchProcess:
        return None
    return process if started_then and not is_gone(process) else None
