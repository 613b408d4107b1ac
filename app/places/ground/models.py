"""The ground's tables. Public facts of an extract: owned by no organisation.

What is drawn stands in EPSG:3857, ready for tiles, once for each `level` (band of zooms) with as
much detail as that band can show. What is searched stands in WGS-84 in the gazetteer.
"""

from __future__ import annotations

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import REAL
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import SchemaItem

from app.core.models import Base, one_of

GAZETTEER_KINDS = ("street", "house", "place", "compound", "poi", "station")


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


def _drawn(name: str, *columns: SchemaItem) -> Table:
    """A table that tiles are cut from; rows have no id, for nothing refers to one."""
    return Table(
        name,
        Base.metadata,
        Column("dataset_id", ForeignKey(MapDataset.id, ondelete="CASCADE"), nullable=False),
        *columns,
        # The zoom from which it is drawn, and a fraction: smaller is more important.
        Column("rank", REAL, nullable=False),
        Column("name", String),
        Column("name_en", String),
        Column("geom", Geometry("GEOMETRY", 3857, spatial_index=False), nullable=False),
    )


ground_line = _drawn(
    "ground_line",
    Column("level", SmallInteger, nullable=False),
    Column("layer", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("oneway", SmallInteger),
    Column("bridge", Boolean),
    Column("tunnel", Boolean),
)
ground_area = _drawn(
    "ground_area",
    Column("level", SmallInteger, nullable=False),
    Column("layer", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("number", String),
)
ground_name = _drawn(
    "ground_name",
    Column("layer", String, nullable=False),
    Column("kind", String),
    Column("number", String),
    Column("weight", SmallInteger),
)
for _table in (ground_line, ground_area):
    Index(
        f"ix_{_table.name}_geom",
        _table.c.dataset_id,
        _table.c.level,
        _table.c.geom,
        postgresql_using="gist",
    )
Index("ix_ground_name_geom", ground_name.c.dataset_id, ground_name.c.geom, postgresql_using="gist")


class Gazetteer(Base):
    """A name people may type, at its point in WGS-84.

    `key` is the name folded (`folding.key`). A street has one row for each stretch of that name;
    a house stands under `street` and `number`, and `name` is both as people write them.
    `rank` orders findings of the same name, 1 (a city) to 9 (a bus stop).
    """

    __tablename__ = "gazetteer"
    __table_args__ = (
        one_of("kind", GAZETTEER_KINDS),
        Index("ix_gazetteer_geom", "dataset_id", "geom", postgresql_using="gist"),
        Index("ix_gazetteer_exact", "dataset_id", "key"),
        # A street's houses, also those of its lanes ("曹杨路12弄…").
        Index(
            "ix_gazetteer_houses",
            "dataset_id",
            "street",
            postgresql_ops={"street": "text_pattern_ops"},
            postgresql_where=text("kind = 'house'"),
        ),
        Index(
            "ix_gazetteer_key",
            "key",
            postgresql_using="gin",
            postgresql_ops={"key": "gin_trgm_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    dataset_id: Mapped[int] = mapped_column(
        Integer, ForeignKey(MapDataset.id, ondelete="CASCADE"), nullable=False
    )
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str | None]
    key: Mapped[str]
    street: Mapped[str | None]
    number: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", 4326, spatial_index=False))
    rank: Mapped[int] = mapped_column(SmallInteger)
