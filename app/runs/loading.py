"""Hub food comes aboard, and the doors it is for know it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.food import service as food
from app.food.service import Transfer
from app.matching import service as matching
from app.runs.models import Run, Stop, StopItem


def load_up(db: Session, subject: Subject, run: Run, stop: Stop, items: Sequence[StopItem]) -> None:
    """Move the stop's grams from its hub onto the run. Raises NotEnough, NotFitToEat."""
    hub, holder = (
        food.holder(db, subject.org_id, "hub", stop.hub_id),
        food.holder(db, run.org_id, "run", run.id),
    )
    transfers = [
        Transfer(item.lot_id, hub, holder, item.moved_grams, "loaded", stop.id)
        for item in items
        if item.lot_id is not None and item.moved_grams
    ]
    food.move_many(db, subject, transfers)
    mark_load(db, run, stop, "loaded")


def mark_load(db: Session, run: Run, load: Stop, state: str) -> None:
    """Hub food of this loading, for doors still open, has left the hub, or lies there again.

    A run that loads twice has the rest of its hub food loaded then; what it takes over from
    another run never lies at the hub.
    """
    nearby = select(Stop.seq).where(
        Stop.org_id == run.org_id, Stop.run_id == run.id, Stop.kind == "load", Stop.id != load.id
    )
    others = list(db.scalars(nearby.order_by(Stop.seq)))
    query = (
        select(StopItem.allocation_id)
        .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
        .where(StopItem.org_id == run.org_id, Stop.run_id == run.id, StopItem.outcome == "")
        .where(StopItem.lot_id.is_not(None), StopItem.allocation_id.is_not(None))
        .where(StopItem.taken_over_at_id.is_(None))
    )
    if any(seq < load.seq for seq in others):
        query = query.where(Stop.seq > load.seq)
    later = [seq for seq in others if seq > load.seq]
    if later:
        query = query.where(Stop.seq < later[0])
    matching.mark(db, run.org_id, [found for found in db.scalars(query) if found], state)
