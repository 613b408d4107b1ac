"""What of a gift may be told, and when: grams by state, and areas of at least ten households.

Pure. Two promises hold for every view made here. While a run is under way nothing of what it
hands over shows. Afterwards a place, its kilograms and its households show only as part of a
group of at least ten households that became public together, so that the difference between
any two views of a gift under way is never one household.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

HOUSEHOLDS_MIN = 10
ROUND_TO = 5
AT_HOME = ("hub", "box")


@dataclass(frozen=True)
class Holder:
    """Where grams are: a kind of holder, and which one (hub, box, run, recipient)."""

    kind: str
    id: UUID | None = None


@dataclass(frozen=True)
class Moved:
    """One movement of the gift. `reverses` names the movement that this one mends."""

    id: UUID
    at: datetime
    grams: int
    giver: Holder
    taker: Holder
    reverses: UUID | None = None


@dataclass(frozen=True)
class RunFacts:
    """What of a run matters to a donor. `closed_on` is the organisation's date of its end."""

    delivers: bool
    closed_at: datetime | None = None
    closed_on: date | None = None
    ends_at: datetime | None = None
    stops_done: int = 0
    stops_total: int = 0


@dataclass(frozen=True)
class Delivery:
    """Grams that one recipient got from one closed run."""

    recipient: UUID
    area: str
    grams: int
    on: date
    at: datetime


@dataclass(frozen=True)
class Line:
    """A group of at least ten households, told together. `area` is None for several streets."""

    area: str | None
    on: date
    at: datetime
    deliveries: tuple[Delivery, ...]

    @property
    def members(self) -> frozenset[UUID]:
        """Who is in it; never leaves this room."""
        return frozenset(delivery.recipient for delivery in self.deliveries)

    @property
    def grams(self) -> int:
        """What they got together."""
        return sum(delivery.grams for delivery in self.deliveries)

    @property
    def households_about(self) -> int:
        """How many they are, rounded to five."""
        return about(len(self.members))


@dataclass(frozen=True)
class Mass:
    """Grams by state as the public may see them; they add up to what was collected."""

    to_hub: int = 0
    in_hub: int = 0
    on_the_way: int = 0
    delivered: int = 0
    loss: int = 0

    @property
    def collected(self) -> int:
        """All of it."""
        return self.to_hub + self.in_hub + self.on_the_way + self.delivered + self.loss


@dataclass(frozen=True)
class Followed:
    """A gift as far as it may be told: its lines, what is held back, and where its grams are."""

    lines: tuple[Line, ...]
    held: tuple[Delivery, ...]
    mass: Mass
    finished: bool


