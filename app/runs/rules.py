"""What may happen to a plan, a run and a stop."""

from __future__ import annotations

from app.core.moves import Moves

PLAN_STATES = ("queued", "solving", "done", "failed", "cancelled")
RUN_STATES = ("draft", "published", "claimed", "under_way", "completed", "cancelled")
SHAPES = ("collection", "distribution", "rescue", "mixed")
STOP_KINDS = ("collect", "load", "deliver", "visit", "unload")
STOP_STATES = ("planned", "arrived", "done", "failed", "skipped")
HANDED_OVER, LEFT_WITH = "handed_over", "left_with_neighbour"
FAILURES = ("not_home", "wrong_address", "refused", "unsafe", "not_ready", "other")
OUTCOMES = (HANDED_OVER, LEFT_WITH, *FAILURES)
UNDO_S = 10

PLAN_MOVES = Moves(
    "plan",
    {
        "start": (("queued", "solving"), "solving"),
        "finish": (("solving",), "done"),
        "fail": (("queued", "solving"), "failed"),
        "cancel": (("queued", "solving"), "cancelled"),
    },
)
RUN_MOVES = Moves(
    "run",
    {
        "publish": (("draft",), "published"),
        "unpublish": (("published",), "draft"),
        "claim": (("published",), "claimed"),
        "release": (("claimed",), "published"),
        "begin": (("claimed",), "under_way"),
        "complete": (("under_way",), "completed"),
        "cancel": (("draft", "published", "claimed"), "cancelled"),
    },
)
STOP_MOVES = Moves(
    "stop",
    {
        "arrive": (("planned",), "arrived"),
        "confirm": (("planned", "arrived"), "done"),
        "fail": (("planned", "arrived"), "failed"),
        "skip": (("planned", "arrived"), "skipped"),
        "take_back": (("done", "failed", "skipped"), "arrived"),
    },
)
