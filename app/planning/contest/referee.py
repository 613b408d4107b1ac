"""Runs one entrant in a process of its own, measures it, and lets the judge check its answer."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from threading import Thread
from time import monotonic
from typing import IO, Any

import psutil

from app.planning.contest.child import Order
from app.planning.contest.clock import tree_usage
from app.planning.contest.entrants import NoAnswer, Terms
from app.planning.contest.instances import Instance
from app.planning.contest.judge import judged
from app.planning.process.pipes import packed

ROOT = Path(__file__).resolve().parents[3]
CHILD = (sys.executable, "-m", "app.planning.contest.child")
LOOK_EVERY_S = 0.1
WARM_UP_MAX_S = 60.0
GRACE_FACTOR, GRACE_S = 1.5, 10.0
"""A run may end late, and is then reported as late; after this many CPU seconds it is killed."""

LEAVE_MAX_S = 10.0
"""For a child that has said everything to end by itself."""

OWN_TIME_FACTOR, OWN_TIME_LEAST_S = 12.0, 120.0
"""How long an engine without a time limit may take for its quickest answer ."""

STUCK_S = 90.0
"""On the wall, without using any CPU: it waits for something that will not come."""

WITHIN = 1.02
"""The last iteration may end a little late."""


@dataclass(frozen=True)
class Result:
    """A judged answer and what it cost.

    Distances in the file's unit, CPU seconds of the whole process tree, memory in 10⁶ bytes.
    `is_within` tells whether `cpu_s` kept to the budget; `overran_s` is what an effort that did
    not had used when it was stopped (0: none did).
    """

    routes: tuple[tuple[int, ...], ...]
    vehicles: int
    distance: float
    cpu_s: float
    first_s: float
    peak_mb: float
    effort: str
    is_within: bool
    overran_s: float = 0.0


@dataclass
class _Seen:
    """What one child has said and used so far."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    refusal: str = ""
    is_over: bool = False
    mark_s: float | None = None
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    overran_s: float = 0.0


def run(instance: Instance, engine: str, terms: Terms, command: tuple[str, ...] = CHILD) -> Result:
    """The engine's best answer within the terms, checked.

    VROOM's answers count level by level: the best of those within the budget, or the quickest
    one in its own time when none is. Raises NoAnswer and BadAnswer with a sentence.
    """
    limit_s = _patience_s(terms, engine)
    order = Order(instance, engine, terms, math.ceil(limit_s * 8 + WARM_UP_MAX_S))
    with TemporaryFile() as errors:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            # It leads a group of its own: what it started ends with it, whoever ended first.
            start_new_session=True,
        )
        seen = _Seen()
        try:
            _listen(child, order, limit_s, seen)
        finally:
            _end(child, is_over=seen.is_over)
        if not seen.answers:
            raise NoAnswer(seen.refusal or _last_words(errors, seen, child.returncode))
    return _best(instance, terms, seen)


def _patience_s(terms: Terms, engine: str) -> float:
    """CPU seconds until the first answer; VROOM has no limit of its own."""
    if terms.iterations is not None:
        return 3600.0
    if engine == "vroom":
        return max(OWN_TIME_LEAST_S, terms.seconds * OWN_TIME_FACTOR)
    return terms.seconds * GRACE_FACTOR + GRACE_S


def _listen(child: subprocess.Popen[bytes], order: Order, limit_s: float, seen: _Seen) -> None:
    """Take the child's answers until its end, or until it has had its time."""
    if child.stdin is None or child.stdout is None:  # pragma: no cover - always pipes here
        raise NoAnswer("The entrant's process has no pipes.")
    lines: SimpleQueue[bytes | None] = SimpleQueue()
    Thread(target=_write, args=(child.stdin, packed(order)), daemon=True).start()
    Thread(target=_read, args=(child.stdout, lines), daemon=True).start()
    process, moved_at = psutil.Process(child.pid), monotonic()
    while not seen.is_over:
        try:
            line = lines.get(timeout=LOOK_EVERY_S)
        except Empty:
            line = b""
        cpu_s, resident_mb = tree_usage(process)
        if cpu_s > seen.cpu_s:
            moved_at = monotonic()
        seen.cpu_s, seen.peak_mb = max(cpu_s, seen.cpu_s), max(resident_mb, seen.peak_mb)
        if monotonic() - moved_at > STUCK_S:
            break
        _take(seen, line)
        if _is_late(seen, order.terms, limit_s):
            break


def _write(pipe: IO[bytes], raw: bytes) -> None:
    with suppress(BrokenPipeError):
        pipe.write(raw)
        pipe.flush()


def _read(pipe: IO[bytes], lines: SimpleQueue[bytes | None]) -> None:
    for line in pipe:
        lines.put(line)
    lines.put(None)


def _take(seen: _Seen, line: bytes | None) -> None:
    if line is None:
        seen.is_over = True
        return
    for kind, value in json.loads(line or b"{}").items():
        if kind == "answer":
            seen.answers.append(value | {"peak_mb": max(value["peak_mb"], seen.peak_mb)})
        elif kind == "refused":
            seen.refusal = value
        seen.mark_s = seen.cpu_s


def _is_late(seen: _Seen, terms: Terms, limit_s: float) -> bool:
    """Whether nothing that may still come could count; says how long the last effort took."""
    if seen.mark_s is None:
        return seen.cpu_s > WARM_UP_MAX_S
    spent_s = seen.cpu_s - seen.mark_s
    if not seen.answers or terms.iterations is not None:
        return spent_s > limit_s
    if spent_s > terms.seconds * WITHIN:
        seen.overran_s = spent_s
    return bool(seen.overran_s) or seen.answers[-1]["cpu_s"] > terms.seconds * WITHIN


def _end(child: subprocess.Popen[bytes], *, is_over: bool) -> None:
    """Let a child that is done go; kill any other, and leave no process behind."""
    if is_over:
        with suppress(subprocess.TimeoutExpired):
            child.wait(LEAVE_MAX_S)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in filter(None, (child.stdin, child.stdout)):
        with suppress(BrokenPipeError):
            pipe.close()


def _last_words(errors: IO[bytes], seen: _Seen, status: int) -> str:
    if seen.mark_s is not None and status < 0:
        return f"No plan after {seen.cpu_s - seen.mark_s:.1f} s of CPU."
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    said = lines[-1] if lines else "it said nothing"
    return f"The engine ended without a plan (status {status}): {said}"


def _best(instance: Instance, terms: Terms, seen: _Seen) -> Result:
    results = [_judged(instance, terms, answer, seen) for answer in seen.answers]
    fitting = [result for result in results if result.is_within] or results[:1]
    if terms.objective == "vehicles":
        return min(fitting, key=lambda result: (result.vehicles, result.distance))
    return min(fitting, key=lambda result: result.distance)


def _judged(instance: Instance, terms: Terms, answer: dict[str, Any], seen: _Seen) -> Result:
    routes = tuple(tuple(route) for route in answer["routes"])
    vehicles, distance = judged(instance, routes)
    limit_s = terms.seconds * WITHIN
    is_within = terms.iterations is not None or answer["cpu_s"] <= limit_s
    return Result(
        routes,
        vehicles,
        distance,
        answer["cpu_s"],
        answer["first_s"],
        answer["peak_mb"],
        answer["effort"],
        is_within,
        seen.overran_s,
    )
