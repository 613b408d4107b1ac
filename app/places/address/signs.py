"""The signs of an address before it is read: width, numerals, invisible marks, English words."""

from __future__ import annotations

import re
import unicodedata

CHINESE_DIGITS = "零一二三四五六七八九"
CHINESE_NUMERALS = CHINESE_DIGITS + "〇十百"
READ_MAX = 300
_VALUE = {sign: number for number, sign in enumerate(CHINESE_DIGITS)} | {"〇": 0}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－~～"), "-")
# "Lane 88 No. 5 Room 302" says what "88弄5号302室" says.
_ENGLISH = (
    (re.compile(r"(?<![A-Za-z])(?:sub-?lane)\s*(\d+)\b", re.IGNORECASE), r"\1支弄"),
    (re.compile(r"(?<![A-Za-z])lane\s*(\d+)\b", re.IGNORECASE), r"\1弄"),
    (
        re.compile(r"(?<![A-Za-z])(?:building|bldg\.?|block)\s*(\d+[A-Z]?)\b", re.IGNORECASE),
        r"\1幢",
    ),
    (
        re.compile(r"(?<![A-Za-z])(?:room|rm\.?|flat|apt\.?)\s*(\d+[A-Z]?)\b", re.IGNORECASE),
        r"\1室",
    ),
    (re.compile(r"(?<![A-Za-z])unit\s*(\d+)\b", re.IGNORECASE), r"\1单元"),
    (re.compile(r"(?<![A-Za-z])(?:floor|fl\.)\s*(\d+)\b", re.IGNORECASE), r"\1楼"),
    (re.compile(r"\b(\d+)(?:st|nd|rd|th)?\s*(?:floor|/f)(?![a-z])", re.IGNORECASE), r"\1楼"),
    (
        re.compile(r"(?<![A-Za-z])(?:no|nr|number)[.\s]*(\d+(?:-\d+)?[A-Z]?)\b", re.IGNORECASE),
        r"\1号",
    ),
    (re.compile(r"\b(\d+)\s*(?:nong)\b", re.IGNORECASE), r"\1弄"),
    (re.compile(r"\b(\d+[A-Z]?)\s*(?:hao)\b", re.IGNORECASE), r"\1号"),
    (re.compile(r"\b(\d+[A-Z]?)\s*(?:shi)\b", re.IGNORECASE), r"\1室"),
)


def clean(raw: str) -> str:
    """Half-width, one kind of dash, nothing invisible, at most READ_MAX characters."""
    narrow = unicodedata.normalize("NFKC", raw[:READ_MAX])
    shown = (
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in narrow
        if unicodedata.category(sign) not in ("Cf", "Cs", "Co", "Cn", "Mn", "Me")
    )
    return "".join(shown).translate(_DASHES)[:READ_MAX]


def without_english(text: str) -> str:
    """English names of an address's parts as the Chinese signs: "Lane 88" → "88弄"."""
    for pattern, sign in _ENGLISH:
        text = pattern.sub(sign, text)
    return text


def arabic(text: str) -> str:
    """Read "一百五十九" → "159", "九十五" → "95", "二〇三" → "203"; anything else stays."""
    if not text or any(sign not in CHINESE_NUMERALS for sign in text):
        return text
    if not any(sign in "十百" for sign in text):
        return "".join(str(_VALUE[sign]) for sign in text)
    total, digit = 0, 0
    for sign in text:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _VALUE[sign]
    return str(total + digit)


def arabic_within(text: str) -> str:
    """The same inside a name: "曹杨八村" → "曹杨8村", "第二居委会" → "第2居委会"."""
    return re.sub(
        rf"[{CHINESE_NUMERALS}]+(?=[村区期街坊弄号幢栋居社])", lambda m: arabic(m[0]), text
    )


def chinese_within(text: str) -> str:
    """The other way round, up to 99: "曹杨8村" → "曹杨八村", "12街坊" → "十二街坊"."""
    return re.sub(r"(?<!\d)\d{1,2}(?=[村区期街坊])", lambda match: _chinese(int(match[0])), text)


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return CHINESE_DIGITS[ones]
    return (
        ("" if tens == 1 else CHINESE_DIGITS[tens]) + "十" + (CHINESE_DIGITS[ones] if ones else "")
    )
