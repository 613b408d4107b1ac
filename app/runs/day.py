"""A day's facts as a route problem: pure, apart from the road source it is given.

Task ids say what they are: `d:{recipient}:{hub}` brings hub food to a door,
`r:{recipient}:{offer}` rescues from a site to a door, `c:{offer}` collects for a hub.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from uuid import UUID

from app.core.clock import second_of_day
from app.donors.supply import AcceptedOffer
from app.food.supply import HubPlace
from app.matching.queries import Promise
from app.planning.driving.off_road import AT_HUB, AT_START, Reason, reason
from app.planning.problem import Collect, Deliver, Load, Problem, Rescue, Task, Vehicle, Window
from app.recipients.demand import Demand
from app.roads.travel import Matrix, Mode, TravelTimes

SITE_SETUP_S, HUB_SETUP_S, DOOR_SETUP_S = 240, 600, 60
SITE_SERVICE_S = 180
CHILLED_RIDE_MAX_S = 2 * 3600  # food law's usual limit for chilled food out of the cold chain
BOX_GRAMS = 10_000
# What a volunteer, often over sixty, is asked to do in one go; a person may add more by hand.
STOPS_MAX = {Mode.CAR: 26, Mode.EBIKE: 15, Mode.TRIKE: 20, Mode.BICYCLE: 12, Mode.FOOT: 8}
MINUTE_S = 60
Place = tuple[float, float]


@dataclass(frozen=True)
class Driver:
    """A volunteer on duty; places are (lng, lat), None where they have no wish."""

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


@dataclass(frozen=True)
class Errand:
    """One task and what it carries."""

    task_id: str
    recipient: Demand | None
    offer: AcceptedOffer | None
    hub: HubPlace | None
    promises: tuple[Promise, ...]
    grams: int
    boxes: int
    chilled_boxes: int

    @property
    def load(self) -> Load:
        """The errand's load."""
        return Load(self.grams, self.boxes, self.chilled_boxes)


@dataclass(frozen=True)
class Day:
    """Everything the planner must know; `not_before_s` is now, when the day is today."""

    day: date
    zone: str
    drivers: tuple[Driver, ...]
    hubs: tuple[HubPlace, ...]
    errands: tuple[Errand, ...]
    not_before_s: int = 0


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


def collection(offer: AcceptedOffer, grams: int) -> Errand:
    """Fetch (the rest of) an offer for a hub."""
    boxes = max(
        1, min(offer.boxes, ceil(grams / BOX_GRAMS)) if offer.boxes else ceil(grams / BOX_GRAMS)
    )
    chilled = boxes if offer.storage_class != "ambient" else 0
    return Errand(f"c:{offer.id}", None, offer, None, (), grams, boxes, chilled)


def build(day: Day, roads: TravelTimes) -> DayProblem:
    """The route problem of the day. Raises ValueError when nobody is on duty or there is no hub."""
    places: dict[Place, int] = {}

    def number(place: Place) -> int:
        return places.setdefault(place, len(places))

    hubs = {hub.id: number((hub.lng, hub.lat)) for hub in day.hubs}
    tasks = tuple(_task(errand, day, number, hubs) for errand in day.errands)
    homes = share_hubs(day)
    vehicles = tuple(
        vehicle
        for driver in day.drivers
        if (vehicle := _vehicle(driver, day, number, homes, hubs)) is not None
    )
    setup = [DOOR_SETUP_S] * len(places)
    for errand in day.errands:
        if errand.offer is not None:
            setup[number((errand.offer.lng, errand.offer.lat))] = SITE_SETUP_S
    for place in hubs.values():
        setup[place] = HUB_SETUP_S
    points = list(places)
    travel = {
        mode: roads.matrix(points, mode) for mode in sorted({vehicle.mode for vehicle in vehicles})
    }
    stranded = {
        vehicle.id: fault
        for vehicle in vehicles
        if (fault := _stranded(vehicle, travel[vehicle.mode])) is not None
    }
    vehicles = tuple(vehicle for vehicle in vehicles if vehicle.id not in stranded)
    used = {vehicle.mode for vehicle in vehicles}
    travel = {mode: matrix for mode, matrix in travel.items() if mode in used}
    return DayProblem(
        problem=Problem(travel=travel, vehicles=vehicles, tasks=tasks, setup_s=tuple(setup)),
        places=tuple(points),
        errands={errand.task_id: errand for errand in day.errands},
        drivers={str(driver.volunteer_id): driver for driver in day.drivers},
        hub_of_place={hubs[hub.id]: hub for hub in day.hubs},
        zone=day.zone,
        stranded=stranded,
    )


