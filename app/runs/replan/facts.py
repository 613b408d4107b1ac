"""A day under way, as the re-planning sees it: plain values, seconds since the day's midnight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.donors.supply import AcceptedOffer
from app.food.supply import HubPlace
from app.planning.problem import Load, Window
from app.recipients.demand import Demand
from app.roads.travel import Mode
from app.runs.day import Driver
from app.runs.rules import OPEN_STOPS

Place = tuple[float, float]


@dataclass(frozen=True)
class Part:
    """What a stop takes or hands over of one lot or offer (for one recipient at a door)."""

    item_id: UUID
    recipient_id: UUID | None
    lot_id: UUID | None
    offer_id: UUID | None
    allocation_id: UUID | None
    grams: int
    boxes: int
    storage_class: str
    loaded: bool
    """Its allocation says that it has left the hub."""

    taken_over_at: UUID | None
    """The stop at which its run takes it over from another run."""

    outcome: str

    @property
    def supply(self) -> tuple[UUID | None, UUID | None]:
        """Which food it is: (lot, offer), one of them None."""
        return self.lot_id, self.offer_id


@dataclass(frozen=True)
class StopNow:
    """One stop of a run as it stands."""

    id: UUID
    version: int
    seq: int
    kind: str
    label: str
    street: str
    place: Place
    hub_id: UUID | None
    site_id: UUID | None
    from_run_id: UUID | None
    planned_s: int
    window: Window
    service_s: int
    left_s: int
    """When it was left, or will be, if somebody is there or was; else 0."""

    state: str
    locked: bool
    parts: tuple[Part, ...]
    skills: frozenset[str] = frozenset()
    """What the households of a visit ask of whoever comes."""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in OPEN_STOPS


@dataclass(frozen=True)
class RunNow:
    """One run as it stands; `start` is where it sets off, if it is known."""

    id: UUID
    version: int
    number: int
    state: str
    volunteer_id: UUID | None
    volunteer: str
    mode: Mode
    capacity: Load
    shift: Window
    begins_s: int
    ends_s: int
    distance_m: int
    hub_id: UUID | None
    start: Place | None
    end: Place | None
    skills: frozenset[str]
    max_stops: int
    trips_max: int
    locked: bool
    stops: tuple[StopNow, ...]
    aboard: Mapping[UUID, int]
    """Grams by lot that are on it now."""

    @property
    def is_under_way(self) -> bool:
        """Whether it has set off."""
        return self.state == "under_way"

    def versions(self) -> dict[str, int]:
        """The run's version under "", and that of each stop under its id."""
        return {"": self.version} | {str(stop.id): stop.version for stop in self.stops}


@dataclass(frozen=True)
class DayNow:
    """Everything about the day's runs that people know of."""

    day: date
    zone: str
    now_s: int
    runs: tuple[RunNow, ...]
    people: Mapping[UUID, Demand]
    offers: Mapping[UUID, AcceptedOffer]
    hubs: Mapping[UUID, HubPlace]
    lot_of_offer: Mapping[UUID, UUID]
    helpers: tuple[Driver, ...]
    dropped_out: frozenset[UUID] = frozenset()
    """Runs whose volunteer dropped out earlier today; their food may still be with them."""

    recalled: tuple[UUID | None, UUID | None] = (None, None)
    """The lot that must not be handed over, and the offer that it came from."""

    def run(self, run_id: UUID | None) -> RunNow | None:
        """One of its runs by id."""
        return next((run for run in self.runs if run.id == run_id), None)


def where_now(run: RunNow, now_s: int, hubs: Mapping[UUID, Place]) -> tuple[Place, int]:
    """Where a run is, or was last, and the second from which it can go on."""
    been = [stop for stop in run.stops if stop.state in ("done", "failed", "arrived")]
    if run.is_under_way and been:
        last = max(been, key=lambda stop: (stop.state == "arrived", stop.left_s, stop.seq))
        return last.place, max(now_s, last.left_s)
    hub = hubs.get(run.hub_id) if run.hub_id else None
    first = run.stops[0].place if run.stops else None
    place = run.start or hub or first
    if place is None:
        raise ValueError("a run without stops, hub and start is nowhere")
    return place, max(now_s, 0 if run.is_under_way else run.begins_s)
