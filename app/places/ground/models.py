"""Which extract the map and the roads stand on. Public facts: owned by no organisation."""

from __future__ import annotations

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base


class MapDataset(Base):
    """One extract, built: its ground, its gazetteer, its road points. At most one is live.

    `digest` stands for the file and everything that decided how it was built; engines and the
    matrix cache know the dataset by it. `bounds` is the box within which the extract is complete.
    """

    __tablename__ = "map_dataset"
    __table_args__ = (
        CheckConstraint("NOT live OR built_at IS NOT NULL", name="live_is_built"),
        Index("ix_map_dataset_only_one_live", "live", unique=True, postgresql_where="live"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    bounds: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", 4326, spatial_index=False))
    live: Mapped[bool] = mapped_column(default=False)
    begun_at: Mapped[datetime] = mapped_column(server_default=func.now())
    built_at: Mapped[datetime | None]
