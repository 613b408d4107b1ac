"""A month behind the demo: food collected, brought to hubs, handed over; the ledger is exact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from app.demo.cast import Cast
from app.demo.doors import Door
from app.demo.giving import collect, write_off
from app.demo.month import Month
from app.demo.trips import distribute
from app.food import service as food
from app.recipients.models import Recipient

DAYS = 30


def write(db: Session, org_id: UUID, zone: str, dice: Random, today: date, cast: Cast) -> None:
    """Store a month of collections and distributions up to yesterday.

    Sets each recipient's `last_food_on` to the day on which they were really handed something.
    """
    source, waste = (food.holder(db, org_id, kind).id for kind in ("source", "waste"))
    hub_holders = {hub.id: food.holder(db, org_id, "hub", hub.id).id for hub in cast.hubs}
    first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
    month = Month(org_id, zone, dice, source, waste, hub_holders, cast.places, last)
    doors = [_door(month, row, first, today) for row in cast.recipients if _was_served(row, first)]
    live_through(month, [today - timedelta(days=back) for back in range(DAYS, 0, -1)], doors, cast)
    for door in doors:
        door.row.last_food_on = door.last if door.was_fed else None
    db.flush()
    month.store(db)


def live_through(month: Month, days: Sequence[date], doors: list[Door], cast: Cast) -> None:
    """Gather what happened on these days, one after the other."""
    vans = [row for row in cast.volunteers if row.mode == "car"]
    for day in days:
        collect(month, day, cast.sites, cast.hubs, vans)
        distribute(month, day, doors, cast.hubs, cast.volunteers)
        write_off(month, day)


def _was_served(row: Recipient, first: date) -> bool:
    """Approved, found on the map, and no newcomer of the last days."""
    return row.approved_at is not None and row.geom is not None and row.registered_on < first


def _door(month: Month, row: Recipient, first: date, today: date) -> Door:
    waited = month.dice.randrange(1, row.need_every_days + 2)
    away_from = row.state_at.date() if row.state == "paused" else today
    return Door(
        row=row,
        place=month.places[row.id],
        holder=month.holder("recipient", row.id),
        last=first - timedelta(days=waited),
        away_from=away_from,
    )
