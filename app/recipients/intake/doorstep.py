"""The way to the door: floor, lift."""

from __future__ import annotations

import re

from app.core.sheets.cells import chinese_number

_FLOOR = re.compile(
    r"(?<![\d-])(-?\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:楼|层|/?[Ff](?![a-z]))"
)
_NO_LIFT = re.compile(
    r"无电?梯|没(?:有|装)?电?梯|走楼梯|爬楼|不带电?梯|非电梯|no\s*(?:lift|elevator)", re.IGNORECASE
)
_LIFT = re.compile(r"电梯|有梯|lift|elevator", re.IGNORECASE)
_YES = {"有", "是", "y", "yes", "√", "✓", "1", "true"}
_NO = {"无", "否", "没有", "n", "no", "×", "x", "0"}
_HIGHEST_FLOOR = 99


def read_floor(text: str, *, alone: bool = False) -> int | None:
    """The floor in "6楼无电梯", "三层"; `alone`: a bare number is a floor too."""
    text = text.replace("负", "-").replace("地下", "-")
    found = _FLOOR.search(text)
    if not found and alone:
        found = re.fullmatch(r"(-?\d{1,2})(?:\.0)?", text.strip())
    if not found:
        return None
    digits = found[1]
    number = int(digits) if digits.lstrip("-").isdigit() else chinese_number(digits)
    return number if number is not None and -3 <= number <= _HIGHEST_FLOOR and number else None


def read_lift(text: str, *, alone: bool = False) -> bool | None:
    """Whether there is a lift; None when nothing is said. `alone`: a bare yes or no counts."""
    word = text.strip().lower()
    if alone and word in _YES | _NO:
        return word in _YES
    if _NO_LIFT.search(text):
        return False
    return True if _LIFT.search(text) and not re.search(r"电梯(?:坏|停|故障|维修)", text) else None
