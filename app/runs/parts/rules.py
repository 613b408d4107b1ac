"""What may happen to a part of a large day, and how long one may be silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from app.core.moves import Moves

PART_STATES = ("todo", "solving", "done", "failed")
PART_MOVES = Moves(
    "part",
    {
        # Taken again when the worker that had it has been silent for too long.
        "take": (("todo", "solving"), "solving"),
        "finish": (("solving",), "done"),
        "give_back": (("solving",), "todo"),
        "fail": (("todo", "solving"), "failed"),
    },
)
SILENT = timedelta(seconds=5)
"""A worker that solves a part says so every second; after this silence it is dead."""

ATTEMPTS = 3
"""A part that ended badly so often keeps the routes it had."""


def share_s(ends_at: datetime, at: datetime, *, waiting: int, takers: int) -> float:
    """Seconds for a part that is taken now, while `waiting` (with it) wait for `takers` workers."""
    left_s = max(0.0, (ends_at - at).total_seconds())
    return left_s / ceil(waiting / max(1, takers))
