"""A day as the planner sees it: who drives, what is to be done; `building` makes a problem of it.

Task ids say what they are: `d:{recipient}:{hub}` brings hub food to a door,
`r:{recipient}:{offer}` rescues from a site to a door, `c:{offer}` collects for a hub,
`v:{recipient}` looks in on a household.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from uuid import UUID

from app.donors.supply import AcceptedOffer
from app.food.supply import HubPlace
from app.matching.queries import Promise
from app.planning.driving.off_road import Reason
from app.planning.problem import Load, Problem
from app.recipients.demand import Demand
from app.roads.travel import Mode

BOX_GRAMS = 10_000
# What a volunteer, often over sixty, is asked to do in one go; a person may add more by hand.
STOPS_MAX = {Mode.CAR: 26, Mode.EBIKE: 15, Mode.TRIKE: 20, Mode.BICYCLE: 12, Mode.FOOT: 8}
Place = tuple[float, float]
Rest = tuple[int, int, int]
"""Of a break: the earliest and the latest minute of its beginning, and its minutes."""


@dataclass(frozen=True)
class Driver:
    """A volunteer on duty; places are (lng, lat), None where they have no wish.

    `hub_id`: the hub that they run from already, when their draft run is solved again.
    `breaks`: when the shift's rest may begin, at the earliest and the latest, and how long it is.
    """

    volunteer_id: UUID
    name: str
    mode: Mode
    vehicle: str
    capacity: Load
    shift_minutes: tuple[int, int]
    start: Place | None
    end: Place | None
    skills: frozenset[str] = frozenset()
    max_stops: int | None = None
    hub_id: UUID | None = None
    breaks: tuple[Rest, ...] = ()
    trips_max: int = 1


@dataclass(frozen=True)
class Errand:
    """One task and what it carries.

    `prefers`: volunteers whom the household knows. `only`: the volunteer it is locked to.
    `needs`: skills of the one who does it.
    """

    task_id: str
    recipient: Demand | None
    offer: AcceptedOffer | None
    hub: HubPlace | None
    promises: tuple[Promise, ...]
    grams: int
    boxes: int
    chilled_boxes: int
    prefers: frozenset[UUID] = frozenset()
    only: UUID | None = None
    needs: frozenset[str] = frozenset()

    @property
    def load(self) -> Load:
        """The errand's load."""
        return Load(self.grams, self.boxes, self.chilled_boxes)

    @property
    def is_visit(self) -> bool:
        """Whether somebody looks in without bringing anything."""
        return self.task_id.startswith("v:")

    @property
    def best_before(self) -> date | None:
        """The earliest date mark of what is handed over."""
        return min((p.best_before for p in self.promises if p.best_before), default=None)


@dataclass(frozen=True)
class Day:
    """Everything the planner must know; `not_before_s` is now, when the day is today.

    `expiry_margin_s`: food is handed over so long before the end of its last day.
    """

    day: date
    zone: str
    drivers: tuple[Driver, ...]
    hubs: tuple[HubPlace, ...]
    errands: tuple[Errand, ...]
    not_before_s: int = 0
    expiry_margin_s: int = 3600


@dataclass(frozen=True)
class DayProblem:
    """The problem, and what its ids and place numbers stand for.

    `stranded`: volunteers who cannot set off because their start or end lies off the road, by id.
    """

    problem: Problem
    places: tuple[Place, ...]
    errands: dict[str, Errand]
    drivers: dict[str, Driver]
    hub_of_place: dict[int, HubPlace]
    zone: str
    stranded: dict[str, Reason] = field(default_factory=dict)


def errands_of(
    promises: Iterable[Promise],
    recipients: dict[UUID, Demand],
    offers: dict[UUID, AcceptedOffer],
    hub_of_lot: dict[UUID, HubPlace],
) -> list[Errand]:
    """Allocations gathered per door and source; what belongs together travels together."""
    gathered: dict[str, list[Promise]] = {}
    for promise in promises:
        if promise.recipient_id not in recipients:
            continue
        if promise.offer_id in offers:
            key = f"r:{promise.recipient_id}:{promise.offer_id}"
        elif promise.lot_id in hub_of_lot:
            key = f"d:{promise.recipient_id}:{hub_of_lot[promise.lot_id].id}"
        else:
            continue
        gathered.setdefault(key, []).append(promise)
    return [_errand(key, found, recipients, offers, hub_of_lot) for key, found in gathered.items()]


def _errand(
    key: str,
    promises: Sequence[Promise],
    recipients: dict[UUID, Demand],
    offers: dict[UUID, AcceptedOffer],
    hub_of_lot: dict[UUID, HubPlace],
) -> Errand:
    first = promises[0]
    boxes = max(1, sum(promise.boxes for promise in promises))
    chilled = any(promise.storage_class != "ambient" for promise in promises)
    return Errand(
        task_id=key,
        recipient=recipients[first.recipient_id],
        offer=offers[first.offer_id] if first.offer_id else None,
        hub=hub_of_lot[first.lot_id] if first.lot_id else None,
        promises=tuple(promises),
        grams=sum(promise.grams for promise in promises),
        boxes=boxes,
        chilled_boxes=boxes if chilled else 0,
    )


def visit(person: Demand) -> Errand:
    """Look in on a household."""
    return Errand(f"v:{person.id}", person, None, None, (), 0, 0, 0)


def collection(offer: AcceptedOffer, grams: int) -> Errand:
    """Fetch (the rest of) an offer for a hub."""
    boxes = max(
        1, min(offer.boxes, ceil(grams / BOX_GRAMS)) if offer.boxes else ceil(grams / BOX_GRAMS)
    )
    chilled = boxes if offer.storage_class != "ambient" else 0
    return Errand(f"c:{offer.id}", None, offer, None, (), grams, boxes, chilled)
