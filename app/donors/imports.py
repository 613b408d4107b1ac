"""A list of donors as a spreadsheet: read, mended, taken in, taken back."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.accounts.queries import service_area
from app.audit.service import record
from app.core.fields import Point
from app.core.ids import new_id
from app.core.sealing import seal
from app.core.sheet_imports import SheetImport, advance, content_of, find_import, keep_upload
from app.core.sheet_previews import (
    ImportEdit,
    ImportOut,
    ReadSheet,
    apply_edit,
    returned_rows,
    shown,
)
from app.core.sheets import Mapping, RawSheet, Sentence, overrides_from_json, returned_sheets
from app.donors.intake import FIELDS, DonorRow, DonorSite, guess_columns, read_workbook, understand
from app.donors.models import Donor, Offer, Site
from app.donors.service import PHONE_PLACE
from app.places.area import Area

KIND = "donors"
# A site of the same name this near is the same site.
SAME_PLACE_M = 150
METRES_PER_DEGREE = 111_195  # of a great circle, mean Earth radius 6 371 km
KNOWN = Sentence("already registered", "名单里已经有了，没有再导入。", "It is already on the list.")
Known = dict[str, list[tuple[float, float]]]


def upload(db: Session, subject: Subject, *, filename: str, data: bytes) -> SheetImport:
    """Keep a file and guess its columns. Raises IntakeRefused when it cannot be read."""
    sheets = read_workbook(data, filename)
    area = service_area(db, subject.org_id)
    row = keep_upload(
        db, subject.org_id, subject.person_id, kind=KIND, filename=filename, data=data
    )
    row.mapping = {sheet.name: guess_columns(sheet, area).to_json() for sheet in sheets}
    _record(db, subject, "uploaded_donors", row)
    return row


def read(db: Session, row: SheetImport) -> list[ReadSheet]:
    """Every sheet of the file as it is understood now."""
    area, known = service_area(db, row.org_id), _known_sites(db, row)
    return [
        _read_sheet(row, sheet, area, known)
        for sheet in read_workbook(content_of(row), row.filename)
    ]


def _read_sheet(row: SheetImport, sheet: RawSheet, area: Area, known: Known) -> ReadSheet:
    columns = Mapping.from_json(row.mapping.get(sheet.name, {}), FIELDS)
    mended = overrides_from_json(row.edits.get(sheet.name, {}))
    results = understand(sheet, columns, area=area, overrides=mended)
    return ReadSheet(sheet, columns, [_unless_known(result, known) for result in results])


def _known_sites(db: Session, row: SheetImport) -> Known:
    """The sites in use that this import did not bring, by name."""
    query = select(Site.name, func.ST_X(Site.geom), func.ST_Y(Site.geom)).where(
        Site.org_id == row.org_id, Site.ended_at.is_(None), Site.import_id.is_distinct_from(row.id)
    )
    known: Known = defaultdict(list)
    for name, lng, lat in db.execute(query):
        known[name].append((lng, lat))
    return known


def _unless_known(result: DonorRow, known: Known) -> DonorRow:
    site = result.site
    if result.status != "good" or site is None or site.lng is None or site.lat is None:
        return result
    if any(
        _metres(site.lng, site.lat, *place) <= SAME_PLACE_M for place in known.get(site.name, ())
    ):
        return replace(result, status="duplicate", faults=(KNOWN,))
    return result


def _metres(lng: float, lat: float, other_lng: float, other_lat: float) -> float:
    """Metres between two near points, on a plane laid at their latitude."""
    east = (other_lng - lng) * math.cos(math.radians(lat))
    return math.hypot(east, other_lat - lat) * METRES_PER_DEGREE


def preview(db: Session, row: SheetImport) -> ImportOut:
    """The import as a page shows it."""
    sheets = read(db, row)
    understood = {
        (one.sheet.name, result.row): result.site.to_json()
        for one in sheets
        for result in one.results
        if result.site is not None
    }
    return shown(row, FIELDS, sheets, understood)


def mend(db: Session, subject: Subject, row: SheetImport, edit: ImportEdit) -> None:
    """Take over a person's columns and mended cells. Raises IntakeRefused."""
    names = [sheet.name for sheet in read_workbook(content_of(row), row.filename)]
    apply_edit(row, edit, names, FIELDS)
    db.flush()
    _record(db, subject, "mended_import", row)


