"""The day's runs that people know of, read in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import now, second_of_day
from app.donors.models import Offer
from app.donors.supply import accepted_offers
from app.food.models import Balance, Holder, Lot
from app.food.supply import hub_places
from app.matching.models import Allocation
from app.planning.problem import Load, Window
from app.recipients.demand import demands
from app.recipients.models import Recipient
from app.roads.travel import Mode
from app.runs.day import STOPS_MAX, Driver
from app.runs.facts import busy_volunteers, drivers
from app.runs.models import Run, Stop, StopItem
from app.runs.replan.causes import Cause
from app.runs.replan.facts import DayNow, Part, Place, RunNow, StopNow
from app.runs.replan.models import Replan
from app.runs.replan.rules import GOING
from app.volunteers.models import Volunteer

Clock = Callable[[datetime], int]
"""An instant as seconds since the day's midnight."""


def read(db: Session, org_id: UUID, day: date, zone: str, cause: Cause) -> DayNow:
    """The day as it stands this moment."""
    runs = _runs(db, org_id, day)
    stops = _stops(db, org_id, [row[0].id for row in runs])
    parts = _parts(db, org_id, [row[0].id for rows in stops.values() for row in rows])
    aboard = _aboard(db, org_id, [row[0].id for row in runs])
    who = {row[0].volunteer_id for row in runs} | set(cause.volunteer_ids)
    known = {d.volunteer_id: d for d in drivers(db, org_id, day, [w for w in who if w])}
    busy = busy_volunteers(db, org_id, day)
    helpers = [known[id_] for id_ in cause.volunteer_ids if id_ in known and id_ not in busy]
    clock = partial(second_of_day, day=day, zone=zone)
    found = tuple(
        _run_now(
            row,
            clock,
            stops=tuple(
                _stop_now(stop, tuple(parts[stop[0].id]), clock) for stop in stops[row[0].id]
            ),
            driver=known.get(row[0].volunteer_id),
            aboard=aboard[row[0].id],
        )
        for row in runs
    )
    offers = {part.offer_id for all_ in parts.values() for part in all_ if part.offer_id}
    people = {part.recipient_id for all_ in parts.values() for part in all_ if part.recipient_id}
    return DayNow(
        day=day,
        zone=zone,
        now_s=max(0, second_of_day(now(), day, zone)),
        runs=found,
        people={person.id: person for person in demands(db, org_id, day, list(people))},
        offers=_offers(db, org_id, offers),
        hubs={hub.id: hub for hub in hub_places(db, org_id)},
        lot_of_offer=_lots(db, org_id, offers),
        helpers=tuple(replace(d, max_stops=d.max_stops or STOPS_MAX[d.mode]) for d in helpers),
        dropped_out=_dropped_out(db, org_id, day),
        recalled=_recalled(db, cause),
    )


def _dropped_out(db: Session, org_id: UUID, day: date) -> frozenset[UUID]:
    about = select(Replan.about["run_id"].astext).where(
        Replan.org_id == org_id,
        Replan.day == day,
        Replan.cause == "volunteer_out",
        Replan.state == "accepted",
    )
    return frozenset(UUID(run_id) for run_id in db.scalars(about) if run_id)


def _runs(db: Session, org_id: UUID, day: date) -> Sequence[Any]:
    places = [
        axis(column) for column in (Run.start_geom, Run.end_geom) for axis in (func.ST_X, func.ST_Y)
    ]
    query = (
        select(Run, func.coalesce(Volunteer.name, ""), *places)
        .outerjoin(Volunteer, (Volunteer.org_id == Run.org_id) & (Volunteer.id == Run.volunteer_id))
        .where(Run.org_id == org_id, Run.day == day, Run.state.in_(GOING))
        .order_by(Run.number)
        .execution_options(populate_existing=True)
    )
    return db.execute(query).all()


