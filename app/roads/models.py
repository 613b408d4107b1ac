"""Where roads run, and what travel along them takes. Public facts: owned by no organisation."""

from __future__ import annotations

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base
from app.roads.travel import Mode

BIT = {mode: 1 << number for number, mode in enumerate(Mode)}
"""A mode's bit in `RoadPoint.modes` and `RoadPoint.islands`, and its number in `RoadRow.mode`."""


class RoadPoint(Base):
    """A place on a road where a pin may be put; none is more than some 40 m from the next.

    `modes` says who may be on this road, one bit for each mode (`BIT`); `islands` for whom of them
    it leads nowhere else.
    Stored in Web Mercator: it keeps angles, so the nearest point there is the nearest on the ground.
    """

    __tablename__ = "road_point"
    __table_args__ = (
        Index("ix_road_point_geom", "geom", postgresql_using="gist"),
        # Cars have by far the fewest roads: among the paths of a park the nearest of them is found
        # only after thousands of others.
        Index(
            "ix_road_point_geom_car",
            "geom",
            postgresql_using="gist",
            postgresql_where=text(f"modes & {BIT[Mode.CAR]} <> 0"),
        ),
    )

    dataset_id: Mapped[int] = mapped_column(
        ForeignKey("map_dataset.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    modes: Mapped[int] = mapped_column(SmallInteger)
    islands: Mapped[int] = mapped_column(SmallInteger)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=3857, spatial_index=False))


class RoadRow(Base):
    """Travel from one road point to others: the matrix cache, which knows places and no person.

    `packed` holds three int32 arrays of one length, little-endian, one after the other: road
    points in rising order, seconds, metres.
    """

    __tablename__ = "road_row"

    dataset_id: Mapped[int] = mapped_column(
        ForeignKey("map_dataset.id", ondelete="CASCADE"), primary_key=True
    )
    mode: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    origin: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    packed: Mapped[bytes] = mapped_column(LargeBinary)
