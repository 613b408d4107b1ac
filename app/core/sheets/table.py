"""A sheet as it was typed, and the refusal of a file that is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from app.core.problems import Problem

Cell = str | int | float | bool | datetime | date | time | None

MAX_ROWS, MAX_COLUMNS, MAX_SHEETS, MAX_CELL_CHARACTERS = 100_000, 200, 100, 32_767


class IntakeRefused(Problem):
    """The whole file cannot be read; one sentence says why and what to do."""

    status, type = 422, "unreadable-file"

    def __init__(self, sentence_zh: str, sentence_en: str, code: str, **extra: Any) -> None:
        super().__init__(sentence_zh, sentence_en, code=code, **extra)
        self.sentence_zh, self.sentence_en, self.code = sentence_zh, sentence_en, code


@dataclass(frozen=True)
class Sentence:
    """A finding about one row: a code for programs, one sentence per language for people."""

    code: str
    zh: str
    en: str
    column: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"code": self.code, "zh": self.zh, "en": self.en, "column": self.column}


class Merge(NamedTuple):
    """Merged cells, rows and columns counted from 1, both ends inside."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class RawSheet:
    """One sheet as typed: `rows[i]` is row i + 1 of the file, short where cells end."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merges: tuple[Merge, ...] = ()

    def cell(self, row: int, column: int) -> Cell:
        """The cell as typed, counted from 1; None outside the sheet."""
        if not 1 <= row <= len(self.rows):
            return None
        cells = self.rows[row - 1]
        return cells[column - 1] if 1 <= column <= len(cells) else None

    @property
    def width(self) -> int:
        """How many columns the widest row has."""
        return max((len(row) for row in self.rows), default=0)


def checked_text(text: str, where: str) -> str:
    """The text, unless it holds what no person typed (NUL, half a character, a novel)."""
    if "\x00" in text:
        raise IntakeRefused(
            f"{where}里有空字符(NUL)，文件可能坏了，请重新保存后再上传。",
            f"There is a NUL character in {where}; the file may be damaged. Please save it again.",
            "nul",
        )
    if len(text) > MAX_CELL_CHARACTERS:
        raise IntakeRefused(
            f"{where}的一个格子里超过 {MAX_CELL_CHARACTERS} 个字，请拆开后再上传。",
            f"A cell in {where} holds more than {MAX_CELL_CHARACTERS} characters.",
            "cell-too-long",
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise IntakeRefused(
            f"{where}里有残缺的字符，请重新输入那一格。",
            f"There is half a character in {where}; please type that cell again.",
            "broken-character",
        ) from None
    return text


def too_many_rows(name: str) -> IntakeRefused:
    """The refusal of a sheet that is longer than any register."""
    return IntakeRefused(
        f"“{name}”超过 {MAX_ROWS:,} 行，请分成几个文件上传。",
        f"“{name}” has more than {MAX_ROWS:,} rows. Please split it into several files.",
        "too-many-rows",
    )


def too_many_columns(name: str) -> IntakeRefused:
    """The refusal of a sheet that is wider than any register."""
    return IntakeRefused(
        f"“{name}”超过 {MAX_COLUMNS} 列，请删去多余的列再上传。",
        f"“{name}” has more than {MAX_COLUMNS} columns. Please delete the superfluous ones.",
        "too-many-columns",
    )
