"""What may happen to a lot, which grams may move where, and how a lot is called."""

from __future__ import annotations

from datetime import date

from app.core.moves import Moves

LOT_MOVES = Moves(
    "lot",
    {
        "hold": (("released",), "on_hold"),
        "quarantine": (("released", "on_hold"), "quarantined"),
        "release": (("on_hold", "quarantined"), "released"),
    },
)

# What a keeper may do with stock: purpose → (kind of holder it leaves, kind it reaches)
PURPOSES = {
    "transfer": ("hub", "hub"),
    "waste": ("hub", "waste"),
    "sample": ("hub", "sample"),
    "returned": ("hub", "returned"),
    "count_shortage": ("hub", "count_difference"),
    # Found in a count and never weighed in: only the source may go below zero.
    "count_surplus": ("source", "hub"),
}

HELD_BACK = "这批食物已暂停发放。", "This lot is held back and may not be given out."
PAST_ITS_DATE = "这批食物过了保质期，不能发放。", "This lot is past its best before; it stays here."
LOT_CODE_LENGTH = 4
_ON_THE_WAY_TO_EAT = ("box", "run")


def lot_code(day: date, random: str) -> str:
    """The traceability lot code: the day it came and four random signs, `L261122-7K3M`."""
    return f"L{day:%y%m%d}-{random}"


def kilograms(grams: int) -> str:
    """Grams as pages and sentences say them: 1000 → "1.0"."""
    return f"{grams / 1000:,.1f}"


def days_left(best_before: date, today: date) -> int:
    """Days until the date mark; 0 is the last good day, below 0 it has passed."""
    return (best_before - today).days


def is_short(from_kind: str, grams: int, available_grams: int) -> bool:
    """Whether a holder has less than is asked of it. The source may owe."""
    return from_kind != "source" and grams > available_grams


def goes_to_eat(from_kind: str, to_kind: str) -> bool:
    """Whether this movement brings food to a recipient, or packs or loads it for one.

    Bringing food in (source → run → hub) is not: what turns out unfit is sorted at the hub.
    """
    return to_kind == "recipient" or (from_kind == "hub" and to_kind in _ON_THE_WAY_TO_EAT)


def unfit_to_eat(state: str, best_before: date, day: date) -> tuple[str, str] | None:
    """Why nobody may get this lot on `day` (sentence zh, en), or None when they may."""
    if state != "released":
        return HELD_BACK
    if best_before < day:
        return PAST_ITS_DATE
    return None
