"""Food that a run counts on is gone before it was fetched: its stops are skipped, and told."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import now
from app.core.problems import Refused
from app.donors.models import Offer
from app.donors.offers import OfferMoved
from app.matching import service as matching
from app.runs.models import CareAlert, Run, Stop, StopItem
from app.runs.rules import OPEN_STOPS, RUN_MOVES, STILL_TO_DRIVE, STOP_MOVES
from app.runs.ways import lay_again

REASON = "offer_withdrawn"
# A run with nothing left but these has nothing to do.
AT_A_HUB = ("load", "unload")


class BeingFetched(Refused):
    """A volunteer is confirming a stop of the run this very moment."""

    sentence = "有志愿者正在取这份食物，请过一会儿再试。"
    sentence_en = "A volunteer is fetching this food right now; try again in a moment."


def offer_moved(db: Session, event: OfferMoved) -> None:
    """A donor withdrew an offer: no run goes for it any more, and the coordinator is told.

    Runs with nothing else to do are cancelled. Raises BeingFetched.
    """
    if event.verb != "withdraw":
        return
    wanted = (
        select(Stop.run_id)
        .join(StopItem, (StopItem.org_id == Stop.org_id) & (StopItem.stop_id == Stop.id))
        .where(Stop.org_id == event.org_id, StopItem.offer_id == event.offer_id)
        .where(Stop.kind == "collect", Stop.state.in_(OPEN_STOPS))
    )
    runs = (
        select(Run)
        .where(Run.org_id == event.org_id, Run.id.in_(wanted), Run.state.in_(STILL_TO_DRIVE))
        .order_by(Run.id)
    )
    try:
        with db.begin_nested():
            # Whoever drives holds the run and wants the offer, which is ours already.
            found = list(db.scalars(runs.with_for_update(key_share=True, nowait=True)))
    except OperationalError as busy:
        raise BeingFetched from busy
    for run in found:
        _without(db, run, event.offer_id)


def _without(db: Session, run: Run, offer_id: UUID) -> None:
    stops = list(
        db.scalars(
            select(Stop).where(Stop.org_id == run.org_id, Stop.run_id == run.id).order_by(Stop.seq)
        )
    )
    items = list(
        db.scalars(
            select(StopItem).where(
                StopItem.org_id == run.org_id, StopItem.stop_id.in_([stop.id for stop in stops])
            )
        )
    )
    _give_up_items(db, run, stops, items, offer_id)
    for stop in stops:
        here = [item for item in items if item.stop_id == stop.id]
        if stop.state in OPEN_STOPS and here and all(item.outcome for item in here):
            _skip(stop)
    if not any(stop.state in OPEN_STOPS and stop.kind not in AT_A_HUB for stop in stops):
        _nothing_left(db, run, stops)
    db.flush()
    lay_again(db, run)
    run.version += 1


def _give_up_items(
    db: Session, run: Run, stops: Sequence[Stop], items: Sequence[StopItem], offer_id: UUID
) -> None:
    """The offer's food comes to no stop that is still open; its households are free again."""
    food = db.get_one(Offer, offer_id).food
    still_open = {stop.id: stop for stop in stops if stop.state in OPEN_STOPS}
    gone = [item for item in items if item.offer_id == offer_id and item.stop_id in still_open]
    for item in gone:
        item.outcome, item.moved_grams = "not_ready", 0
    dropped = [item.allocation_id for item in gone if item.allocation_id is not None]
    matching.mark(db, run.org_id, dropped, "dropped")
    for stop_id in dict.fromkeys(item.stop_id for item in gone):
        if still_open[stop_id].kind == "collect":
            db.add(CareAlert(org_id=run.org_id, stop_id=stop_id, reason=REASON, note=food))


def _skip(stop: Stop) -> None:
    STOP_MOVES.apply(stop, "skip", by=None, at=now())
    stop.note = stop.note or REASON
    stop.version += 1


def _nothing_left(db: Session, run: Run, stops: Sequence[Stop]) -> None:
    """Nobody sets off for nothing; what is aboard already still goes back to its hub."""
    if run.state == "under_way":
        return
    for stop in stops:
        if stop.state in OPEN_STOPS:
            _skip(stop)
    RUN_MOVES.apply(run, "cancel", by=None, at=now())
    record(db, run.org_id, None, "run_cancel", ("run", run.id), reason=REASON)
