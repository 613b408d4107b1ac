"""A sheet and its confirmed columns → every row as good, duplicate, fault or ignored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.core.sheets import Mapping, Overrides, RawSheet, Row, rows_of
from app.places.area import SHANGHAI, Area
from app.recipients.intake import findings
from app.recipients.intake.household import Faces, Known, RowResult, known_from
from app.recipients.intake.reader import RowReader


def _result(sheet: str, row: Row, reader: RowReader, faces: Faces) -> RowResult:
    if row.kind != "data":
        return RowResult(sheet, row.number, "ignored", row.raw, ignored_as=row.kind)
    one, faults, warnings = reader.read(row)
    same = faces.same_as(one) if one.name else None
    if same:
        sentence = findings.duplicate_of(same.ref)
        phone = next((number for number in one.phones if number in same.phones), "")
        return RowResult(
            sheet, row.number, "duplicate", row.raw, one, (sentence,), warnings, same.ref, phone
        )
    if faults:
        return RowResult(sheet, row.number, "fault", row.raw, one, faults, warnings)
    like = faces.like(one)
    if like:
        warnings = (*warnings, findings.maybe_duplicate(like.ref))
    result = RowResult(sheet, row.number, "good", row.raw, one, (), warnings)
    faces.add(known_from(result))
    return result


def understand(
    sheet: RawSheet,
    mapping: Mapping,
    *,
    today: date,
    area: Area = SHANGHAI,
    known: Known | None = None,
    overrides: Overrides | None = None,
) -> list[RowResult]:
    """Every row below the headings, in order.

    A row is a duplicate when an earlier good row or somebody `known` has the same name, phone and
    birth year. `overrides` are cells a person mended in the preview, {row: {column: text}}.
    """
    if mapping.skip:
        return []
    faces = Faces(known or Known())
    reader = RowReader(mapping, today, area)
    return [_result(sheet.name, row, reader, faces) for row in rows_of(sheet, mapping, overrides)]


def understand_all(
    sheets: Sequence[RawSheet],
    mappings: Sequence[Mapping],
    *,
    today: date,
    area: Area = SHANGHAI,
    known: Known | None = None,
    overrides: Sequence[Overrides | None] = (),
) -> list[list[RowResult]]:
    """All sheets of a file; who stands on an earlier sheet is known on the later ones."""
    everybody = known or Known()
    mended = list(overrides) + [None] * (len(sheets) - len(overrides))
    results = []
    for sheet, mapping, cells in zip(sheets, mappings, mended, strict=True):
        found = understand(sheet, mapping, today=today, area=area, known=everybody, overrides=cells)
        everybody = everybody.with_results(found)
        results.append(found)
    return results
