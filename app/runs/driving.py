"""On the way: arrive, confirm, fail, take back. Each confirmation moves grams, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now, today_in
from app.core.events import tell
from app.core.find import find
from app.core.problems import Refused
from app.donors import offers as donors
from app.donors.models import Offer
from app.food import service as food
from app.food.models import Balance, Holder, Lot, Movement
from app.food.service import Transfer
from app.matching import service as matching
from app.recipients import service as recipients
from app.recipients.models import Recipient
from app.runs.models import CareAlert, Run, Stop, StopItem
from app.runs.rules import HANDED_OVER, LEFT_WITH, STOP_MOVES, UNDO_S
from app.runs.service import drivers_run, move_run

CARE_REASONS = ("not_home", "unsafe", "wrong_address", "other")


@dataclass(frozen=True)
class Confirmation:
    """What the volunteer says happened at a stop.

    `grams` maps a stop item's id to the grams that really moved (weighed); without it the
    planned amount. `phone_time` is when it happened, which may be long before we hear of it.
    """

    outcome: str = HANDED_OVER
    grams: Mapping[UUID, int] = field(default_factory=dict)
    note: str = ""
    phone_time: datetime | None = None


@dataclass(frozen=True)
class StopFinished:
    """Told to higher rooms after a stop was confirmed, failed or taken back."""

    org_id: UUID
    run_id: UUID
    stop_id: UUID


def begin(db: Session, subject: Subject, run_id: UUID) -> Run:
    """Start driving a claimed run."""
    run = drivers_run(db, subject, run_id)
    if run.day != subject.today:
        raise Refused("这条路线不是今天的。", "This run is not for today.")
    return move_run(db, subject, run, "begin")


def stop_to_drive(db: Session, subject: Subject, stop_id: UUID) -> tuple[Run, Stop]:
    """A stop of a run under way, both locked. Raises NotFound for other people's runs."""
    stop = find(db, Stop, subject.org_id, stop_id)
    run = drivers_run(db, subject, stop.run_id)
    if run.state == "claimed":
        begin(db, subject, run.id)
    if run.state != "under_way":
        raise Refused(
            "这条路线还没开始,或已经结束。", "This run is not under way.", state=run.state
        )
    return run, find(db, Stop, subject.org_id, stop_id, lock=True)


def arrive(db: Session, subject: Subject, stop_id: UUID, phone_time: datetime | None) -> Stop:
    """The volunteer is there."""
    _, stop = stop_to_drive(db, subject, stop_id)
    STOP_MOVES.apply(stop, "arrive", by=subject.person_id, at=now())
    stop.arrived_at = stop.state_at
    stop.phone_time = phone_time
    stop.version += 1
    return stop


def confirm(db: Session, subject: Subject, stop_id: UUID, said: Confirmation) -> Stop:
    """Done, or failed with a reason: the grams move, the wait of the fed starts anew.

    Raises Refused when the stop has ended already, NotEnough when the run lacks the food.
    """
    run, stop = stop_to_drive(db, subject, stop_id)
    done = said.outcome in (HANDED_OVER, LEFT_WITH)
    STOP_MOVES.apply(stop, "confirm" if done else "fail", by=subject.person_id, at=now())
    stop.phone_time, stop.note, stop.version = said.phone_time, said.note, stop.version + 1
    stop.arrived_at = stop.arrived_at or stop.state_at
    items = list(
        db.scalars(
            select(StopItem)
            .where(StopItem.org_id == stop.org_id, StopItem.stop_id == stop.id)
            .order_by(StopItem.id)
        )
    )
    for item in items:
        item.outcome = said.outcome
    if done:
        for item in items:
            item.moved_grams = said.grams.get(item.id, item.grams)
        _carry_out(db, subject, run, stop, items)
    else:
        _give_up(db, subject, stop, items, said)
    record(
        db,
        subject.org_id,
        subject.person_id,
        f"stop_{stop.state}",
        ("stop", stop.id),
        outcome=said.outcome,
    )
    db.flush()
    tell(db, StopFinished(stop.org_id, run.id, stop.id))
    return stop


def _carry_out(
    db: Session,
    subject: Subject,
    run: Run,
    stop: Stop,
    items: Sequence[StopItem],
) -> None:
    if stop.kind == "collect":
        _collect(db, subject, run, stop, items)
    elif stop.kind == "load":
        _load(db, subject, run, stop, items)
    elif stop.kind == "deliver":
        _deliver(db, subject, run, stop, items)
    elif stop.kind == "unload":
        unload(db, subject, run, stop.hub_id, stop.id)


