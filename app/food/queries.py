"""Reads on hubs, stock and lots."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.core.fields import Point
from app.core.find import find
from app.core.paging import cut_page, decode_cursor
from app.donors.models import Donor
from app.food import rules
from app.food.models import Balance, Holder, Hub, Lot, Movement
from app.food.schemas import HeldOut, HubOut, LotOut, MovementOut, StockRow


def hubs(db: Session, org_id: UUID, hub_id: UUID | None = None) -> list[HubOut]:
    """The organisation's hubs, or the one named, with what lies there."""
    held = (
        select(func.coalesce(func.sum(Balance.grams), 0), func.count())
        .join(Holder, (Holder.org_id == Balance.org_id) & (Holder.id == Balance.holder_id))
        .where(Balance.org_id == Hub.org_id, Balance.grams > 0)
        .where(Holder.kind == "hub", Holder.subject_id == Hub.id)
        .correlate(Hub)
        .lateral()
    )
    query = select(Hub, func.ST_X(Hub.geom), func.ST_Y(Hub.geom), *held.c).join(held, literal(True))
    query = query.where(Hub.org_id == org_id).order_by(Hub.name, Hub.id)
    if hub_id is not None:
        query = query.where(Hub.id == hub_id)
    return [_hub_out(*row) for row in db.execute(query)]


def _hub_out(hub: Hub, lng: float, lat: float, *held: int) -> HubOut:
    return HubOut(
        id=hub.id,
        name=hub.name,
        address=hub.address,
        point=Point(lng=lng, lat=lat),
        storage_classes=hub.storage_classes,
        opens_minute=hub.opens_minute,
        closes_minute=hub.closes_minute,
        grams=held[0],
        lots=held[1],
        version=hub.version,
    )


def stock(
    db: Session, org_id: UUID, today: date, *, hub_id: UUID | None, cursor: str | None, limit: int
) -> tuple[list[StockRow], str | None]:
    """A page of what lies in the hubs (or the one named), what spoils first on top."""
    query = (
        select(Lot, Donor.name.label("donor_name"), Hub, Balance.grams.label("held"))
        .join(Balance, (Balance.org_id == Lot.org_id) & (Balance.lot_id == Lot.id))
        .join(Holder, (Holder.org_id == Balance.org_id) & (Holder.id == Balance.holder_id))
        .join(Hub, (Hub.org_id == Holder.org_id) & (Hub.id == Holder.subject_id))
        .join(Donor, (Donor.org_id == Lot.org_id) & (Donor.id == Lot.donor_id))
        .where(Lot.org_id == org_id, Balance.grams > 0, Holder.kind == "hub")
    )
    if hub_id is not None:
        query = query.where(Hub.id == find(db, Hub, org_id, hub_id).id)
    after = decode_cursor(cursor, 3)
    if after is not None:
        day, lot_id, place_id = (literal(str(key)) for key in after)
        last = cast(day, Date), cast(lot_id, Lot.id.type), cast(place_id, Hub.id.type)
        query = query.where(tuple_(Lot.best_before, Lot.id, Hub.id) > tuple_(*last))
    rows = db.execute(query.order_by(Lot.best_before, Lot.id, Hub.id).limit(limit + 1)).all()
    page, following = cut_page(
        rows, limit, lambda row: (row.Lot.best_before, row.Lot.id, row.Hub.id)
    )
    return [_stock_row(row, today) for row in page], following


def _stock_row(row: Any, today: date) -> StockRow:
    lot: Lot = row.Lot
    return StockRow(
        lot_id=lot.id,
        **_lot_facts(lot, today),
        donor_name=row.donor_name,
        hub_id=row.Hub.id,
        hub_name=row.Hub.name,
        grams=row.held,
    )


def _lot_facts(lot: Lot, today: date) -> dict[str, Any]:
    return {
        "code": lot.code,
        "food": lot.food,
        "donor_id": lot.donor_id,
        "storage_class": lot.storage_class,
        "allergens": lot.allergens,
        "unfit_for": lot.unfit_for,
        "best_before": lot.best_before,
        "days_left": rules.days_left(lot.best_before, today),
        "collected_at": lot.collected_at,
        "state": lot.state,
    }


def whole_lot(db: Session, org_id: UUID, lot_id: UUID, today: date) -> LotOut:
    """A lot with its balances and movements. Raises NotFound."""
    lot = find(db, Lot, org_id, lot_id)
    moved = movements(db, lot)
    reversed_ids = {row.reverses_id for row in moved}
    collected = sum(
        row.grams
        for row in moved
        if row.from_kind == "source" and row.id not in reversed_ids and row.reverses_id is None
    )
    return LotOut(
        id=lot.id,
        **_lot_facts(lot, today),
        donor_name=find(db, Donor, org_id, lot.donor_id).name,
        offer_id=lot.offer_id,
        collected_grams=collected,
        state_at=lot.state_at,
        version=lot.version,
        allowed=rules.LOT_MOVES.allowed(lot.state),
        held=_held(db, lot),
        movements=moved,
    )


def _held(db: Session, lot: Lot) -> list[HeldOut]:
    """Where the grams are, the source left out: it only mirrors them."""
    query = (
        select(Holder.kind, Holder.subject_id, func.coalesce(Hub.name, ""), Balance.grams)
        .join(Balance, (Balance.org_id == Holder.org_id) & (Balance.holder_id == Holder.id))
        .outerjoin(Hub, (Hub.org_id == Holder.org_id) & (Hub.id == Holder.subject_id))
        .where(Balance.org_id == lot.org_id, Balance.lot_id == lot.id)
        .where(Holder.kind != "source", Balance.grams != 0)
    )
    rows = db.execute(query.order_by(Balance.grams.desc(), Holder.id))
    return [HeldOut(kind=row[0], subject_id=row[1], name=row[2], grams=row[3]) for row in rows]


def movements(db: Session, lot: Lot) -> list[MovementOut]:
    """Every movement of a lot, in the order they were made."""
    giver, taker, from_hub, to_hub = aliased(Holder), aliased(Holder), aliased(Hub), aliased(Hub)
    query = (
        select(Movement, giver.kind, from_hub.name, taker.kind, to_hub.name)
        .join(giver, (giver.org_id == Movement.org_id) & (giver.id == Movement.from_holder_id))
        .join(taker, (taker.org_id == Movement.org_id) & (taker.id == Movement.to_holder_id))
        .outerjoin(from_hub, (from_hub.org_id == giver.org_id) & (from_hub.id == giver.subject_id))
        .outerjoin(to_hub, (to_hub.org_id == taker.org_id) & (to_hub.id == taker.subject_id))
        .where(Movement.org_id == lot.org_id, Movement.lot_id == lot.id)
    )
    return [
        MovementOut(
            id=row.id,
            at=row.at,
            from_kind=from_kind,
            from_name=from_name or "",
            to_kind=to_kind,
            to_name=to_name or "",
            grams=row.grams,
            reason=row.reason,
            by_id=row.by_id,
            stop_id=row.stop_id,
            reverses_id=row.reverses_id,
        )
        for row, from_kind, from_name, to_kind, to_name in db.execute(
            query.order_by(Movement.at, Movement.id)
        )
    ]
