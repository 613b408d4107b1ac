"""The demo opened again days or weeks later: the month goes on to yesterday.

Only the story's own people and places take part, and only food that nobody has touched or
promised since; what people entered in the demo stays exactly as they left it.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.clock import at_second, now
from app.core.db import refresh_statistics
from app.demo.cast import Cast, places_of
from app.demo.doors import Door
from app.demo.history import DAYS, live_through
from app.demo.month import Month, Part
from app.donors.models import Offer, Site
from app.donors.offers import expire_past, miss
from app.food import service as food
from app.food.models import Balance, Holder, Hub, Lot, Movement
from app.matching.models import Allocation
from app.matching.rules import Supply
from app.matching.service import food_on_its_way
from app.recipients.models import Recipient
from app.recipients.queries import served
from app.runs import service as runs
from app.runs.models import Run
from app.volunteers.models import Volunteer

INVENTED = "%虚构%"
EXAMPLE = "%示例%"


def missed_days(db: Session, subject: Subject) -> list[date]:
    """Days up to yesterday, a month's at most, since anybody last completed a run."""
    query = select(func.max(Run.day)).where(Run.org_id == subject.org_id, Run.state == "completed")
    newest, today = db.scalar(query), subject.today
    if newest is None:
        return []
    first = max(newest + timedelta(days=1), today - timedelta(days=DAYS))
    return [first + timedelta(days=more) for more in range((today - first).days)]


def go_on(db: Session, subject: Subject, seed: str) -> list[date]:
    """Tell the days that were missed; which. Told once: a day with completed runs is not missed.

    Runs of those days that nobody claimed are cancelled, offers that nobody fetched are missed.
    """
    days = missed_days(db, subject)
    if not days:
        return []
    _settle(db, subject, days[-1])
    cast = _cast(db, subject.org_id)
    month = _month(db, subject, Random(f"{seed} {days[0]}"), cast, days)
    doors = _doors(db, subject, month, cast, days[0])
    live_through(month, days, doors, cast)
    for door in doors:
        door.row.last_food_on = door.last if door.was_fed else None
    db.flush()
    month.store(db)
    db.flush()
    refresh_statistics(db)
    return days


def _settle(db: Session, subject: Subject, last: date) -> None:
    """Close what was planned for those days and never happened."""
    planned = select(Run.id).where(
        Run.org_id == subject.org_id, Run.day <= last, Run.state.in_(("draft", "published"))
    )
    for run_id in db.scalars(planned.order_by(Run.day, Run.number)).all():
        runs.step(db, subject, run_id, "cancel")
    expire_past(db, subject.org_id, now())
    over = at_second(last + timedelta(days=1), 0, subject.zone)
    waiting = select(Offer).where(
        Offer.org_id == subject.org_id, Offer.state == "accepted", Offer.ready_until < over
    )
    for offer in db.scalars(waiting).all():
        miss(db, subject, offer)


def _cast(db: Session, org_id: UUID) -> Cast:
    """The story's own people and places, in the order in which they were first stored."""
    hubs = select(Hub).where(Hub.org_id == org_id, Hub.name.like(EXAMPLE))
    sites = select(Site).where(
        Site.org_id == org_id, Site.name.like(EXAMPLE), Site.ended_at.is_(None)
    )
    recipients = select(Recipient).where(
        Recipient.org_id == org_id,
        Recipient.name.like(INVENTED) | Recipient.name.like(EXAMPLE),
        served,
        Recipient.geom.is_not(None),
    )
    volunteers = select(Volunteer).where(
        Volunteer.org_id == org_id, Volunteer.name.like(INVENTED), Volunteer.active
    )
    return Cast(
        hubs=list(db.scalars(hubs.order_by(Hub.id))),
        sites=list(db.scalars(sites.order_by(Site.id))),
        recipients=list(db.scalars(recipients.order_by(Recipient.id))),
        volunteers=list(db.scalars(volunteers.order_by(Volunteer.id))),
        places=places_of(db, org_id),
    )


def _month(db: Session, subject: Subject, dice: Random, cast: Cast, days: list[date]) -> Month:
    org_id = subject.org_id
    source, waste = (food.holder(db, org_id, kind).id for kind in ("source", "waste"))
    hub_holders = {hub.id: food.holder(db, org_id, "hub", hub.id).id for hub in cast.hubs}
    month = Month(org_id, subject.zone, dice, source, waste, hub_holders, cast.places, days[-1])
    numbers = (
        select(Run.day, func.max(Run.number))
        .where(Run.org_id == org_id, Run.day >= days[0])
        .group_by(Run.day)
    )
    month.runs_of_day = {row[0]: row[1] for row in db.execute(numbers)}
    month.stock = _stock(db, subject, month, cast.hubs, days[0])
    return month


def _stock(db: Session, subject: Subject, month: Month, hubs: list[Hub], first: date) -> list[Part]:
    """What lies in the hubs untouched since before `first` and is promised to no run to come.

    A lot that moved later is left out: taken on an earlier day, it might have owed grams meanwhile.
    """
    by_holder = {month.hub_holders[hub.id]: hub for hub in hubs}
    begins = at_second(first, 0, subject.zone)
    moved = select(Movement.lot_id).where(Movement.org_id == subject.org_id, Movement.at >= begins)
    promised = select(Allocation.lot_id).where(
        Allocation.org_id == subject.org_id,
        Allocation.lot_id.is_not(None),
        Allocation.day >= subject.today,
        Allocation.state.in_(("proposed", "planned", "loaded")),
    )
    query = (
        select(Lot, Balance.holder_id, Balance.grams)
        .join(Balance, (Balance.lot_id == Lot.id) & (Balance.org_id == Lot.org_id))
        .where(Lot.org_id == subject.org_id, Lot.state == "released", Balance.grams > 0)
        .where(Balance.holder_id.in_(by_holder), Lot.id.not_in(moved), Lot.id.not_in(promised))
        .order_by(Lot.best_before, Lot.id)
    )
    return [
        Part(lot.id, hub, grams, _supply(lot, hub.id, grams, month))
        for lot, hub, grams in (
            (lot, by_holder[holder], grams) for lot, holder, grams in db.execute(query)
        )
    ]


def _supply(lot: Lot, hub: UUID, grams: int, month: Month) -> Supply:
    return Supply(
        id=str(lot.id),
        source=str(hub),
        food=lot.food,
        grams=grams,
        best_before=lot.best_before,
        place=month.places[hub],
        storage_class=lot.storage_class,
        allergens=frozenset(lot.allergens),
        unfit_for=frozenset(lot.unfit_for),
    )


def _doors(db: Session, subject: Subject, month: Month, cast: Cast, first: date) -> list[Door]:
    """Who takes part: registered and approved before `first`, and on no run to come."""
    holders = select(Holder.subject_id, Holder.id).where(
        Holder.org_id == subject.org_id, Holder.kind == "recipient"
    )
    known = {row[0]: row[1] for row in db.execute(holders)}
    coming = food_on_its_way(db, subject.org_id, first)
    begins = at_second(first, 0, subject.zone)
    return [
        Door(
            row=row,
            place=month.places[row.id],
            holder=known.get(row.id) or month.holder("recipient", row.id),
            last=row.last_food_on or row.registered_on,
            away_from=date.max,
            was_fed=row.last_food_on is not None,
        )
        for row in cast.recipients
        if row.approved_at is not None and row.approved_at < begins and row.id not in coming
    ]
