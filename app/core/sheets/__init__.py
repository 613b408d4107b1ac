"""Sheets typed up from paper: read safely, guess the columns, walk the rows, hand back the rest.

Both the register of recipients and the list of donors arrive this way; what the columns mean is
each room's own vocabulary.
"""

from app.core.sheets.cells import Phones, chinese_number, folded, is_blank, phones_in, text_of
from app.core.sheets.headings import ColumnGuess, TableGuess, Vocabulary, guess_table
from app.core.sheets.mapping import Mapping, Overrides, overrides_from_json
from app.core.sheets.reading import read_workbook
from app.core.sheets.returned import ReturnedRow, returned_sheets
from app.core.sheets.rows import Row, rows_of
from app.core.sheets.table import Cell, IntakeRefused, Merge, RawSheet, Sentence

__all__ = [
    "Cell",
    "ColumnGuess",
    "IntakeRefused",
    "Mapping",
    "Merge",
    "Overrides",
    "Phones",
    "RawSheet",
    "ReturnedRow",
    "Row",
    "Sentence",
    "TableGuess",
    "Vocabulary",
    "chinese_number",
    "folded",
    "guess_table",
    "is_blank",
    "overrides_from_json",
    "phones_in",
    "read_workbook",
    "returned_sheets",
    "rows_of",
    "text_of",
]
