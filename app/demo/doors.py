"""The recipients' side of the past month: whose turn it was, and food that fits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.demo.month import Month, Part, Place, boxes_of
from app.food.models import Hub
from app.matching.rules import Household, conflict, metres_between
from app.recipients.models import Recipient

# Six hundred households, about seventy doors a day: the wait is nine days rather than seven.
HOUSEHOLDS_A_DAY = (64, 74)
# Not always strictly in turn: somebody was away, or the street had no volunteer.
OUT_OF_TURN_DAYS = 4.0
KINDS_MAX, ENOUGH_SHARE = 3, 0.9


@dataclass
class Door:
    """A recipient on a day of the past: when they last got food, and from when they were away."""

    row: Recipient
    place: Place
    holder: UUID
    last: date
    away_from: date
    was_fed: bool = False
    fed: bool = False

    def waited(self, day: date) -> int:
        """Days since the last food."""
        return (day - self.last).days

    def asks(self, day: date) -> Household:
        """What the rules of allocation look at."""
        return Household(
            id=str(self.row.id),
            need_grams=self.row.need_grams,
            waiting_days=self.waited(day),
            every_days=self.row.need_every_days,
            place=self.place,
            allergens=frozenset(self.row.allergens),
            diets=frozenset(self.row.diets),
            keeps_chilled=self.row.needs_chilled,
        )


@dataclass
class Parcel:
    """What goes to one door from one hub."""

    door: Door
    hub: Hub
    contents: list[tuple[Part, int]]

    @property
    def load(self) -> tuple[int, int, int]:
        """Grams, boxes, chilled boxes."""
        grams = sum(grams for _, grams in self.contents)
        chilled = any(part.supply.storage_class != "ambient" for part, _ in self.contents)
        return grams, boxes_of(grams), boxes_of(grams) if chilled else 0


def in_turn(month: Month, day: date, doors: Sequence[Door]) -> list[Door]:
    """Who is served today: points by their rhythm, then households, longest wait first."""
    due = [
        door
        for door in doors
        if door.waited(day) >= door.row.need_every_days and day < door.away_from
    ]
    points = [door for door in due if door.row.kind == "community_point"]
    waits = {
        id(door): door.waited(day) + month.dice.uniform(0, OUT_OF_TURN_DAYS)
        for door in due
        if door.row.kind == "household"
    }
    households = sorted((d for d in due if id(d) in waits), key=lambda d: -waits[id(d)])
    return points + households[: month.dice.randrange(*HOUSEHOLDS_A_DAY)]


def pack(month: Month, day: date, door: Door, hubs: list[Hub]) -> Parcel | None:
    """Food that fits this door from the nearest hub that has enough, first expired first."""
    asks = door.asks(day)
    for hub in sorted(hubs, key=lambda hub: metres_between(door.place, month.places[hub.id])):
        contents: list[tuple[Part, int]] = []
        open_grams = asks.need_grams
        for part in month.stock:
            if open_grams == 0 or len(contents) == KINDS_MAX:
                break
            if part.hub is hub and part.grams and conflict(asks, part.supply, day) is None:
                grams = min(part.grams, open_grams)
                contents.append((part, grams))
                open_grams -= grams
        if open_grams <= asks.need_grams * (1 - ENOUGH_SHARE):
            for part, grams in contents:
                part.grams -= grams
            return Parcel(door, hub, contents)
    return None