def _run_holder(db: Session, run: Run) -> Holder:
    return food.holder(db, run.org_id, "run", run.id)


def _collect(
    db: Session, subject: Subject, run: Run, stop: Stop, items: Sequence[StopItem]
) -> None:
    """Weighed at the site: the offer becomes a lot, or adds to the lot its first collection made."""
    holder = _run_holder(db, run)
    for item in items:
        if item.offer_id is None or not item.moved_grams:
            continue
        offer = find(db, Offer, subject.org_id, item.offer_id, lock=True)
        lot_id = _lot_of_offer(db, subject.org_id, offer.id)
        if lot_id is None:
            food.open_lot(
                db, subject, offer=offer, grams=item.moved_grams, to_holder=holder, stop_id=stop.id
            )
            donors.collect(db, subject, offer)
        else:
            source = food.holder(db, subject.org_id, "source")
            food.move(
                db,
                subject,
                lot_id=lot_id,
                from_holder=source,
                to_holder=holder,
                grams=item.moved_grams,
                reason="collected",
                stop_id=stop.id,
            )


def _lot_of_offer(db: Session, org_id: UUID, offer_id: UUID) -> UUID | None:
    return db.scalars(
        select(Lot.id).where(Lot.org_id == org_id, Lot.offer_id == offer_id).order_by(Lot.id)
    ).first()


def _load(db: Session, subject: Subject, run: Run, stop: Stop, items: Sequence[StopItem]) -> None:
    hub, holder = food.holder(db, subject.org_id, "hub", stop.hub_id), _run_holder(db, run)
    transfers = [
        Transfer(item.lot_id, hub, holder, item.moved_grams, "loaded", stop.id)
        for item in items
        if item.lot_id is not None and item.moved_grams
    ]
    food.move_many(db, subject, transfers)
    _mark_run(db, run, "loaded", "d")


def _mark_run(db: Session, run: Run, state: str, kind: str) -> None:
    """The run's allocations out of a hub ("d") have left it."""
    stops = select(Stop.id).where(Stop.org_id == run.org_id, Stop.run_id == run.id)
    query = select(StopItem.allocation_id).where(
        StopItem.org_id == run.org_id, StopItem.stop_id.in_(stops)
    )
    query = query.where(
        StopItem.lot_id.is_not(None) if kind == "d" else StopItem.offer_id.is_not(None)
    )
    matching.mark(
        db, run.org_id, [found for found in db.scalars(query) if found is not None], state
    )


def _deliver(
    db: Session, subject: Subject, run: Run, stop: Stop, items: Sequence[StopItem]
) -> None:
    holder = _run_holder(db, run)
    transfers = []
    day = today_in(subject.zone, stop.state_at)
    for item in items:
        lot_id = item.lot_id or (
            _lot_of_offer(db, subject.org_id, item.offer_id) if item.offer_id else None
        )
        if lot_id is None:
            raise Refused(
                "这份食物还没有取到,请先确认取货那一站。",
                "This food is not collected yet; confirm its site first.",
            )
        if item.recipient_id is None or not item.moved_grams:
            continue
        taker = food.holder(db, subject.org_id, "recipient", item.recipient_id)
        transfers.append(Transfer(lot_id, holder, taker, item.moved_grams, "handed_over", stop.id))
    food.move_many(db, subject, transfers)
    for item in items:
        if item.recipient_id is not None:
            person = find(db, Recipient, subject.org_id, item.recipient_id, lock=True)
            item.fed_before = person.last_food_on if person.last_food_on != day else item.fed_before
            recipients.fed(db, subject.org_id, item.recipient_id, day)
    matching.mark(
        db, subject.org_id, [i.allocation_id for i in items if i.allocation_id is not None], "done"
    )


def _give_up(
    db: Session, subject: Subject, stop: Stop, items: Sequence[StopItem], said: Confirmation
) -> None:
    """Nothing moves; a person must look after those who were not reached."""
    matching.mark(
        db,
        subject.org_id,
        [i.allocation_id for i in items if i.allocation_id is not None],
        "dropped",
    )
    for recipient_id in {item.recipient_id for item in items if item.recipient_id is not None}:
        if said.outcome in CARE_REASONS:
            db.add(
                CareAlert(
                    org_id=subject.org_id,
                    recipient_id=recipient_id,
                    stop_id=stop.id,
                    reason=said.outcome,
                    note=said.note,
                )
            )
    if stop.kind == "collect":
        for item in items:
            if (
                item.offer_id is not None
                and _lot_of_offer(db, subject.org_id, item.offer_id) is None
            ):
                donors.miss(db, subject, find(db, Offer, subject.org_id, item.offer_id))


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


