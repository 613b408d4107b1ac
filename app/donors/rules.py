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
        # a volunteer's "collected" or "not ready" was a slip of the finger
        "take_back": (("collected", "missed"), "accepted"),
    },
)

PLANNERS = frozenset({"coordinator", "organisation_admin"})
BACKWARDS = "最晚取货时间要在最早取货时间之后。", "“Until” must be after “from”."
PASSED = "最晚取货时间已经过去了。", "The pickup window has already passed."
TOO_OLD = "取货时已经过了保质期。", "It would be past its best before when collected."
# Who works with the offers of all donors.
SEES_EVERY_OFFER = PLANNERS | {"keeper", "volunteer"}
# Steps that people take by hand, and the roles that may; a contact withdraws their own donor's.
STEPS = {
    "accept": PLANNERS,
    "decline": PLANNERS,
    "withdraw": PLANNERS | {"donor_contact"},
    "reopen": PLANNERS,
}


def sees_every_offer(roles: frozenset[str]) -> bool:
    """Whether the offers of every donor of the organisation are shown to these roles."""
    return not SEES_EVERY_OFFER.isdisjoint(roles)


def may_step(roles: frozenset[str], verb: str) -> bool:
    """Whether one of these roles may take this step."""
    return not STEPS[verb].isdisjoint(roles)


def steps(roles: frozenset[str], state: str) -> list[str]:
    """The steps that these roles may take with an offer in this state."""
    return [verb for verb in OFFER_MOVES.allowed(state) if verb in STEPS and may_step(roles, verb)]


def offer_faults(
    ready_from: datetime, ready_until: datetime, best_before: date, at: datetime
) -> list[tuple[str, str, str]]:
    """What is wrong with an announcement: (field, sentence zh, sentence en) each."""
    faults = []
    if ready_until <= ready_from:
        faults.append(("ready_until", *BACKWARDS))
    if ready_until <= at:
        faults.append(("ready_until", *PASSED))
    if best_before < ready_from.date():
        faults.append(("best_before", *TOO_OLD))
    return faults
