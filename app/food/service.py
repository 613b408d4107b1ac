"""Verbs on food: every gram that changes hands goes through `move`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now, today_in
from app.core.find import find
from app.core.ids import new_code, new_id
from app.core.problems import NotFound, Problem, Refused
from app.donors.models import Offer, Site
from app.food import rules
from app.food.models import Balance, Holder, Lot, Movement

CODE_TRIES = 8


class NotEnough(Problem):
    """A holder has less of the lot than is asked; `available_grams` says how much."""

    type = "not-enough"

    def __init__(self, available_grams: int) -> None:
        left = rules.kilograms(max(0, available_grams))
        super().__init__(
            f"这批只剩 {left} kg。",
            f"Only {left} kg of this lot is left.",
            available_grams=available_grams,
        )


class NotFitToEat(Problem):
    """A lot that is held back or past its date is on its way to a recipient."""

    type = "not-fit-to-eat"


class AlreadyReversed(Problem):
    """A movement is taken back once."""

    type = "already-reversed"
    sentence, sentence_en = "这一笔已经撤回过了。", "This movement has already been taken back."


@dataclass(frozen=True)
class Transfer:
    """So many grams of one lot from one holder to another."""

    lot_id: UUID
    from_holder: Holder
    to_holder: Holder
    grams: int
    reason: str
    stop_id: UUID | None = None
    reverses: Movement | None = None


@dataclass(frozen=True)
class Facts:
    """What a lot is: as announced by an offer, or as a keeper writes down a walk-in gift."""

    donor_id: UUID
    food: str
    storage_class: str
    best_before: date
    allergens: Sequence[str] = ()
    unfit_for: Sequence[str] = ()


def holder(db: Session, org_id: UUID, kind: str, subject_id: UUID | None = None) -> Holder:
    """The holder of this kind (and hub, box, run or recipient), made when it is not there yet.

    Two who ask at once get the same row: the unique key decides, not a look beforehand.
    """
    query = select(Holder).where(
        Holder.org_id == org_id,
        Holder.kind == kind,
        Holder.subject_id.is_not_distinct_from(subject_id),
    )
    known = db.scalar(query)
    if known is not None:
        return known
    row = {"id": new_id(), "org_id": org_id, "kind": kind, "subject_id": subject_id}
    db.execute(insert(Holder).values(row).on_conflict_do_nothing())
    return db.scalars(query).one()


def move(
    db: Session,
    subject: Subject,
    *,
    lot_id: UUID,
    from_holder: Holder,
    to_holder: Holder,
    grams: int,
    reason: str,
    stop_id: UUID | None = None,
    at: datetime | None = None,
    reverses: Movement | None = None,
) -> Movement:
    """Move grams of one lot. Raises NotFound, NotEnough, NotFitToEat."""
    transfer = Transfer(lot_id, from_holder, to_holder, grams, reason, stop_id, reverses)
    return move_many(db, subject, [transfer], at=at)[0]


def move_many(
    db: Session, subject: Subject, transfers: Sequence[Transfer], *, at: datetime | None = None
) -> list[Movement]:
    """Move several at once, all or none, at the instant `at` (default: now), in the order given.

    The lots are locked in the order of their ids, FOR NO KEY UPDATE: whoever else wants them
    waits, and nobody waits crosswise. Raises NotFound, NotEnough, NotFitToEat.
    """
    moment = at or now()
    day = today_in(subject.zone, moment)
    lots = _locked(db, subject.org_id, {transfer.lot_id for transfer in transfers})
    held = _held(db, subject.org_id, list(lots))
    movements = []
    for transfer in transfers:
        lot, giver, taker = lots[transfer.lot_id], transfer.from_holder, transfer.to_holder
        available = held.get((lot.id, giver.id), 0)
        if rules.is_short(giver.kind, transfer.grams, available):
            raise NotEnough(available)
        _check_fit(lot, transfer, day)
        held[lot.id, giver.id] = available - transfer.grams
        held[lot.id, taker.id] = held.get((lot.id, taker.id), 0) + transfer.grams
        movements.append(_movement(subject, transfer, moment))
    db.add_all(movements)
    db.flush()
    return movements


def _check_fit(lot: Lot, transfer: Transfer, day: date) -> None:
    if transfer.reverses or not rules.goes_to_eat(
        transfer.from_holder.kind, transfer.to_holder.kind
    ):
        return
    why = rules.unfit_to_eat(lot.state, lot.best_before, day)
    if why is not None:
        raise NotFitToEat(*why, lot=lot.code)


def _locked(db: Session, org_id: UUID, lot_ids: set[UUID]) -> dict[UUID, Lot]:
    query = select(Lot).where(Lot.org_id == org_id, Lot.id.in_(lot_ids)).order_by(Lot.id)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    lots = {lot.id: lot for lot in db.scalars(locked)}
    if lots.keys() != lot_ids:
        raise NotFound
    return lots


def _held(db: Session, org_id: UUID, lot_ids: list[UUID]) -> dict[tuple[UUID, UUID], int]:
    """Grams by (lot, holder), read as columns: the trigger writes them behind the session."""
    query = select(Balance.lot_id, Balance.holder_id, Balance.grams)
    rows = db.execute(query.where(Balance.org_id == org_id, Balance.lot_id.in_(lot_ids)))
    return {(lot_id, holder_id): grams for lot_id, holder_id, grams in rows}


def _movement(subject: Subject, transfer: Transfer, at: datetime) -> Movement:
    return Movement(
        id=new_id(),
        org_id=subject.org_id,
        lot_id=transfer.lot_id,
        from_holder_id=transfer.from_holder.id,
        to_holder_id=transfer.to_holder.id,
        grams=transfer.grams,
        at=at,
        reason=transfer.reason,
        by_id=subject.person_id,
        stop_id=transfer.stop_id,
        reverses_id=transfer.reverses.id if transfer.reverses else None,
    )


def reverse(
    db: Session, subject: Subject, movement: Movement, *, at: datetime | None = None
) -> Movement:
    """Mend a movement by its mirror image. Raises AlreadyReversed, Refused, NotEnough.

    A mirror image is not mirrored again: a further movement says what happened instead.
    """
    if movement.reverses_id is not None:
        raise Refused("这一笔本身就是撤回。", "This row is itself a correction.")
    _locked(db, subject.org_id, {movement.lot_id})
    mirrored = select(Movement.id).where(
        Movement.org_id == subject.org_id, Movement.reverses_id == movement.id
    )
    if db.scalar(mirrored) is not None:
        raise AlreadyReversed
    return move(
        db,
        subject,
        lot_id=movement.lot_id,
        from_holder=find(db, Holder, subject.org_id, movement.to_holder_id),
        to_holder=find(db, Holder, subject.org_id, movement.from_holder_id),
        grams=movement.grams,
        reason=movement.reason,
        stop_id=movement.stop_id,
        at=at,
        reverses=movement,
    )


def facts_of(db: Session, offer: Offer) -> Facts:
    """What an offer announced, as a lot's facts."""
    site = find(db, Site, offer.org_id, offer.site_id)
    return Facts(
        donor_id=site.donor_id,
        food=offer.food,
        storage_class=offer.storage_class,
        best_before=offer.best_before,
        allergens=offer.allergens,
        unfit_for=offer.unfit_for,
    )


