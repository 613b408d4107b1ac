"""A paper register as a spreadsheet: read, mended, taken in, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, delete, insert, literal_column, select, update
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.accounts.queries import service_area
from app.audit.service import record
from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.core.problems import Malformed
from app.core.sealing import blind_index, seal
from app.core.sheet_imports import SheetImport, advance, content_of, find_import, keep_upload
from app.core.sheet_previews import (
    ImportEdit,
    ImportOut,
    ReadSheet,
    apply_edit,
    returned_rows,
    shown,
)
from app.core.sheets import returned_sheets
from app.recipients.intake import (
    FIELDS,
    Household,
    Known,
    KnownHousehold,
    Mapping,
    guess_columns,
    household_json,
    open_questions,
    overrides_from_json,
    read_workbook,
    understand_all,
)
from app.recipients.models import Consent, Recipient
from app.recipients.queries import opened
from app.recipients.rules import need_grams
from app.recipients.service import CONSENT_PURPOSE, CONSENT_WORDING, digits_of

KIND = "register"
BATCH = 1_000


class ColumnsUnclear(Malformed):
    """A question about the columns is still open: which datum, which order."""

    type = "columns-unclear"
    sentence = "有的表还没说清楚坐标是哪一种（WGS-84、GCJ-02 还是 BD-09）。请先选好再导入。"
    sentence_en = "It is not clear yet which datum a sheet's coordinates are in. Choose it first."


def upload(db: Session, subject: Subject, *, filename: str, data: bytes) -> SheetImport:
    """Keep a file and guess its columns. Raises IntakeRefused when it cannot be read."""
    sheets = read_workbook(data, filename)
    area = service_area(db, subject.org_id)
    row = keep_upload(
        db, subject.org_id, subject.person_id, kind=KIND, filename=filename, data=data
    )
    row.mapping = {sheet.name: guess_columns(sheet, area).mapping.to_json() for sheet in sheets}
    db.flush()
    _record(db, subject, "uploaded_register", row)
    return row


def read(db: Session, subject: Subject, row: SheetImport) -> list[ReadSheet]:
    """Every sheet of the file as it is understood now; who is registered already is known."""
    sheets = read_workbook(content_of(row), row.filename)
    columns = [Mapping.from_json(row.mapping.get(sheet.name, {}), FIELDS) for sheet in sheets]
    results = understand_all(
        sheets,
        columns,
        today=subject.today,
        area=service_area(db, row.org_id),
        known=_registered(db, row),
        overrides=[overrides_from_json(row.edits.get(sheet.name, {})) for sheet in sheets],
    )
    return [ReadSheet(*one) for one in zip(sheets, columns, results, strict=True)]


def _registered(db: Session, row: SheetImport) -> Known:
    """Everybody in the register whom this import did not bring."""
    query = select(Recipient).where(
        Recipient.org_id == row.org_id,
        Recipient.state != "ended",
        Recipient.import_id.is_distinct_from(row.id),
        Recipient.phone_sealed.is_not(None),
    )
    return Known(
        tuple(
            KnownHousehold(
                name=one.name,
                phones=frozenset([opened(one, "phone", one.phone_sealed)]),
                born=one.birth_year,
                ref="登记册",
            )
            for one in db.scalars(query)
        )
    )


def preview(db: Session, subject: Subject, row: SheetImport) -> ImportOut:
    """The import as a page shows it."""
    sheets = read(db, subject, row)
    understood = {
        (one.sheet.name, result.row): household_json(result.household)
        for one in sheets
        for result in one.results
        if result.household is not None
    }
    return shown(row, FIELDS, sheets, understood)


def mend(db: Session, subject: Subject, row: SheetImport, edit: ImportEdit) -> None:
    """Take over a person's columns and mended cells. Raises IntakeRefused."""
    names = [sheet.name for sheet in read_workbook(content_of(row), row.filename)]
    apply_edit(row, edit, names, FIELDS)
    db.flush()
    _record(db, subject, "mended_import", row)


def commit_import(db: Session, subject: Subject, import_id: UUID) -> SheetImport:
    """Take the good rows in. Raises NotFound, Refused when that is done, ColumnsUnclear."""
    row = find_import(db, subject.org_id, import_id, KIND, lock=True)
    sheets = read(db, subject, row)
    if any(open_questions(one.columns) for one in sheets if not one.columns.skip):
        raise ColumnsUnclear
    advance(row, "import")
    good = [
        result.household
        for one in sheets
        for result in one.results
        if result.status == "good" and result.household is not None
    ]
    row.summary = import_households(db, subject, good, import_id=row.id)
    _record(db, subject, "imported_register", row, **row.summary)
    return row


