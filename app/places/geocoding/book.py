"""The address book: remember a confirmed house, find it again, forget it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.places.address.checking import locate
from app.places.address.normal import house_key
from app.places.address.parsing import Address, parse_address
from app.places.datums import Datum
from app.places.geocoding.candidates import Candidate
from app.places.geocoding.models import AddressPoint

CONFIRMED, OTHER_DISTRICT_UNKNOWN = 0.98, 0.9


def _place_of(typed: str) -> tuple[str, str, Address]:
    """The book's key and district for an address as typed."""
    address = locate(parse_address(typed)).address
    return house_key(address), address.district, address


def remember_place(
    db: Session,
    org_id: UUID,
    address: str,
    point: Point,
    *,
    by: UUID | None,
    source: str,
    datum: Datum,
) -> bool:
    """A person said where this house is: `point` in WGS-84, `datum` how it was given.

    A later confirmation replaces an earlier one. False when the address names no house.
    """
    key, district, _ = _place_of(address)
    if not key:
        return False
    said = {
        "geom": point.to_geometry(),
        "source": source,
        "source_datum": datum.value,
        "confirmed_by_id": by,
        "confirmed_at": now(),
    }
    row = insert(AddressPoint).values(
        id=new_id(), org_id=org_id, key=key, district=district, **said
    )
    db.execute(row.on_conflict_do_update(index_elements=["org_id", "key", "district"], set_=said))
    return True


def forget_place(db: Session, org_id: UUID, address: str) -> int:
    """Erasure: take the house of this address out of the book, in every district it stood for."""
    key, district, _ = _place_of(address)
    mine = delete(AddressPoint).where(AddressPoint.org_id == org_id, AddressPoint.key == key)
    if district:
        mine = mine.where(AddressPoint.district.in_(("", district)))
    return len(db.execute(mine.returning(AddressPoint.id)).all())


def known_places(db: Session, org_id: UUID, typed: str) -> list[Candidate]:
    """The house of this address, if somebody has confirmed it before."""
    key, district, address = _place_of(typed)
    if not key:
        return []
    query = select(
        AddressPoint.district, func.ST_X(AddressPoint.geom), func.ST_Y(AddressPoint.geom)
    ).where(AddressPoint.org_id == org_id, AddressPoint.key == key)
    rows = [(where, lng, lat) for where, lng, lat in db.execute(query)]
    if district:
        rows = [row for row in rows if row[0] in ("", district)]
    districts = {row[0] for row in rows}
    return [
        Candidate(
            Point(lng=lng, lat=lat),
            f"{where}{_label(address)}",
            CONFIRMED if where == district or len(districts) == 1 else OTHER_DISTRICT_UNKNOWN,
            "address_book",
            "house",
        )
        for where, lng, lat in rows
    ]


def _label(address: Address) -> str:
    """The house as people write it; no storey, no room."""
    parts = (
        (address.road, ""), (address.lane, "弄"), (address.sublane, "支弄"), (address.compound, ""),
        (address.number, "号"), (address.building, "幢"),
    )  # fmt: skip
    return "".join(f"{part}{sign}" for part, sign in parts if part)