def about(households: int) -> int:
    """Rounded to the nearest five."""
    return (households + ROUND_TO // 2) // ROUND_TO * ROUND_TO


def standing(movements: Iterable[Moved]) -> list[Moved]:
    """Movements that count, oldest first: a mended one and its mirror image cancel out."""
    rows = sorted(movements, key=lambda row: (row.at, row.id))
    mended = {row.reverses for row in rows}
    return [row for row in rows if row.reverses is None and row.id not in mended]


def is_open(holder: Holder, runs: Mapping[UUID, RunFacts]) -> bool:
    """Whether this is a delivering run that is not closed: what leaves it is not told yet."""
    if holder.kind != "run" or holder.id is None:
        return False
    run = runs.get(holder.id)
    return run is not None and run.delivers and run.closed_at is None


def told(movements: Iterable[Moved], runs: Mapping[UUID, RunFacts]) -> list[Moved]:
    """Standing movements that may show now."""
    return [row for row in standing(movements) if not is_open(row.giver, runs)]


def deliveries(
    rows: Iterable[Moved], runs: Mapping[UUID, RunFacts], streets: Mapping[UUID, str], today: date
) -> list[Delivery]:
    """Hand-overs of closed runs, in the order in which the runs were closed.

    Food handed out without a run is told from the next day on.
    """
    found = []
    for row in rows:
        if row.taker.kind != "recipient" or row.taker.id is None:
            continue
        run = runs.get(row.giver.id) if row.giver.kind == "run" and row.giver.id else None
        at = run.closed_at if run and run.closed_at else row.at
        on = run.closed_on if run and run.closed_on else row.at.date()
        if run is None and on >= today:
            continue
        found.append(Delivery(row.taker.id, streets.get(row.taker.id, ""), row.grams, on, at))
    return sorted(found, key=lambda delivery: (delivery.at, delivery.on, delivery.area))


def release(found: Sequence[Delivery], *, finished: bool) -> tuple[list[Line], list[Delivery]]:
    """Lines of at least ten households each, and what waits for more.

    Runs are taken in the order of their end; an area's deliveries wait until ten households
    of it are together, and then become public as one line for ever. When the gift is
    finished, what still waits is merged over all areas, if that makes ten.
    """
    waiting: dict[str, list[Delivery]] = defaultdict(list)
    lines: list[Line] = []
    ends = sorted({delivery.at for delivery in found})
    for end in ends:
        for delivery in found:
            if delivery.at == end:
                waiting[delivery.area].append(delivery)
        ready = [area for area in sorted(waiting) if area and large_enough(waiting[area])]
        lines += [_line(area, waiting.pop(area)) for area in ready]
    held = sorted((d for group in waiting.values() for d in group), key=lambda d: d.at)
    if finished and large_enough(held):
        return [*lines, _line(None, held)], []
    return lines, held


def large_enough(group: Iterable[Delivery]) -> bool:
    """Whether the group hides each of its households."""
    return len({delivery.recipient for delivery in group}) >= HOUSEHOLDS_MIN


def _line(area: str | None, group: Sequence[Delivery]) -> Line:
    last = max(group, key=lambda delivery: delivery.at)
    return Line(area, last.on, last.at, tuple(group))


def _balances(rows: Iterable[Moved], runs: Mapping[UUID, RunFacts]) -> dict[str, int]:
    grams: dict[str, int] = defaultdict(int)
    for row in rows:
        grams[_state(row.giver, runs)] -= row.grams
        grams[_state(row.taker, runs)] += row.grams
    return grams


def _state(holder: Holder, runs: Mapping[UUID, RunFacts]) -> str:
    if holder.kind in AT_HOME:
        return "in_hub"
    if holder.kind == "run":
        run = runs.get(holder.id) if holder.id else None
        return "to_hub" if run is not None and not run.delivers else "on_the_way"
    return {"source": "source", "recipient": "delivered"}.get(holder.kind, "loss")


def follow(
    movements: Iterable[Moved],
    runs: Mapping[UUID, RunFacts],
    streets: Mapping[UUID, str],
    today: date,
) -> Followed:
    """A gift as far as it may be told.

    What closed runs handed to groups that are still too small counts as on the way; only
    when nothing is left in a hub or on a run does the whole of it count as delivered.
    """
    rows = told(movements, runs)
    grams = _balances(rows, runs)
    # An open run may have brought food back that left the hub again: told as still on the way.
    short = min(0, grams["in_hub"])
    on_the_way, in_hub = grams["on_the_way"] + short, grams["in_hub"] - short
    found = deliveries(rows, runs, streets, today)
    unspoken = grams["delivered"] - sum(delivery.grams for delivery in found)
    under_way = grams["to_hub"] + in_hub + on_the_way + unspoken
    finished = bool(rows) and under_way == 0
    lines, held = release(found, finished=finished)
    waiting = 0 if finished else sum(delivery.grams for delivery in held)
    mass = Mass(
        to_hub=grams["to_hub"],
        in_hub=in_hub,
        on_the_way=on_the_way + unspoken + waiting,
        delivered=grams["delivered"] - unspoken - waiting,
        loss=grams["loss"],
    )
    return Followed(tuple(lines), tuple(held), mass, finished)


def quarters(runs: Iterable[RunFacts]) -> int | None:
    """Progress of the open runs together in quarters, 0 to 3; None when none is under way."""
    under_way = [run for run in runs if run.delivers and run.closed_at is None]
    total = sum(run.stops_total for run in under_way)
    if not total:
        return None
    return min(3, 4 * sum(run.stops_done for run in under_way) // total)