def import_households(
    db: Session, subject: Subject, households: Sequence[Household], *, import_id: UUID
) -> dict[str, int]:
    """Register understood rows; those without coordinates wait for somebody to drag their pin."""
    for first in range(0, len(households), BATCH):
        rows = [_columns(subject, one, import_id) for one in households[first : first + BATCH]]
        db.execute(insert(Recipient), rows)
        db.execute(
            insert(Consent),
            [
                {
                    "id": new_id(),
                    "org_id": subject.org_id,
                    "recipient_id": made["id"],
                    "purpose": CONSENT_PURPOSE,
                    "wording_version": CONSENT_WORDING,
                    "given_on": made["registered_on"],
                    "given_by": "paper_register",
                }
                for made in rows
            ],
        )
    placed = sum(one.lng is not None for one in households)
    return {"recipients": len(households), "to_confirm": len(households) - placed}


def _columns(subject: Subject, one: Household, import_id: UUID) -> dict[str, Any]:
    """One household as the register's columns; personal fields sealed."""
    row_id, org_id, at = new_id(), subject.org_id, now()
    sealed = {
        field: seal(value, org_id=org_id, place=f"recipient|{field}", row_id=row_id)
        for field, value in (("phone", one.phone), ("notes", _notes(one)))
    }
    place = (
        Point(lng=one.lng, lat=one.lat).to_geometry()
        if one.lng is not None and one.lat is not None
        else None
    )
    digits = digits_of(one.phone)
    return {
        "id": row_id, "org_id": org_id, "kind": "household", "name": one.name, "phone_sealed": sealed["phone"],
        "phone_index": blind_index(digits, org_id=org_id, field="phone"), "phone_tail": digits[-4:],
        "birth_year": one.born, "size": one.size or 1, "tags": list(one.tags), "allergens": list(one.allergens),
        "diets": list(one.diets), "diet_text": one.diet, "notes_sealed": sealed["notes"], "street": one.street,
        "address": one.address, "geom": place, "place_state": "confirmed" if place is not None else "to_confirm",
        "source_datum": one.source_datum or "wgs84", "raw_place": one.raw_place, "place_source": "sheet" if place is not None else "", "floor": one.floor, "has_lift": one.lift,
        "need_grams": need_grams(one.size or 1), "registered_on": one.registered_on or subject.today, "state": "active",
        "state_at": at, "state_by_id": subject.person_id, "approved_at": at, "import_id": import_id,
    }  # fmt: skip


def _notes(one: Household) -> str:
    """Whatever the paper said that has no field of its own."""
    parts = (one.notes, one.needs, one.contact, one.phone_note)
    return " · ".join(dict.fromkeys(part for part in parts if part))


def undo_import(db: Session, subject: Subject, import_id: UUID) -> SheetImport:
    """Take the import's households out again; who has been given food since is ended instead.

    Raises NotFound, Refused when there is nothing to take back.
    """
    row = find_import(db, subject.org_id, import_id, KIND, lock=True)
    at = advance(row, "undo")
    mine = (Recipient.org_id == row.org_id, Recipient.import_id == row.id)
    used = _touched_since()
    ended = db.execute(
        update(Recipient)
        .where(*mine, used, Recipient.state != "ended")
        .values(
            state="ended", state_at=at, state_by_id=subject.person_id, state_reason="import undone"
        )
        .returning(Recipient.id)
    ).all()
    free = select(Recipient.id).where(*mine, ~used)
    ids = list(db.scalars(free))
    db.execute(delete(Consent).where(Consent.org_id == row.org_id, Consent.recipient_id.in_(ids)))
    db.execute(delete(Recipient).where(Recipient.org_id == row.org_id, Recipient.id.in_(ids)))
    row.summary = row.summary | {"removed": len(ids), "ended": len(ended)}
    _record(db, subject, "undid_import", row, removed=len(ids), ended=len(ended))
    return row


def _touched_since() -> ColumnElement[bool]:
    """Whether a room above has written about the household: an allocation, a stop, a care alert.

    Named in SQL, since those rooms are above this one; the foreign keys say the same.
    """
    tables = ("allocation", "stop_item", "care_alert")
    found = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} t WHERE t.org_id = recipient.org_id AND t.recipient_id = recipient.id)"  # noqa: S608 - our own table names
        for table in tables
    )
    return literal_column(f"({found})", Boolean())


def returned(db: Session, subject: Subject, row: SheetImport, language: str) -> bytes:
    """The rows that did not go in, as a workbook with a column that says why."""
    parts = [
        (one.sheet, one.columns.first_row, returned_rows(one.results, language))
        for one in read(db, subject, row)
    ]
    return returned_sheets(parts, language)


def _record(db: Session, subject: Subject, action: str, row: SheetImport, **detail: int) -> None:
    record(db, subject.org_id, subject.person_id, action, ("sheet_import", row.id), **detail)
