"""The sentences about a row. Codes of faults are the register's own English words."""

from __future__ import annotations

from app.core.sheets import Sentence

NO_NAME = Sentence("no name", "没有填姓名。", "There is no name.")


def impossible_birth(text: str) -> Sentence:
    """A birth year or an age no living person has."""
    return Sentence(
        "impossible birth year or age",
        f"出生年或年龄“{text}”不可能，请核对。",
        f"The birth year or age “{text}” is impossible. Please check it.",
    )


def duplicate_of(ref: str) -> Sentence:
    """Somebody already known."""
    where = _place_words(ref)
    return Sentence(
        "duplicate",
        f"和{where[0]}重复（姓名、电话、出生年都一样），没有再导入。",
        f"The same name, phone and birth year as {where[1]}; not imported twice.",
    )


def maybe_duplicate(ref: str) -> Sentence:
    """Perhaps somebody already known; goes in all the same."""
    where = _place_words(ref)
    return Sentence(
        "possible duplicate",
        f"可能和{where[0]}是同一户，请核对。",
        f"This may be the same household as {where[1]}. Please check.",
    )


def _place_words(ref: str) -> tuple[str, str]:
    sheet, mark, row = ref.rpartition("!")
    if mark and row.isdigit():
        return f"“{sheet}”第 {row} 行", f"row {row} of “{sheet}”"
    return "已登记的一户", "a registered household"


def unread(code: str, zh: str, en: str, text: str) -> Sentence:
    """A cell we could not read; the row goes in without it."""
    return Sentence(
        f"unreadable {code}", f"{zh}“{text}”看不懂，先空着。", f"The {en} “{text}” was left out."
    )


NO_PHONE = Sentence("no phone", "没有电话。", "There is no phone number.")
TWO_DIGIT_YEAR = Sentence(
    "two-digit birth year",
    "出生年只有两位，按 19xx 年理解，请核对。",
    "The birth year has two digits and was read as 19xx. Please check.",
)
FUTURE_DAY = Sentence(
    "registered in the future",
    "登记日期在今天以后，请核对。",
    "The registration date is after today. Please check.",
)
LOST_DITTO = Sentence(
    "nothing above",
    "写了“同上”，但上面没有内容。",
    "A ditto mark has nothing above it.",
)
