"""A day's facts as a route problem: pure, apart from the road source it is given.

What volunteers and recipients can say about a day (breaks, several trips, must be served today,
visits) enters the problem here: a volunteer's in `_vehicle`, a recipient's in `_task`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.core.clock import second_of_day
from app.donors.supply import AcceptedOffer
from app.food.supply import HubPlace
from app.planning.driving.off_road import AT_HUB, AT_START, Reason, reason
from app.planning.problem import (
    Break,
    Collect,
    Deliver,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Visit,
    Window,
)
from app.roads.travel import Matrix, TravelTimes
from app.runs.day import Day, DayProblem, Driver, Errand, Place
from app.runs.shares import fair_shares, share_hubs

SITE_SETUP_S, HUB_SETUP_S, DOOR_SETUP_S = 240, 600, 60
SITE_SERVICE_S = 180
CHILLED_RIDE_MAX_S = 2 * 3600  # food law's usual limit for chilled food out of the cold chain
MINUTE_S, DAY_S = 60, 86_400
# Another face than the one a household knows weighs as much as five minutes of driving.
CONTINUITY_S = 300


def build(day: Day, roads: TravelTimes) -> DayProblem:
    """The route problem of the day. Raises ValueError when nobody is on duty or there is no hub."""
    places: dict[Place, int] = {}

    def number(place: Place) -> int:
        return places.setdefault(place, len(places))

    hubs = {hub.id: number((hub.lng, hub.lat)) for hub in day.hubs}
    on_duty = {driver.volunteer_id for driver in day.drivers}
    tasks = tuple(_task(errand, day, number, hubs, on_duty) for errand in day.errands)
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
    problem = Problem(travel=travel, vehicles=vehicles, tasks=tasks, setup_s=tuple(setup))
    return DayProblem(
        problem=_with_shares(problem),
        places=tuple(points),
        errands={errand.task_id: errand for errand in day.errands},
        drivers={str(driver.volunteer_id): driver for driver in day.drivers},
        hub_of_place={hubs[hub.id]: hub for hub in day.hubs},
        zone=day.zone,
        stranded=stranded,
    )


def _with_shares(problem: Problem) -> Problem:
    """The problem with each volunteer's fair share of the work, when there are several."""
    fair_s = fair_shares(problem)
    vehicles = tuple(replace(v, fair_s=fair_s.get(v.id)) for v in problem.vehicles)
    return replace(problem, vehicles=vehicles)


def _stranded(vehicle: Vehicle, matrix: Matrix) -> Reason | None:
    """Why the vehicle cannot set off or get home: the pin of its start or end is off the road."""
    for place in (vehicle.start_place, vehicle.end_place):
        snap = matrix.off_road.get(place) if place is not None else None
        if snap is not None:
            return reason(snap, AT_HUB if place == vehicle.hub else AT_START)
    return None


def _task(
    errand: Errand,
    day: Day,
    number: Callable[[Place], int],
    hubs: dict[UUID, int],
    on_duty: set[UUID],
) -> Task:
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
            **_bounds(errand, on_duty),
        )
    door = number((recipient.lng, recipient.lat))
    known = errand.prefers & on_duty
    common = {
        "id": errand.task_id,
        "place": door,
        "load": errand.load,
        "windows": tuple(
            Window(opens * MINUTE_S, closes * MINUTE_S)
            for opens, closes in recipient.windows_minutes
        ),
        "service_s": recipient.service_s_for(errand.boxes),
        "priority": 2 if recipient.waiting_days > 2 * recipient.every_days else 1,
        "before_s": _before_s(errand, day),
        "prefers": frozenset(str(id_) for id_ in known),
        "prefer_s": CONTINUITY_S if known else 0,
        **_bounds(errand, on_duty),
    }
    if errand.is_visit:
        return Visit(**common | {"service_s": recipient.visit_s})
    common["must_serve"] = recipient.must_serve
    if offer is None:
        assert errand.hub is not None  # noqa: S101 - a delivery has a hub or an offer
        return Deliver(hub=hubs[errand.hub.id], **common)
    return Rescue(
        pickup_place=number((offer.lng, offer.lat)),
        pickup_windows=(offer_window(offer, day),),
        pickup_service_s=0,
        max_ride_s=CHILLED_RIDE_MAX_S if errand.chilled_boxes else None,
        **common,
    )


def _bounds(errand: Errand, on_duty: set[UUID]) -> dict[str, Any]:
    """Who may do it. A lock to somebody who is not there any more binds nobody."""
    only = str(errand.only) if errand.only in on_duty else None
    needs = errand.needs | (errand.recipient.skills if errand.recipient else frozenset())
    return {"skills": needs, "only": only}


def _before_s(errand: Errand, day: Day) -> int | None:
    """Until when it must be handed over on this day: its last day ends at midnight."""
    expires = errand.best_before
    if expires is None or expires > day.day:
        return None
    return DAY_S - day.expiry_margin_s if expires == day.day else 0


def offer_window(offer: AcceptedOffer, day: Day) -> Window:
    """The offer's window on this day, in seconds since midnight."""
    begins = max(0, second_of_day(offer.ready_from, day.day, day.zone))
    ends = min(DAY_S, second_of_day(offer.ready_until, day.day, day.zone))
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
        breaks=_breaks(driver, Window(begins, ends)),
        trips_max=driver.trips_max,
    )


def _breaks(driver: Driver, shift: Window) -> tuple[Break, ...]:
    """The rests that still lie inside what is left of the shift."""
    return tuple(
        Break(Window(max(shift.start_s, first * MINUTE_S), last * MINUTE_S), minutes * MINUTE_S)
        for first, last, minutes in driver.breaks
        if last * MINUTE_S >= shift.start_s and last * MINUTE_S + minutes * MINUTE_S <= shift.end_s
    )
