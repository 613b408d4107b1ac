"""Files from strangers: read as typed, or refused in one sentence."""

# ruff: noqa: DTZ001 - the cells of a sheet know no time zone

import io
import random
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from app.core.sheets import IntakeRefused, RawSheet, read_workbook
from app.core.sheets.table import checked_text

SHEET = "xl/worksheets/sheet1.xml"
TEXT = "姓名,联系电话,住址\n孙甲,17000000001,样例路1弄2号\n"


def workbook(rows: Any) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


GOOD = workbook([["姓名", "电话"], ["孙甲", 17000000001]])


def with_part(part: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return stream.getvalue()


def with_rows(xml: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old:
        head = old.read(SHEET).split(b"<sheetData")[0]
    return with_part(SHEET, head + b"<sheetData>" + xml + b"</sheetData></worksheet>")


def a_docx() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    return stream.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FAR_CELL = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
REFUSED = {
    "nothing": (b"", "empty"),
    "only spaces": (b" \r\n", "empty"),
    "an empty workbook": (workbook([]), "empty"),
    "a PDF": (b"%PDF-1.7 text", "wrong-type"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "wrong-type"),
    "a web page named .xls": (b"<html><table></table></html>", "wrong-type"),
    "a Word file": (a_docx(), "wrong-type"),
    "an old .xls": (OLE + bytes(600), "old-xls"),
    "a locked workbook": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "a torn upload": (GOOD[:-300], "damaged"),
    "a torn sheet": (with_part(SHEET, b"<worksheet><sheetData><row>"), "damaged"),
    "entities": (with_part(SHEET, b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'), "damaged"),
    "a bomb": (with_rows(b" " * 100_000_000), "too-large-unpacked"),
    "a dense archive": (with_rows(b" " * 20_000_000), "too-large-unpacked"),
    "a row at the far end": (with_rows(FAR_CELL), "too-many-rows"),
    "too many rows": (with_rows(b"<row><c><v>1</v></c></row>" * 100_001), "too-many-rows"),
    "a cell far right": (with_rows(b'<row r="1"><c r="XFD1"><v>1</v></c></row>'), "too-many-columns"),
    "a million empty cells": (with_rows(b"<row>" + b"<c/>" * 1_000_000 + b"</row>"), "too-many-columns"),
    "not a number": (with_rows(b'<row r="1"><c r="A1"><v>NaN</v></c></row>'), "damaged"),
    "a NUL in a .csv": (TEXT.encode() + b"a,\x00", "nul"),
    "noise": (random.Random(1).randbytes(5000), "nul"),
    "broken UTF-8": (TEXT.encode() + b"\xe5\xad,1\n", "broken-bytes"),
    "broken GB18030": (TEXT.encode("gb18030") + b"\xff\xff\n", "broken-bytes"),
    "Latin-1": ("Müller,Straße,é\n".encode("latin-1") * 9, "broken-bytes"),
    "a long .csv": (b"a,b\n" * 100_001, "too-many-rows"),
    "a wide .csv": (b",".join([b"x"] * 201), "too-many-columns"),
    "an endless cell": (b'a,"' + b"x" * 200_000, "broken-bytes"),
    "a long cell": (b"a," + b"x" * 40_000, "cell-too-long"),
    "too many bytes": (b"a" * (32 * 1024 * 1024 + 1), "too-large"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_register_is_refused_in_a_sentence(kind: Any) -> None:
    data, code = REFUSED[kind]
    with pytest.raises(IntakeRefused) as refusal:
        read_workbook(data, "register.xlsx")
    assert refusal.value.code == code
    assert refusal.value.sentence_zh.endswith("。")
    assert refusal.value.sentence_en.endswith(".")


def test_a_broken_byte_is_found_by_its_line() -> None:
    with pytest.raises(IntakeRefused) as refusal:
        read_workbook(TEXT.encode() + b"\xe5\xad,1\n", "a.csv")
    assert "第 3 行" in refusal.value.sentence_zh


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_reads_the_same_in_every_encoding(encoding: Any, separator: Any) -> None:
    [sheet] = read_workbook(TEXT.replace(",", separator).encode(encoding), "some/人.csv")
    assert sheet.name == "人"
    assert sheet.rows[1] == ("孙甲", "17000000001", "样例路1弄2号")


def test_cells_come_as_typed() -> None:
    day = datetime(2020, 5, 1)
    [sheet] = read_workbook(workbook([["a", 1, 2.5, day, True, None, " b "], [], ["c"]]), "x.xlsx")
    assert sheet.rows == (("a", 1, 2.5, day, True, None, " b "), (), ("c",))
    assert sheet.cell(1, 4) == day
    assert sheet.cell(9, 9) is None


def test_a_formula_that_was_never_calculated_shows_its_text() -> None:
    [sheet] = read_workbook(workbook([["=1+1", "a"], ["b", None]]), "x.xlsx")
    assert sheet.rows[0] == ("=1+1", "a")


def test_hidden_sheets_stay_out_and_merged_cells_are_known() -> None:
    book = openpyxl.Workbook()
    book.active.append(["标题", None, None])
    book.active.merge_cells("A1:C1")
    book.create_sheet("草稿").sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    [sheet] = read_workbook(stream.getvalue(), "x.xlsx")
    assert [tuple(merge) for merge in sheet.merges] == [(1, 1, 1, 3)]


def test_a_stray_format_far_below_costs_nothing() -> None:
    xml = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="A900000"/></row>'
    [sheet] = read_workbook(with_rows(xml), "x.xlsx")
    assert len(sheet.rows) == 1


def test_half_a_character_is_refused() -> None:
    with pytest.raises(IntakeRefused):
        checked_text("a\ud800", "x")
    assert RawSheet("x", ()).width == 0
