"""Where the headings stand and what each column probably means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.sheets.cells import chinese_number, folded, is_blank, text_of
from app.core.sheets.table import MAX_COLUMNS, RawSheet

ROWS_SEARCHED, MAX_HEADER_DEPTH = 30, 3
EXACT, WITHOUT_BRACKETS, ONE_OF_TWO, CONTAINED = 1.0, 0.95, 0.9, 0.7


@dataclass(frozen=True)
class Vocabulary:
    """What a room's headings may be called.

    `words`: field → headings, folded, without spaces, lower case. `several`: fields that may take
    more than one column. `special` looks at a heading first and may name its field.
    """

    words: Mapping[str, tuple[str, ...]]
    several: frozenset[str] = frozenset()
    special: Callable[[str], str | None] = lambda _heading: None


@dataclass(frozen=True)
class ColumnGuess:
    """One column: its heading as typed, the field it seems to hold, how sure we are (0 to 1)."""

    column: int
    heading: str
    field: str | None
    confidence: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "column": self.column,
            "heading": self.heading,
            "field": self.field,
            "confidence": self.confidence,
        }


@dataclass(frozen=True)
class TableGuess:
    """The headings of one sheet; `header_row` 0 when none were found."""

    header_row: int = 0
    first_row: int = 1
    columns: tuple[ColumnGuess, ...] = ()
    titles: tuple[str, ...] = ()
    year: int | None = field(default=None)


def plain(heading: str) -> str:
    """A heading without spaces, stars and colons, in lower case."""
    return re.sub(r"[\s*:.?!_#]+", "", folded(heading)).lower()


def _forms(heading: str) -> list[tuple[str, float]]:
    whole = plain(heading)
    bare = re.sub(r"[(\[{【<].*?[)\]}】>]", "", whole)
    forms = [(whole, EXACT), (bare, WITHOUT_BRACKETS)]
    forms += [(part, ONE_OF_TWO) for part in re.split(r"[/、,,;|+&及和或-]", bare) if part]
    return [form for form in forms if form[0]]


def meaning(heading: str, vocabulary: Vocabulary) -> list[tuple[str, float]]:
    """The fields a heading may mean, the surest first."""
    special = vocabulary.special(plain(heading))
    if special:
        return [(special, EXACT)]
    found: dict[str, float] = {}
    for form, sureness in _forms(heading):
        for name, words in vocabulary.words.items():
            if form in words:
                found[name] = max(found.get(name, 0.0), sureness)
    if not found and len(plain(heading)) <= 20:
        bare = _forms(heading)[-1][0] if _forms(heading) else ""
        for name, words in vocabulary.words.items():
            hits = [len(word) for word in words if len(word) > 1 and word in bare]
            longest = max(hits, default=0)
            if longest:
                found[name] = CONTAINED * min(1.0, 0.5 + longest / max(1, len(bare)) / 2)
    return sorted(found.items(), key=lambda one: -one[1])


def _row_score(sheet: RawSheet, row: int, vocabulary: Vocabulary) -> float:
    best: dict[str, float] = {}
    others = 0
    for cell in sheet.rows[row - 1]:
        if not isinstance(cell, str):
            others += cell is not None
            continue
        for name, sureness in meaning(cell, vocabulary)[:1] if len(cell) <= 40 else []:
            best[name] = max(best.get(name, 0.0), sureness)
    return sum(best.values()) - 0.5 * others if len(best) > 1 else 0.0


def _header_extent(sheet: RawSheet, row: int) -> tuple[int, int]:
    """First and last row of the headings: merged cells tie two rows together."""
    first = last = row
    for merge in sheet.merges:
        is_tall = 0 < merge.last_row - merge.first_row < MAX_HEADER_DEPTH
        if is_tall and merge.first_row <= row <= merge.last_row:
            first, last = min(first, merge.first_row), max(last, merge.last_row)
    return first, last


def _heading(sheet: RawSheet, first: int, last: int, column: int) -> str:
    """The heading of a column, group headings above it in front."""
    parts: list[str] = []
    for row in range(first, last + 1):
        text = text_of(sheet.cell(row, column))
        for merge in sheet.merges:
            if merge.first_row <= row <= merge.last_row and (
                merge.first_column <= column <= merge.last_column
            ):
                text = text_of(sheet.cell(merge.first_row, merge.first_column))
        if text and text not in parts:
            parts.append(text)
    return " ".join(parts)


def _assigned(headings: dict[int, str], vocabulary: Vocabulary) -> tuple[ColumnGuess, ...]:
    """Each field to the column that fits it best; a column that loses takes its next meaning."""
    claims = [
        (-sureness, column, name)
        for column, heading in headings.items()
        for name, sureness in meaning(heading, vocabulary)
    ]
    taken: dict[int, tuple[str, float]] = {}
    used: set[str] = set()
    for minus_sureness, column, name in sorted(claims):
        if column in taken or (name in used and name not in vocabulary.several):
            continue
        taken[column] = (name, round(-minus_sureness, 2))
        used.add(name)
    return tuple(
        ColumnGuess(column, heading, *taken.get(column, (None, 0.0)))
        for column, heading in headings.items()
    )


def year_in(texts: list[str]) -> int | None:
    """The year that a title names ("2026年", "二〇二五年度", "2025-03")."""
    for text in texts:
        found = re.search(r"(?<!\d)((?:19|20)\d{2})(?!\d)", text)
        if found:
            return int(found[1])
        words = re.search(r"([二一][〇零○九一二三四五六七八]{3})年", text)
        if words:
            return chinese_number(words[1])
    return None


def guess_table(sheet: RawSheet, vocabulary: Vocabulary) -> TableGuess:
    """The header row and the meaning of each column, searched in the first 30 rows."""
    rows = range(1, min(ROWS_SEARCHED, len(sheet.rows)) + 1)
    scores = {row: _row_score(sheet, row, vocabulary) for row in rows}
    best = max(scores, key=lambda row: (scores[row], -row), default=0)
    first, last = _header_extent(sheet, best) if best and scores[best] > 0 else (0, 0)
    titles = [
        text_of(cell)
        for row in sheet.rows[: max(first - 1, 0)]
        for cell in row
        if not is_blank(cell)
    ]
    width = min(sheet.width, MAX_COLUMNS)
    headings = {column: _heading(sheet, first, last, column) for column in range(1, width + 1)}
    if not first:
        headings = dict.fromkeys(headings, "")
    columns = _assigned(headings, vocabulary)
    return TableGuess(first, last + 1, columns, tuple(titles), year_in([*titles, sheet.name]))
