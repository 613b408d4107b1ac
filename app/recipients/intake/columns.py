"""What the columns of a sheet probably mean, and what only a person can say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.core.sheets import (
    ColumnGuess,
    Mapping,
    RawSheet,
    TableGuess,
    guess_table,
    is_blank,
    phones_in,
    text_of,
)
from app.places.area import SHANGHAI, Area
from app.places.datums import Datum
from app.places.points import Order, datum_named_in, likely_order, order_named_in, read_pair
from app.recipients.intake.vocabulary import ADDRESS_FIELDS, VOCABULARY

SAMPLE_ROWS, BY_CONTENT, MOST = 200, 0.5, 0.6
PLACE_FIELDS = ("lng", "lat", "point")


@dataclass(frozen=True)
class SheetGuess:
    """Our reading of a sheet for a person to confirm.

    `questions` are what we could not tell: "header", "name", "datum", "pair_order".
    """

    sheet: str
    mapping: Mapping
    columns: tuple[ColumnGuess, ...]
    titles: tuple[str, ...]
    questions: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "sheet": self.sheet,
            "mapping": self.mapping.to_json(),
            "columns": [column.to_json() for column in self.columns],
            "titles": list(self.titles),
            "questions": list(self.questions),
        }


def open_questions(mapping: Mapping) -> tuple[str, ...]:
    """What a person must still answer before the sheet can go in completely."""
    if mapping.skip:
        return ()
    fields = set(mapping.columns.values())
    has_place = fields & set(PLACE_FIELDS)
    asked = {
        "header": not mapping.columns,
        "name": "name" not in fields,
        "datum": bool(has_place) and mapping.datum is None,
        "pair_order": "point" in fields and mapping.pair_order is None,
    }
    return tuple(question for question, is_open in asked.items() if is_open)


def _sample(sheet: RawSheet, column: int, first_row: int) -> list[str]:
    cells = (row[column - 1] for row in sheet.rows[first_row - 1 :] if len(row) >= column)
    filled = [text_of(cell) for cell in cells if not is_blank(cell)]
    return filled[:SAMPLE_ROWS]


def _field_by_content(sample: list[str]) -> str | None:
    tests = {
        "point": lambda text: read_pair(text) is not None and "." in text,
        "phone": lambda text: bool(phones_in(text).numbers),
        "name": lambda text: bool(re.fullmatch(r"[\u4e00-\u9fff]\s?[\u4e00-\u9fff·]{1,3}", text)),
        "address": lambda text: bool(re.search(r"\d+\s*(?:弄|号|室|幢|栋)", text)),
    }
    for name, test in tests.items():
        if len(sample) >= 3 and sum(map(test, sample)) >= MOST * len(sample):
            is_repeating = name == "name" and len(set(sample)) < len(sample) / 2
            return None if is_repeating else name
    return None


def _with_content(sheet: RawSheet, table: TableGuess) -> tuple[ColumnGuess, ...]:
    """Columns without a telling heading, guessed by what stands in them."""
    used = {column.field for column in table.columns}
    columns = []
    for column in table.columns:
        found = None
        if column.field is None:
            found = _field_by_content(_sample(sheet, column.column, table.first_row))
            if found in used or (found == "point" and used & set(PLACE_FIELDS)):
                found = None
        if found:
            used.add(found)
            column = ColumnGuess(column.column, column.heading, found, BY_CONTENT)  # noqa: PLW2901
        columns.append(column)
    return tuple(columns)


def _datum(columns: tuple[ColumnGuess, ...], titles: tuple[str, ...]) -> Datum | None:
    """The datum that the coordinate headings name, else the titles above them."""
    headings = " ".join(column.heading for column in columns if column.field in PLACE_FIELDS)
    return datum_named_in(headings) or datum_named_in(" ".join(titles))


def _order(
    sheet: RawSheet, table: TableGuess, point: ColumnGuess, datum: Datum | None, area: Area
) -> Order | None:
    named = order_named_in(point.heading.lower())
    pairs = [read_pair(text) for text in _sample(sheet, point.column, table.first_row)]
    return named or likely_order([pair for pair in pairs if pair], datum, area)


def guess_columns(sheet: RawSheet, area: Area = SHANGHAI) -> SheetGuess:
    """Header row, columns, datum, order and year of a register's sheet, as far as it tells."""
    table = guess_table(sheet, VOCABULARY)
    columns = _with_content(sheet, table)
    datum = _datum(columns, (*table.titles, sheet.name))
    point = next((column for column in columns if column.field == "point"), None)
    fields = {column.field for column in columns if column.field}
    mapping = Mapping(
        table.header_row,
        table.first_row,
        {column.column: column.field for column in columns if column.field},
        datum.value if datum else None,
        _order(sheet, table, point, datum, area) if point else None,
        table.year,
        skip="name" not in fields and not fields & {"phone", *ADDRESS_FIELDS, *PLACE_FIELDS},
    )
    return SheetGuess(sheet.name, mapping, columns, table.titles, open_questions(mapping))
