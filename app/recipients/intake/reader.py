"""One row of the register → one household and what is to be said about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from app.core.sheets import Mapping, Row, Sentence, is_blank, phones_in, text_of
from app.places.address.checking import locate
from app.places.address.parsing import Address, parse_address
from app.places.area import Area
from app.places.findings import NO_COORDINATES, NO_PLACE
from app.places.typed import read_place
from app.recipients.intake import findings
from app.recipients.intake.days import read_day
from app.recipients.intake.diet import diet_codes
from app.recipients.intake.doorstep import read_floor, read_lift
from app.recipients.intake.household import Household
from app.recipients.intake.person import (
    Birth,
    born_by_id_number,
    read_birth,
    read_name,
    read_size,
    read_tags,
)

_SUFFIXES = {"road": "", "lane": "弄", "number": "号", "room": "室"}
_DITTO_AND_MORE = re.compile(r"(?:同上|〃)[,、\s]*(?=\S)")


@dataclass
class RowReader:
    """Reads the rows of one sheet in order; remembers the address above for "同上 303室"."""

    mapping: Mapping
    today: date
    area: Area
    address_above: str = ""
    faults: list[Sentence] = field(default_factory=list)
    warnings: list[Sentence] = field(default_factory=list)

    def read(self, row: Row) -> tuple[Household, tuple[Sentence, ...], tuple[Sentence, ...]]:
        """The household of a data row, its faults and its warnings."""
        self.faults, self.warnings = [], []
        if row.lost_ditto:
            self._warn(findings.LOST_DITTO, *row.lost_ditto)
        one = self._person(row)
        one = self._place(row, one)
        one = self._doorstep(row, one)
        return one, tuple(self.faults), tuple(self.warnings)

    def _texts(self, row: Row, name: str) -> list[str]:
        return [row.text(column) for column in self.mapping.of(name) if row.text(column)]

    def _typed(self, row: Row, name: str) -> str:
        """The words of a field with their own punctuation."""
        return "；".join(row.typed(column) for column in self.mapping.of(name) if row.text(column))

    def _text(self, row: Row, name: str) -> str:
        return " ".join(self._texts(row, name))

    def _column(self, name: str) -> int | None:
        return next(iter(self.mapping.of(name)), None)

    def _fault(self, sentence: Sentence, field_name: str) -> None:
        self.faults.append(replace(sentence, column=self._column(field_name)))

    def _warn(self, sentence: Sentence, *columns: int) -> None:
        self.warnings.append(replace(sentence, column=min(columns) if columns else None))

    def _unread(self, row: Row, field_name: str, zh: str, en: str) -> None:
        text = self._text(row, field_name)
        self._warn(findings.unread(en, zh, en, text), *self.mapping.of(field_name))

    def _person(self, row: Row) -> Household:
        name = next((read_name(row.cells.get(column)) for column in self.mapping.of("name")), "")
        if not name:
            self._fault(findings.NO_NAME, "name")
        birth = self._birth(row)
        numbers, notes = self._phones(row)
        size = read_size(row.cells.get(self._column("size") or 0))
        if size is None and self._text(row, "size"):
            self._unread(row, "size", "家庭人数", "household size")
        diet = self._typed(row, "diet")
        allergens, diets = diet_codes(diet)
        return Household(
            name=name,
            phone=numbers[0] if numbers else "",
            phones=numbers,
            phone_note=notes,
            born=birth.year,
            born_exact=birth.is_exact,
            size=size,
            tags=read_tags(self._text(row, "tags")),
            diet=diet,
            allergens=allergens,
            diets=diets,
            gender=self._text(row, "gender"),
            contact=self._typed(row, "contact"),
            needs=self._typed(row, "needs"),
            notes=self._typed(row, "notes"),
        )

    def _birth(self, row: Row) -> Birth:
        counted_from = self.mapping.year or self.today.year
        for name in ("born", "age"):
            column = self._column(name)
            if column is None or is_blank(row.cells.get(column)):
                continue
            cell = row.cells.get(column)
            birth = read_birth(cell, name, as_of=self.today.year, counted_from=counted_from)
            if birth.is_impossible:
                self._fault(findings.impossible_birth(text_of(cell)), name)
            elif birth.is_unreadable:
                self._unread(row, name, "出生年或年龄", "birth year or age")
            elif birth.is_two_digit:
                self._warn(findings.TWO_DIGIT_YEAR, column)
            return birth
        year = born_by_id_number(row.cells.get(self._column("id_number") or 0))
        return Birth(year)

    def _phones(self, row: Row) -> tuple[tuple[str, ...], str]:
        found = [phones_in(row.cells.get(column)) for column in self.mapping.of("phone")]
        if any(one.is_unreadable for one in found):
            self._unread(row, "phone", "电话", "phone")
        numbers = tuple(dict.fromkeys(number for one in found for number in one.numbers))
        if not numbers and self.mapping.of("phone") and not any(o.is_unreadable for o in found):
            self._warn(findings.NO_PHONE, *self.mapping.of("phone"))
        return numbers, " ".join(one.note for one in found if one.note and one.numbers)

    def _place(self, row: Row, one: Household) -> Household:
        address = self._address(row)
        located = locate(parse_address(address) if address else Address(""))
        parts = located.address
        self.warnings += [
            replace(finding, column=self._column("address")) for finding in located.findings
        ]
        one = replace(
            one,
            district=self._text(row, "district") or parts.district,
            street=self._text(row, "street") or parts.street,
            committee=self._text(row, "committee") or parts.committee,
            address=address,
            parts=parts,
        )
        place = read_place(row, self.mapping, self.area)
        self.faults += [place.fault] if place.fault else []
        self.warnings += [place.warning] if place.warning else []
        if not place.is_typed and not parts.has_door:
            self._fault(NO_PLACE, "address")
        elif not place.is_typed and not place.warning:
            self._warn(NO_COORDINATES)
        return replace(
            one, lng=place.lng, lat=place.lat, source_datum=place.datum, raw_place=place.raw
        )

    def _address(self, row: Row) -> str:
        """The door in one text, wherever the sheet spreads it."""
        text = self._typed(row, "address")
        more = _DITTO_AND_MORE.match(text)
        if more and self.address_above:
            text = continued(self.address_above, text[more.end() :])
        for name, suffix in _SUFFIXES.items():
            part = self._text(row, name)
            text += part + (suffix if part and part[-1].isalnum() and part[-1].isascii() else "")
        self.address_above = text or self.address_above
        return text

    def _doorstep(self, row: Row, one: Household) -> Household:
        floor_column, lift_column = self._column("floor"), self._column("lift")
        floor_text = text_of(row.cells.get(floor_column or 0))
        lift_text = text_of(row.cells.get(lift_column or 0))
        lift = read_lift(lift_text, alone=True)
        for text in (floor_text, one.notes):
            lift = read_lift(text) if lift is None else lift
        floor = read_floor(floor_text, alone=True) or read_floor(lift_text)
        if floor is None and one.parts.floor:
            floor = int(one.parts.floor)
        typed = next((row.cells.get(column) for column in self.mapping.of("registered")), None)
        day = read_day(typed, self.today)
        if day.is_unreadable:
            self._unread(row, "registered", "登记日期", "registration date")
        elif day.day and day.day > self.today:
            self._warn(findings.FUTURE_DAY, *self.mapping.of("registered"))
        return replace(
            one,
            floor=floor,
            lift=lift,
            registered_on=day.day,
            registered_precision=day.precision,
        )


def continued(above: str, rest: str) -> str:
    """The address above with its last parts replaced: (…5号101室, 303室) → …5号303室."""
    rest = rest.strip()
    if re.match(r"\d+\s*号", rest):
        return re.sub(r"\d+\s*号.*$|\d+\s*-\s*\d+\s*室?$", "", above) + rest
    if re.match(r"\d+\s*-\s*\d+", rest):
        return re.sub(r"\d+\s*(?:号.*|-\s*\d+\s*室?)$", "", above) + rest
    if re.match(r"\d+[A-Za-z]?\s*室?$", rest):
        return re.sub(r"(?<=[号\-幢栋])\s*\d+[A-Za-z]?\s*室?$", "", above) + rest
    return f"{above} {rest}"
