"""VROOM beside us, in a process that can be killed: it holds the GIL and keeps no time limit.

The process is started once and asked as often as is wanted; late answers are not waited for.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self

from pyvrp import ProblemData, Solution

from app.planning.process.pipes import receive, send
from app.planning.search.vroom_words import Visit, Words, is_fit, solution_of, words
from app.planning.stopping import Stop

POLL_S = 0.005
GRACE_S = 1.0
PATIENCE_S = 60.0
"""Waited at most, also where the budget counts iterations: then only a stuck process is late."""

SAMPLE_FROM, SAMPLE = 300, 50
"""With more pairs than that VROOM is first asked about a few: 500 can take it a quarter minute."""

GROWTH = 1.8
"""The power of the pairs by which VROOM's time grows: 0.26 s of CPU for 50 pairs of LR1_10_4,
0.7 s for 100, 2.8 s for 200, 18 s for all 519."""

COMMAND = (sys.executable, "-m", "app.planning.search.vroom_child")


class Seeder:
    """First solutions from VROOM. Use it as a context, so that its process ends with it."""

    def __init__(self, level: int = 0, command: tuple[str, ...] = COMMAND) -> None:
        self._level, self._command = level, command
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: SimpleQueue[Any] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the process and wait until it has loaded everything (about a second)."""
        if self._child is not None:
            return
        self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._answers = SimpleQueue()
        Thread(target=_listen, args=(self._child, self._answers), daemon=True).start()
        self._wait(lambda: False)

    def close(self) -> None:
        """End the process: when its stdin ends it goes by itself, unless it is at work."""
        if self._child is None:
            return
        child, self._child = self._child, None
        with suppress(BrokenPipeError):
            child.stdin.close()  # type: ignore[union-attr]  # always a pipe here
        try:
            child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()  # type: ignore[union-attr]  # always a pipe here

    def seed(self, data: ProblemData, stop: Stop, share: float) -> Solution | None:
        """VROOM's solution, or None: unfit data, late beyond `share` of the budget, or dead."""
        if not is_fit(data):
            return None
        self.start()
        if data.num_shipments > SAMPLE_FROM and self._would_be_late(data, stop, share):
            return None
        task = words(data, self._level)
        routes = self._ask(task, stop, share)
        return None if routes is None else solution_of(data, task.kinds, routes)

    def _would_be_late(self, data: ProblemData, stop: Stop, share: float) -> bool:
        """Whether a few of the pairs say that all of them would take too long.

        Under a limit of iterations nothing is ever late, and the answer stays repeatable.
        """
        few = data.replace(clients=[], groups=[], shipments=data.shipments()[:SAMPLE])
        began = stop.used()
        if self._ask(words(few, self._level), stop, share) is None:
            return True
        growth = float((data.num_shipments / SAMPLE) ** GROWTH)
        return stop.used() + (stop.used() - began) * growth > share

    def _ask(self, task: Words, stop: Stop, share: float) -> dict[int, list[Visit]] | None:
        try:
            send(self._child.stdin, task)  # type: ignore[arg-type, union-attr]  # it was started
        except BrokenPipeError:
            self.close()
            return None
        routes = self._wait(lambda: stop.used() >= share)
        if not isinstance(routes, dict):
            # At work or dead: it would not hear that its stdin ends.
            self._child.kill()  # type: ignore[union-attr]  # it was started
            self.close()
            return None
        return routes

    def _wait(self, is_late: Callable[[], bool]) -> Any:
        until = monotonic() + PATIENCE_S
        while monotonic() < until and not is_late():
            try:
                return self._answers.get(timeout=POLL_S)
            except Empty:
                continue
        return None


def _listen(child: subprocess.Popen[bytes], answers: SimpleQueue[Any]) -> None:
    while True:
        try:
            answers.put(receive(child.stdout))  # type: ignore[arg-type]  # always a pipe here
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            answers.put(None)
            return