def commit_import(db: Session, subject: Subject, import_id: UUID) -> SheetImport:
    """Take the good rows in. Raises NotFound, Refused when that has been done."""
    row = find_import(db, subject.org_id, import_id, KIND, lock=True)
    sheets = read(db, row)
    advance(row, "import")
    good = [
        result.site
        for one in sheets
        for result in one.results
        if result.status == "good" and result.site is not None
    ]
    row.summary = import_donors(db, subject, good, import_id=row.id)
    db.flush()
    _record(db, subject, "imported_donors", row, **row.summary)
    return row


def import_donors(
    db: Session, subject: Subject, rows: Sequence[DonorSite], *, import_id: UUID
) -> dict[str, int]:
    """Make donors and sites of understood rows, marked with the import; how many of each.

    Rows of one name and telephone are one donor. A row without coordinates makes its donor
    only: a person sets the pin later.
    """
    donors: dict[tuple[str, str], Donor] = {}
    sites = []
    for row in rows:
        donor = donors.get((row.name, row.phone))
        if donor is None:
            donor = donors[row.name, row.phone] = _donor(subject.org_id, row, import_id)
        if row.lng is not None and row.lat is not None:
            sites.append(_site(donor, row, Point(lng=row.lng, lat=row.lat)))
    db.add_all(donors.values())
    db.flush()
    db.add_all(sites)
    db.flush()
    return {"donors": len(donors), "sites": len(sites), "without_place": len(rows) - len(sites)}


def _donor(org_id: UUID, row: DonorSite, import_id: UUID) -> Donor:
    made = new_id()
    return Donor(
        id=made,
        org_id=org_id,
        name=row.name,
        kind=row.kind,
        contact_name=row.contact,
        phone_sealed=seal(row.phone, org_id=org_id, place=PHONE_PLACE, row_id=made),
        import_id=import_id,
    )


def _site(donor: Donor, row: DonorSite, point: Point) -> Site:
    return Site(
        id=new_id(),
        org_id=donor.org_id,
        donor_id=donor.id,
        name=row.name,
        address=row.address,
        geom=point.to_geometry(),
        source_datum=row.source_datum or "wgs84",
        place_source="sheet",
        storage_class=row.storage_class,
        pickup_hours=[list(hours) for hours in row.pickup_hours],
        import_id=donor.import_id,
    )


def undo_import(db: Session, subject: Subject, import_id: UUID) -> SheetImport:
    """End the sites and donors this import made, except those that have announced food.

    Raises NotFound, Refused when there is nothing to take back.
    """
    row = find_import(db, subject.org_id, import_id, KIND, lock=True)
    at = advance(row, "undo")
    has_offers = exists().where(Offer.org_id == Site.org_id, Offer.site_id == Site.id)
    own = Site.org_id == row.org_id, Site.import_id == row.id, Site.ended_at.is_(None)
    sites = db.scalars(select(Site).where(*own, ~has_offers).with_for_update(key_share=True)).all()
    for site in sites:
        site.ended_at = at
        site.version += 1
    db.flush()
    in_use = exists().where(
        Site.org_id == Donor.org_id, Site.donor_id == Donor.id, Site.ended_at.is_(None)
    )
    mine = Donor.org_id == row.org_id, Donor.import_id == row.id, Donor.ended_at.is_(None)
    donors = db.scalars(select(Donor).where(*mine, ~in_use).with_for_update(key_share=True)).all()
    for donor in donors:
        donor.ended_at = at
        donor.version += 1
    kept = db.scalar(select(func.count()).where(*own)) or 0
    undone = {"ended_donors": len(donors), "ended_sites": len(sites), "kept_sites": kept}
    row.summary = row.summary | undone
    db.flush()
    _record(db, subject, "undid_import", row, **undone)
    return row


def returned(db: Session, row: SheetImport, language: str) -> bytes:
    """The rows that did not go in, as a workbook with a column that says why."""
    parts = [
        (one.sheet, one.columns.first_row, returned_rows(one.results, language))
        for one in read(db, row)
    ]
    return returned_sheets(parts, language)


def _record(db: Session, subject: Subject, action: str, row: SheetImport, **detail: int) -> None:
    about = ("sheet_import", row.id)
    record(db, subject.org_id, subject.person_id, action, about, **detail)
