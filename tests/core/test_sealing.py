"""Personal fields at rest: unreadable, unmovable, and equal ones can still be found."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import new_id
from app.core.sealing import blind_index, seal, unseal

ORG, OTHER_ORG, ROW, OTHER_ROW = new_id(), new_id(), new_id(), new_id()
PLACE = "recipient|phone"


@pytest.fixture(autouse=True)
def _with_settings(application: FastAPI) -> None:
    assert application is not None


def sealed(value: str = "13912345678") -> bytes:
    made = seal(value, org_id=ORG, place=PLACE, row_id=ROW)
    assert made is not None
    return made


@given(value=st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_what_was_sealed_opens_in_its_place(application: FastAPI, value: str) -> None:
    assert application is not None
    assert unseal(sealed(value), org_id=ORG, place=PLACE, row_id=ROW) == value


def test_a_sealed_phone_shows_nothing_and_never_looks_the_same_twice() -> None:
    assert b"139" not in sealed()
    assert sealed() != sealed()


@pytest.mark.parametrize(
    "where",
    [
        {"org_id": OTHER_ORG, "place": PLACE, "row_id": ROW},
        {"org_id": ORG, "place": PLACE, "row_id": OTHER_ROW},
        {"org_id": ORG, "place": "recipient|notes", "row_id": ROW},
    ],
    ids=["another organisation", "another row", "another field"],
)
def test_a_value_that_was_moved_does_not_open(where: dict[str, object]) -> None:
    with pytest.raises(InvalidTag):
        unseal(sealed(), **where)  # type: ignore[arg-type]


@given(position=st.integers(0, 38), flip=st.integers(1, 255))
def test_a_value_that_was_altered_does_not_open(
    application: FastAPI, position: int, flip: int
) -> None:
    assert application is not None
    altered = bytearray(sealed())
    altered[position] ^= flip
    with pytest.raises(InvalidTag):
        unseal(bytes(altered), org_id=ORG, place=PLACE, row_id=ROW)


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_stays_nothing(value: str | None) -> None:
    assert seal(value, org_id=ORG, place=PLACE, row_id=ROW) is None
    assert unseal(None, org_id=ORG, place=PLACE, row_id=ROW) is None
    assert blind_index(value, org_id=ORG, field="phone") is None


def test_equal_phones_are_found_within_one_organisation_only() -> None:
    index = blind_index("13912345678", org_id=ORG, field="phone")
    assert index == blind_index("13912345678", org_id=ORG, field="phone")
    assert index != blind_index("13912345679", org_id=ORG, field="phone")
    assert index != blind_index("13912345678", org_id=OTHER_ORG, field="phone")
    assert index != blind_index("13912345678", org_id=ORG, field="identity")
    assert index is not None
    assert len(index) == 16
