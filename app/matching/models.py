"""Who gets how much of what, and why."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, belongs_to, one_of

# proposed: may be made anew; planned: a run carries it; loaded: out of the hub; done, dropped: over
ALLOCATION_STATES = ("proposed", "planned", "loaded", "done", "dropped")


class Allocation(OrgOwned, Base):
    """So many grams of one lot (or of one accepted offer) for one recipient on one day."""

    __tablename__ = "allocation"
    rules_of_table = (
        belongs_to("recipient", "recipient_id"),
        belongs_to("lot", "lot_id"),
        belongs_to("offer", "offer_id"),
        one_of("state", ALLOCATION_STATES),
        CheckConstraint("grams > 0", name="grams_positive"),
        CheckConstraint("(lot_id IS NULL) <> (offer_id IS NULL)", name="one_supply"),
        Index("ix_allocation_day", "org_id", "day", "rank"),
        Index("ix_allocation_recipient", "org_id", "recipient_id"),
    )

    day: Mapped[date]
    recipient_id: Mapped[UUID]
    lot_id: Mapped[UUID | None]
    offer_id: Mapped[UUID | None]
    grams: Mapped[int]
    boxes: Mapped[int] = mapped_column(default=1)
    rank: Mapped[int]
    state: Mapped[str] = mapped_column(default="proposed")
    # [{"code": "waited_longest", "zh": "…", "en": "…"}, …]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
