"""What a person sees of an uploaded sheet before it goes in, the same for every room."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from app.core.fields import Schema
from app.core.sheet_imports import SheetImport
from app.core.sheets import IntakeRefused, RawSheet, ReturnedRow, text_of
from app.core.sheets import Mapping as Columns
from app.core.sheets.mapping import overrides_from_json
from app.core.sheets.table import checked_text

# A page shows no more rows than this; every row is read, judged and imported all the same.
ROWS_SHOWN_MAX = 2_000
FILENAME_LENGTH_MAX = 120
State = Literal["uploaded", "imported", "undone"]


@dataclass(frozen=True)
class ReadSheet:
    """One sheet, how its columns are read, and what each row came to.

    `results` are the room's own rows: row, status, raw, faults, warnings.
    """

    sheet: RawSheet
    columns: Columns
    results: Sequence[Any]


class ColumnsIn(Schema):
    """How to read one sheet, confirmed by a person; rows and columns count from 1."""

    header_row: int = 0
    first_row: int | None = None
    columns: dict[str, str]
    datum: Literal["wgs84", "gcj02", "bd09"] | None = None
    pair_order: Literal["lng,lat", "lat,lng"] | None = None
    year: int | None = None
    skip: bool = False


class ImportEdit(Schema):
    """What a person mends in the preview, by sheet name; what is left out stays.

    `edits`: sheet → row → column → the cell's new text.
    """

    mapping: dict[str, ColumnsIn] | None = None
    edits: dict[str, dict[str, dict[str, str]]] | None = None


class FindingOut(Schema):
    """A fault or a warning about one row, in a sentence."""

    code: str
    zh: str
    en: str
    column: int | None


class ImportRow(Schema):
    """One row: the cells as typed or mended, what was understood, and what is wrong with it."""

    sheet: str
    row: int
    status: Literal["good", "duplicate", "fault"]
    cells: list[str]
    faults: list[FindingOut]
    warnings: list[FindingOut]
    understood: dict[str, Any] | None


class ImportSheet(Schema):
    """One sheet: its headings, how its columns are read, and how many rows of each status."""

    name: str
    headings: list[str]
    header_row: int
    first_row: int
    columns: dict[str, str]
    datum: str | None
    pair_order: str | None
    year: int | None
    skip: bool
    counts: dict[str, int]


class ImportRef(Schema):
    """An import in the list of the latest; `summary` counts what went in."""

    id: UUID
    filename: str
    state: State
    created_at: datetime
    imported_at: datetime | None
    undone_at: datetime | None
    summary: dict[str, int]


class ImportOut(Schema):
    """An uploaded file on its way in; `fields` are what a column may mean."""

    id: UUID
    kind: str
    filename: str
    state: State
    version: int
    created_at: datetime
    imported_at: datetime | None
    undone_at: datetime | None
    fields: list[str]
    counts: dict[str, int]
    sheets: list[ImportSheet]
    rows: list[ImportRow]
    rows_left_off: int
    summary: dict[str, int]


def plain_filename(name: str | None) -> str:
    """A file's name without folders or invisible signs."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cs", "Cf"))
    return seen.strip()[-FILENAME_LENGTH_MAX:] or "sheet"


def apply_edit(
    row: SheetImport, edit: ImportEdit, sheets: Iterable[str], fields: Sequence[str]
) -> None:
    """Take over what a person mended. Raises IntakeRefused for what makes no sense."""
    known = set(sheets)
    for named in (edit.mapping or {}, edit.edits or {}):
        if not named.keys() <= known:
            raise IntakeRefused("没有这张表。", "There is no such sheet.", "unknown-sheet")
    if edit.mapping is not None:
        checked = {
            name: Columns.from_json(columns.model_dump(), fields).to_json()
            for name, columns in edit.mapping.items()
        }
        row.mapping = row.mapping | checked
    if edit.edits is not None:
        for name, cells in edit.edits.items():
            for mended in overrides_from_json(cells).values():
                for text in mended.values():
                    checked_text(text, f"“{name}”")
        row.edits = _with_cells(row.edits, edit.edits)


Cells = Mapping[str, Mapping[str, Mapping[str, str]]]


def _with_cells(before: Cells, mended: Cells) -> dict[str, dict[str, dict[str, str]]]:
    """Earlier mended cells and these, cell by cell: a page sends the one it has just changed."""
    merged = {
        name: {row: dict(cells) for row, cells in rows.items()} for name, rows in before.items()
    }
    for name, rows in mended.items():
        for row, cells in rows.items():
            merged.setdefault(name, {}).setdefault(row, {}).update(cells)
    return merged


def _cells(raw: Sequence[Any], mended: Mapping[str, str]) -> list[str]:
    """A row's cells as typed, a person's mended ones in their places."""
    texts = [text_of(cell) for cell in raw]
    for column, text in mended.items():
        texts.extend([""] * (int(column) - len(texts)))
        texts[int(column) - 1] = text
    return texts


def shown(
    row: SheetImport,
    fields: Sequence[str],
    read: Sequence[ReadSheet],
    understood: Mapping[Any, Any],
) -> ImportOut:
    """The import as a page shows it. `understood`: (sheet, row) → what the row came to."""
    rows = [
        _row(
            one.sheet,
            result,
            understood.get((one.sheet.name, result.row)),
            row.edits.get(one.sheet.name, {}).get(str(result.row), {}),
        )
        for one in read
        for result in one.results
        if result.status != "ignored"
    ]
    return ImportOut(
        id=row.id,
        kind=row.kind,
        filename=row.filename,
        state=cast("State", row.state),
        version=row.version,
        created_at=row.created_at,
        imported_at=row.imported_at,
        undone_at=row.undone_at,
        fields=list(fields),
        counts=Counter(result.status for result in rows),
        sheets=[_sheet(one) for one in read],
        rows=rows[:ROWS_SHOWN_MAX],
        rows_left_off=max(0, len(rows) - ROWS_SHOWN_MAX),
        summary=row.summary,
    )


def _row(
    sheet: RawSheet, result: Any, understood: dict[str, Any] | None, mended: Mapping[str, str]
) -> ImportRow:
    return ImportRow(
        sheet=sheet.name,
        row=result.row,
        status=result.status,
        cells=_cells(result.raw, mended),
        faults=[FindingOut(**fault.to_json()) for fault in result.faults],
        warnings=[FindingOut(**warning.to_json()) for warning in result.warnings],
        understood=understood,
    )


def _sheet(one: ReadSheet) -> ImportSheet:
    header = one.columns.header_row
    headings = one.sheet.rows[header - 1] if 0 < header <= len(one.sheet.rows) else ()
    return ImportSheet(
        name=one.sheet.name,
        headings=[text_of(cell) for cell in headings],
        counts=Counter(result.status for result in one.results if result.status != "ignored"),
        **one.columns.to_json(),
    )


def returned_rows(results: Iterable[Any], language: str) -> list[ReturnedRow]:
    """The rows that did not go in, each with its reason in "zh" or "en"."""
    return [
        ReturnedRow(
            result.row,
            " ".join(fault.zh if language == "zh" else fault.en for fault in result.faults),
        )
        for result in results
        if result.status in ("duplicate", "fault")
    ]