def _stranded(vehicle: Vehicle, matrix: Matrix) -> Reason | None:
    """Why the vehicle cannot set off or get home: the pin of its start or end is off the road."""
    for place in (vehicle.start_place, vehicle.end_place):
        snap = matrix.off_road.get(place) if place is not None else None
        if snap is not None:
            return reason(snap, AT_HUB if place == vehicle.hub else AT_START)
    return None


def _task(errand: Errand, day: Day, number: Callable[[Place], int], hubs: dict[UUID, int]) -> Task:
    offer, recipient = errand.offer, errand.recipient
    if recipient is None:
        assert offer is not None  # noqa: S101 - an errand without a recipient collects an offer
        return Collect(
            id=errand.task_id,
            place=number((offer.lng, offer.lat)),
            load=errand.load,
            windows=(offer_window(offer, day),),
            service_s=SITE_SERVICE_S,
            priority=2,
        )
    door = number((recipient.lng, recipient.lat))
    opens, closes = (minute * MINUTE_S for minute in recipient.window_minutes)
    common = {
        "id": errand.task_id,
        "place": door,
        "load": errand.load,
        "windows": (Window(opens, closes),),
        "service_s": recipient.service_s,
        "priority": 2 if recipient.waiting_days > 2 * recipient.every_days else 1,
    }
    if offer is None:
        assert errand.hub is not None  # noqa: S101 - a delivery has a hub or an offer
        return Deliver(hub=hubs[errand.hub.id], **common)  # type: ignore[arg-type]  # the shared fields above
    return Rescue(
        pickup_place=number((offer.lng, offer.lat)),
        pickup_windows=(offer_window(offer, day),),
        pickup_service_s=0,
        max_ride_s=CHILLED_RIDE_MAX_S if errand.chilled_boxes else None,
        **common,  # type: ignore[arg-type]  # the shared fields above
    )


def offer_window(offer: AcceptedOffer, day: Day) -> Window:
    """The offer's window on this day, in seconds since midnight."""
    begins = max(0, second_of_day(offer.ready_from, day.day, day.zone))
    ends = min(86_400, second_of_day(offer.ready_until, day.day, day.zone))
    return Window(begins, max(begins, ends))


def _vehicle(
    driver: Driver,
    day: Day,
    number: Callable[[Place], int],
    homes: dict[UUID, HubPlace],
    hubs: dict[UUID, int],
) -> Vehicle | None:
    begins, ends = (minute * MINUTE_S for minute in driver.shift_minutes)
    begins = max(begins, day.not_before_s)
    if begins >= ends:
        return None
    home = homes.get(driver.volunteer_id)
    start = driver.start or ((home.lng, home.lat) if home else None)
    if start is None:
        return None
    return Vehicle(
        id=str(driver.volunteer_id),
        mode=driver.mode,
        capacity=driver.capacity,
        shift=Window(begins, ends),
        start_place=number(start),
        end_place=number(driver.end) if driver.end else None,
        hub=hubs[home.id] if home else None,
        skills=driver.skills,
        max_stops=driver.max_stops,
    )


def share_hubs(day: Day) -> dict[UUID, HubPlace]:
    """Which hub each volunteer runs from: the nearest, as long as each hub gets its part of them.

    A hub's part follows the number of errands that start there, rounded up.
    """
    if not day.hubs:
        return {}
    wanted = Counter(errand.hub.id for errand in day.errands if errand.hub is not None)
    total = sum(wanted.values())
    usual = {
        hub.id: ceil(len(day.drivers) * wanted[hub.id] / total) if total else len(day.drivers)
        for hub in day.hubs
    }
    options = sorted(
        (_squared_degrees(driver, hub), str(driver.volunteer_id), str(hub.id), driver, hub)
        for driver in day.drivers
        for hub in day.hubs
    )
    homes: dict[UUID, HubPlace] = {}
    for *_, driver, hub in options:
        if driver.volunteer_id not in homes and usual[hub.id] > 0:
            homes[driver.volunteer_id] = hub
            usual[hub.id] -= 1
    return homes


def _squared_degrees(driver: Driver, hub: HubPlace) -> float:
    if driver.start is None:
        return 0.0
    return (driver.start[0] - hub.lng) ** 2 + (driver.start[1] - hub.lat) ** 2


def only(day: Day, driver: Driver, errands: Sequence[Errand], hub: HubPlace | None) -> Day:
    """The same day for one driver and these errands, running from `hub`."""
    return replace(day, drivers=(driver,), errands=tuple(errands), hubs=(hub,) if hub else ())
