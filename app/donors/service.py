"""Verbs on donors and their sites."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.fields import Point
from app.core.find import find
from app.core.ids import new_id
from app.core.sealing import seal, unseal
from app.donors.models import Donor, Site
from app.donors.offers import OfferMoved, announce, collect, expire_past, miss
from app.places.address.checking import street_of
from app.places.datums import Datum
from app.places.geocoding.book import remember_place
from app.places.geocoding.candidates import has_moved

__all__ = [
    "OfferMoved",
    "add_donor",
    "add_site",
    "announce",
    "collect",
    "edit_donor",
    "edit_site",
    "expire_past",
    "miss",
    "reveal_phone",
]
PHONE_PLACE = "donor|phone"


def add_donor(
    db: Session,
    subject: Subject,
    *,
    name: str,
    kind: str = "",
    contact_name: str = "",
    phone: str | None = None,
    import_id: UUID | None = None,
) -> Donor:
    """A new donor; the phone is sealed."""
    donor = Donor(
        id=new_id(),
        org_id=subject.org_id,
        name=name,
        kind=kind,
        contact_name=contact_name,
        import_id=import_id,
    )
    _seal_phone(donor, phone)
    db.add(donor)
    db.flush()
    record(db, subject.org_id, subject.person_id, "added_donor", ("donor", donor.id))
    return donor


def _seal_phone(donor: Donor, phone: str | None) -> None:
    donor.phone_sealed = seal(phone, org_id=donor.org_id, place=PHONE_PLACE, row_id=donor.id)


def reveal_phone(db: Session, subject: Subject, donor: Donor) -> str | None:
    """The donor's phone in clear; that it was read is written down."""
    if donor.phone_sealed is None:
        return None
    record(db, subject.org_id, subject.person_id, "revealed", ("donor", donor.id), field="phone")
    return unseal(donor.phone_sealed, org_id=donor.org_id, place=PHONE_PLACE, row_id=donor.id)


def edit_donor(db: Session, subject: Subject, donor: Donor, *, changes: dict[str, Any]) -> None:
    """Change what is named in `changes`: name, kind, contact_name, phone ("" removes), ended."""
    for field in ("name", "kind", "contact_name"):
        if changes.get(field) is not None:
            setattr(donor, field, changes[field])
    if changes.get("phone") is not None:
        _seal_phone(donor, changes["phone"])
    _end_or_restore(donor, ended=changes.get("ended"))
    _record_edit(db, subject, ("donor", donor.id), changes)


def add_site(
    db: Session,
    subject: Subject,
    donor_id: UUID,
    *,
    name: str,
    point: Point,
    address: str = "",
    street: str = "",
    storage_class: str = "ambient",
    pickup_hours: list[list[int]] | None = None,
    import_id: UUID | None = None,
    source_datum: str = "wgs84",
    raw_place: str = "",
    place_source: str = "person",
) -> Site:
    """A new place of collection of a donor. `pickup_hours`: [weekday, from, until] each."""
    donor = find(db, Donor, subject.org_id, donor_id)
    site = Site(
        id=new_id(),
        org_id=subject.org_id,
        donor_id=donor.id,
        name=name,
        address=address,
        street=street or street_of(address),
        geom=point.to_geometry(),
        storage_class=storage_class,
        pickup_hours=pickup_hours or [],
        import_id=import_id,
        source_datum=source_datum,
        raw_place=raw_place,
        place_source=place_source,
        place_confirmed_by_id=subject.person_id,
    )
    db.add(site)
    _remember(db, subject, site, point)
    db.flush()
    record(db, subject.org_id, subject.person_id, "added_site", ("site", site.id))
    return site


def edit_site(db: Session, subject: Subject, site: Site, *, changes: dict[str, Any]) -> None:
    """Change what is named in `changes`: the fields of `add_site`, and ended."""
    for field in ("name", "address", "street", "storage_class", "pickup_hours"):
        if changes.get(field) is not None:
            setattr(site, field, changes[field])
    point = changes.get("point")
    if point is not None and has_moved(site.geom, point):
        site.geom, site.source_datum, site.raw_place = point.to_geometry(), "wgs84", ""
        site.place_source = changes.get("place_source") or "person"
        site.place_confirmed_by_id = subject.person_id
        _remember(db, subject, site, point)
    _end_or_restore(site, ended=changes.get("ended"))
    _record_edit(db, subject, ("site", site.id), changes)


def _remember(db: Session, subject: Subject, site: Site, point: Point) -> None:
    """A person has put the pin: whoever lives in that house is found at once."""
    remember_place(
        db,
        site.org_id,
        site.address,
        point,
        by=subject.person_id,
        source=site.place_source,
        datum=Datum(site.source_datum),
    )


def _end_or_restore(row: Donor | Site, *, ended: bool | None) -> None:
    if ended is not None:
        row.ended_at = (row.ended_at or now()) if ended else None


def _record_edit(
    db: Session, subject: Subject, about: tuple[str, UUID], changes: dict[str, Any]
) -> None:
    record(
        db, subject.org_id, subject.person_id, f"edited_{about[0]}", about, fields=sorted(changes)
    )
