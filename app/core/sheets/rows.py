"""The rows of a sheet as they were meant: merged cells spread, ditto marks followed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from app.core.sheets.cells import folded, is_blank, text_of
from app.core.sheets.headings import plain
from app.core.sheets.mapping import Mapping, Overrides
from app.core.sheets.table import Cell, RawSheet

RowKind = Literal["data", "blank", "total", "title"]
DITTO = {"同上", "上同", "同前", "同上一行", "〃", "″", '"', "''", "“", "”", "“”", "``", ",,", "′′"}
DITTO |= {'""', "々", "″″", "〞", "〝", "ditto", '-"-', "↑", "＂", "same"}
_TOTAL = re.compile(
    r"(?:总?合计|总计|小计|共计|总数|累计|总人数|总户数|本页合计|本页小计|total|subtotal|sum)"
    r"[:\s]*[\d,.]*\s*[人户家名]?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:填表|填报|制表|审核|审批|负责人|经办|登记人|盖章|单位|注[::]|说明|备注[::]|日期[::]"
    r"|联系人[::]|第\s*\d+\s*页|共\s*\d+\s*页|续表|以上|以下空白|本表)"
)
_FEW_CELLS = 4


@dataclass(frozen=True)
class Row:
    """One row: `raw` as typed, `cells` as meant (column → cell), `ditto` the columns copied."""

    number: int
    kind: RowKind
    raw: tuple[Cell, ...]
    cells: dict[int, Cell] = field(default_factory=dict)
    ditto: frozenset[int] = frozenset()
    lost_ditto: frozenset[int] = frozenset()

    def text(self, column: int) -> str:
        """The cell as folded text, "" when blank."""
        cell = self.cells.get(column)
        return "" if is_blank(cell) else text_of(cell)

    def typed(self, column: int) -> str:
        """The cell's words with their own punctuation, for what is kept as it was written."""
        cell = self.cells.get(column)
        if isinstance(cell, str) and not is_blank(cell):
            return " ".join(cell.split())
        return self.text(column)


def is_ditto(cell: Cell) -> bool:
    """Whether a cell says "as above"."""
    return isinstance(cell, str) and re.sub(r"\s", "", folded(cell)).lower() in DITTO


def _spread(sheet: RawSheet, first_row: int) -> dict[int, dict[int, Cell]]:
    """Cells merged downwards hold for each of their rows."""
    spread: dict[int, dict[int, Cell]] = defaultdict(dict)
    for merge in sheet.merges:
        if merge.last_row < first_row or merge.first_row == merge.last_row:
            continue
        value = sheet.cell(merge.first_row, merge.first_column)
        for row in range(max(merge.first_row, first_row), min(merge.last_row, len(sheet.rows)) + 1):
            spread[row][merge.first_column] = value
    return spread


def _kind(
    cells: dict[int, Cell], mapping: Mapping, headings: dict[int, str], *, wide: bool
) -> RowKind:
    serial = set(mapping.of("serial"))
    filled = {
        column: text_of(cell)
        for column, cell in cells.items()
        if cell is not None and text_of(cell) and column not in serial
    }
    numbers = {text_of(cells[column]) for column in serial if cells.get(column) is not None}
    few = len(filled) <= _FEW_CELLS
    first = list(filled.values())[:1] + sorted(numbers)
    if few and any(_TOTAL.fullmatch(text) for text in first):
        return "total"
    if not filled:
        return "blank"
    repeated = sum(1 for column, text in filled.items() if plain(text) == headings.get(column))
    if repeated >= 2 and repeated * 2 > len(filled):
        return "title"
    alone = len(filled) == 1 and not numbers
    if (few and _NOTE.match(first[0])) or (alone and wide):
        return "title"
    return "data"


def rows_of(sheet: RawSheet, mapping: Mapping, overrides: Overrides | None = None) -> Iterator[Row]:
    """The rows from `mapping.first_row` on. Rows that hold no household are named as such.

    A ditto mark takes the meaning of the nearest data row above; a person's `overrides`
    ({row: {column: text}}) count before everything else.
    """
    spread = _spread(sheet, mapping.first_row)
    wide_rows = {
        merge.first_row
        for merge in sheet.merges
        if merge.first_row == merge.last_row
        and merge.last_column - merge.first_column >= max(1, len(mapping.columns) // 3)
    }
    header = sheet.rows[mapping.first_row - 2] if 2 <= mapping.first_row <= len(sheet.rows) else ()
    headings = {i: plain(text_of(cell)) for i, cell in enumerate(header, 1) if cell is not None}
    above: dict[int, Cell] = {}
    for number in range(mapping.first_row, len(sheet.rows) + 1):
        raw = sheet.rows[number - 1]
        cells = dict(enumerate(raw, 1))
        cells |= spread.get(number, {})
        cells |= (overrides or {}).get(number, {})
        kind = _kind(dict(sorted(cells.items())), mapping, headings, wide=number in wide_rows)
        if kind != "data":
            yield Row(number, kind, raw, cells)
            continue
        ditto = {column for column, cell in cells.items() if is_ditto(cell)}
        lost = frozenset(column for column in ditto if above.get(column) is None)
        cells |= {column: above.get(column) for column in ditto}
        above = cells
        yield Row(number, kind, raw, cells, frozenset(ditto), lost)
