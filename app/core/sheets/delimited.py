""".csv in the encodings that Chinese offices save it in."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import PurePath

from app.core.sheets.table import (
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    IntakeRefused,
    RawSheet,
    checked_text,
    too_many_columns,
    too_many_rows,
)

_SEPARATORS = ",\t;|"
_LINES_SNIFFED = 20


def _broken(line: int) -> IntakeRefused:
    return IntakeRefused(
        f"第 {line} 行附近的文字是乱码。请用 Excel 或 WPS 打开，另存为“CSV UTF-8”再上传。",
        f"The text near line {line} is broken. Please save the file as “CSV UTF-8” and try again.",
        "broken-bytes",
    )


def decoded(data: bytes) -> str:
    """The text of a file in utf-8 (with or without mark), utf-16 or GB18030."""
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data[3:], "utf-8")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16")
    if b"\x00" in data:
        return _without_mark(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data):
            raise _broken(data.count(b"\n", 0, error.start) + 1) from None
    return _strict(data, "gb18030")


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _broken(data.count(b"\n", 0, error.start) + 1) from None
    # bytes of another encoding decode "well" into private-use signs and controls
    strange = re.search("[\ue000-\uf8ff\x80-\x9f\ufffd]", text) if encoding == "gb18030" else None
    if strange:
        raise _broken(text.count("\n", 0, strange.start()) + 1)
    return text


def _without_mark(data: bytes) -> str:
    """UTF-16 without its mark has a zero in every other byte of its ASCII part."""
    sample = data[:4096]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) > len(sample) // 20 and len(data) % 2 == 0:
            text = _strict(data, encoding)
            if "\x00" not in text:
                return text
    raise IntakeRefused(
        "文件里有空字符(NUL)，文件可能坏了，请重新保存后再上传。",
        "There are NUL characters in the file; it may be damaged. Please save it again.",
        "nul",
    )


def _is_mostly_utf8(data: bytes) -> bool:
    """Broken UTF-8, rather than GB18030: nearly all non-ASCII bytes form proper sequences."""
    text = data.decode("utf-8", "replace")
    good = sum(1 for sign in text if "\u2e80" <= sign < "\ufffd")
    # read as UTF-8, GB18030 gives hardly any three-byte sign that is well-formed
    return good > 3 and good > text.count("\ufffd")


def _separator(text: str) -> str:
    """The separator that most of the first lines agree on."""
    lines = [line for line in text.splitlines()[:_LINES_SNIFFED] if line.strip()]

    def agreement(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines]
        return sum(1 for count in counts if count), max(counts, default=0)

    return max(_SEPARATORS, key=agreement)


def read_delimited(data: bytes, filename: str) -> RawSheet:
    """The one sheet of a .csv; cells are text. IntakeRefused as in `read_workbook`."""
    name = PurePath(filename.replace("\\", "/")).stem[:100] or "csv"
    text = checked_file_text(decoded(data))
    rows: list[tuple[Cell, ...]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)):
            row = [checked_text(cell, f"“{name}”") if cell.strip() else None for cell in cells]
            while row and row[-1] is None:
                row.pop()
            if len(row) > MAX_COLUMNS:
                raise too_many_columns(name)
            rows.append(tuple(row))
            if len(rows) > MAX_ROWS:
                raise too_many_rows(name)
    except csv.Error:
        raise _broken(len(rows) + 1) from None
    while rows and not rows[-1]:
        rows.pop()
    return RawSheet(name, tuple(rows))


def checked_file_text(text: str) -> str:
    """The text, unless it is no text at all (a program, a picture)."""
    controls = sum(1 for sign in text[:4096] if sign < " " and sign not in "\t\r\n\f\x1a")
    if controls > 4:
        raise IntakeRefused(
            "这不是表格文件。请上传 .xlsx 或 .csv。",
            "This is not a spreadsheet. Please upload .xlsx or .csv.",
            "wrong-type",
        )
    return text
