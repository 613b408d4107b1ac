"""The rows that did not go in, as a workbook: cells as typed and one column that says why."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.core.sheets.table import Cell, RawSheet

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_REASON_WIDTH, _LONGEST_SHEET_NAME = 60, 31


@dataclass(frozen=True)
class ReturnedRow:
    """A row of the original sheet and the sentence that goes beside it."""

    number: int
    reason: str


def _write(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    """A cell as typed; text that a program would run as a formula stays text."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = sheet.cell(row, column)
    cell.value = value
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        cell.data_type = "s"
        cell.quotePrefix = True


def _add_sheet(
    book: openpyxl.Workbook, sheet: RawSheet, first_row: int, rows: Sequence[ReturnedRow], word: str
) -> None:
    target = book.create_sheet(_sheet_name(sheet.name, book.sheetnames))
    kept = [(number, word if number == first_row - 1 else "") for number in range(1, first_row)]
    reason_column = max(sheet.width, 1) + 1
    for place, (number, reason) in enumerate(kept + [(row.number, row.reason) for row in rows], 1):
        for column, value in enumerate(sheet.rows[number - 1], 1):
            _write(target, place, column, value)
        _write(target, place, reason_column, reason or None)
        target.cell(place, reason_column).alignment = Alignment(wrap_text=True, vertical="top")
    if first_row == 1:
        target.insert_rows(1)
        _write(target, 1, reason_column, word)
    target.cell(max(first_row - 1, 1), reason_column).font = Font(bold=True)
    target.column_dimensions[get_column_letter(reason_column)].width = _REASON_WIDTH


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    plain = "".join("_" if sign in "[]:*?/\\" else sign for sign in name).strip("'") or "Sheet"
    plain = ILLEGAL_CHARACTERS_RE.sub("", plain)[:_LONGEST_SHEET_NAME] or "Sheet"
    number = 2
    unique = plain
    while unique.lower() in {other.lower() for other in taken}:
        unique = f"{plain[: _LONGEST_SHEET_NAME - 4]} {number}"
        number += 1
    return unique


def returned_sheets(
    parts: Sequence[tuple[RawSheet, int, Sequence[ReturnedRow]]], language: str
) -> bytes:
    """An .xlsx of the given rows. `parts`: sheet, its first data row, the rows to hand back.

    Titles and headings are kept, so that the mended workbook can be uploaded again as it is.
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet, first_row, rows in parts:
        if rows:
            _add_sheet(book, sheet, first_row, rows, "原因" if language == "zh" else "Reason")
    if not book.worksheets:
        empty = book.create_sheet("全部已导入" if language == "zh" else "All imported")
        empty["A1"] = "全部已导入" if language == "zh" else "All rows were imported"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
