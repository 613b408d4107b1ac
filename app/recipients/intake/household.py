"""What a row of the register came to mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.core.sheets import Cell, Sentence
from app.places.address.normal import door_key
from app.places.address.parsing import Address

Status = Literal["good", "duplicate", "fault", "ignored"]


@dataclass(frozen=True)
class Household:
    """A household as understood; `lng`, `lat` in WGS-84 or None when the place is to be confirmed.

    `address` is the door as typed, `raw_place` the coordinates as typed, `source_datum` how they
    were read. `phone` is the first of `phones`; `phone_note` says whose it is.
    """

    name: str = ""
    phone: str = ""
    phones: tuple[str, ...] = ()
    phone_note: str = ""
    born: int | None = None
    born_exact: bool = True
    size: int | None = None
    tags: tuple[str, ...] = ()
    diet: str = ""
    allergens: tuple[str, ...] = ()
    diets: tuple[str, ...] = ()
    district: str = ""
    street: str = ""
    committee: str = ""
    address: str = ""
    parts: Address = field(default_factory=lambda: Address(""))
    lng: float | None = None
    lat: float | None = None
    source_datum: str | None = None
    raw_place: str = ""
    floor: int | None = None
    lift: bool | None = None
    registered_on: date | None = None
    registered_precision: Literal["day", "month", "year"] = "day"
    gender: str = ""
    contact: str = ""
    needs: str = ""
    notes: str = ""

    @property
    def door(self) -> tuple[str, ...]:
        """The door for comparing: two spellings of one address give the same."""
        return door_key(self.parts)


@dataclass(frozen=True)
class RowResult:
    """One row: what it is, what was understood, and each finding as a sentence.

    `duplicate_of` names the earlier row ("sheet!row") or the reference of the registered one.
    """

    sheet: str
    row: int
    status: Status
    raw: tuple[Cell, ...] = ()
    household: Household | None = None
    faults: tuple[Sentence, ...] = ()
    warnings: tuple[Sentence, ...] = ()
    duplicate_of: str | None = None
    same_phone_as: str = ""
    ignored_as: Literal["blank", "total", "title"] | None = None


@dataclass(frozen=True)
class KnownHousehold:
    """Somebody already in the register (or higher up in the file), by what tells people apart."""

    name: str
    phones: frozenset[str] = frozenset()
    born: int | None = None
    born_exact: bool = True
    ref: str = ""
    door: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """Everybody already known."""

    households: tuple[KnownHousehold, ...] = ()

    def with_results(self, results: Iterable[RowResult]) -> Known:
        """Also the good rows of a sheet, for the sheets that follow."""
        new = (known_from(result) for result in results if result.status == "good")
        return Known((*self.households, *new))


def known_from(result: RowResult) -> KnownHousehold:
    """A good row as somebody known."""
    one = result.household or Household()
    return KnownHousehold(
        one.name,
        frozenset(one.phones),
        one.born,
        one.born_exact,
        f"{result.sheet}!{result.row}",
        one.door,
    )


class Faces:
    """The known households by name, for a quick look."""

    def __init__(self, known: Known) -> None:
        self._by_name: dict[str, list[KnownHousehold]] = defaultdict(list)
        for one in known.households:
            self.add(one)

    def add(self, one: KnownHousehold) -> None:
        """Remember somebody."""
        self._by_name[one.name].append(one)

    def same_as(self, new: Household) -> KnownHousehold | None:
        """The earlier one with the same name, phone and birth year (± 1 when from an age).

        Where neither row has a phone, the same door stands in for it.
        """
        return next((old for old in self._named(new) if _is_same(old, new)), None)

    def like(self, new: Household) -> KnownHousehold | None:
        """Somebody of the same name with the same phone or the same door; a person must look."""
        for old in self._named(new):
            if old.phones & set(new.phones) or (any(old.door) and old.door == new.door):
                return old
        return None

    def _named(self, new: Household) -> Iterator[KnownHousehold]:
        return iter(self._by_name.get(new.name, ()))


def _is_same(old: KnownHousehold, new: Household) -> bool:
    if old.phones or new.phones:
        reached = bool(old.phones & set(new.phones))
    else:
        reached = any(old.door) and old.door == new.door
    if not reached:
        return False
    if old.born is None or new.born is None:
        return old.born == new.born
    return abs(old.born - new.born) <= (0 if old.born_exact and new.born_exact else 1)
