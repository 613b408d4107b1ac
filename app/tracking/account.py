"""A donor's month: sums, and areas under the same rule as the pages of single gifts. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.core.clock import today_in
from app.tracking.rules import HOUSEHOLDS_MIN, Delivery, Mass, about, large_enough
from app.tracking.timeline import Around, Gift, followed


@dataclass(frozen=True)
class Cell:
    """One area of a month: at least ten households, rounded to five."""

    label: str
    households_about: int
    grams: int


@dataclass(frozen=True)
class Account:
    """What came of a donor's gifts. `grams` was collected; households are None under ten."""

    gifts: int
    grams: int
    households_about: int | None
    mass: Mass
    cells: tuple[Cell, ...]
    # grams by the day they were collected
    days: Mapping[date, int]


@dataclass
class _Area:
    members: set[UUID]
    grams: int = 0


def month_of(day: date) -> tuple[int, int]:
    """The fixed period of an account."""
    return day.year, day.month


def account(
    gifts: Sequence[Gift], around: Around, at: datetime, period: tuple[int, int] | None
) -> Account:
    """The account of a month (year, month), or of all time when `period` is None.

    Its areas hold the lines that single gifts told, and groups of at least ten households
    pooled from what finished gifts could not tell. So an account less the gifts' own
    pages is again a group of ten or more, never one household.
    """
    areas: dict[str, _Area] = defaultdict(lambda: _Area(set()))
    several: set[UUID] = set()
    tails: list[tuple[datetime, str, list[Delivery]]] = []
    begun: list[Mass] = []
    days: dict[date, int] = defaultdict(int)
    for gift in gifts:
        seen = followed(gift, around, at)
        on = today_in(around.zone, _collected_at(gift)) if seen.mass.collected else None
        if on is not None and _within(on, period):
            begun.append(seen.mass)
            days[on] += seen.mass.collected
        tail = list(seen.held) if seen.finished else []
        for line in seen.lines:
            if line.area is None:
                tail.extend(line.deliveries)
            if not _within(line.on, period):
                continue
            several |= line.members
            if line.area is not None:
                areas[line.area].members |= line.members
                areas[line.area].grams += line.grams
        if tail and _within(max(d.on for d in tail), period):
            tails.append((max(d.at for d in tail), str(gift.id), tail))
    for area, group in _pooled([tail for *_, tail in sorted(tails, key=lambda t: t[:2])]):
        areas[area].members |= {delivery.recipient for delivery in group}
        areas[area].grams += sum(delivery.grams for delivery in group)
    everyone = several.union(*(area.members for area in areas.values()))
    return Account(
        gifts=len(begun),
        grams=sum(mass.collected for mass in begun),
        households_about=about(len(everyone)) if len(everyone) >= HOUSEHOLDS_MIN else None,
        mass=_sum(begun),
        cells=tuple(
            Cell(label, about(len(area.members)), area.grams)
            for label, area in sorted(areas.items(), key=lambda pair: (-pair[1].grams, pair[0]))
        ),
        days=days,
    )


def _pooled(tails: Sequence[Sequence[Delivery]]) -> list[tuple[str, list[Delivery]]]:
    """Groups by area, each as soon as it has ten households, in the order the gifts ended."""
    waiting: dict[str, list[Delivery]] = defaultdict(list)
    groups = []
    for tail in tails:
        for delivery in tail:
            if delivery.area:
                waiting[delivery.area].append(delivery)
        groups += [
            (area, waiting.pop(area)) for area in sorted(waiting) if large_enough(waiting[area])
        ]
    return groups


def _collected_at(gift: Gift) -> datetime:
    return min(row.at for row in gift.movements if row.giver.kind == "source")


def _within(day: date, period: tuple[int, int] | None) -> bool:
    return period is None or month_of(day) == period


def _sum(masses: Sequence[Mass]) -> Mass:
    return Mass(
        **{
            name: sum(getattr(mass, name) for mass in masses)
            for name in ("to_hub", "in_hub", "on_the_way", "delivered", "loss")
        }
    )
