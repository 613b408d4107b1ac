"""Codes that survive the telephone, ids that sort, secrets that are stored as hashes only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import ALPHABET, clean_code, new_code, new_id, new_token, spaced_code, token_hash

codes = st.text(ALPHABET, min_size=1, max_size=16)


@pytest.mark.parametrize(
    "typed", ["7k3m 0pqr 5tvx", "7K3M-0PQR-5TVX", " 7k3mopqr5tvx ", "7K3M 0PQR\t5TVX\n"]
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert clean_code(typed) == "7K3M0PQR5TVX"


def test_letters_that_are_heard_as_digits_are_digits() -> None:
    assert clean_code("oIlL") == "0111"


@given(code=codes)
def test_what_the_label_prints_is_read_back(code: str) -> None:
    assert clean_code(spaced_code(code)) == code
    assert clean_code(spaced_code(code).lower()) == code


@given(typed=st.text())
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    assert clean_code(clean_code(typed)) == clean_code(typed)


def test_new_codes_use_only_the_telephone_alphabet() -> None:
    assert set(new_code(500)) <= set(ALPHABET)
    assert len(new_code()) == 12
    assert len({new_code() for _ in range(1000)}) == 1000


def test_ids_sort_by_when_they_were_made() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert {each.version for each in made} == {7}


@given(token=st.text(st.characters(exclude_categories=())))
def test_any_cookie_at_all_has_a_hash(token: str) -> None:
    assert len(token_hash(token)) == 32


def test_a_token_holds_256_bits() -> None:
    assert len(new_token()) == 43
