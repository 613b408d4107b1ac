"""Solve in a process that can be killed, and keep the best plan seen so far."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from threading import Thread
from time import monotonic
from typing import IO, Any

from app.planning.checker import check
from app.planning.plan import Plan, plan_from_dict
from app.planning.problem import Problem
from app.planning.process.child import Order
from app.planning.process.pipes import packed
from app.planning.validation import InvalidProblem, validate

GRACE_S = 15.0
"""How much longer than its seconds a child may take (start, first plan, reasons, last repair)."""

POLL_S = 0.05
ROOT = Path(__file__).resolve().parents[3]
OnIncumbent = Callable[[Plan], None]


class SolverDied(RuntimeError):
    """The solver's process ended before it had any plan."""


def solve_in_child(
    problem: Problem,
    *,
    seconds: float,
    seed: int,
    on_incumbent: OnIncumbent | None = None,
    should_cancel: Callable[[], bool] = lambda: False,
    incumbent: Plan | None = None,
    iterations: int | None = None,
    grace_s: float = GRACE_S,
    command: tuple[str, ...] = (sys.executable, "-m", "app.planning.process.child"),
) -> Plan:
    """The best checked plan of a child that solves for `seconds` (or `iterations`, if sooner).

    `on_incumbent` gets every better plan within moments of its being found; `should_cancel` is
    asked about twenty times a second. A child that is cancelled, late by `grace_s` or dead
    leaves its best plan so far; without one `SolverDied` is raised. Plans that the checker
    refuses are never passed on. Raises `InvalidProblem` before any process is started.
    """
    validate(problem)
    order = Order(problem, seed, seconds, iterations, incumbent)
    with TemporaryFile() as errors:
        child = _start(command, errors)
        talk = _Talk(problem, child, on_incumbent)
        try:
            talk.send(order)
            talk.listen(monotonic() + seconds + grace_s, should_cancel)
        finally:
            _end(child)
            talk.join()
        if talk.best is None:
            raise SolverDied(_last_words(errors, talk, child.returncode))
        return talk.best


def _start(command: tuple[str, ...], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        # A group of its own: whatever it starts ends with it.
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and whatever it started, and leave no process behind.

    Until it is waited for its number is not given to anybody else.
    """
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _last_words(errors: IO[bytes], talk: _Talk, status: int) -> str:
    if talk.refused:
        return f"The checker refused the solver's plan: {talk.refused}"
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    said = lines[-1] if lines else "it said nothing"
    return f"The solver ended without a plan (status {status}): {said}"


class _Talk:
    """What one child says, read beside the waiting so that neither blocks the other."""

    def __init__(
        self, problem: Problem, child: subprocess.Popen[bytes], on_incumbent: OnIncumbent | None
    ) -> None:
        if child.stdin is None or child.stdout is None:  # pragma: no cover - always pipes here
            raise SolverDied("The solver's process has no pipes.")
        self._in, self._out = child.stdin, child.stdout
        self._problem, self._on_incumbent = problem, on_incumbent
        self._threads: list[Thread] = []
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self.best: Plan | None = None
        self.refused = ""

    def send(self, order: Order) -> None:
        """Give the child its order; its answers are read from now on.

        Both in threads: a child that hangs before it reads must not hang the parent too. The
        order is packed before, while nobody else fills the problem's caches.
        """
        self._threads = [
            Thread(target=self._read, daemon=True, name="solver-lines"),
            Thread(target=self._write, args=(packed(order),), daemon=True, name="solver-order"),
        ]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait for both threads (the dead child's pipes have ended) and close the pipes."""
        for thread in self._threads:
            thread.join()
        self._out.close()
        with suppress(BrokenPipeError):
            self._in.close()

    def _write(self, raw: bytes) -> None:
        with suppress(BrokenPipeError):
            self._in.write(raw)
            self._in.flush()

    def _read(self) -> None:
        for line in self._out:
            self._lines.put(line)
        self._lines.put(None)

    def listen(self, deadline: float, should_cancel: Callable[[], bool]) -> None:
        """Take plans until the last one, the child's end, the deadline or a cancel."""
        while monotonic() < deadline and not should_cancel():
            try:
                line = self._lines.get(timeout=POLL_S)
            except Empty:
                continue
            # Anything that is no JSON object is some library talking.
            if line is None or (line.startswith(b"{") and self._take(json.loads(line))):
                return

    def _take(self, message: dict[str, Any]) -> bool:
        """Keep a plan that the checker accepts; True after the last one."""
        ((kind, value),) = message.items()
        if kind == "refused":
            raise InvalidProblem([(zh, en) for zh, en in value])
        plan = plan_from_dict(value)
        faults = check(self._problem, plan)
        if faults:
            self.refused = faults[0].en
        elif plan != self.best:
            self.best = plan
            if self._on_incumbent:
                self._on_incumbent(plan)
        return bool(kind == "final")
