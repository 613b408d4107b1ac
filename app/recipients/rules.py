"""What may happen to a household's place in the register, and what it needs at the door."""

from __future__ import annotations

from datetime import date
from math import ceil

from app.core.moves import Moves

RECIPIENT_KINDS = ("household", "community_point")
RECIPIENT_STATES = ("active", "paused", "ended")

RECIPIENT_MOVES = Moves(
    "household",
    {
        "pause": (("active",), "paused"),
        "resume": (("paused",), "active"),
        "end": (("active", "paused"), "ended"),
        "restore": (("ended",), "active"),
    },
)

# One package is planned at 3.5 kg for the first person and 1.5 kg for each further one.
FIRST_PERSON_GRAMS, FURTHER_PERSON_GRAMS = 3_500, 1_500
HANDOVER_S, CLIMB_S_PER_FLOOR, LIFT_S, POINT_HANDOVER_S = 180, 30, 60, 600
# Two volunteers at one door meet downstairs first.
TWO_PEOPLE_S = 120


def need_grams(size: int) -> int:
    """Grams of one package for a household of `size` people."""
    return FIRST_PERSON_GRAMS + FURTHER_PERSON_GRAMS * (size - 1)


def service_seconds(
    kind: str,
    floor: int | None,
    *,
    has_lift: bool | None,
    boxes: int = 1,
    two_people: bool = False,
) -> int:
    """Seconds a volunteer needs at this door: hand over, and the stairs or the lift both ways.

    Two hands carry one box, so each further box is another way up; where two people go, they
    carry two at a time, but first wait for each other.
    """
    if kind == "community_point":
        return POINT_HANDOVER_S
    hands = 2 if two_people else 1
    ways = ceil(max(1, boxes) / hands)
    together = TWO_PEOPLE_S if two_people else 0
    return HANDOVER_S + together + ways * climb_seconds(floor, has_lift=has_lift)


def climb_seconds(floor: int | None, *, has_lift: bool | None) -> int:
    """Seconds up to the door and down again, once."""
    return LIFT_S if has_lift else CLIMB_S_PER_FLOOR * max(0, (floor or 1) - 1)


def waiting_days(registered_on: date, last_food_on: date | None, today: date) -> int:
    """Days since the last food, or since registration."""
    return max(0, (today - (last_food_on or registered_on)).days)


def masked(name: str) -> str:
    """A name as lists show it: the surname and stars (李**)."""
    return name[:1] + "**" if name else ""
