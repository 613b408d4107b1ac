"""What moves at a stop: food is collected, loaded, handed over, unloaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.find import find
from app.core.problems import Refused
from app.donors import offers as donors
from app.donors.models import Offer
from app.food import service as food
from app.food.models import Balance, Holder, Hub, Lot
from app.food.service import Transfer
from app.matching import service as matching
from app.runs import feeding
from app.runs.loading import load_up
from app.runs.models import Run, Stop, StopItem
from app.runs.rules import OPEN_STOPS

ON_THEIR_WAY = ("published", "claimed", "under_way")
GETS_ABOARD = ("collect", "load", "take_over")


class NothingMoved(Refused):
    """A stop is said to be done although no gram changed hands."""

    sentence = "这一站一点食物也没有动，请按“有问题”选原因。"
    sentence_en = "Nothing changed hands at this stop; report it with its reason instead."


def items_of(db: Session, stop: Stop) -> list[StopItem]:
    """What the stop takes or hands over, in a fixed order."""
    query = select(StopItem).where(StopItem.org_id == stop.org_id, StopItem.stop_id == stop.id)
    return list(db.scalars(query.order_by(StopItem.id)))


def carry_out(
    db: Session,
    subject: Subject,
    run: Run,
    stop: Stop,
    items: Sequence[StopItem],
    *,
    weighed: Mapping[UUID, int],
) -> None:
    """Move the stop's grams: as weighed by item id, else as planned."""
    if stop.kind == "deliver":
        _deliver(db, subject, run, stop, items, weighed=weighed)
        return
    if stop.kind == "unload":
        _unload_stop(db, subject, run, stop, items)
        return
    for item in items:
        item.moved_grams = weighed.get(item.id, item.grams)
    if items and not any(item.moved_grams for item in items):
        raise NothingMoved
    if stop.kind == "collect":
        _collect(db, subject, run, stop, items)
    elif stop.kind == "load":
        load_up(db, subject, run, stop, items)


def _run_holder(db: Session, run: Run) -> Holder:
    return food.holder(db, run.org_id, "run", run.id)


def _collect(
    db: Session, subject: Subject, run: Run, stop: Stop, items: Sequence[StopItem]
) -> None:
    """Weighed at the site: the offer becomes a lot, or adds to the lot its first collection made."""
    for item in sorted(items, key=lambda item: str(item.offer_id)):
        if item.offer_id is None:
            continue
        offer = find(db, Offer, subject.org_id, item.offer_id, lock=True)
        if item.moved_grams:
            _take_over(db, subject, run, stop, offer, grams=item.moved_grams)
        else:
            not_handed_over(db, subject, run, stop, offer)


def _take_over(
    db: Session, subject: Subject, run: Run, stop: Stop, offer: Offer, *, grams: int
) -> None:
    if offer.state == "missed":  # another run found nobody; this one is luckier
        donors.take_back(db, subject, offer)
    if offer.state not in ("accepted", "collected"):
        raise Refused(
            f"“{offer.food}”已经不送了，请不要装车。",
            f"The offer of {offer.food} no longer stands; do not take it.",
            state=offer.state,
        )
    holder, lot_id = _run_holder(db, run), lot_of_offer(db, subject.org_id, offer.id)
    if lot_id is None:
        food.open_lot(db, subject, offer=offer, grams=grams, to_holder=holder, stop_id=stop.id)
    else:
        source = food.holder(db, subject.org_id, "source")
        coming = Transfer(lot_id, source, holder, grams, "collected", stop.id)
        food.move_many(db, subject, [coming])
    if offer.state == "accepted":
        donors.collect(db, subject, offer)


def not_handed_over(db: Session, subject: Subject, run: Run, stop: Stop, offer: Offer) -> None:
    """Nobody gave the food to this run: it is missed, unless another run is still to fetch it."""
    if offer.state != "accepted":
        return
    query = (
        select(StopItem.id)
        .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
        .join(Run, (Run.org_id == Stop.org_id) & (Run.id == Stop.run_id))
        .where(StopItem.org_id == run.org_id, StopItem.offer_id == offer.id, Stop.id != stop.id)
        .where(Stop.kind == "collect", Stop.state.in_(OPEN_STOPS))
        .where(Run.state.in_(ON_THEIR_WAY), Run.day >= run.day)
    )
    if db.scalars(query.limit(1)).first() is None:
        donors.miss(db, subject, offer)


def lot_of_offer(db: Session, org_id: UUID, offer_id: UUID) -> UUID | None:
    """The lot an offer became at its first collection."""
    query = select(Lot.id).where(Lot.org_id == org_id, Lot.offer_id == offer_id)
    return db.scalars(query.order_by(Lot.id)).first()


