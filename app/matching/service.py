"""The allocation of a day: made, made again, read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.accounts.models import Organisation
from app.audit.service import record
from app.core.clock import day_bounds
from app.donors.supply import AcceptedOffer, accepted_offers
from app.food.supply import LotInHub, lots_in_hubs
from app.matching.models import Allocation
from app.matching.rules import Household, Outcome, Supply, allocate
from app.recipients.demand import Demand, demands

# Food that will not keep until the day after tomorrow goes straight from the site to the doors.
RESCUE_KEEPS = timedelta(days=2)


def goes_straight(offer: AcceptedOffer, day: date) -> bool:
    """Whether an offer is rescued directly instead of going through a hub."""
    return offer.best_before <= day + RESCUE_KEEPS


def _household(demand: Demand) -> Household:
    return Household(
        id=str(demand.id),
        need_grams=demand.need_grams,
        waiting_days=demand.waiting_days,
        every_days=demand.every_days,
        place=(demand.lng, demand.lat),
        allergens=demand.allergens,
        diets=demand.diets,
        keeps_chilled=demand.keeps_chilled,
        must_serve=demand.must_serve,
    )


def take_turns(db: Session, org_id: UUID) -> None:
    """Whoever divides the organisation's food waits here for the one before, to the COMMIT.

    Two at once would promise the same grams, and serve the same household, twice.
    """
    db.execute(
        select(Organisation.id).where(Organisation.id == org_id).with_for_update(key_share=True)
    )


def _supply(part: LotInHub | AcceptedOffer, promised: Mapping[UUID, int]) -> Supply:
    is_offer = isinstance(part, AcceptedOffer)
    own_id = part.id if isinstance(part, AcceptedOffer) else part.lot_id
    source = part.site_id if isinstance(part, AcceptedOffer) else part.hub_id
    return Supply(
        id=f"{own_id}@{source}",
        source=str(source),
        food=part.food,
        grams=max(0, part.grams - promised.get(own_id, 0)),
        best_before=part.best_before,
        place=(part.lng, part.lat),
        is_offer=is_offer,
        storage_class=part.storage_class,
        allergens=part.allergens,
        unfit_for=part.unfit_for,
    )


def allocate_day(
    db: Session,
    subject: Subject,
    day: date,
    limit: int | None = None,
    fetched: Mapping[UUID, int] | None = None,
) -> Outcome:
    """Make the day's allocation anew, except what is on a run already; at most `limit` households.

    Grams promised for other days, or on runs, are not promised again, nor are those of an offer
    that runs are to fetch anyway (`fetched`: grams by offer).
    """
    take_turns(db, subject.org_id)
    todays = (Allocation.org_id == subject.org_id) & (Allocation.day == day)
    db.execute(delete(Allocation).where(todays, Allocation.state == "proposed"))
    promised = _promised(db, subject.org_id, day, subject.today)
    for offer_id, grams in (fetched or {}).items():
        promised[offer_id] = max(promised.get(offer_id, 0), grams)
    coming = food_on_its_way(db, subject.org_id, min(day, subject.today))
    due = [
        demand
        for demand in demands(db, subject.org_id, day)
        if demand.is_due and not demand.clashes_with(day, coming.get(demand.id, ()))
    ]
    due.sort(key=lambda demand: not demand.must_serve)
    offers = accepted_offers(db, subject.org_id, day_bounds(day, subject.zone))
    supplies = [
        _supply(lot, promised) for lot in _where_most_lies(lots_in_hubs(db, subject.org_id))
    ]
    supplies += [_supply(offer, promised) for offer in offers if goes_straight(offer, day)]
    outcome = allocate([_household(demand) for demand in due[:limit]], supplies, day)
    _store(db, subject.org_id, day, outcome)
    record(
        db,
        subject.org_id,
        subject.person_id,
        "allocated",
        ("organisation", subject.org_id),
        day=str(day),
        rows=len(outcome.shares),
    )
    return outcome


def mark(db: Session, org_id: UUID, ids: list[UUID], state: str) -> None:
    """A run took these allocations on, loaded them, or is done with them."""
    db.execute(
        update(Allocation)
        .where(Allocation.org_id == org_id, Allocation.id.in_(ids))
        .values(state=state)
    )


def food_on_its_way(db: Session, org_id: UUID, since: date) -> dict[UUID, list[date]]:
    """Days from `since` on for which a run brings each recipient food, or has brought it."""
    query = select(Allocation.recipient_id, Allocation.day).where(
        Allocation.org_id == org_id,
        Allocation.day >= since,
        Allocation.state.in_(("planned", "loaded", "done")),
    )
    found: dict[UUID, list[date]] = defaultdict(list)
    for recipient_id, day in db.execute(query.distinct()):
        found[recipient_id].append(day)
    return found


def drop_proposals(
    db: Session, org_id: UUID, day: date, recipient_ids: list[UUID], offer_ids: list[UUID]
) -> None:
    """A volunteer serves these doors, or fetches these offers: what was only proposed gives way."""
    chosen = Allocation.recipient_id.in_(recipient_ids) | Allocation.offer_id.in_(offer_ids)
    db.execute(
        delete(Allocation).where(
            Allocation.org_id == org_id,
            Allocation.day == day,
            Allocation.state == "proposed",
            chosen,
        )
    )


def _where_most_lies(lots: list[LotInHub]) -> list[LotInHub]:
    """Each lot once, at the hub that holds most of it: from there the plan loads it."""
    most = {lot.lot_id: lot for lot in sorted(lots, key=lambda lot: lot.grams)}
    return list(most.values())


def _promised(db: Session, org_id: UUID, day: date, today: date) -> dict[UUID, int]:
    """Grams of each lot or offer that are promised and still lie where they were.

    What a run carries counts from today on; what is only proposed counts from `day` on, since an
    earlier day's proposal that no run took is made anew before it is driven.
    """
    supply = func.coalesce(Allocation.lot_id, Allocation.offer_id)
    waiting = ((Allocation.state == "planned") & (Allocation.day >= min(day, today))) | (
        (Allocation.state == "proposed") & (Allocation.day >= day)
    )
    query = select(supply, func.sum(Allocation.grams)).where(Allocation.org_id == org_id, waiting)
    return {row[0]: int(row[1]) for row in db.execute(query.group_by(supply))}


def _store(db: Session, org_id: UUID, day: date, outcome: Outcome) -> None:
    for share in outcome.shares:
        supply_id = UUID(share.supply_id.split("@")[0])
        db.add(
            Allocation(
                org_id=org_id,
                day=day,
                recipient_id=UUID(share.household_id),
                lot_id=None if share.is_offer else supply_id,
                offer_id=supply_id if share.is_offer else None,
                grams=share.grams,
                boxes=share.boxes,
                rank=share.rank,
                reasons=[asdict(reason) for reason in share.reasons],
            )
        )
    db.flush()
