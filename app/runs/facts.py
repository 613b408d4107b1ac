"""The facts of a day, read from the rooms below in a handful of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import day_bounds, now, second_of_day, today_in
from app.donors.supply import AcceptedOffer, accepted_offers
from app.food.supply import HubPlace, hub_places, lots_in_hubs
from app.matching.queries import Promise, promises
from app.matching.service import goes_straight
from app.planning.problem import Load
from app.recipients.demand import demands, visits_due
from app.roads.travel import Mode
from app.runs.day import (
    STOPS_MAX,
    Day,
    Driver,
    Errand,
    Rest,
    collection,
    errands_of,
    visit,
)
from app.runs.faces import known_faces
from app.runs.models import Run, Stop, StopItem
from app.runs.rules import OPEN_STOPS, STILL_TO_DRIVE
from app.settings import settings
from app.volunteers.models import Shift, Volunteer

# A remainder smaller than this is not worth a trip to a hub.
COLLECT_GRAMS_MIN = 2_000
# Nobody starts in the next minutes: the plan must first be published and claimed.
LEAD_S = 10 * 60
BUSY_STATES = ("draft", "published", "claimed", "under_way", "completed")


def drivers(db: Session, org_id: UUID, day: date, ids: list[UUID] | None = None) -> list[Driver]:
    """Volunteers on duty that day; those named by `ids` even without a shift (all day then)."""
    start, end = Volunteer.start_geom, Volunteer.end_geom
    query = (
        select(Volunteer, Shift, func.ST_X(start), func.ST_Y(start), func.ST_X(end), func.ST_Y(end))
        .outerjoin(
            Shift,
            (Shift.org_id == Volunteer.org_id)
            & (Shift.volunteer_id == Volunteer.id)
            & (Shift.day == day),
        )
        .where(Volunteer.org_id == org_id, Volunteer.active)
        .order_by(Volunteer.name, Volunteer.id)
    )
    query = (
        query.where(Shift.id.is_not(None)) if ids is None else query.where(Volunteer.id.in_(ids))
    )
    return [_driver(row, shift, places) for row, shift, *places in db.execute(query)]


def _driver(row: Volunteer, shift: Shift | None, places: list[float | None]) -> Driver:
    start_lng, start_lat, end_lng, end_lat = places
    return Driver(
        volunteer_id=row.id,
        name=row.name,
        mode=Mode(row.mode),
        vehicle=row.vehicle,
        capacity=Load(row.capacity_grams, row.capacity_boxes, row.capacity_chilled_boxes),
        shift_minutes=(shift.from_minute, shift.until_minute) if shift else (0, 1440),
        start=(start_lng, start_lat) if start_lng is not None and start_lat is not None else None,
        end=(end_lng, end_lat) if end_lng is not None and end_lat is not None else None,
        skills=frozenset(row.skills),
        max_stops=row.max_stops,
        breaks=_breaks(shift) if shift else (),
        trips_max=row.trips_max,
    )


def _breaks(shift: Shift) -> tuple[Rest, ...]:
    told = (shift.break_from_minute, shift.break_until_minute, shift.break_minutes)
    begins, latest, minutes = told
    if begins is None or latest is None or minutes is None:
        return ()
    return ((begins, latest, minutes),)


def day_of(
    db: Session, org_id: UUID, day: date, zone: str, giving_way: Collection[UUID] = ()
) -> Day:
    """Everything open on `day`: free volunteers, allocations without a run, offers to collect.

    The runs `giving_way` to a new plan count as if they were not there.
    """
    busy = busy_volunteers(db, org_id, day, giving_way)
    free = tuple(
        replace(driver, max_stops=driver.max_stops or STOPS_MAX[driver.mode])
        for driver in drivers(db, org_id, day)
        if driver.volunteer_id not in busy
    )
    errands = open_errands(db, org_id, day, zone, giving_way)
    return Day(
        day,
        zone,
        free,
        tuple(hub_places(db, org_id)),
        tuple(errands),
        not_before(day, zone),
        settings().expiry_margin_minutes * 60,
    )


def not_before(day: date, zone: str) -> int:
    """Seconds since midnight before which no run of `day` can start any more."""
    return max(0, second_of_day(now(), day, zone) + LEAD_S)


def open_errands(
    db: Session, org_id: UUID, day: date, zone: str, giving_way: Collection[UUID] = ()
) -> list[Errand]:
    """Doors to serve and offers to fetch that no run carries, but for those `giving_way`."""
    open_promises = promises(db, org_id, day, ("proposed",))
    if giving_way:
        freed = _allocations_on(db, org_id, giving_way)
        open_promises += [p for p in promises(db, org_id, day, ("planned",)) if p.id in freed]
    offers = {offer.id: offer for offer in accepted_offers(db, org_id, day_bounds(day, zone))}
    fetched = spoken_for(db, org_id, today_in(zone), giving_way)
    rests = {
        offer.id: offer.grams
        - fetched.get(offer.id, 0)
        - sum(promise.grams for promise in open_promises if promise.offer_id == offer.id)
        for offer in offers.values()
    }
    errands = errands_for(db, org_id, day, open_promises, offers)
    errands += open_visits(db, org_id, day, zone, giving_way)
    return errands + [
        collection(offers[offer_id], rest)
        for offer_id, rest in rests.items()
        if rest >= COLLECT_GRAMS_MIN
        or (rest == offers[offer_id].grams and not goes_straight(offers[offer_id], day))
    ]


def open_visits(
    db: Session, org_id: UUID, day: date, zone: str, giving_way: Collection[UUID] = ()
) -> list[Errand]:
    """Whom somebody is to look in on and no run is going to, but for those `giving_way`."""
    promised = select(func.unnest(Stop.visits)).join(
        Run, (Run.org_id == Stop.org_id) & (Run.id == Stop.run_id)
    )
    promised = promised.where(
        Stop.org_id == org_id,
        Stop.kind == "visit",
        Stop.state.in_(OPEN_STOPS),
        Run.state.in_(STILL_TO_DRIVE),
        Run.id.not_in(giving_way),
        (Run.day >= today_in(zone)) | (Run.state == "under_way"),
    )
    spoken = set(db.scalars(promised))
    return with_faces(
        db,
        org_id,
        day,
        [visit(person) for person in visits_due(db, org_id, day) if person.id not in spoken],
    )


def errands_for(
    db: Session, org_id: UUID, day: date, found: list[Promise], offers: dict[UUID, AcceptedOffer]
) -> list[Errand]:
    """Allocations as errands."""
    people = demands(db, org_id, day, list({promise.recipient_id for promise in found}))
    errands = errands_of(
        found, {person.id: person for person in people}, offers, hub_of_lot(db, org_id)
    )
    return with_faces(db, org_id, day, errands)


def with_faces(db: Session, org_id: UUID, day: date, errands: list[Errand]) -> list[Errand]:
    """The errands, each with the volunteers that its household knows."""
    people = {errand.recipient.id for errand in errands if errand.recipient is not None}
    return facing(errands, known_faces(db, org_id, sorted(people), day))


def facing(errands: Iterable[Errand], faces: Mapping[UUID, frozenset[UUID]]) -> list[Errand]:
    """The errands, each with the `faces` that its household knows."""
    return [
        replace(errand, prefers=faces.get(errand.recipient.id, frozenset()))
        if errand.recipient is not None
        else errand
        for errand in errands
    ]


def _allocations_on(db: Session, org_id: UUID, run_ids: Collection[UUID]) -> set[UUID]:
    query = (
        select(StopItem.allocation_id)
        .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
        .where(StopItem.org_id == org_id, Stop.run_id.in_(run_ids))
    )
    return {found for found in db.scalars(query) if found is not None}


def hub_of_lot(db: Session, org_id: UUID) -> dict[UUID, HubPlace]:
    """The hub each lot lies in (the one with most of it)."""
    hubs = {hub.id: hub for hub in hub_places(db, org_id)}
    lots = sorted(lots_in_hubs(db, org_id), key=lambda lot: lot.grams)
    return {lot.lot_id: hubs[lot.hub_id] for lot in lots}


def spoken_for(
    db: Session, org_id: UUID, today: date, giving_way: Collection[UUID] = ()
) -> dict[UUID, int]:
    """Grams of each offer that runs of today and later are still to fetch, but for `giving_way`."""
    query = (
        select(StopItem.offer_id, func.sum(StopItem.grams))
        .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
        .join(Run, (Run.org_id == Stop.org_id) & (Run.id == Stop.run_id))
        .where(
            StopItem.org_id == org_id,
            Stop.kind == "collect",
            Stop.state.in_(OPEN_STOPS),
            Run.state.in_(STILL_TO_DRIVE),
            Run.id.not_in(giving_way),
            (Run.day >= today) | (Run.state == "under_way"),
        )
        .group_by(StopItem.offer_id)
    )
    return {offer_id: int(grams) for offer_id, grams in db.execute(query) if offer_id}


def busy_volunteers(
    db: Session, org_id: UUID, day: date, giving_way: Collection[UUID] = ()
) -> set[UUID]:
    """Who has a run on `day` already, but for the runs `giving_way` to a new plan."""
    query = select(Run.volunteer_id).where(
        Run.org_id == org_id,
        Run.day == day,
        Run.state.in_(BUSY_STATES),
        Run.id.not_in(giving_way),
    )
    return {found for found in db.scalars(query) if found is not None}
