"""CPU seconds, the fair coin of a contest: a busy machine costs nobody anything."""

from __future__ import annotations

import os
import resource
import time
from contextlib import suppress
from pathlib import Path

import psutil

LOOK_EVERY_S = 0.2
"""Looking for live children takes milliseconds, so only so often (by the clock on the wall)."""

STATUS = Path("/proc/self/status")


class TreeClock:
    """CPU seconds of this process with all its threads and children, dead or alive.

    It runs from its making, or from the last `restart`.
    """

    def __init__(self) -> None:
        self._looked_at = -LOOK_EVERY_S
        self._alive_s = self._ended_s = 0.0
        self.first_s: float | None = None
        self._began = self._total()

    def restart(self) -> None:
        """Begin again at nothing, with no plan found; what children have used is behind them."""
        self._looked_at = -LOOK_EVERY_S
        self._began = self._total()
        self.first_s = None

    @property
    def used_s(self) -> float:
        """CPU seconds so far."""
        return max(0.0, self._total() - self._began)

    def found(self) -> None:
        """Note the moment of the first feasible plan; later ones change nothing."""
        if self.first_s is None:
            self.first_s = self.used_s

    def _total(self) -> float:
        waited = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended_s = waited.ru_utime + waited.ru_stime
        now = time.monotonic()
        # A child that has ended since the last look must not count among the living as well.
        if ended_s != self._ended_s or now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at, self._ended_s = now, ended_s
            below = psutil.Process().children(recursive=True) if _has_children() else []
            self._alive_s = sum(map(_cpu_s, below))
        return time.process_time() + ended_s + self._alive_s


def _has_children() -> bool:
    """Whether any child lives or waits to be waited for; asked so that most looks cost nothing."""
    if not hasattr(os, "waitid"):
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _cpu_s(process: psutil.Process) -> float:
    """CPU seconds of a process and of those it has waited for (macOS leaves the latter out)."""
    try:
        times = process.cpu_times()
    except psutil.Error:  # it has ended meanwhile
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def tree_usage(process: psutil.Process) -> tuple[float, float]:
    """CPU seconds and resident megabytes (10⁶ bytes) of a process and everything below it."""
    resident = 0
    try:
        tree = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0.0, 0.0
    for one in tree:
        with suppress(psutil.Error):
            resident += one.memory_info().rss
    return sum(map(_cpu_s, tree)), resident / 1e6


def own_peak_mb() -> float:
    """The most memory this process ever held, in 10⁶ bytes.

    0 where the system has no /proc: what `getrusage` says includes the parent's before the exec.
    """
    lines = STATUS.read_text("ascii", errors="replace").splitlines() if STATUS.exists() else []
    peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return max(peaks, default=0) * 1024 / 1e6


class CpuBudget:
    """A stopping rule: so many CPU seconds of a clock."""

    def __init__(self, clock: TreeClock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds

    def __call__(self, best_cost: float) -> bool:  # noqa: ARG002 - the rule's common signature
        """True once they are used up."""
        return self._clock.used_s >= self._seconds

    def used(self) -> float:
        """The share that is used up, 0 to 1."""
        return min(1.0, self._clock.used_s / self._seconds)
