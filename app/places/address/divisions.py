"""The divisions of China as a table: codes and names, parents by the code's first digits.

`divisions.csv` is made by scripts/make_divisions.py, its source is named in its first line. The
whole country down to its counties; streets and committees of Shanghai.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Level = Literal["province", "city", "district", "street", "committee"]
DIGITS: dict[int, Level] = {2: "province", 4: "city", 6: "district", 9: "street", 12: "committee"}
LENGTHS: dict[Level, int] = {level: digits for digits, level in DIGITS.items()}
# What the table calls a municipality's own districts together; people never write it.
_NO_CITY = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
_SUFFIX: dict[Level, str] = {
    "province": r"(?:省|市|(?:壮族|回族|维吾尔)?自治区)$",
    "city": r"(?:市|地区|盟|[一-龥]{1,3}族自治州|自治州)$",
    "district": r"(?:新区|区|县|市|旗)$",
    "street": r"(?:人民政府|办事处|街道办事处)$",
    "committee": r"(?:社区)?(?:居民委员会|居委会|居委|村民委员会|村委会|村委)$",
}


@dataclass(frozen=True)
class Division:
    """One division; `code` has 2, 4, 6, 9 or 12 digits."""

    code: str
    name: str

    @property
    def level(self) -> Level:
        """What it is, as the code's length says."""
        return DIGITS[len(self.code)]


def short_name(name: str, level: Level) -> str:
    """The name as people shorten it: "静安区" → "静安", "石泉路社区居民委员会" → "石泉路"."""
    short = re.sub(_SUFFIX[level], "", name)
    return short if len(short) >= 2 else name


class Divisions:
    """The table with its two ways in: by code and by name."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._by_code = {code: Division(code, name) for code, name in rows}
        self._by_name: dict[tuple[Level, str], list[Division]] = defaultdict(list)
        self._longest: dict[Level, int] = defaultdict(int)
        for one in self._by_code.values():
            if one.name in _NO_CITY:
                continue
            self._longest[one.level] = max(self._longest[one.level], len(one.name))
            for name in {one.name, short_name(one.name, one.level)}:
                self._by_name[one.level, name].append(one)

    def __len__(self) -> int:
        return len(self._by_code)

    def named(self, level: Level, name: str, within: str = "") -> list[Division]:
        """Every division of that level and name (whole or short) below the code `within`."""
        known = self._by_name.get((level, name))
        if known is None:
            known = self._by_name.get((level, short_name(name, level)), [])
        exact = [one for one in known if one.name == name] or known
        return [one for one in exact if one.code.startswith(within)]

    def at_start(self, level: Level, text: str) -> list[Division]:
        """The divisions whose whole name `text` begins with, the longest such name; or []."""
        for length in range(min(self._longest[level], len(text)), 1, -1):
            found = self._by_name.get((level, text[:length]), ())
            whole = [one for one in found if len(one.name) == length]
            if whole:
                return whole
        return []

    def above(self, division: Division, level: Level) -> Division | None:
        """The division of `level` that contains it; a municipality is its own city."""
        if len(division.code) < LENGTHS[level] and level != "city":
            return None
        found = self._by_code.get(division.code[: LENGTHS[level]])
        if found is not None and level == "city" and found.name in _NO_CITY:
            return self._by_code.get(division.code[:2])
        return found


@cache
def divisions() -> Divisions:
    """The table that ships with the program, read once (about 10,000 rows)."""
    text = files("app.places.address").joinpath("divisions.csv").read_text(encoding="utf-8")
    rows = (line.split(",", 1) for line in text.splitlines() if not line.startswith("#"))
    return Divisions((code, name) for code, name in rows)
