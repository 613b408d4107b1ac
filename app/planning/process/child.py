"""The solver's own process: reads a problem on stdin, writes plans as JSON lines on stdout.

The parent keeps stdin open. When it closes, because the parent cancelled or was killed in any
way, the child ends at once with every process it started: none outlives whoever asked.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import IO

from app.planning.engines.day import solve
from app.planning.plan import Plan, plan_to_dict
from app.planning.problem import Problem
from app.planning.process.pipes import end_with_parent, receive
from app.planning.search.seeder import Seeder
from app.planning.stopping import AnyOf, MaxIterations, MaxSeconds
from app.planning.validation import InvalidProblem

LINE_EVERY_S = 0.2
"""Better plans that come faster than this are passed over; the final one always goes out."""


@dataclass(frozen=True)
class Order:
    """What the parent asks for; `iterations` makes the answer repeatable."""

    problem: Problem
    seed: int
    seconds: float
    iterations: int | None = None
    incumbent: Plan | None = None


def read_order(stream: IO[bytes]) -> Order:
    """The order that the parent sent; raises EOFError when the parent is gone already."""
    order = receive(stream)
    if not isinstance(order, Order):
        raise TypeError("The first message is not an order.")
    return order


def work(order: Order, out: IO[bytes], now: Callable[[], float] = monotonic) -> None:
    """Solve the order and write its plans; a refused problem becomes a line with its faults."""
    last = -LINE_EVERY_S

    def send(kind: str, value: object) -> None:
        out.write(json.dumps({kind: value}).encode() + b"\n")
        out.flush()

    def show(plan: Plan) -> None:
        nonlocal last
        if now() - last >= LINE_EVERY_S:
            last = now()
            send("incumbent", plan_to_dict(plan))

    limit = MaxSeconds(order.seconds)
    stop = limit if order.iterations is None else AnyOf(MaxIterations(order.iterations), limit)
    try:
        with Seeder() as seeder:
            plan = solve(order.problem, stop, order.seed, order.incumbent, show, seeder=seeder)
    except InvalidProblem as refusal:
        send("refused", refusal.faults)
    else:
        send("final", plan_to_dict(plan))


def main(leave: Callable[[int], object] = os._exit) -> None:
    """One order in, its plans out."""
    order = read_order(sys.stdin.buffer)
    end_with_parent(0)
    work(order, sys.stdout.buffer)
    sys.stdout.flush()
    # A daemon thread that holds stdin's lock would abort the interpreter's own way out.
    leave(0)


if __name__ == "__main__":  # pragma: no cover - runs in a process of its own, seen by its tests
    # Pickle must find `Order` under the module's own name, not under `__main__`.
    from app.planning.process.child import main as start

    start()