def _deliver(
    db: Session,
    subject: Subject,
    run: Run,
    stop: Stop,
    items: Sequence[StopItem],
    *,
    weighed: Mapping[UUID, int],
) -> None:
    """Hand over: as weighed, else as planned as far as the run still has it.

    Raises NotEnough for a weight the run does not have, Refused when there is nothing to give.
    """
    lots = {item.id: lot_of_item(db, item) for item in items}
    _share_out(db, run, items, lots, weighed)
    holder, transfers = _run_holder(db, run), []
    for item in items:
        lot_id = lots[item.id]
        if lot_id is None or item.recipient_id is None or not item.moved_grams:
            continue
        taker = food.holder(db, subject.org_id, "recipient", item.recipient_id)
        transfers.append(Transfer(lot_id, holder, taker, item.moved_grams, "handed_over", stop.id))
    food.move_many(db, subject, transfers)
    feeding.feed(db, subject, run, stop, items)
    for state, given in (("done", True), ("dropped", False)):
        ids = [i.allocation_id for i in items if i.allocation_id and bool(i.moved_grams) == given]
        matching.mark(db, subject.org_id, ids, state)


def lot_of_item(db: Session, item: StopItem) -> UUID | None:
    """The lot of an item; an offer has one once it is collected."""
    if item.lot_id is not None or item.offer_id is None:
        return item.lot_id
    return lot_of_offer(db, item.org_id, item.offer_id)


def _share_out(
    db: Session,
    run: Run,
    items: Sequence[StopItem],
    lots: Mapping[UUID, UUID | None],
    weighed: Mapping[UUID, int],
) -> None:
    """Write each item's grams down: less was loaded than planned, so the last door gets the rest."""
    left = aboard(db, run)
    for item in items:
        lot_id = lots[item.id]
        have = left.get(lot_id, 0) if lot_id is not None else 0
        item.moved_grams = grams = weighed.get(item.id, min(item.grams, have))
        if lot_id is not None:
            left[lot_id] = max(0, have - grams)
        elif grams:
            raise _not_yet_aboard()
    if any(item.moved_grams for item in items):
        return
    if not any(item.id in weighed for item in items) and _is_still_to_be_fetched(db, run):
        raise _not_yet_aboard()
    raise NothingMoved


def _not_yet_aboard() -> Refused:
    return Refused(
        "这份食物还没有装上车，请先确认取货或装货那一站。",
        "This food is not aboard yet; confirm its site or hub first.",
    )


def _is_still_to_be_fetched(db: Session, run: Run) -> bool:
    query = select(Stop.id).where(
        Stop.org_id == run.org_id,
        Stop.run_id == run.id,
        Stop.kind.in_(GETS_ABOARD),
        Stop.state.in_(OPEN_STOPS),
    )
    return db.scalars(query.limit(1)).first() is not None


def aboard(db: Session, run: Run) -> dict[UUID, int]:
    """Grams by lot that are on the run now."""
    query = (
        select(Balance.lot_id, Balance.grams)
        .join(Holder, (Holder.org_id == Balance.org_id) & (Holder.id == Balance.holder_id))
        .where(
            Balance.org_id == run.org_id,
            Holder.kind == "run",
            Holder.subject_id == run.id,
            Balance.grams > 0,
        )
    )
    return {row[0]: row[1] for row in db.execute(query.order_by(Balance.lot_id))}


def _unload_stop(
    db: Session, subject: Subject, run: Run, stop: Stop, items: Sequence[StopItem]
) -> None:
    """Everything goes into the hub, whatever was planned, except what later doors still get.

    The items say what it was.
    """
    kept = _for_later_doors(db, run, stop)
    left = {lot: max(0, grams - kept[lot]) for lot, grams in aboard(db, run).items()}
    for item in items:
        lot_id = lot_of_item(db, item)
        item.moved_grams = left.get(lot_id, 0) if lot_id is not None else 0
    unload(db, subject, run, stop.hub_id, stop_id=stop.id, kept=kept)


def _for_later_doors(db: Session, run: Run, stop: Stop) -> Counter[UUID]:
    """Grams by lot that doors behind this stop are to get from what is on board."""
    query = (
        select(StopItem)
        .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
        .where(Stop.org_id == run.org_id, Stop.run_id == run.id, Stop.seq > stop.seq)
        .where(Stop.kind == "deliver", Stop.state.in_(OPEN_STOPS))
    )
    kept: Counter[UUID] = Counter()
    for item in db.scalars(query.order_by(StopItem.id)):
        lot_id = lot_of_item(db, item)
        if lot_id is not None:
            kept[lot_id] += item.grams
    return kept


def unload(
    db: Session,
    subject: Subject,
    run: Run,
    hub_id: UUID | None,
    *,
    stop_id: UUID | None = None,
    kept: Mapping[UUID, int] | None = None,
) -> int:
    """Everything still on the run but what is `kept` (grams by lot) goes into the hub; grams.

    Raises NotFound, Refused.
    """
    if hub_id is None:
        raise Refused("请选择交回哪个仓库。", "Choose the hub it goes back to.")
    place = find(db, Hub, subject.org_id, hub_id)
    holder, hub = _run_holder(db, run), food.holder(db, subject.org_id, "hub", place.id)
    less = kept or {}
    over = {lot: grams - less.get(lot, 0) for lot, grams in aboard(db, run).items()}
    left = {lot: grams for lot, grams in over.items() if grams > 0}
    food.move_many(
        db,
        subject,
        [Transfer(lot, holder, hub, grams, "unloaded", stop_id) for lot, grams in left.items()],
    )
    return sum(left.values())