def unload(
    db: Session, subject: Subject, run: Run, hub_id: UUID | None, stop_id: UUID | None = None
) -> int:
    """Everything still on the run goes into the hub; grams unloaded."""
    if hub_id is None:
        raise Refused("请选择交回哪个仓库。", "Choose the hub it goes back to.")
    holder, hub = _run_holder(db, run), food.holder(db, subject.org_id, "hub", hub_id)
    left = aboard(db, run)
    food.move_many(
        db,
        subject,
        [Transfer(lot, holder, hub, grams, "unloaded", stop_id) for lot, grams in left.items()],
    )
    return sum(left.values())


def give_back(db: Session, subject: Subject, run_id: UUID, hub_id: UUID) -> int:
    """Bring what was not handed over back to a hub; grams."""
    run = drivers_run(db, subject, run_id)
    if run.state != "under_way":
        raise Refused(
            "这条路线还没开始,或已经结束。", "This run is not under way.", state=run.state
        )
    grams = unload(db, subject, run, hub_id)
    record(db, subject.org_id, subject.person_id, "gave_back", ("run", run.id), grams=grams)
    return grams


def take_back(db: Session, subject: Subject, stop_id: UUID) -> Stop:
    """Within ten seconds a confirmation can be taken back: its movements are mirrored."""
    run, stop = stop_to_drive(db, subject, stop_id)
    if stop.state not in ("done", "failed", "skipped"):
        raise Refused("这一站还没有确认。", "This stop is not confirmed yet.", state=stop.state)
    if now() - stop.state_at > timedelta(seconds=UNDO_S):
        raise Refused(
            "过了 10 秒,不能撤回了。请找协调员更正。",
            "After ten seconds only the coordinator can correct it.",
        )
    moved = select(Movement).where(
        Movement.org_id == subject.org_id,
        Movement.stop_id == stop.id,
        Movement.reverses_id.is_(None),
    )
    mirrored = set(
        db.scalars(
            select(Movement.reverses_id).where(
                Movement.org_id == subject.org_id, Movement.stop_id == stop.id
            )
        )
    )
    for movement in db.scalars(moved.order_by(Movement.id.desc())).all():
        if movement.id not in mirrored:
            food.reverse(db, subject, movement)
    _restore(db, subject, stop)
    STOP_MOVES.apply(stop, "take_back", by=subject.person_id, at=now())
    stop.version += 1
    record(db, subject.org_id, subject.person_id, "took_back", ("stop", stop.id))
    tell(db, StopFinished(stop.org_id, run.id, stop.id))
    return stop


def _restore(db: Session, subject: Subject, stop: Stop) -> None:
    items = list(
        db.scalars(
            select(StopItem).where(StopItem.org_id == stop.org_id, StopItem.stop_id == stop.id)
        )
    )
    for item in items:
        if item.recipient_id is not None and item.outcome in (HANDED_OVER, LEFT_WITH):
            find(
                db, Recipient, subject.org_id, item.recipient_id, lock=True
            ).last_food_on = item.fed_before
        item.outcome, item.moved_grams, item.fed_before = "", None, None
    matching.mark(
        db,
        subject.org_id,
        [i.allocation_id for i in items if i.allocation_id is not None],
        "planned",
    )
    alerts = select(CareAlert).where(
        CareAlert.org_id == subject.org_id, CareAlert.stop_id == stop.id
    )
    for alert in db.scalars(alerts):
        alert.followed_up_at, alert.follow_up = now(), "taken_back"


def complete(db: Session, subject: Subject, run_id: UUID) -> Run:
    """Close a run. Raises Refused while stops are open or food is still aboard."""
    run = drivers_run(db, subject, run_id)
    waiting = select(Stop.id).where(
        Stop.org_id == subject.org_id, Stop.run_id == run.id, Stop.state.in_(("planned", "arrived"))
    )
    if run.state == "under_way" and db.scalars(waiting.limit(1)).first() is not None:
        raise Refused("还有没确认的站点。", "Some stops are not confirmed yet.")
    left = sum(aboard(db, run).values())
    if left:
        kilograms = f"{left / 1000:,.1f}"
        raise Refused(
            f"车上还有 {kilograms} kg,请先交回仓库。",
            f"{kilograms} kg is still aboard; bring it back to a hub first.",
            aboard_grams=left,
        )
    return move_run(db, subject, run, "complete")
