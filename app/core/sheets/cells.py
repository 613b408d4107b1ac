"""What a hand types into a cell: full-width digits, Chinese numerals, phones in every shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from app.core.sheets.table import Cell

# Full-width ASCII made narrow, zero-width signs gone. Not NFKC: that changes rare surnames.
_FOLD: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_BLANK = {
    "",
    "-",
    "--",
    "---",
    "—",
    "——",
    "/",
    "\\",
    "无",
    "没有",
    "暂无",
    "不详",
    "不清楚",
    "未知",
}
_BLANK |= {"未填", "空", "n/a", "na", "none", "null", "nan", "?", "待定", "待补", "待核实"}
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "○": 0, "两": 2, "俩": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5}
_DIGITS |= {"陆": 6, "柒": 7, "捌": 8, "玖": 9}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000}


def folded(text: str) -> str:
    """Full-width signs made narrow, invisible ones removed, white space made single."""
    return _SPACES.sub(" ", text.translate(_FOLD)).strip()


def text_of(cell: Cell) -> str:
    """A cell as folded text: 17000000015.0 → "17000000015", dates as 2026-11-22."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return folded(str(cell))


def is_blank(cell: Cell) -> bool:
    """Nothing typed, or a word that says so (无, 不详, —)."""
    return cell is None or text_of(cell).lower() in _BLANK


def chinese_number(text: str) -> int | None:
    """Read "十二" → 12, "一九四〇" → 1940, "两" → 2; None when it is no numeral."""
    if not text or any(sign not in _DIGITS and sign not in _TENS for sign in text):
        return None
    if not any(sign in _TENS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text))
    total, digit = 0, 0
    for sign in text:
        if sign in _TENS:
            total += (digit or 1) * _TENS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def whole_number(cell: Cell) -> int | None:
    """The whole number in "3", "3人", "三口", "共 3 人"; None when not exactly one."""
    text = text_of(cell)
    numbers: list[str] = re.findall(r"-?\d+(?:\.\d+)?", text)
    if len(numbers) == 1:
        number = float(numbers[0])
        return int(number) if number.is_integer() else None
    if numbers:
        return None
    words = re.findall(f"[{''.join(_DIGITS)}{''.join(_TENS)}]+", text)
    return chinese_number(words[0]) if len(words) == 1 else None


@dataclass(frozen=True)
class Phones:
    """Phone numbers of one cell; mobiles as 11 digits, landlines as 021-62345678."""

    numbers: tuple[str, ...] = ()
    note: str = ""
    is_unreadable: bool = False


_MOBILE = r"(?:\+?(?:00)?86[\s-]*)?(?P<mobile>1[3-9]\d(?:[\s\-.·]*\d){8})"
_SERVICE = r"(?P<service>[48]00[\s-]?\d{3}[\s-]?\d{4})"
_LANDLINE = (
    r"(?:\+?(?:00)?86[\s-]*)?(?:\(?(?P<area>0?(?:10|2\d)|0[3-9]\d{2})\)?[\s-]*)"
    r"(?P<far>\d{3,4}[\s-]?\d{4})"
)
_LOCAL = r"(?P<near>[2-9]\d{2,3}[\s-]?\d{4})"
_EXTENSION = r"(?:\s*(?:-|转|分机|ext\.?)\s*(?P<extension>\d{1,6}))?"
_PHONE = re.compile(
    rf"(?<!\d)(?:{_MOBILE}|{_SERVICE}|(?:{_LANDLINE}|{_LOCAL}){_EXTENSION})(?!\d)", re.IGNORECASE
)


def _canonical(found: re.Match[str]) -> str:
    digits = {key: re.sub(r"\D", "", value) for key, value in found.groupdict().items() if value}
    if "far" in digits:
        return f"0{digits['area'].lstrip('0')}-{digits['far']}"
    return digits.get("mobile") or digits.get("service") or digits["near"]


def phones_in(cell: Cell) -> Phones:
    """Every phone number in a cell, without doubles, and whose they are ("女儿") as the note."""
    text = text_of(cell)
    if is_blank(cell):
        return Phones()
    found = list(_PHONE.finditer(text))
    numbers = tuple(dict.fromkeys(_canonical(one) for one in found))
    words = _PHONE.sub(" ", text)
    extensions = [f"转{one['extension']}" for one in found if one["extension"]]
    note = " ".join(re.sub(r"[()\[\]{}/,;、。:|]+", " ", words).split() + extensions)
    return Phones(numbers, note, not numbers or bool(re.search(r"\d{5}", words)))
