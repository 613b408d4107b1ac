"""Names that are written differently and are the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.places.ground.folding import NAME_MAX, clean, key


@pytest.mark.parametrize(
    ("typed", "signed"),
    [("Ｃaoyang Road", "caoyang road"), ("曹杨路　１２号", "曹杨路12号"), (" 四平 路", "四平路")],
)
def test_a_name_is_found_however_wide_it_was_typed(typed: str, signed: str) -> None:
    assert key(typed) == key(signed)


@pytest.mark.parametrize(
    ("mapped", "stored"),
    [
        ("曹杨\x00路", "曹杨路"),
        ("曹杨\x07路\t 北 ", "曹杨路 北"),
        ("\u200e曹杨路", "曹杨路"),
        ("\ud800曹杨路", "曹杨路"),
        ("\n \x00", None),
        ("", None),
        (None, None),
        ("Main\nStreet", "Main Street"),
    ],
)
def test_what_nobody_can_see_is_taken_out_of_a_name(mapped: str | None, stored: str | None) -> None:
    assert clean(mapped) == stored


@given(st.text())
def test_a_clean_name_is_one_short_visible_line(mapped: str) -> None:
    stored = clean(mapped)
    if stored is not None:
        assert 0 < len(stored) <= NAME_MAX
        assert not {unicodedata.category(sign) for sign in stored} & {"Cc", "Cs", "Zl", "Zp"}
        assert clean(stored) == stored


@given(st.text())
@example("k \u0327")
def test_folding_a_folded_name_changes_nothing(name: str) -> None:
    assert key(key(name)) == key(name)
