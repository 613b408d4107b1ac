"""Which column means what: guessed by us, confirmed or changed by a person, plain JSON."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.sheets.table import MAX_COLUMNS, MAX_ROWS, IntakeRefused

Overrides = dict[int, dict[int, str]]

DATUMS = ("wgs84", "gcj02", "bd09")
ORDERS = ("lng,lat", "lat,lng")


def _refused(zh: str, en: str) -> IntakeRefused:
    return IntakeRefused(zh, en, "bad-mapping")


def _whole(value: Any, low: int, high: int, zh: str, en: str) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise _refused(f"{zh}要填数字。", f"{en} must be a number.") from None
    if isinstance(value, bool) or not low <= number <= high:
        raise _refused(f"{zh}要在 {low} 到 {high} 之间。", f"{en} must be {low} to {high}.")
    return number


@dataclass(frozen=True)
class Mapping:
    """How to read one sheet. Rows and columns count from 1.

    `header_row` 0 means no headings; `datum` None means nobody has said yet; `year` is what ages
    count from, None for the day of the import; `skip` leaves the whole sheet out.
    """

    header_row: int = 0
    first_row: int = 1
    columns: dict[int, str] = field(default_factory=dict)
    datum: str | None = None
    pair_order: str | None = None
    year: int | None = None
    skip: bool = False

    def of(self, name: str) -> list[int]:
        """The columns that hold this field, from left to right."""
        return sorted(column for column, meaning in self.columns.items() if meaning == name)

    def with_(self, **changes: Any) -> Mapping:
        """A copy with some answers changed."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; column numbers become strings as JSON wants."""
        columns = {str(column): meaning for column, meaning in sorted(self.columns.items())}
        return {
            "header_row": self.header_row,
            "first_row": self.first_row,
            "columns": columns,
            "datum": self.datum,
            "pair_order": self.pair_order,
            "year": self.year,
            "skip": self.skip,
        }

    @staticmethod
    def from_json(data: Any, fields: Collection[str]) -> Mapping:
        """The mapping a person confirmed; IntakeRefused when it makes no sense."""
        if not isinstance(data, dict) or not isinstance(data.get("columns", {}), dict):
            raise _refused("列的对应关系写得不对。", "The column mapping is malformed.")
        columns = {}
        for key, meaning in data.get("columns", {}).items():
            if meaning is None or meaning == "":
                continue
            if not isinstance(meaning, str) or meaning not in fields:
                raise _refused("列的对应里有不认识的项目。", "A column has an unknown field.")
            columns[_whole(key, 1, MAX_COLUMNS, "列号", "A column number")] = meaning
        datum, order, year = data.get("datum"), data.get("pair_order"), data.get("year")
        if datum not in (None, *DATUMS) or order not in (None, *ORDERS):
            raise _refused("坐标系或坐标顺序不认识。", "The datum or the order is unknown.")
        header = _whole(data.get("header_row", 0), 0, MAX_ROWS, "表头行", "The header row")
        first = data.get("first_row")
        return Mapping(
            header,
            header + 1 if first is None else _whole(first, 1, MAX_ROWS, "首行", "The first row"),
            columns,
            datum,
            order,
            None if year is None else _whole(year, 1950, 2100, "年份", "The year"),
            bool(data.get("skip", False)),
        )


def overrides_from_json(data: Any) -> Overrides:
    """Cells mended in the preview, {"12": {"3": "text"}}; IntakeRefused when malformed."""
    malformed = _refused("修改过的格子写得不对。", "The edited cells are malformed.")
    if not isinstance(data, dict) or not all(isinstance(row, dict) for row in data.values()):
        raise malformed
    mended: Overrides = {}
    for row, cells in data.items():
        number = _whole(row, 1, MAX_ROWS, "行号", "A row number")
        for column, value in cells.items():
            if not isinstance(value, str | int | float | None):
                raise malformed
            place = _whole(column, 1, MAX_COLUMNS, "列号", "A column number")
            mended.setdefault(number, {})[place] = "" if value is None else str(value)
    return mended
