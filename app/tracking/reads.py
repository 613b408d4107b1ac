"""What donors and the map are told, ready to send: every figure comes through the pure rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import CREW, PLANNERS, Subject
from app.core.clock import day_bounds, now
from app.core.find import find
from app.core.problems import NotFound
from app.donors import queries as donors
from app.donors.models import Donor, Offer
from app.donors.schemas import GiftOut
from app.food.models import Lot
from app.tracking import queries
from app.tracking.account import Account, account, month_of
from app.tracking.queries import Tracked
from app.tracking.schemas import (
    AccountOut,
    CellOut,
    DonorName,
    EtaOut,
    EventOut,
    FlowOut,
    MassOut,
    MonthOut,
    ParcelOut,
    TotalsOut,
    TrackingOut,
)
from app.tracking.timeline import Around, Gift, View, followed, view

# Food handed out this month was announced at most this long before it began.
LOOK_BACK = timedelta(days=92)
SEE_EVERY_DONOR = (*CREW, "visitor", "reviewer", "auditor")


def tracking(found: Tracked, seen: View) -> TrackingOut:
    """A gift as data."""
    return TrackingOut(
        code=found.code,
        food=found.food,
        storage_class=found.storage_class,
        site=found.site_name,
        is_demo=found.is_demo,
        state=seen.state,
        step=seen.step,
        finished=seen.followed.finished,
        quarter=seen.quarter,
        eta=EtaOut.model_validate({"from": seen.eta[0], "until": seen.eta[1]})
        if seen.eta
        else None,
        mass=_mass(found.gift, seen),
        events=[
            EventOut(**{**event.__dict__, "on": date.fromisoformat(event.on)})
            for event in seen.events
        ],
    )


def _mass(gift: Gift, seen: View) -> MassOut:
    mass = seen.followed.mass
    return MassOut(
        announced_grams=gift.announced_grams,
        collected_grams=mass.collected,
        to_hub_grams=mass.to_hub,
        in_hub_grams=mass.in_hub,
        on_the_way_grams=mass.on_the_way,
        delivered_grams=mass.delivered,
        loss_grams=mass.loss,
    )


def my_gifts(
    db: Session, subject: Subject, *, cursor: str | None, limit: int
) -> tuple[list[ParcelOut], str | None]:
    """A page of a contact's own gifts, newest first, each as its tracking page tells it."""
    own, following = donors.gifts(db, subject, cursor=cursor, limit=limit)
    ids = [gift.id for gift in own]
    gifts, around = queries.gifts_of(db, subject.org_id, subject.zone, Offer.id.in_(ids))
    at = now()
    seen = {gift.id: (gift, view(gift, around, at)) for gift in gifts}
    return [_parcel(one, *seen[one.id]) for one in own], following


def _parcel(one: GiftOut, gift: Gift, seen: View) -> ParcelOut:
    hub = next((event.hub for event in seen.events if event.hub), "")
    return ParcelOut(
        **one.model_dump(),
        parcel=seen.state,
        hub=hub if seen.followed.mass.in_hub else "",
        mass=_mass(gift, seen),
    )


def _own_or_planned(db: Session, subject: Subject, donor_id: UUID) -> Donor:
    if not subject.has(*PLANNERS) and donor_id != subject.donor_id:
        raise NotFound
    return find(db, Donor, subject.org_id, donor_id)


def _month_begins(subject: Subject) -> datetime:
    return day_bounds(subject.today.replace(day=1), subject.zone)[0]


def month(db: Session, subject: Subject, donor_id: UUID) -> AccountOut:
    """A donor's month. Raises NotFound for another donor's contact."""
    donor = _own_or_planned(db, subject, donor_id)
    since = _month_begins(subject) - LOOK_BACK
    gifts, around = queries.all_gifts(
        db, subject.org_id, subject.zone, donor_id=donor.id, since=since
    )
    found = account(gifts, around, now(), month_of(subject.today))
    return AccountOut(
        donor=DonorName(id=donor.id, name=donor.name),
        month=MonthOut.model_validate(_sums(found)),
        cells=[
            CellOut(label=c.label, households_about=c.households_about, grams=c.grams)
            for c in found.cells
        ],
        days=[
            found.days.get(subject.today.replace(day=n + 1), 0) for n in range(subject.today.day)
        ],
    )


