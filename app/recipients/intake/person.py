"""Birth years and ages, household sizes, categories: how a person is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from app.core.sheets import Cell, chinese_number, folded, is_blank, text_of
from app.core.sheets.cells import whole_number

OLDEST_YEARS, LARGEST_HOUSEHOLD, REPUBLIC_BEGAN = 120, 30, 1911
# what DESIGN's casework knows; the order a greedy reading of "低保低收入" tries them in
CATEGORIES = (
    "支出型", "低收入", "低保", "特困", "独居", "孤老", "纯老", "失独", "残疾", "重病", "单亲",
    "孤寡", "空巢", "失能", "高龄", "优抚",
)  # fmt: skip
_CATEGORY_ALIASES = {"五保": "特困", "残障": "残疾", "大病": "重病", "低保边缘": "低收入"}
_TAG_ENDS = re.compile(r"(?:老人|家庭|户|人员|对象|者)$")
_SEPARATORS = re.compile(r"[,,、;;/|\s+&。.和及]+")
_YEAR = re.compile(r"(?<!\d)(1[6-9]\d{2}|2[01]\d{2})(?!\d)")
_SHORT_DATE = re.compile(r"(\d{2})[-./年](\d{1,2})(?:[-./月]\d{0,2})?日?月?")
_CHINESE_GAP = re.compile(r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff·])\s+(?=[\u3400-\u9fff·])")
_PEOPLE = re.compile(r"\d+(?:\s*[大小老人口]*\s*[+、]?\s*\d+)*\s*[大小老人口]*")
_ABOUT = re.compile(r"[约大概左右多余近]|\?")


@dataclass(frozen=True)
class Birth:
    """A birth year; from an age it may be off by one. `is_impossible`: no living person's."""

    year: int | None = None
    is_exact: bool = True
    is_impossible: bool = False
    is_unreadable: bool = False
    is_two_digit: bool = False


def _checked(year: int, as_of: int, *, exact: bool, two_digit: bool = False) -> Birth:
    if not as_of - OLDEST_YEARS <= year <= as_of:
        return Birth(is_impossible=True)
    return Birth(year, exact, is_two_digit=two_digit)


def _from_number(number: int, text: str, column: str, as_of: int, counted_from: int) -> Birth:
    if number >= 1000:
        return _checked(number, as_of, exact=not _ABOUT.search(text))
    if column == "age" or "岁" in text:
        if not 0 <= number <= OLDEST_YEARS:
            return Birth(is_impossible=True)
        return _checked(counted_from - number, max(as_of, counted_from), exact=False)
    if 0 <= number <= 99:
        # "43年" on a register of old people is 1943, never 2043; the person may mend it
        return _checked(1900 + number, as_of, exact=True, two_digit=True)
    return Birth(is_impossible=True)


def read_birth(cell: Cell, column: str, *, as_of: int, counted_from: int) -> Birth:
    """The birth year in a cell of a "born" or an "age" column.

    `as_of`: this year; `counted_from`: the year that ages in this sheet count from.
    """
    if is_blank(cell):
        return Birth()
    if isinstance(cell, datetime | date):
        return _checked(cell.year, as_of, exact=True)
    text = text_of(cell)
    if column == "born" and (short := _SHORT_DATE.fullmatch(text)):
        return _checked(1900 + int(short[1]), as_of, exact=True, two_digit=True)
    year = _year_in(text, column)
    if year is not None:
        return _checked(year, as_of, exact=not _ABOUT.search(text))
    number = _count_in(text)
    if number is None:
        return Birth(is_unreadable=True)
    return _from_number(number, text, column, as_of, counted_from)


def _year_in(text: str, column: str) -> int | None:
    """The year that a text writes out (1940年生, 1940.5, 19400501, 民国29年, day number 14732)."""
    republic = re.search(r"民国\s*(\d{1,2}|[一二三四五六七八九十]+)年", text)
    if republic:
        return REPUBLIC_BEGAN + (whole_number(republic[1]) or 0)
    packed = re.fullmatch(r"(\d{4})(?:\.\d{1,2}|\d{2}|\d{4})", text)
    year = _YEAR.search(packed[1] if packed else text)
    if year and (packed or not re.fullmatch(r"\d+(\.\d+)?", text)):
        return int(year[1])
    if column == "born" and re.fullmatch(r"\d{5}", text):
        return _from_serial(int(text))
    return None


def _count_in(text: str) -> int | None:
    """The one number of a text ("约80岁", "八十五", "86岁半")."""
    half = re.fullmatch(r"(\d{1,3})(?:\.\d+)?\s*岁?半?", text)
    if half:
        return int(half[1])
    number = whole_number(text)
    spelled = re.search(r"[零〇○一二三四五六七八九十百]+", text)
    return chinese_number(spelled[0]) if number is None and spelled else number


def _from_serial(days: int) -> int:
    """The year of a spreadsheet's day number (day 1 = 1900-01-01)."""
    return date.fromordinal(date(1899, 12, 30).toordinal() + days).year


def born_by_id_number(cell: Cell) -> int | None:
    """The birth year in an identity number (digits 7 to 10 of 18); the number is not kept."""
    found = re.fullmatch(r"\d{6}((?:19|20)\d{2})\d{7}[\dXx]", text_of(cell).replace(" ", ""))
    return int(found[1]) if found else None


def read_name(cell: Cell) -> str:
    """A name: no spaces between Chinese characters, single ones elsewhere, no serial in front."""
    if is_blank(cell) or isinstance(cell, int | float | datetime):
        return ""
    text = folded(str(cell))
    text = _CHINESE_GAP.sub("", text)
    return "" if re.fullmatch(r"[\d\W_]+", text) else text


def read_size(cell: Cell) -> int | None:
    """How many people live together ("3", "三人", "2口"); None when it is not said or absurd."""
    text = text_of(cell)
    parts = [int(n) for n in re.findall(r"\d+", text)]
    if len(parts) > 1 and _PEOPLE.fullmatch(text):
        number: int | None = sum(parts)
    else:
        number = whole_number(cell)
    return number if number is not None and 1 <= number <= LARGEST_HOUSEHOLD else None


def _words_in(part: str) -> list[str]:
    """One word of a category cell; words run together are taken apart."""
    bare = _TAG_ENDS.sub("", part) or part
    bare = _CATEGORY_ALIASES.get(bare, bare)
    found, left = [], bare
    while left:
        word = next((word for word in CATEGORIES if left.startswith(word)), None)
        if word is None:
            return [bare]
        found.append(word)
        left = left[len(word) :]
    return found


def read_tags(text: str) -> tuple[str, ...]:
    """The categories of a household, each once, sorted."""
    parts = [part for part in _SEPARATORS.split(re.sub(r"[()]", " ", text)) if part]
    return tuple(sorted({word for part in parts for word in _words_in(part)}))
