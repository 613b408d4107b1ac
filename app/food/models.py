"""Food in whole grams: lots, who holds them, and every movement between holders."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, Versioned, belongs_to, one_of

HOLDER_KINDS = (
    "source",
    "hub",
    "box",
    "run",
    "recipient",
    "waste",
    "returned",
    "sample",
    "count_difference",
)
LOT_STATES = ("released", "on_hold", "quarantined", "recalled", "expired")
STORAGE_CLASSES = ("ambient", "chilled", "frozen")


class Hub(OrgOwned, Versioned, Base):
    """A warehouse, a cold room, a committee's room. White diamond 仓."""

    __tablename__ = "hub"
    rules_of_table = (Index("ix_hub_org_geom", "org_id", "geom", postgresql_using="gist"),)

    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    storage_classes: Mapped[list[str]] = mapped_column(ARRAY(String), default=lambda: ["ambient"])
    opens_minute: Mapped[int] = mapped_column(default=8 * 60)
    closes_minute: Mapped[int] = mapped_column(default=18 * 60)


class Lot(OrgOwned, Versioned, Base):
    """Food of one kind, one origin, one date mark."""

    __tablename__ = "lot"
    rules_of_table = (
        belongs_to("offer", "offer_id"),
        belongs_to("donor", "donor_id"),
        one_of("state", LOT_STATES),
        one_of("storage_class", STORAGE_CLASSES),
        UniqueConstraint("org_id", "code"),
        Index("ix_lot_donor", "org_id", "donor_id"),
    )

    code: Mapped[str]
    offer_id: Mapped[UUID | None]
    donor_id: Mapped[UUID]
    food: Mapped[str]
    storage_class: Mapped[str]
    allergens: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    unfit_for: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    best_before: Mapped[date]
    collected_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="released")
    state_at: Mapped[datetime]
    state_by_id: Mapped[UUID | None]


class Holder(OrgOwned, Base):
    """Where grams can be. `subject_id` is the hub, run or recipient; none for the single ones."""

    __tablename__ = "holder"
    rules_of_table = (
        one_of("kind", HOLDER_KINDS),
        UniqueConstraint("org_id", "kind", "subject_id", postgresql_nulls_not_distinct=True),
        CheckConstraint(
            "(kind IN ('hub', 'box', 'run', 'recipient')) = (subject_id IS NOT NULL)",
            name="subject_fits",
        ),
    )

    kind: Mapped[str]
    subject_id: Mapped[UUID | None]


class Movement(OrgOwned, Base):
    """So many grams of one lot from one holder to another. Append-only."""

    __tablename__ = "movement"
    rules_of_table = (
        belongs_to("lot", "lot_id"),
        belongs_to("holder", "from_holder_id"),
        belongs_to("holder", "to_holder_id"),
        CheckConstraint("grams > 0", name="grams_positive"),
        CheckConstraint("from_holder_id <> to_holder_id", name="really_moves"),
        Index("ix_movement_lot", "org_id", "lot_id", "at"),
        Index("ix_movement_to", "org_id", "to_holder_id", "at"),
        Index("ix_movement_stop", "org_id", "stop_id"),
        # A movement is taken back once.
        UniqueConstraint("org_id", "reverses_id"),
    )

    lot_id: Mapped[UUID]
    from_holder_id: Mapped[UUID]
    to_holder_id: Mapped[UUID]
    grams: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    reason: Mapped[str]
    by_id: Mapped[UUID | None]
    stop_id: Mapped[UUID | None]
    reverses_id: Mapped[UUID | None]


class Balance(Base):
    """Grams of a lot at a holder, kept by the movement trigger; never written by hand."""

    __tablename__ = "balance"
    __table_args__ = (
        PrimaryKeyConstraint("org_id", "lot_id", "holder_id"),
        belongs_to("lot", "lot_id"),
        belongs_to("holder", "holder_id"),
        CheckConstraint("grams >= 0 OR may_owe", name="never_below_zero"),
        Index("ix_balance_holder", "org_id", "holder_id"),
    )

    org_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    holder_id: Mapped[UUID]
    grams: Mapped[int] = mapped_column(BigInteger)
    may_owe: Mapped[bool]