def open_lot(
    db: Session,
    subject: Subject,
    *,
    grams: int,
    to_holder: Holder,
    offer: Offer | None = None,
    facts: Facts | None = None,
    at: datetime | None = None,
    stop_id: UUID | None = None,
) -> Lot:
    """Food of one kind and origin comes in, weighed: a lot, and its grams at `to_holder`.

    It is what `facts` says, else what the `offer` announced; one of the two must be given.
    The offer's own state is the caller's to move (`donors.service.collect`).
    """
    moment = at or now()
    if facts is None:
        if offer is None:
            raise ValueError("a lot comes from an offer or has its facts")
        facts = facts_of(db, offer)
    lot = Lot(
        id=new_id(),
        org_id=subject.org_id,
        code=_free_code(db, subject.org_id, today_in(subject.zone, moment)),
        offer_id=offer.id if offer else None,
        donor_id=facts.donor_id,
        food=facts.food,
        storage_class=facts.storage_class,
        allergens=list(facts.allergens),
        unfit_for=list(facts.unfit_for),
        best_before=facts.best_before,
        collected_at=moment,
        state="released",
        state_at=moment,
        state_by_id=subject.person_id,
    )
    db.add(lot)
    db.flush()
    source = holder(db, subject.org_id, "source")
    move(
        db, subject, lot_id=lot.id, from_holder=source, to_holder=to_holder,
        grams=grams, reason="collected", stop_id=stop_id, at=moment,
    )  # fmt: skip
    record(db, subject.org_id, subject.person_id, "opened_lot", ("lot", lot.id), grams=grams)
    return lot


def _free_code(db: Session, org_id: UUID, day: date) -> str:
    for _ in range(CODE_TRIES):
        code = rules.lot_code(day, new_code(rules.LOT_CODE_LENGTH))
        if db.scalar(select(Lot.id).where(Lot.org_id == org_id, Lot.code == code)) is None:
            return code
    raise Refused(
        "批次号一时分配不出，请再试一次。", "No free lot code was found; please try again."
    )


def change_lot(db: Session, subject: Subject, lot_id: UUID, verb: str, *, reason: str) -> Lot:
    """Hold, quarantine or release a lot. Raises NotFound, Refused."""
    lot = find(db, Lot, subject.org_id, lot_id, lock=True)
    rules.LOT_MOVES.apply(lot, verb, by=subject.person_id, at=now())
    lot.version += 1
    record(db, subject.org_id, subject.person_id, f"lot_{verb}", ("lot", lot.id), reason=reason)
    return lot