def _sums(found: Account) -> dict[str, int | None]:
    return {
        "grams": found.grams,
        "households_about": found.households_about,
        "delivered": found.mass.delivered,
        "on_the_way": found.mass.on_the_way + found.mass.to_hub,
        "in_hub": found.mass.in_hub,
        "loss": found.mass.loss,
    }


def totals(db: Session, subject: Subject) -> TotalsOut:
    """All that a contact's donor ever gave; nothing for one who speaks for no donor."""
    gifts: list[Gift] = []
    around = Around({}, {}, {}, subject.zone)
    if subject.donor_id is not None:
        gifts, around = queries.all_gifts(
            db, subject.org_id, subject.zone, donor_id=subject.donor_id
        )
    found = account(gifts, around, now(), None)
    return TotalsOut.model_validate({"gifts": found.gifts} | _sums(found))


def flows(
    db: Session, subject: Subject, *, donor_id: UUID | None, lot_id: UUID | None
) -> list[FlowOut]:
    """Where food went: this month's by donor and area, or one lot's. Raises NotFound.

    One map of areas serves gifts, accounts and flows: with two that overlap, their
    intersections would be smaller than ten households.
    """
    if not subject.has(*SEE_EVERY_DONOR):
        if donor_id is None and lot_id is None:
            donor_id = subject.donor_id
        if donor_id is None and lot_id is None:
            return []
        if donor_id is not None and donor_id != subject.donor_id:
            raise NotFound
    elif donor_id is not None:
        find(db, Donor, subject.org_id, donor_id)
    if lot_id is not None:
        return _with_places(db, subject, _lot_cells(db, subject, lot_id, donor_id))
    return _with_places(db, subject, _month_cells(db, subject, donor_id))


Row = tuple[UUID, str, int, int]


def _month_cells(db: Session, subject: Subject, donor_id: UUID | None) -> list[Row]:
    since = _month_begins(subject) - LOOK_BACK
    gifts, around = queries.all_gifts(
        db, subject.org_id, subject.zone, donor_id=donor_id, since=since
    )
    by_donor: dict[UUID, list[Gift]] = defaultdict(list)
    for gift in gifts:
        by_donor[gift.donor_id].append(gift)
    at, period = now(), month_of(subject.today)
    return [
        (donor, cell.label, cell.grams, cell.households_about)
        for donor, own in by_donor.items()
        for cell in account(own, around, at, period).cells
    ]


def _lot_cells(db: Session, subject: Subject, lot_id: UUID, donor_id: UUID | None) -> list[Row]:
    """A lot's flows are those of its whole gift: the page of the gift tells no more."""
    lot = find(db, Lot, subject.org_id, lot_id)
    if (not subject.has(*SEE_EVERY_DONOR) and lot.donor_id != subject.donor_id) or donor_id not in (
        None,
        lot.donor_id,
    ):
        raise NotFound
    if lot.offer_id is not None:
        gifts, around = queries.gifts_of(db, subject.org_id, subject.zone, Offer.id == lot.offer_id)
    else:
        gifts, around = queries.walk_ins_of(db, subject.org_id, subject.zone, Lot.id == lot.id)
    at = now()
    lines = [line for gift in gifts for line in followed(gift, around, at).lines if line.area]
    return [(lot.donor_id, line.area or "", line.grams, line.households_about) for line in lines]


def _with_places(db: Session, subject: Subject, rows: Iterable[Row]) -> list[FlowOut]:
    cells = list(rows)
    starts = queries.donor_places(db, subject.org_id, sorted({row[0] for row in cells}))
    ends = queries.street_places(db, subject.org_id, sorted({row[1] for row in cells}))
    return [
        FlowOut.model_validate(
            {
                "from": [starts[donor].lng, starts[donor].lat],
                "to": [ends[label].lng, ends[label].lat],
                "grams": grams,
                "donor_id": donor,
                "cell_label": label,
                "households": households,
            }
        )
        for donor, label, grams, households in cells
        if donor in starts and label in ends
    ]
