""".xlsx → sheets. A zip from a stranger: its size is added up before anything is unpacked."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.cell import range_boundaries

from app.core.sheets.table import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    Cell,
    IntakeRefused,
    Merge,
    RawSheet,
    checked_text,
    too_many_columns,
    too_many_rows,
)

MAX_UNPACKED_BYTES, MAX_RATIO, RATIO_COUNTS_FROM_BYTES = 64 * 1024 * 1024, 150, 8 * 1024 * 1024
MAX_CELLS = 1_500_000
MAX_PARTS, EXCEL_LAST_ROW, MAX_MERGES = 2_000, 1_048_576, 50_000
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


def _damaged() -> IntakeRefused:
    return IntakeRefused(
        "文件坏了，打不开。请在 Excel 或 WPS 里重新保存后再上传。",
        "The file is damaged. Please save it again in Excel and upload it.",
        "damaged",
    )


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Refuse bombs, locked archives and other kinds of document by the zip's own directory."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    is_dense = unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > MAX_RATIO * packed
    if unpacked > MAX_UNPACKED_BYTES or is_dense or len(parts) > MAX_PARTS:
        raise IntakeRefused(
            "文件打开后大得不正常，没有读取。请只保留登记表，另存后再上传。",
            "The file unpacks to an abnormal size and was not read. Please keep the register only.",
            "too-large-unpacked",
        )
    if any(part.flag_bits & 1 for part in parts):
        raise IntakeRefused("文件加了密码。", "The file is locked with a password.", "encrypted")
    if "xl/workbook.xml" not in archive.namelist():
        raise IntakeRefused(
            "这不是 .xlsx 表格（可能是 Word、WPS 文字、.xlsb 或 .ods）。请另存为 .xlsx。",
            "This is not an .xlsx workbook. Please save it as .xlsx.",
            "wrong-type",
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                if b"<!DOCTYPE" in stream.read(2048):
                    raise _damaged()


def read_xlsx(data: bytes) -> list[RawSheet]:
    """The visible worksheets of a workbook; IntakeRefused as in `read_workbook`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive)
            return _read_sheets(data, archive)
    except IntakeRefused:
        raise
    except (
        zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError,
        EOFError, ParseError, OverflowError, NotImplementedError, RuntimeError, LookupError,
    ):  # fmt: skip
        # openpyxl has no error of its own for damaged files: these are the ones it lets through
        raise _damaged() from None
    except Exception as error:
        if type(error).__module__.startswith(("zlib", "openpyxl", "lxml", "et_xmlfile")):
            raise _damaged() from None
        raise


def _read_sheets(data: bytes, archive: zipfile.ZipFile) -> list[RawSheet]:
    book = _opened(data, values=True)
    formulas: Any = None
    sheets = []
    for sheet in book.worksheets[:MAX_SHEETS]:
        if sheet.sheet_state != "visible":
            continue
        # the path is openpyxl's own note of where the part lies in the zip
        xml = archive.read(str(getattr(sheet, "_worksheet_path", "")).lstrip("/"))
        _check_size(xml, sheet.title)
        rows = _rows(sheet)
        if _FORMULA.search(xml):
            formulas = formulas or _opened(data, values=False)
            rows = _with_formulas(rows, _rows(formulas[sheet.title]))
        sheets.append(RawSheet(sheet.title, tuple(rows), _merges(xml)))
    return sheets


def _check_size(xml: bytes, name: str) -> None:
    """Count the tags before the slow reading: a refusal takes no longer than a glance."""
    rows = xml.count(b"<row") + xml.count(b":row")
    cells = xml.count(b"<c ") + xml.count(b"<c/") + xml.count(b"<c>") + xml.count(b":c ")
    if cells > MAX_COLUMNS * max(rows, 1):
        raise too_many_columns(name)
    if rows > MAX_ROWS or cells > MAX_CELLS:
        raise too_many_rows(name)


def _opened(data: bytes, *, values: bool) -> Any:
    with warnings.catch_warnings():
        # unknown extensions and styles of other programs do not matter to us
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values)


def _merges(xml: bytes) -> tuple[Merge, ...]:
    found: list[Merge] = []
    for match in _MERGE.finditer(xml):
        left, top, right, bottom = (int(n or 0) for n in range_boundaries(match[1].decode()))
        if bottom <= MAX_ROWS and right <= MAX_COLUMNS and len(found) < MAX_MERGES:
            found.append(Merge(top, left, bottom, right))
    return tuple(found)


def _trimmed(cells: Iterable[Any], name: str) -> tuple[Cell, ...]:
    row = [_cell(cell, name) for cell in cells]
    while row and row[-1] is None:
        row.pop()
    return tuple(row)


def _cell(value: Any, name: str) -> Cell:
    if isinstance(value, str):
        return checked_text(value, f"“{name}”") if value.strip() else None
    if isinstance(value, timedelta):
        return str(value)
    if value is None or isinstance(value, int | float | date | time):
        return value
    return str(value)


def _rows(sheet: Any) -> list[tuple[Cell, ...]]:
    """The rows up to the last filled one; a stray far-off blank row costs nothing."""
    sheet.reset_dimensions()  # what the file claims about its size is not to be trusted
    rows: list[tuple[Cell, ...]] = []
    waiting = 0
    for number, cells in enumerate(_warned(sheet.iter_rows(values_only=True)), 1):
        row = _trimmed(cells, sheet.title) if cells else ()
        if len(row) > MAX_COLUMNS:
            raise too_many_columns(sheet.title)
        if not row:
            waiting += 1
            if number > EXCEL_LAST_ROW:
                raise too_many_rows(sheet.title)
            continue
        if number > MAX_ROWS:
            raise too_many_rows(sheet.title)
        rows += [()] * waiting + [row]
        waiting = 0
    return rows


def _warned(rows: Iterator[Any]) -> Iterator[Any]:
    """The same rows; openpyxl's warnings about odd dates are not the person's concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from rows


def _with_formulas(
    values: list[tuple[Cell, ...]], typed: list[tuple[Cell, ...]]
) -> list[tuple[Cell, ...]]:
    """A formula that was never calculated shows as its text, so that the row is not lost."""
    merged = []
    for index in range(max(len(values), len(typed))):
        seen = values[index] if index < len(values) else ()
        written = typed[index] if index < len(typed) else ()
        cells = [
            seen[i] if i < len(seen) and seen[i] is not None else (
                written[i] if i < len(written) and str(written[i] or "").startswith("=") else None
            )
            for i in range(max(len(seen), len(written)))
        ]  # fmt: skip
        merged.append(tuple(cells))
    return merged