def _stops(db: Session, org_id: UUID, run_ids: list[UUID]) -> dict[UUID, list[Any]]:
    query = (
        select(Stop, func.ST_X(Stop.geom), func.ST_Y(Stop.geom))
        .where(Stop.org_id == org_id, Stop.run_id.in_(run_ids))
        .order_by(Stop.run_id, Stop.seq, Stop.id)
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    rows = db.execute(query).all()
    needs = _needs(db, org_id, {id_ for row in rows for id_ in row[0].visits})
    for stop, lng, lat in rows:
        skills = frozenset(skill for id_ in stop.visits for skill in needs.get(id_, ()))
        found[stop.run_id].append((stop, lng, lat, skills))
    return found


def _needs(db: Session, org_id: UUID, ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Skills that whoever looks in on these households has; most are not approved yet."""
    query = select(Recipient.id, Recipient.skills_needed)
    rows = db.execute(query.where(Recipient.org_id == org_id, Recipient.id.in_(ids)))
    return {row.id: row.skills_needed for row in rows}


def _parts(db: Session, org_id: UUID, stop_ids: list[UUID]) -> dict[UUID, list[Part]]:
    storage = func.coalesce(Lot.storage_class, Offer.storage_class)
    query = (
        select(StopItem, storage, func.coalesce(Allocation.state, ""))
        .outerjoin(Lot, (Lot.org_id == StopItem.org_id) & (Lot.id == StopItem.lot_id))
        .outerjoin(Offer, (Offer.org_id == StopItem.org_id) & (Offer.id == StopItem.offer_id))
        .outerjoin(
            Allocation,
            (Allocation.org_id == StopItem.org_id) & (Allocation.id == StopItem.allocation_id),
        )
        .where(StopItem.org_id == org_id, StopItem.stop_id.in_(stop_ids))
        .order_by(StopItem.id)
    )
    found: dict[UUID, list[Part]] = defaultdict(list)
    for item, storage_class, state in db.execute(query):
        found[item.stop_id].append(
            Part(
                item_id=item.id,
                recipient_id=item.recipient_id,
                lot_id=item.lot_id,
                offer_id=item.offer_id,
                allocation_id=item.allocation_id,
                grams=item.grams,
                boxes=item.boxes,
                storage_class=storage_class,
                loaded=state == "loaded",
                taken_over_at=item.taken_over_at_id,
                outcome=item.outcome,
            )
        )
    return found


def _aboard(db: Session, org_id: UUID, run_ids: list[UUID]) -> dict[UUID, dict[UUID, int]]:
    query = (
        select(Holder.subject_id, Balance.lot_id, Balance.grams)
        .join(Balance, (Balance.org_id == Holder.org_id) & (Balance.holder_id == Holder.id))
        .where(Holder.org_id == org_id, Holder.kind == "run", Holder.subject_id.in_(run_ids))
        .where(Balance.grams > 0)
    )
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for run_id, lot_id, grams in db.execute(query.order_by(Balance.lot_id)):
        if run_id is not None:
            found[run_id][lot_id] = grams
    return found


def _offers(db: Session, org_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Offers that a run may still fetch: also those of which another run has fetched its part."""
    states = ("accepted", "collected")
    return {offer.id: offer for offer in accepted_offers(db, org_id, None, list(ids), states)}


def _lots(db: Session, org_id: UUID, offers: Iterable[UUID]) -> dict[UUID, UUID]:
    query = select(Lot.offer_id, Lot.id).where(Lot.org_id == org_id, Lot.offer_id.in_(offers))
    found: dict[UUID, UUID] = {}
    for offer_id, lot_id in db.execute(query.order_by(Lot.id)):
        if offer_id is not None:
            found.setdefault(offer_id, lot_id)
    return found


def _recalled(db: Session, cause: Cause) -> tuple[UUID | None, UUID | None]:
    if cause.word != "lot_recalled" or cause.lot_id is None:
        return None, None
    lot = db.get_one(Lot, cause.lot_id)
    return lot.id, lot.offer_id


def _run_now(
    row: Any,
    clock: Clock,
    *,
    stops: tuple[StopNow, ...],
    driver: Driver | None,
    aboard: dict[UUID, int],
) -> RunNow:
    run, name, start_lng, start_lat, end_lng, end_lat = row
    room = Load(run.capacity_grams, run.capacity_boxes, run.capacity_chilled_boxes)
    if driver is not None and run.state != "published":
        # Claimed by somebody with a smaller vehicle than it was planned for.
        room = Load(*map(min, room, driver.capacity))
    minutes = driver.shift_minutes if driver is not None else (0, 1440)
    return RunNow(
        id=run.id,
        version=run.version,
        number=run.number,
        state=run.state,
        volunteer_id=run.volunteer_id,
        volunteer=name,
        mode=Mode(run.mode),
        capacity=room,
        shift=Window(minutes[0] * 60, minutes[1] * 60),
        begins_s=clock(run.begins_at),
        ends_s=clock(run.ends_at),
        distance_m=run.distance_m,
        hub_id=run.hub_id,
        start=_place(start_lng, start_lat) or (driver.start if driver else None),
        end=_place(end_lng, end_lat),
        skills=driver.skills if driver is not None else frozenset(),
        max_stops=(driver.max_stops if driver else None) or STOPS_MAX[Mode(run.mode)],
        trips_max=driver.trips_max if driver is not None else 1,
        locked=run.locked,
        stops=stops,
        aboard=aboard,
    )


def _place(lng: float | None, lat: float | None) -> Place | None:
    return (lng, lat) if lng is not None and lat is not None else None


def _stop_now(row: Any, parts: tuple[Part, ...], clock: Clock) -> StopNow:
    stop, lng, lat, skills = row
    return StopNow(
        id=stop.id,
        version=stop.version,
        seq=stop.seq,
        kind=stop.kind,
        label=stop.label,
        street=stop.street,
        place=(lng, lat),
        hub_id=stop.hub_id,
        site_id=stop.site_id,
        from_run_id=stop.from_run_id,
        planned_s=clock(stop.planned_at),
        window=Window(clock(stop.window_from), clock(stop.window_until)),
        service_s=stop.service_s,
        left_s=_left_s(stop, clock),
        state=stop.state,
        locked=stop.locked,
        parts=parts,
        skills=skills,
    )


def _left_s(stop: Stop, clock: Clock) -> int:
    """A stop that is over was left when its phone said so; one that goes on takes its time."""
    if stop.state == "arrived" and stop.arrived_at is not None:
        return max(0, clock(stop.arrived_at)) + stop.service_s
    if stop.state in ("done", "failed"):
        # Nobody left after we were told so: a phone's clock may run ahead of ours.
        return max(0, clock(min(stop.phone_time or stop.state_at, stop.state_at)))
    return 0
