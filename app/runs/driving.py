"""On the way: begin, arrive, confirm, fail, close. Each confirmation moves grams, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.events import tell
from app.core.find import find
from app.core.problems import Malformed, Refused
from app.donors.models import Offer
from app.matching import service as matching
from app.recipients import service as recipients
from app.runs.cargo import aboard, carry_out, items_of, not_handed_over, unload
from app.runs.models import CareAlert, Run, Stop, StopItem
from app.runs.rules import AT_A_DOOR, DONE_WITH, HANDED_OVER, OPEN_STOPS, STOP_MOVES
from app.runs.service import drivers_run, move_run
from app.runs.taking_over import take_over


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
    _check_under_way(run)
    return run, find(db, Stop, subject.org_id, stop_id, lock=True)


def _check_under_way(run: Run) -> None:
    if run.state != "under_way":
        raise Refused(
            "这条路线还没开始，或已经结束。", "This run is not under way.", state=run.state
        )


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

    Raises Refused when the stop has ended already or nothing moved, Malformed for a weight
    that belongs to another stop, NotEnough when the run lacks the food.
    """
    run, stop = stop_to_drive(db, subject, stop_id)
    done = said.outcome in DONE_WITH
    STOP_MOVES.apply(stop, "confirm" if done else "fail", by=subject.person_id, at=now())
    stop.phone_time, stop.note, stop.version = said.phone_time, said.note, stop.version + 1
    stop.arrived_at = stop.arrived_at or stop.state_at
    items = items_of(db, stop)
    if not said.grams.keys() <= {item.id for item in items}:
        raise Malformed("称重的食物不是这一站的。", "The weighed food is not of this stop.")
    if done and stop.kind == "take_over":
        take_over(db, subject, run, stop, items, weighed=said.grams)
    elif done:
        carry_out(db, subject, run, stop, items, weighed=said.grams)
        for recipient_id in sorted(stop.visits):
            recipients.visited(db, subject.org_id, recipient_id)
    else:
        _give_up(db, subject, run, stop, items, said=said)
    for item in items:
        item.outcome = said.outcome
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


def _give_up(
    db: Session,
    subject: Subject,
    run: Run,
    stop: Stop,
    items: Sequence[StopItem],
    *,
    said: Confirmation,
) -> None:
    """Nothing moves; a person must look after those who were not reached."""
    if stop.kind == "break":
        return  # who does not rest is no case for the desk
    dropped = [item.allocation_id for item in items if item.allocation_id is not None]
    matching.mark(db, subject.org_id, dropped, "dropped")
    doors = sorted({item.recipient_id for item in items if item.recipient_id} | set(stop.visits))
    whose: Sequence[UUID | None] = doors if stop.kind in AT_A_DOOR else [None]
    for recipient_id in whose:
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
        for offer_id in sorted({item.offer_id for item in items if item.offer_id}):
            offer = find(db, Offer, subject.org_id, offer_id, lock=True)
            not_handed_over(db, subject, run, stop, offer)


def give_back(db: Session, subject: Subject, run_id: UUID, hub_id: UUID) -> int:
    """Bring what was not handed over back to a hub; grams. Raises NotFound for an unknown hub."""
    run = drivers_run(db, subject, run_id)
    _check_under_way(run)
    grams = unload(db, subject, run, hub_id)
    record(db, subject.org_id, subject.person_id, "gave_back", ("run", run.id), grams=grams)
    return grams


def complete(db: Session, subject: Subject, run_id: UUID) -> Run:
    """Close a run. Raises Refused while stops are open or food is still aboard."""
    run = drivers_run(db, subject, run_id)
    _check_under_way(run)
    waiting = select(Stop.id).where(
        Stop.org_id == subject.org_id, Stop.run_id == run.id, Stop.state.in_(OPEN_STOPS)
    )
    if db.scalars(waiting.limit(1)).first() is not None:
        raise Refused("还有没确认的站点。", "Some stops are not confirmed yet.")
    left = sum(aboard(db, run).values())
    if left:
        kilograms = f"{left / 1000:,.1f}"
        raise Refused(
            f"车上还有 {kilograms} kg，请先交回仓库。",
            f"{kilograms} kg is still aboard; bring it back to a hub first.",
            aboard_grams=left,
        )
    return move_run(db, subject, run, "complete")
