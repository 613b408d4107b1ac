"""Afternoons of the past month: who carried what to which doors, and who was not at home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import atan2
from uuid import UUID

from app.demo.doors import Door, Parcel, in_turn, pack
from app.demo.month import HOUR_S, Month, Place
from app.food.models import Hub
from app.matching.rules import metres_between
from app.recipients.rules import masked
from app.roads.travel import Mode
from app.runs.day import STOPS_MAX
from app.runs.models import CareAlert
from app.volunteers.models import Volunteer

NOT_HOME_SHARE = 0.02
BEGINS_S, STOP_S = 13 * HOUR_S, 540


@dataclass
class Trip:
    """One volunteer's afternoon."""

    volunteer: Volunteer
    hub: Hub
    parcels: list[Parcel] = field(default_factory=list)

    def takes(self, parcel: Parcel) -> bool:
        """Load one more if it can be carried; whether it could."""
        loads = [one.load for one in (*self.parcels, parcel)]
        grams, boxes, chilled = (sum(kind) for kind in zip(*loads, strict=True))
        fits = (
            len(loads) <= STOPS_MAX[Mode(self.volunteer.mode)]
            and grams <= self.volunteer.capacity_grams
            and boxes <= self.volunteer.capacity_boxes
            and chilled <= self.volunteer.capacity_chilled_boxes
        )
        if fits:
            self.parcels.append(parcel)
        return fits


def distribute(
    month: Month, day: date, doors: list[Door], hubs: list[Hub], volunteers: list[Volunteer]
) -> None:
    """Bring food to those whose turn it is, as far as food and volunteers go."""
    month.stock.sort(key=lambda part: part.supply.best_before)
    packed = [pack(month, day, door, hubs) for door in in_turn(month, day, doors)]
    turn = iter(month.dice.sample(volunteers, len(volunteers)))
    for hub in hubs:
        centre = month.places[hub.id]
        mine = [parcel for parcel in packed if parcel is not None and parcel.hub is hub]
        mine.sort(key=lambda parcel: _direction(centre, parcel.door.place))
        for trip in _trips(hub, mine, turn):
            _drive(month, day, trip)


def _direction(centre: Place, place: Place) -> float:
    return atan2(place[1] - centre[1], place[0] - centre[0])


def _trips(hub: Hub, parcels: list[Parcel], turn: Iterator[Volunteer]) -> list[Trip]:
    """Fill one volunteer after the other, sector by sector; what nobody can carry stays."""
    trips = []
    waiting = list(parcels)
    while waiting and (volunteer := next(turn, None)) is not None:
        trip = Trip(volunteer, hub)
        while waiting and trip.takes(waiting[0]):
            waiting.pop(0)
        if trip.parcels:
            trips.append(trip)
    for parcel in waiting:
        for part, grams in parcel.contents:
            part.grams += grams
    return trips


def _in_order(parcels: list[Parcel], start: Place) -> list[Parcel]:
    """Each time on to the nearest door."""
    left, ordered, here = list(parcels), [], start
    while left:
        nearest = min(left, key=lambda parcel: metres_between(here, parcel.door.place))
        left.remove(nearest)
        ordered.append(nearest)
        here = nearest.door.place
    return ordered


def _drive(month: Month, day: date, trip: Trip) -> None:
    """Load, go from door to door, bring back what could not be handed over."""
    hub, home = trip.hub, month.places[trip.hub.id]
    parcels = _in_order(trip.parcels, home)
    line = [home, *(parcel.door.place for parcel in parcels)]
    ends_s = BEGINS_S + (len(parcels) + 2) * STOP_S
    run = month.run(day, "distribution", trip.volunteer, hub, line, (BEGINS_S, ends_s))
    aboard = month.holder("run", run)
    _load(month, day, trip, run, aboard)
    back: dict[UUID, int] = {}
    for seq, parcel in enumerate(parcels, start=2):
        is_home = month.dice.random() >= NOT_HOME_SHARE or not _may_fail(parcel)
        _visit(month, day, parcel, (run, aboard, seq), is_home=is_home)
        for part, grams in () if is_home else parcel.contents:
            part.grams += grams
            back[part.lot] = back.get(part.lot, 0) + grams
    if back:
        at = month.at(day, ends_s)
        stop = month.stop(run, len(parcels) + 2, "unload", hub.name, home, at, hub=hub.id)
        for lot, grams in back.items():
            month.move(lot, aboard, month.hub_holders[hub.id], grams, at, "unloaded", stop)


def _may_fail(parcel: Parcel) -> bool:
    """A canteen is open, and nobody in the demo is missed twice in a row."""
    return parcel.door.row.kind == "household" and parcel.door.was_fed


def _load(month: Month, day: date, trip: Trip, run: UUID, aboard: UUID) -> None:
    at = month.at(day, BEGINS_S)
    stop = month.stop(run, 1, "load", trip.hub.name, month.places[trip.hub.id], at, hub=trip.hub.id)
    grams_of: dict[UUID, int] = {}
    for parcel in trip.parcels:
        for part, grams in parcel.contents:
            grams_of[part.lot] = grams_of.get(part.lot, 0) + grams
    for lot, grams in grams_of.items():
        month.item(stop, grams, lot=lot)
        month.move(lot, month.hub_holders[trip.hub.id], aboard, grams, at, "loaded", stop)


def _visit(
    month: Month, day: date, parcel: Parcel, leg: tuple[UUID, UUID, int], *, is_home: bool
) -> None:
    """One door; `leg` is the run, its holder and the stop's number."""
    (run, aboard, seq), door = leg, parcel.door
    row, at = door.row, month.at(day, BEGINS_S + (seq - 1) * STOP_S)
    label = masked(row.name) if row.kind == "household" else row.name
    state, outcome = ("done", "handed_over") if is_home else ("failed", "not_home")
    stop = month.stop(run, seq, "deliver", label, door.place, at, street=row.street, state=state)
    boxes = parcel.load[1]
    for number, (part, grams) in enumerate(parcel.contents):
        month.item(
            stop, grams, lot=part.lot, recipient=row.id, outcome=outcome,
            boxes=0 if number else boxes, fed_before=door.last if is_home else None,
        )  # fmt: skip
        if is_home:
            month.move(part.lot, aboard, door.holder, grams, at, "handed_over", stop)
    if is_home:
        door.last, door.was_fed = day, True
    else:
        _care(month, day, row.id, stop, at)


def _care(month: Month, day: date, recipient: UUID, stop: UUID, at: datetime) -> None:
    """Somebody was not at home: a person called, unless it was only just now."""
    followed_up = at + timedelta(hours=20) if day < month.last_day else None
    month.add(
        CareAlert,
        recipient_id=recipient,
        stop_id=stop,
        reason="not_home",
        created_at=at,
        followed_up_at=followed_up,
        follow_up="已电话联系,住亲戚家,改天再送。" if followed_up else "",
    )
