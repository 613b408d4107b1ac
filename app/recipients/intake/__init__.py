"""A paper register, typed up by hand, on its way into the register of recipients.

Pure functions: `read_workbook` → `guess_columns` → a person confirms → `understand_all` →
`preview_json` and, for what did not go in, `returned_workbook`.
"""

from app.core.sheets import IntakeRefused, Mapping, RawSheet, Sentence, overrides_from_json
from app.core.sheets.reading import read_workbook
from app.recipients.intake.columns import SheetGuess, guess_columns, open_questions
from app.recipients.intake.diet import diet_codes
from app.recipients.intake.household import Household, Known, KnownHousehold, RowResult
from app.recipients.intake.preview import household_json, preview_json, returned_workbook
from app.recipients.intake.understanding import understand, understand_all
from app.recipients.intake.vocabulary import FIELDS

__all__ = [
    "FIELDS",
    "Household",
    "IntakeRefused",
    "Known",
    "KnownHousehold",
    "Mapping",
    "RawSheet",
    "RowResult",
    "Sentence",
    "SheetGuess",
    "diet_codes",
    "guess_columns",
    "household_json",
    "open_questions",
    "overrides_from_json",
    "preview_json",
    "read_workbook",
    "returned_workbook",
    "understand",
    "understand_all",
]
