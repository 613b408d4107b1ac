"""Reads for tracking: gifts with their movements, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Organisation
from app.core.clock import today_in
from app.core.problems import NotFound
from app.core.tenancy import enter_organisation
from app.donors.models import Offer, Site
from app.food.models import Holder, Hub, Lot, Movement
from app.recipients.models import Recipient
from app.runs.models import Run, Stop
from app.tracking import rules
from app.tracking.rules import Moved, RunFacts
from app.tracking.timeline import Around, Gift, View

CODE_LENGTH_MAX = 40
GRID_DEG = 0.005


@dataclass(frozen=True)
class Tracked:
    """A gift behind a code, and what its page says about where it comes from."""

    org_id: UUID
    code: str
    food: str
    storage_class: str
    site_name: str
    is_demo: bool
    gift: Gift
    around: Around


def tracked(db: Session, code: str) -> Tracked:
    """The gift behind a clean code; enters its organisation. Raises NotFound, one and the same.

    An unknown code costs one index lookup.
    """
    if not code.isalnum() or len(code) > CODE_LENGTH_MAX:
        raise NotFound
    found = db.execute(
        text("SELECT * FROM find_tracking_code(:code)"), {"code": code}
    ).one_or_none()
    if found is None:
        raise NotFound
    enter_organisation(db, found.org_id)
    offer, site_name = db.execute(
        select(Offer, Site.name)
        .join(Site, (Site.org_id == Offer.org_id) & (Site.id == Offer.site_id))
        .where(Offer.org_id == found.org_id, Offer.id == found.offer_id)
    ).one()
    organisation = db.get_one(Organisation, found.org_id)
    gifts, around = gifts_of(db, found.org_id, organisation.zone, Offer.id == offer.id)
    return Tracked(
        found.org_id,
        offer.tracking_code,
        offer.food,
        offer.storage_class,
        site_name,
        organisation.is_demo,
        gifts[0],
        around,
    )


def gifts_of(
    db: Session, org_id: UUID, zone: str, wanted: ColumnElement[bool]
) -> tuple[list[Gift], Around]:
    """Offers that `wanted` (a condition on Offer, Site or both) chooses, with their lots' movements."""
    query = (
        select(Offer, Site.donor_id)
        .join(Site, (Site.org_id == Offer.org_id) & (Site.id == Offer.site_id))
        .where(Offer.org_id == org_id, wanted)
        .order_by(Offer.id)
    )
    offers = db.execute(query).all()
    lots = select(Lot.id, Lot.offer_id).where(
        Lot.org_id == org_id, Lot.offer_id.in_([offer.id for offer, _ in offers])
    )
    key_of = {lot_id: offer_id for lot_id, offer_id in db.execute(lots) if offer_id is not None}
    moved = _movements(db, org_id, key_of)
    gifts = [_gift(offer, donor_id, moved.get(offer.id, [])) for offer, donor_id in offers]
    return gifts, _around(db, org_id, zone, gifts)


def walk_ins_of(
    db: Session, org_id: UUID, zone: str, wanted: ColumnElement[bool]
) -> tuple[list[Gift], Around]:
    """Lots that came without an offer, each as a gift of its own."""
    lots = list(
        db.scalars(
            select(Lot).where(Lot.org_id == org_id, Lot.offer_id.is_(None), wanted).order_by(Lot.id)
        )
    )
    moved = _movements(db, org_id, {lot.id: lot.id for lot in lots})
    gifts = [
        Gift(
            id=lot.id,
            donor_id=lot.donor_id,
            offer_state="collected",
            announced_at=lot.collected_at,
            state_at=lot.collected_at,
            announced_grams=0,
            ready_from=None,
            ready_until=None,
            movements=tuple(moved.get(lot.id, [])),
        )
        for lot in lots
    ]
    return gifts, _around(db, org_id, zone, gifts)


def all_gifts(
    db: Session, org_id: UUID, zone: str, *, donor_id: UUID | None, since: datetime | None = None
) -> tuple[list[Gift], Around]:
    """Every gift of a donor (or of all), those collected since an instant if one is given."""
    of_offer: Any = Site.donor_id == donor_id if donor_id else Offer.id.is_not(None)
    of_lot: Any = Lot.donor_id == donor_id if donor_id else Lot.id.is_not(None)
    if since is not None:
        of_offer &= Offer.created_at >= since
        of_lot &= Lot.collected_at >= since
    gifts, around = gifts_of(db, org_id, zone, of_offer)
    more, more_around = walk_ins_of(db, org_id, zone, of_lot)
    return gifts + more, Around(
        {**around.runs, **more_around.runs}, {**around.streets, **more_around.streets},
        {**around.hubs, **more_around.hubs}, zone,
    )  # fmt: skip


def _gift(offer: Offer, donor_id: UUID, moved: Sequence[Moved]) -> Gift:
    return Gift(
        id=offer.id,
        donor_id=donor_id,
        offer_state=offer.state,
        announced_at=min(offer.created_at, offer.state_at),
        state_at=offer.state_at,
        announced_grams=offer.grams,
        ready_from=offer.ready_from,
        ready_until=offer.ready_until,
        movements=tuple(moved),
    )


