"""Hubs, stock, receipts, movements, lots."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.accounts.access import Crew, Planner, Staff, Subject
from app.core.clock import day_bounds
from app.core.db import Db
from app.core.fields import Day
from app.core.find import edit, find, show_etag
from app.core.idempotency import Fingerprint, Key, once
from app.core.paging import Cursor, Limit, Page
from app.donors.supply import AcceptedOffer, accepted_offers
from app.food import queries, service, stock
from app.food.models import Hub, Lot
from app.food.schemas import (
    ExpectedRow,
    HubEdit,
    HubIn,
    HubOut,
    LotOut,
    LotStep,
    LotVerb,
    MovementIn,
    ReceiptIn,
    StockRow,
)

router = APIRouter(prefix="/api/v1", tags=["food"])


@router.get("/hubs")
def list_hubs(subject: Crew, db: Db) -> list[HubOut]:
    """The hubs and how much lies there."""
    return queries.hubs(db, subject.org_id)


@router.post("/hubs", status_code=201)
def add_hub(
    body: HubIn, subject: Planner, db: Db, key: Key = None, fingerprint: Fingerprint = b""
) -> HubOut:
    """A new hub."""

    def act() -> dict[str, Any]:
        hub = stock.add_hub(db, subject, **body.model_dump() | {"point": body.point})
        return queries.hubs(db, subject.org_id, hub.id)[0].model_dump(mode="json")

    return HubOut.model_validate(once(db, subject.key, key, fingerprint, act))


@router.patch("/hubs/{hub_id}")
def edit_hub(
    hub_id: UUID, body: HubEdit, subject: Planner, db: Db, request: Request, response: Response
) -> HubOut:
    """Change a hub (If-Match)."""
    hub = find(db, Hub, subject.org_id, hub_id, lock=True)
    edit(hub, request)
    changes = body.model_dump(exclude_unset=True)
    if body.point is not None:
        changes["point"] = body.point
    stock.edit_hub(db, subject, hub, changes=changes)
    show_etag(response, hub)
    return queries.hubs(db, subject.org_id, hub_id)[0]


@router.get("/stock")
def list_stock(
    subject: Staff, db: Db, hub_id: UUID | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[StockRow]:
    """What lies in the hubs, what spoils first on top."""
    items, following = queries.stock(
        db, subject.org_id, subject.today, hub_id=hub_id, cursor=cursor, limit=limit
    )
    return Page(items=items, next=following)


@router.get("/stock/expected")
def list_expected(subject: Staff, db: Db, day: Day | None = None) -> list[ExpectedRow]:
    """Accepted offers of a day (default: today) that nobody has collected yet."""
    window = day_bounds(day or subject.today, subject.zone)
    return [_expected(offer) for offer in accepted_offers(db, subject.org_id, window)]


def _expected(offer: AcceptedOffer) -> ExpectedRow:
    shared = ExpectedRow.model_fields.keys() - {"offer_id"}
    return ExpectedRow(offer_id=offer.id, **{field: getattr(offer, field) for field in shared})


@router.post("/receipts", status_code=201)
def receive(
    body: ReceiptIn, subject: Staff, db: Db, key: Key = None, fingerprint: Fingerprint = b""
) -> LotOut:
    """Receive and weigh: an accepted offer or a walk-in gift becomes a lot at a hub."""

    def act() -> dict[str, Any]:
        lot = _received(db, subject, body)
        return queries.whole_lot(db, subject.org_id, lot.id, subject.today).model_dump(mode="json")

    return LotOut.model_validate(once(db, subject.key, key, fingerprint, act))


def _received(db: Db, subject: Subject, body: ReceiptIn) -> Lot:
    if body.walk_in is not None:
        facts = service.Facts(**body.walk_in.model_dump())
        return stock.receive_walk_in(db, subject, facts=facts, hub_id=body.hub_id, grams=body.grams)
    return stock.receive_offer(db, subject, **body.model_dump(exclude={"walk_in"}))


@router.post("/movements", status_code=201)
def rearrange(
    body: MovementIn, subject: Staff, db: Db, key: Key = None, fingerprint: Fingerprint = b""
) -> LotOut:
    """Transfer, waste, sample, give back, or a count's difference; answers with the lot."""

    def act() -> dict[str, Any]:
        stock.rearrange(db, subject, **body.model_dump())
        lot = queries.whole_lot(db, subject.org_id, body.lot_id, subject.today)
        return lot.model_dump(mode="json")

    return LotOut.model_validate(once(db, subject.key, key, fingerprint, act))


@router.get("/lots/{lot_id}")
def open_lot(lot_id: UUID, subject: Staff, db: Db) -> LotOut:
    """A lot with where it is and every movement it made."""
    return queries.whole_lot(db, subject.org_id, lot_id, subject.today)


@router.post("/lots/{lot_id}/{verb}")
def step_lot(lot_id: UUID, verb: LotVerb, body: LotStep, subject: Staff, db: Db) -> LotOut:
    """Hold a lot back, quarantine it, or release it again."""
    service.change_lot(db, subject, lot_id, verb, reason=body.reason)
    return queries.whole_lot(db, subject.org_id, lot_id, subject.today)
