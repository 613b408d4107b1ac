"""What a person sees before anything goes in, and the workbook of what did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from app.core.sheets import Mapping, RawSheet, ReturnedRow, returned_sheets
from app.recipients.intake.columns import open_questions
from app.recipients.intake.household import Household, RowResult

DEGREE_DIGITS = 6  # about 0.1 m


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DEGREE_DIGITS)


def household_json(one: Household) -> dict[str, Any]:
    """A household as understood, plain JSON."""
    return {
        "name": one.name,
        "phone": one.phone,
        "phones": list(one.phones),
        "phone_note": one.phone_note,
        "born": one.born,
        "born_exact": one.born_exact,
        "lng": _rounded(one.lng),
        "lat": _rounded(one.lat),
        "source_datum": one.source_datum,
        "district": one.district,
        "street": one.street,
        "committee": one.committee,
        "address": one.address,
        "size": one.size,
        "tags": list(one.tags),
        "diet": one.diet,
        "allergens": list(one.allergens),
        "diets": list(one.diets),
        "floor": one.floor,
        "lift": one.lift,
        "registered_on": one.registered_on.isoformat() if one.registered_on else None,
        "registered_precision": one.registered_precision,
        "contact": one.contact,
        "needs": one.needs,
        "notes": one.notes,
    }


def _fault_json(result: RowResult) -> dict[str, Any]:
    return {
        "sheet": result.sheet,
        "row": result.row,
        "fault": result.faults[0].code,
        "faults": [fault.to_json() for fault in result.faults],
        "understood": household_json(result.household) if result.household else None,
    }


def _duplicate_json(result: RowResult) -> dict[str, Any]:
    return {
        "sheet": result.sheet,
        "row": result.row,
        "same_phone_as": result.same_phone_as,
        "duplicate_of": result.duplicate_of,
        "faults": [fault.to_json() for fault in result.faults],
        "understood": household_json(result.household) if result.household else None,
    }


def _sheet_json(sheet: RawSheet, mapping: Mapping, results: Sequence[RowResult]) -> dict[str, Any]:
    counts = Counter(result.status for result in results)
    return {
        "name": sheet.name,
        "header_row": mapping.header_row,
        "rows": sum(counts.values()) - counts["ignored"],
        "counts": {status: counts[status] for status in ("good", "duplicate", "fault", "ignored")},
        "mapping": mapping.to_json(),
        "questions": list(open_questions(mapping)),
    }


def preview_json(
    sheets: Sequence[RawSheet],
    mappings: Sequence[Mapping],
    results: Sequence[Sequence[RowResult]],
) -> dict[str, Any]:
    """Per sheet and row what was understood: sheets, households, duplicates, faults.

    `born` is the birth year; `lng`, `lat` are WGS-84 or null; `fault` is the first of a row's
    faults, `faults` has them all with their sentences.
    """
    rows = [result for found in results for result in found]
    return {
        "sheets": [
            _sheet_json(sheet, mapping, found)
            for sheet, mapping, found in zip(sheets, mappings, results, strict=True)
        ],
        "households": [
            {"sheet": result.sheet, "row": result.row}
            | household_json(result.household)
            | {"warnings": [warning.to_json() for warning in result.warnings]}
            for result in rows
            if result.status == "good" and result.household
        ],
        "duplicates": [_duplicate_json(result) for result in rows if result.status == "duplicate"],
        "faults": [_fault_json(result) for result in rows if result.status == "fault"],
    }


def reason(result: RowResult, language: str) -> str:
    """Why a row did not go in, one sentence after another."""
    space = "" if language == "zh" else " "
    return space.join(fault.zh if language == "zh" else fault.en for fault in result.faults)


def returned_workbook(
    sheets: Sequence[RawSheet], results: Sequence[Sequence[RowResult]], language: str
) -> bytes:
    """An .xlsx of the rows that did not go in, cells as typed, with a 原因 (Reason) column."""
    parts = []
    for sheet, found in zip(sheets, results, strict=True):
        first_row = min((result.row for result in found), default=1)
        rows = [
            ReturnedRow(result.row, reason(result, language))
            for result in found
            if result.status in ("duplicate", "fault")
        ]
        parts.append((sheet, first_row, rows))
    return returned_sheets(parts, language)