def _movements(db: Session, org_id: UUID, key_of: dict[UUID, UUID]) -> dict[UUID, list[Moved]]:
    giver, taker = aliased(Holder), aliased(Holder)
    query = (
        select(Movement, giver.kind, giver.subject_id, taker.kind, taker.subject_id)
        .join(giver, (giver.org_id == Movement.org_id) & (giver.id == Movement.from_holder_id))
        .join(taker, (taker.org_id == Movement.org_id) & (taker.id == Movement.to_holder_id))
        .where(Movement.org_id == org_id, Movement.lot_id.in_(list(key_of)))
    )
    moved: dict[UUID, list[Moved]] = defaultdict(list)
    for row, from_kind, from_id, to_kind, to_id in db.execute(query):
        moved[key_of[row.lot_id]].append(
            Moved(
                row.id,
                row.at,
                row.grams,
                rules.Holder(from_kind, from_id),
                rules.Holder(to_kind, to_id),
                row.reverses_id,
            )
        )
    return moved


def _around(db: Session, org_id: UUID, zone: str, gifts: Iterable[Gift]) -> Around:
    ids: dict[str, set[UUID]] = defaultdict(set)
    for gift in gifts:
        for row in gift.movements:
            for holder in (row.giver, row.taker):
                if holder.id is not None:
                    ids[holder.kind].add(holder.id)
    streets = select(Recipient.id, Recipient.street).where(
        Recipient.org_id == org_id, Recipient.id.in_(ids["recipient"])
    )
    hubs = select(Hub.id, Hub.name).where(Hub.org_id == org_id, Hub.id.in_(ids["hub"]))
    return Around(
        runs=_runs(db, org_id, zone, ids["run"]),
        streets={id_: street.strip() for id_, street in db.execute(streets)},
        hubs=dict(db.execute(hubs).all()),
        zone=zone,
    )


def _runs(db: Session, org_id: UUID, zone: str, run_ids: set[UUID]) -> dict[UUID, RunFacts]:
    query = (
        select(
            Run.id,
            Run.state,
            Run.state_at,
            Run.ends_at,
            func.bool_or(Stop.kind == "deliver"),
            func.count(Stop.id).filter(
                Stop.state.in_(("done", "failed", "skipped")), Stop.kind != "break"
            ),
            # who rests brings nothing nearer
            func.count(Stop.id).filter(Stop.kind != "break"),
        )
        .outerjoin(Stop, (Stop.org_id == Run.org_id) & (Stop.run_id == Run.id))
        .where(Run.org_id == org_id, Run.id.in_(run_ids))
        .group_by(Run.id, Run.state, Run.state_at, Run.ends_at)
    )
    found = {}
    for run_id, state, state_at, ends_at, delivers, done, total in db.execute(query):
        closed = state_at if state in ("completed", "cancelled") else None
        found[run_id] = RunFacts(
            delivers=bool(delivers), closed_at=closed, closed_on=today_in(zone, closed) if closed else None,
            ends_at=ends_at, stops_done=done, stops_total=total,
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Place:
    """A point on the map, degrees WGS-84."""

    lng: float
    lat: float


def street_places(db: Session, org_id: UUID, streets: Sequence[str]) -> dict[str, Place]:
    """A fixed place for each street with at least ten located recipients.

    Their middle, on a grid of 0.005° (about 500 m): the exact middle would tell, from one day
    to the next, where the household that joined lives.
    """
    middle_lng = func.round(func.avg(func.ST_X(Recipient.geom)) / GRID_DEG) * GRID_DEG
    middle_lat = func.round(func.avg(func.ST_Y(Recipient.geom)) / GRID_DEG) * GRID_DEG
    query = (
        select(Recipient.street, middle_lng, middle_lat)
        .where(
            Recipient.org_id == org_id, Recipient.street.in_(streets), Recipient.geom.is_not(None)
        )
        .group_by(Recipient.street)
        .having(func.count() >= rules.HOUSEHOLDS_MIN)
    )
    return {
        street.strip(): Place(round(lng, 3), round(lat, 3))
        for street, lng, lat in db.execute(query)
    }


def donor_places(db: Session, org_id: UUID, donor_ids: Sequence[UUID]) -> dict[UUID, Place]:
    """Each donor's first site in use, else its first."""
    query = (
        select(Site.donor_id, func.ST_X(Site.geom), func.ST_Y(Site.geom))
        .where(Site.org_id == org_id, Site.donor_id.in_(donor_ids))
        .order_by(Site.ended_at.is_not(None), Site.id)
    )
    found: dict[UUID, Place] = {}
    for donor_id, lng, lat in db.execute(query):
        found.setdefault(donor_id, Place(lng, lat))
    return found


def spots(db: Session, found: Tracked, seen: View) -> tuple[Place | None, dict[str, Place]]:
    """The giver's place on the areas' grid, and the places of the areas that are told."""
    told = sorted({line.area for line in seen.followed.lines if line.area})
    if not told:
        return None, {}
    giver = donor_places(db, found.org_id, [found.gift.donor_id]).get(found.gift.donor_id)
    on_grid = giver and Place(_on_grid(giver.lng), _on_grid(giver.lat))
    return on_grid, street_places(db, found.org_id, told)


def _on_grid(degrees: float) -> float:
    return round(round(degrees / GRID_DEG) * GRID_DEG, 3)
