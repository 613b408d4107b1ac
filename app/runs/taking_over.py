"""One volunteer takes food over from another on the way: grams go from run to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.find import find
from app.core.problems import Refused
from app.food import service as food
from app.food.service import Transfer
from app.runs.cargo import NothingMoved, aboard, lot_of_item
from app.runs.models import Run, Stop, StopItem
from app.runs.rules import OPEN_STOPS, RUN_MENDS, RUN_MOVES


def take_over(
    db: Session,
    subject: Subject,
    run: Run,
    stop: Stop,
    items: Sequence[StopItem],
    *,
    weighed: Mapping[UUID, int],
) -> None:
    """Move the stop's grams from the giving run: as weighed, else as planned as far as it has them.

    A giving run with nothing left to do or to carry is closed. Raises NotEnough, NothingMoved.
    """
    if stop.from_run_id is None:
        raise Refused("不知道从谁那里接手。", "Nobody is named to take the food over from.")
    giver = find(db, Run, subject.org_id, stop.from_run_id, lock=True)
    left = aboard(db, giver)
    from_, to = (food.holder(db, subject.org_id, "run", one.id) for one in (giver, run))
    transfers = []
    for item in items:
        lot_id = lot_of_item(db, item)
        have = left.get(lot_id, 0) if lot_id is not None else 0
        item.moved_grams = grams = weighed.get(item.id, min(item.grams, have))
        if lot_id is not None and grams:
            left[lot_id] = max(0, have - grams)
            transfers.append(Transfer(lot_id, from_, to, grams, "taken_over", stop.id))
    if not transfers:
        raise NothingMoved
    food.move_many(db, subject, transfers)
    close_if_empty(db, subject, giver)


def close_if_empty(db: Session, subject: Subject, run: Run) -> None:
    """Close a run under way on which nobody does anything any more and nothing is left."""
    if run.state != "under_way" or _has_open_stops(db, run) or any(aboard(db, run).values()):
        return
    RUN_MOVES.apply(run, "complete", by=subject.person_id, at=now())
    run.version += 1
    record(db, subject.org_id, subject.person_id, "run_complete", ("run", run.id))


def _has_open_stops(db: Session, run: Run) -> bool:
    query = select(Stop.id).where(
        Stop.org_id == run.org_id, Stop.run_id == run.id, Stop.state.in_(OPEN_STOPS)
    )
    return db.scalars(query.limit(1)).first() is not None


def hand_back(db: Session, subject: Subject, stop: Stop) -> None:
    """The food lies with the giving run again; if that was closed meanwhile, it is not any more."""
    if stop.from_run_id is None:
        return
    giver = find(db, Run, subject.org_id, stop.from_run_id, lock=True)
    if giver.state == "completed":
        RUN_MENDS.apply(giver, "reopen", by=subject.person_id, at=now())
        giver.version += 1
