"""A slip of the finger: within ten seconds a confirmation can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.events import tell
from app.core.find import find
from app.core.problems import Refused
from app.donors import offers as donors
from app.donors.models import Offer
from app.food import service as food
from app.food.models import Balance, Holder, Movement
from app.food.service import NotEnough
from app.matching import service as matching
from app.recipients import service as recipients
from app.runs import feeding
from app.runs.cargo import items_of, lot_of_offer
from app.runs.driving import StopFinished, stop_to_drive
from app.runs.loading import mark_load
from app.runs.models import CareAlert, Run, Stop, StopItem
from app.runs.rules import ENDED_STOPS, STOP_MOVES, UNDO_S
from app.runs.taking_over import hand_back


def take_back(db: Session, subject: Subject, stop_id: UUID) -> Stop:
    """Undo a stop's last confirmation: its movements are mirrored, who was fed waits as before.

    Raises Refused after ten seconds, or when the food has gone on from here.
    """
    run, stop = stop_to_drive(db, subject, stop_id)
    if stop.state not in ENDED_STOPS:
        raise Refused("这一站还没有确认。", "This stop is not confirmed yet.", state=stop.state)
    if now() - stop.state_at > timedelta(seconds=UNDO_S):
        raise Refused(
            "过了 10 秒，不能撤回了。请找协调员更正。",
            "After ten seconds only the coordinator can correct it.",
        )
    items = items_of(db, stop)
    try:
        _mirror(db, subject, stop)
    except NotEnough as short:
        raise Refused(
            "这里的食物已经往下送了，请先撤回后面那一站。",
            "This food has gone on already; take the later stop back first.",
        ) from short
    feeding.unfeed(db, subject, stop, items)
    if stop.state == "done":
        for recipient_id in sorted(stop.visits):
            recipients.not_visited(db, subject.org_id, recipient_id, run.day)
    _reopen(db, subject, run, stop, items)
    for item in items:
        item.outcome, item.moved_grams, item.fed_before = "", None, None
    _close_alerts(db, subject, stop)
    STOP_MOVES.apply(stop, "take_back", by=subject.person_id, at=now())
    stop.version += 1
    record(db, subject.org_id, subject.person_id, "took_back", ("stop", stop.id))
    db.flush()
    tell(db, StopFinished(stop.org_id, run.id, stop.id))
    return stop


def _mirror(db: Session, subject: Subject, stop: Stop) -> None:
    """Every movement of the stop that stands is mirrored, the last one first."""
    moved = select(Movement).where(Movement.org_id == subject.org_id, Movement.stop_id == stop.id)
    found = list(db.scalars(moved.order_by(Movement.at.desc(), Movement.id.desc())))
    mirrored = {movement.reverses_id for movement in found}
    for movement in found:
        if movement.reverses_id is None and movement.id not in mirrored:
            food.reverse(db, subject, movement)


def _reopen(db: Session, subject: Subject, run: Run, stop: Stop, items: Sequence[StopItem]) -> None:
    """Allocations and offers are as they were before the stop."""
    if stop.kind == "load":
        if stop.state == "done":
            mark_load(db, run, stop, "planned")
    elif stop.kind == "take_over":
        hand_back(db, subject, stop)
    elif stop.kind == "deliver":
        loaded = _is_loaded(db, run)
        for state, is_on_board in (("loaded", True), ("planned", False)):
            ids = [
                item.allocation_id
                for item in items
                if item.allocation_id and _was_loaded(item, loaded=loaded) == is_on_board
            ]
            matching.mark(db, subject.org_id, ids, state)
    elif stop.kind == "collect":
        for offer_id in sorted({item.offer_id for item in items if item.offer_id}):
            _reopen_offer(db, subject, offer_id)


def _was_loaded(item: StopItem, *, loaded: bool) -> bool:
    """Whether the food had left the hub: loaded by this run, or by the one it was taken over from."""
    return item.lot_id is not None and (loaded or item.taken_over_at_id is not None)


def _is_loaded(db: Session, run: Run) -> bool:
    query = select(Stop.id).where(
        Stop.org_id == run.org_id, Stop.run_id == run.id, Stop.kind == "load", Stop.state == "done"
    )
    return db.scalars(query.limit(1)).first() is not None


def _reopen_offer(db: Session, subject: Subject, offer_id: UUID) -> None:
    """It waits at its site again, unless another run has collected some of it."""
    offer = find(db, Offer, subject.org_id, offer_id, lock=True)
    lot_id = lot_of_offer(db, subject.org_id, offer_id)
    came_in = (
        select(Balance.grams)
        .join(Holder, (Holder.org_id == Balance.org_id) & (Holder.id == Balance.holder_id))
        .where(Balance.org_id == subject.org_id, Balance.lot_id == lot_id, Holder.kind == "source")
    )
    nothing_came = lot_id is None or db.scalar(came_in) == 0
    if offer.state in ("missed", "collected") and nothing_came:
        donors.take_back(db, subject, offer)


def _close_alerts(db: Session, subject: Subject, stop: Stop) -> None:
    alerts = select(CareAlert).where(
        CareAlert.org_id == subject.org_id,
        CareAlert.stop_id == stop.id,
        CareAlert.followed_up_at.is_(None),
    )
    for alert in db.scalars(alerts):
        alert.followed_up_at, alert.followed_up_by_id = now(), subject.person_id
        alert.follow_up = "taken_back"
