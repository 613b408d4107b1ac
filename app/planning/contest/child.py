"""One entrant's own process: an order on stdin, its answers as JSON lines on stdout.

It warms up (imports, helpers, a tiny instance) before its clock starts, keeps to one core, and
ends when its parent does. What libraries print goes to stderr.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import dataclass, replace
from typing import IO

from app.planning.contest.clock import TreeClock, own_peak_mb
from app.planning.contest.entrants import Entrant, NoAnswer, Terms, entrant
from app.planning.contest.instances import Instance, Node
from app.planning.process.pipes import end_with_parent, receive

WARM_UP_ITERATIONS = 20


@dataclass(frozen=True)
class Order:
    """One run. `cpu_limit_s` is the kernel's last word, for code that no thread can stop."""

    instance: Instance
    engine: str
    terms: Terms
    cpu_limit_s: int


def read_order(stream: IO[bytes]) -> Order:
    """The order that the referee sent; raises EOFError when it is gone already."""
    order = receive(stream)
    if not isinstance(order, Order):
        raise TypeError("The first message is not an order.")
    return order


def tiny() -> tuple[Instance, Instance]:
    """A customer each way and a pair: enough to load everything that an engine loads late."""
    depot, near, far = (Node(x, 0, 0, 0, 100, 0) for x in (0, 1, 2))
    customers = (depot, replace(near, demand=1), replace(far, demand=1))
    pair = (depot, replace(near, demand=1, other=2), replace(far, demand=-1, other=1))
    return Instance("tiny", "vrptw", 2, 2, customers), Instance("tiny", "pdptw", 1, 2, pair)


def work(order: Order, out: IO[bytes]) -> None:
    """Warm up, run, and write a line when ready and for each answer, or a refusal."""

    def send(kind: str, value: object) -> None:
        out.write(json.dumps({kind: value}).encode() + b"\n")
        out.flush()

    try:
        run = entrant(order.engine)
        _warm_up(run, order)
        send("ready", True)
        clock = TreeClock()
        for answer in run(order.instance, order.terms, clock):
            used_s = clock.used_s
            found = {
                "routes": answer.routes,
                "effort": answer.effort,
                "cpu_s": used_s,
                "first_s": used_s if clock.first_s is None else clock.first_s,
                "peak_mb": own_peak_mb(),
            }
            send("answer", found)
            clock.restart()
    except NoAnswer as refusal:
        send("refused", str(refusal))


def _warm_up(run: Entrant, order: Order) -> None:
    iterations = 0 if order.engine == "vroom" else WARM_UP_ITERATIONS
    for instance in tiny():
        if instance.kind == order.instance.kind:
            for _ in run(instance, replace(order.terms, iterations=iterations), TreeClock()):
                pass


def keep_to_one_core() -> None:
    """Stay on one of the cores we may use, where the system knows of such a thing."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})


def main() -> None:
    """One order in, its answers out."""
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        with os.fdopen(0, "rb", closefd=False) as stream:
            order = read_order(stream)
        end_with_parent(0)
        keep_to_one_core()
        resource.setrlimit(resource.RLIMIT_CPU, (order.cpu_limit_s, order.cpu_limit_s))
        work(order, out)


if __name__ == "__main__":
    # Pickle must find `Order` under the module's own name, not under `__main__`.
    from app.planning.contest.child import main as start

    start()
    sys.exit(0)
