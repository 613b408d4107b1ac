"""What may happen to a plan, a run and a stop."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from app.core.moves import Moves
from app.planning.problem import NOTHING, Load

PLAN_STATES = ("queued", "solving", "done", "failed", "cancelled")
# The whole day; going on from the drafts; some of the runs; a drawn zone; an earlier plan again.
PLAN_KINDS = ("day", "improve", "part", "zone", "restored")
CHANGEABLE_RUNS = ("draft", "published")
RUN_STATES = ("draft", "published", "claimed", "under_way", "completed", "cancelled")
SHAPES = ("collection", "distribution", "rescue", "mixed")
AT_A_DOOR = ("deliver", "visit")
SOURCES = ("estimate", "osrm", "valhalla", "mixed")
STOP_KINDS = ("collect", "load", "deliver", "visit", "unload", "break", "take_over")
STOP_STATES = ("planned", "arrived", "done", "failed", "skipped")
OPEN_STOPS, ENDED_STOPS = ("planned", "arrived"), ("done", "failed", "skipped")
# Stops that a person may move or lock: loading, unloading and breaks follow from them.
CALLED_AT = ("collect", *AT_A_DOOR)
STILL_TO_DRIVE = ("draft", "published", "claimed", "under_way")
# Its volunteer has it: names and doors are theirs to see on the day.
TAKEN_RUNS = ("claimed", "under_way", "completed")
HANDED_OVER, LEFT_WITH = "handed_over", "left_with_neighbour"
FAILURES = ("not_home", "wrong_address", "refused", "unsafe", "not_ready", "other")
OUTCOMES = (HANDED_OVER, LEFT_WITH, *FAILURES)
DONE_WITH = (HANDED_OVER, LEFT_WITH)
UNDO_S = 10
# Other people's doors are told as the middle of a square of 0.005 degrees (about 500 m).
SQUARE_DEG = 0.005

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
# What only the program does, and offers to nobody: a run was closed because another run took its
# last food over, and that was taken back.
RUN_MENDS = Moves("run", {"reopen": (("completed",), "under_way")})
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


def in_square(lng: float, lat: float) -> tuple[float, float]:
    """The middle of the fixed square that holds a place, WGS-84 degrees."""
    return _middle(lng), _middle(lat)


def _middle(degrees: float) -> float:
    return round((math.floor(degrees / SQUARE_DEG) + 0.5) * SQUARE_DEG, 6)


def handed_over_on(run_day: date, heard_on: date, phone_on: date | None) -> date:
    """The day of a hand-over: the phone's, when it is possible at all; else when we heard of it.

    A phone without signal tells its evening's doors the next morning; a phone whose clock is
    wrong must not feed anybody before the run's day or in the future.
    """
    if phone_on is not None and run_day <= phone_on <= heard_on:
        return phone_on
    return heard_on


def last_fed(before: date | None, others: list[date]) -> date | None:
    """When a household last had food, once one hand-over no longer counts."""
    return max([*others, *([before] if before else [])], default=None)


def peak_load(stops: Iterable[tuple[str, Load]]) -> Load:
    """The most that is aboard at any one moment, each dimension for itself.

    `stops`: kind and load of each stop in its order; loading and collecting add, doors take away,
    unloading empties the vehicle.
    """
    aboard = peak = NOTHING
    for kind, load in stops:
        if kind in ("load", "collect", "take_over"):
            aboard = aboard.plus(load)
        elif kind == "deliver":
            aboard = aboard.minus(load)
        elif kind == "unload":
            aboard = NOTHING
        peak = Load(*map(max, peak, aboard))
    return peak
