"""A gift as a parcel: its state, four steps, and what happened, newest first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.clock import today_in
from app.tracking.rules import (
    AT_HOME,
    Followed,
    Moved,
    RunFacts,
    follow,
    is_open,
    quarters,
    told,
)

OPEN_STATES = ("announced", "accepted")
HALF_HOUR_S = 1800
ETA_MARGIN = timedelta(minutes=45)
STEP_OF = {
    "announced": 0,
    "accepted": 0,
    "collected": 1,
    "at_hub": 2,
    "on_the_way": 3,
    "mostly_delivered": 3,
    "delivered": 4,
}


@dataclass(frozen=True)
class Gift:
    """One offer (or a lot without one) and all that moved of it."""

    id: UUID
    donor_id: UUID
    offer_state: str
    announced_at: datetime
    state_at: datetime
    announced_grams: int
    ready_from: datetime | None
    ready_until: datetime | None
    movements: tuple[Moved, ...]


@dataclass(frozen=True)
class Around:
    """What gifts share: their runs, recipients' streets, hubs' names, the organisation's zone."""

    runs: Mapping[UUID, RunFacts]
    streets: Mapping[UUID, str]
    hubs: Mapping[UUID, str]
    zone: str


@dataclass(frozen=True)
class Event:
    """Something that happened. `at` is told only before a run hands over; then the date alone."""

    kind: str
    on: str
    at: datetime | None = None
    grams: int | None = None
    area: str | None = None
    households_about: int | None = None
    hub: str = ""
    quarter: int | None = None


@dataclass(frozen=True)
class View:
    """All that a tracking page says about a gift."""

    state: str
    step: int
    followed: Followed
    quarter: int | None
    eta: tuple[datetime, datetime] | None
    events: tuple[Event, ...]


def followed(gift: Gift, around: Around, at: datetime) -> Followed:
    """The gift as far as it may be told at the instant `at`."""
    return follow(gift.movements, around.runs, around.streets, today_in(around.zone, at))


def view(gift: Gift, around: Around, at: datetime) -> View:
    """The gift as a tracking page shows it at the instant `at`."""
    seen = followed(gift, around, at)
    ids = {row.taker.id for row in gift.movements if row.taker.id is not None}
    mine = {id_: around.runs[id_] for id_ in ids if id_ in around.runs}
    quarter = quarters(mine.values())
    state = _state(gift, seen)
    return View(
        state=state,
        step=STEP_OF.get(state, 0),
        followed=seen,
        quarter=quarter,
        eta=_eta(gift, list(mine.values()), at),
        events=tuple(_events(gift, around, seen, quarter, at)),
    )


def _state(gift: Gift, seen: Followed) -> str:
    mass = seen.mass
    if not mass.collected:
        return gift.offer_state
    if seen.finished:
        return "delivered" if mass.delivered else "ended"
    if mass.delivered * 2 >= mass.collected:
        return "mostly_delivered"
    if mass.on_the_way or mass.delivered:
        return "on_the_way"
    return "at_hub" if mass.in_hub else "collected"


def _eta(gift: Gift, runs: Sequence[RunFacts], at: datetime) -> tuple[datetime, datetime] | None:
    """A window of half hours in which the open runs end, or in which the food is fetched."""
    ends = [run.ends_at for run in runs if run.delivers and run.closed_at is None and run.ends_at]
    if ends:
        window = _half_hour(max(ends) - ETA_MARGIN), _half_hour(max(ends) + ETA_MARGIN, up=True)
    elif gift.offer_state == "accepted" and gift.ready_from and gift.ready_until:
        window = gift.ready_from, gift.ready_until
    else:
        return None
    return window if window[1] > at else None


def _half_hour(at: datetime, *, up: bool = False) -> datetime:
    over = at.timestamp() % HALF_HOUR_S
    return at + timedelta(seconds=(HALF_HOUR_S - over) % HALF_HOUR_S if up else -over)


def _events(
    gift: Gift, around: Around, seen: Followed, quarter: int | None, at: datetime
) -> list[Event]:
    """Newest first. What is told by its day stands above that day's instants.

    So its place in the list does not tell the time that the page keeps to itself.
    """
    zone = around.zone

    def on(moment: datetime) -> str:
        return str(today_in(zone, moment))

    began = gift.announced_at
    events = [Event("announced", on(began), began, gift.announced_grams)]
    if gift.offer_state not in ("announced", "collected"):
        events.append(Event(gift.offer_state, on(gift.state_at), gift.state_at))
    for kind, moment, grams, hub in _legs(gift, around):
        timed = kind in ("collected", "reached_hub", "loaded")
        told_grams = None if kind == "brought_back" else grams
        events.append(Event(kind, on(moment), moment if timed else None, told_grams, hub=hub))
    events += [
        Event("handed_over", str(line.on), None, line.grams, line.area, line.households_about)
        for line in seen.lines
    ]
    if seen.held:
        events.append(Event("few", str(seen.held[-1].on)))
    if quarter is not None:
        events.append(Event("under_way", on(at), at, quarter=quarter))

    def newness(number: int) -> tuple[str, bool, bool, datetime, int]:
        event = events[number]
        # Of two at the same instant the one noted later came later.
        return event.on, event.kind == "under_way", event.at is None, event.at or at, number

    return [events[n] for n in sorted(range(len(events)), key=newness, reverse=True)]


def _legs(gift: Gift, around: Around) -> list[tuple[str, datetime, int, str]]:
    """Movements up to the door, those of one kind between the same holders taken together."""
    legs: dict[tuple[str, object, str], tuple[datetime, int]] = {}
    for row in told(gift.movements, around.runs):
        kind = _leg(row, around.runs)
        if kind is None:
            continue
        hub = around.hubs.get(row.taker.id, "") if row.taker.id and row.taker.kind == "hub" else ""
        between: object = row.taker if kind == "collected" else row.giver
        if kind == "lost":  # told by day, not by shelf
            between = today_in(around.zone, row.at)
        moment, grams = legs.get((kind, between, hub), (row.at, 0))
        legs[kind, between, hub] = max(moment, row.at), grams + row.grams
    return [(kind, moment, grams, hub) for (kind, _, hub), (moment, grams) in legs.items()]


def _leg(row: Moved, runs: Mapping[UUID, RunFacts]) -> str | None:
    if row.giver.kind == "source":
        return "reached_hub" if row.taker.kind == "hub" else "collected"
    if row.taker.kind == "hub":
        run = runs.get(row.giver.id) if row.giver.id else None
        return "brought_back" if run is not None and run.delivers else "reached_hub"
    if row.taker.kind == "box":
        return "packed"
    if row.taker.kind == "run" and row.giver.kind in AT_HOME:
        # A run without doors only carries between hubs. What a closed run had aboard is not
        # told: less what came back, it would be what a handful of households got.
        return "loaded" if is_open(row.taker, runs) else None
    return "lost" if row.taker.kind in ("waste", "sample", "returned", "count_difference") else None
