"""The first plan of a large day, in a process that can be killed: all its parts, one look at each."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from app.planning.parts.rounds import first_plan
from app.planning.plan import plan_to_dict
from app.planning.process.child import read_order
from app.planning.process.pipes import end_with_parent


def main(leave: Callable[[int], object] = os._exit) -> None:
    """One order in, its first plan out, as `app.planning.process.child` does for small days."""
    order = read_order(sys.stdin.buffer)
    end_with_parent(0)
    plan = first_plan(order.problem, order.seed, incumbent=order.incumbent)
    sys.stdout.buffer.write(json.dumps({"final": plan_to_dict(plan)}).encode() + b"\n")
    sys.stdout.flush()
    leave(0)


if __name__ == "__main__":  # pragma: no cover - runs in a process of its own, seen by its tests
    main()
