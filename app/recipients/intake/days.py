"""Registration days in the formats of a paper register."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from app.core.sheets import Cell, chinese_number, is_blank, text_of

EARLIEST_YEAR = 1950
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_SIGNS = "零〇○一二三四五六七八九十"
_PARTS = re.compile(r"(\d{1,4})\D+(\d{1,2})(?:\D+(\d{1,4}))?\D*$")
_CLOCK = re.compile(r"\s+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$|(?<=[日\d])T.*$")
_DAY_OF = re.compile(
    rf"(?P<y>[\d{_SIGNS}]{{2,4}})年(?:(?P<m>[\d{_SIGNS}]{{1,3}})月(?:(?P<d>[\d{_SIGNS}]{{1,3}})[日号]?)?)?"
)


@dataclass(frozen=True)
class TypedDay:
    """A day; when only month or year is known, its first day, and the precision says so."""

    day: date | None = None
    precision: Literal["day", "month", "year"] = "day"
    is_unreadable: bool = False


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    return int(text) if text.isdigit() else chinese_number(text)


def _full_year(year: int, today: date) -> int:
    """Two digits: the latest such year that is not far in the future."""
    if year >= 100:
        return year
    return 2000 + year if 2000 + year <= today.year + 1 else 1900 + year


def _day(year: int | None, month: int | None, day: int | None, today: date) -> TypedDay:
    if year is None:
        return TypedDay(is_unreadable=True)
    year = _full_year(year, today)
    try:
        found = date(year, month or 1, day or 1)
    except ValueError:
        return TypedDay(is_unreadable=True)
    if not EARLIEST_YEAR <= year <= today.year + 1:
        return TypedDay(is_unreadable=True)
    return TypedDay(found, "day" if day else "month" if month else "year")


def _from_digits(text: str, today: date) -> TypedDay:
    if len(text) == 8:
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]), today)
    if len(text) == 6 and text.startswith(("19", "20")):
        return _day(int(text[:4]), int(text[4:]), None, today)
    if len(text) == 5:
        return _dated(_EXCEL_DAY_ZERO + timedelta(days=int(text)), today)
    return _day(int(text), None, None, today) if len(text) == 4 else TypedDay(is_unreadable=True)


def _dated(day: date, today: date) -> TypedDay:
    return _day(day.year, day.month, day.day, today)


def read_day(cell: Cell, today: date) -> TypedDay:
    """The day in "2018.2.18", "2025年4月", "16/10/11", 20180218, a date cell or an Excel serial.

    Two-digit years come first (16/10/11 is 2016-10-11), as Chinese forms write them; a
    four-digit year at the end means day/month or month/day before it.
    """
    if is_blank(cell):
        return TypedDay()
    if isinstance(cell, datetime):
        return _dated(cell.date(), today)
    if isinstance(cell, date):
        return _dated(cell, today)
    if isinstance(cell, float) and not cell.is_integer():
        return _from_fraction(cell, today)
    return _from_text(_CLOCK.sub("", text_of(cell)), today)


def _from_fraction(number: float, today: date) -> TypedDay:
    """43149.5 is a day and a clock; 2018.2 is a month typed with a point."""
    first, _, second = repr(number).partition(".")
    if len(first) == 5:
        return _from_digits(first, today)
    if len(first) == 4 and len(second) <= 2:
        return _day(int(first), int(second), None, today)
    return TypedDay(is_unreadable=True)


def _from_text(text: str, today: date) -> TypedDay:
    if text.isdigit():
        return _from_digits(text, today)
    words = _DAY_OF.search(text)
    if words:
        return _day(_number(words["y"]), _number(words["m"]), _number(words["d"]), today)
    parts = _PARTS.match(re.sub(r"^\D+", "", text))
    if not parts:
        return TypedDay(is_unreadable=True)
    one, two, three = (_number(part) for part in parts.groups())
    if three is not None and three >= 1000 and one is not None and one < 100:
        month, day = (two, one) if one > 12 else (one, two)
        return _day(three, month, day, today)
    return _day(one, two, three, today)
