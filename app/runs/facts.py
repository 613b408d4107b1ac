"""The facts of a day, read from the rooms below in a handful of queries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import day_bounds, now, second_of_day
from app.donors.supply import AcceptedOffer, accepted_offers
from app.food.supply import HubPlace, hub_places, lots_in_hubs
from app.matching.queries import Promise, promises
from app.matching.service import goes_straight
from app.planning.problem import Load
from app.recipients.demand import demands
from app.roads.travel import Mode
from app.runs.day import STOPS_MAX, Day, Driver, Errand, collection, errands_of
from app.runs.models import Run, Stop, StopItem
from app.volunteers.models import Shift, Volunteer

# A remainder smaller than this is not worth a trip to a hub.
COLLECT_GRAMS_MIN = 2_000
# Nobody starts in the next minutes: the plan must first be published and claimed.
LEAD_S = 10 * 60
BUSY_STATES = ("published", "claimed", "under_way", "completed")


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
    )


def day_of(db: Session, org_id: UUID, day: date, zone: str) -> Day:
    """Everything open on `day`: free volunteers, allocations without a run, offers to collect."""
    busy = set(
        db.scalars(
            select(Run.volunteer_id).where(
                Run.org_id == org_id, Run.day == day, Run.state.in_(BUSY_STATES)
            )
        )
    )
    free = tuple(
        replace(driver, max_stops=STOPS_MAX[driver.mode])
        for driver in drivers(db, org_id, day)
        if driver.volunteer_id not in busy
    )
    errands = open_errands(db, org_id, day, zone)
    return Day(
        day, zone, free, tuple(hub_places(db, org_id)), tuple(errands), not_before(day, zone)
    )


def not_before(day: date, zone: str) -> int:
    """Seconds since midnight before which no run of `day` can start any more."""
    return max(0, second_of_day(now(), day, zone) + LEAD_S)


def open_errands(db: Session, org_id: UUID, day: date, zone: str) -> list[Errand]:
    """Doors to serve and offers to fetch that no run carries yet."""
    open_promises = promises(db, org_id, day, ("proposed",))
    offers = {offer.id: offer for offer in accepted_offers(db, org_id, day_bounds(day, zone))}
    return errands_for(db, org_id, day, open_promises, offers) + _collections(
        db, org_id, day, offers
    )


def errands_for(
    db: Session, org_id: UUID, day: date, found: list[Promise], offers: dict[UUID, AcceptedOffer]
) -> list[Errand]:
    """Allocations as errands."""
    people = demands(db, org_id, day, list({promise.recipient_id for promise in found}))
    return errands_of(
        found, {person.id: person for person in people}, offers, hub_of_lot(db, org_id)
    )


def hub_of_lot(db: Session, org_id: UUID) -> dict[UUID, HubPlace]:
    """The hub each lot lies in (the one with most of it)."""
    hubs = {hub.id: hub for hub in hub_places(db, org_id)}
    lots = sorted(lots_in_hubs(db, org_id), key=lambda lot: lot.grams)
    return {lot.lot_id: hubs[lot.hub_id] for lot in lots}


def _collections(
    db: Session, org_id: UUID, day: date, offers: dict[UUID, AcceptedOffer]
) -> list[Errand]:
    """What is to be fetched for a hub: whole offers that keep, and the rest of those that do not."""
    promised: dict[UUID, int] = {}
    for promise in promises(db, org_id, day, ("proposed", "planned", "loaded")):
        if promise.offer_id is not None:
            promised[promise.offer_id] = promised.get(promise.offer_id, 0) + promise.grams
    taken = set(
        db.scalars(
            select(StopItem.offer_id)
            .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
            .where(
                StopItem.org_id == org_id,
                Stop.kind == "collect",
                StopItem.offer_id.in_(list(offers)),
            )
        )
    )
    rests = [
        (offer, offer.grams - promised.get(offer.id, 0))
        for offer in offers.values()
        if offer.id not in taken
    ]
    return [
        collection(offer, rest)
        for offer, rest in rests
        if rest >= COLLECT_GRAMS_MIN or (rest == offer.grams and not goes_straight(offer, day))
    ]
