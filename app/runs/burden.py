"""Whether a run's load fits the vehicle of whoever wants to drive it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.problems import Refused
from app.donors.models import Offer
from app.food.models import Lot
from app.planning.problem import Load
from app.runs.models import Run, Stop, StopItem
from app.runs.rules import peak_load
from app.volunteers.models import Volunteer


class TooHeavy(Refused):
    """The run carries more than the volunteer's vehicle; `needed` and `allowed` say how much."""

    def __init__(self, needed: Load, allowed: Load) -> None:
        super().__init__(
            f"这条路线要装 {_zh(needed)}，您登记的车能装 {_zh(allowed)}。请选别的路线，或请协调员调整。",
            f"This run carries {_en(needed)}; your vehicle takes {_en(allowed)}. "
            "Choose another run, or ask the coordinator.",
            needed=needed._asdict(),
            allowed=allowed._asdict(),
        )


def _zh(load: Load) -> str:
    cold = f"（冷藏 {load.chilled_boxes} 箱）" if load.chilled_boxes else ""
    return f"{load.grams / 1000:g} 公斤、{load.boxes} 箱{cold}"


def _en(load: Load) -> str:
    cold = f" ({load.chilled_boxes} kept cold)" if load.chilled_boxes else ""
    return f"{load.grams / 1000:g} kg in {load.boxes} boxes{cold}"


def burden(db: Session, run: Run) -> Load:
    """The most the run has aboard at any moment, as planned."""
    storage = func.coalesce(Lot.storage_class, Offer.storage_class)
    cold = func.sum(StopItem.boxes).filter(storage != "ambient")
    query = (
        select(
            Stop.kind,
            func.coalesce(func.sum(StopItem.grams), 0),
            func.coalesce(func.sum(StopItem.boxes), 0),
            func.coalesce(cold, 0),
        )
        .outerjoin(StopItem, (StopItem.org_id == Stop.org_id) & (StopItem.stop_id == Stop.id))
        .outerjoin(Lot, (Lot.org_id == StopItem.org_id) & (Lot.id == StopItem.lot_id))
        .outerjoin(Offer, (Offer.org_id == StopItem.org_id) & (Offer.id == StopItem.offer_id))
        .where(Stop.org_id == run.org_id, Stop.run_id == run.id)
        .where(Stop.state != "skipped")
        .group_by(Stop.id)
        .order_by(Stop.seq)
    )
    return peak_load(
        (kind, Load(int(grams), int(boxes), int(chilled)))
        for kind, grams, boxes, chilled in db.execute(query)
    )


def refuse_too_heavy(db: Session, run: Run, volunteer: Volunteer) -> None:
    """Raises TooHeavy when the volunteer's vehicle is too small for the run."""
    allowed = Load(
        volunteer.capacity_grams, volunteer.capacity_boxes, volunteer.capacity_chilled_boxes
    )
    needed = burden(db, run)
    if not needed.fits(allowed):
        raise TooHeavy(needed, allowed)
