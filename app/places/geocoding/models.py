"""The organisation's address book: houses whose place a person has confirmed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base, OrgOwned, one_of
from app.places.geocoding.candidates import PLACE_SOURCES


class AddressPoint(OrgOwned, Base):
    """One house: its normalised address without storey and room, and where it is.

    `key` is `address.normal.house_key`; `district` tells two roads of one name apart, "" when no
    address named it. `source_datum` is how the confirmed pin was given.
    """

    __tablename__ = "address_point"
    rules_of_table = (
        CheckConstraint("key <> ''", name="names_a_house"),
        one_of("source", PLACE_SOURCES),
        UniqueConstraint("org_id", "key", "district"),
    )

    key: Mapped[str]
    district: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    source: Mapped[str]
    source_datum: Mapped[str]
    confirmed_by_id: Mapped[UUID | None]
    confirmed_at: Mapped[datetime]
