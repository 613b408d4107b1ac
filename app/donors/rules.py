"""What may happen to an offer, and what an offer must say."""

from __future__ import annotations

from datetime import date, datetime

from app.core.moves import Moves

STORAGE_CLASSES = ("ambient", "chilled", "frozen")
OFFER_STATES = ("announced", "accepted", "collected", "declined", "withdrawn", "expired", "missed")

# verb → (states it may start from, the state it leads to)
OFFER_MOVES = Moves(
    "offer",
    {
        "accept": (("announced",), "accepted"),
        "decline": (("announced",), "declined"),
        "withdraw": (("announced", "accepted"), "withdrawn"),
        "collect": (("accepted",), "collected"),
        "expire": (("announced",), "expired"),
        "miss": (("accepted",), "missed"),
        "reopen": (("missed",), "accepted"),
    },
)


def offer_faults(ready_from: datetime, ready_until: datetime, best_before: date, at: datetime) -> list[tuple[str, str, str]]:
    """What is wrong with an announcement: (field, sentence zh, sentence en) each."""
    faults = []
    if ready_until <= ready_from:
        faults.append(("ready_until", "最晚取货时间要在最早取货时间之后。", "“Until” must be after “from”."))
    if ready_until <= at:
        faults.append(("ready_until", "最晚取货时间已经过去了。", "The pickup window has already passed."))
    if best_before < ready_from.date():
        faults.append(("best_before", "取货时已经过了保质期。", "It would be past its best before when collected."))
    return faults
