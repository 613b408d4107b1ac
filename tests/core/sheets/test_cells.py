"""What a hand types into a cell."""

# ruff: noqa: DTZ001 - the cells of a sheet know no time zone

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.sheets import chinese_number, folded, is_blank, phones_in, text_of
from app.core.sheets.cells import whole_number
from app.core.sheets.mapping import Mapping, overrides_from_json
from app.core.sheets.table import IntakeRefused

MOBILE = "17000000001"
PHONES = {
    "170 0000 0001": [MOBILE], "170-0000-0001": [MOBILE], "+86 170 0000 0001": [MOBILE],
    "008617000000001": [MOBILE], "8617000000001": [MOBILE], "１７００００００００１": [MOBILE],
    "17000000001(女儿)": [MOBILE], "儿子:17000000001": [MOBILE],
    "17000000001/17000000002": [MOBILE, "17000000002"],
    "17000000001 17000000002": [MOBILE, "17000000002"],
    "17000000001、021-60000000": [MOBILE, "021-60000000"], "(021)6000 0000转801": ["021-60000000"],
    "60000000": ["60000000"], "0571-80000000": ["0571-80000000"], "400-800-0000": ["4008000000"],
    "无": [], "1.7E+10": [], "170****0001": [], "12345": [],
}  # fmt: skip


@pytest.mark.parametrize("typed", PHONES)
def test_a_phone_is_read_in_every_shape(typed: Any) -> None:
    assert list(phones_in(typed).numbers) == PHONES[typed]


@pytest.mark.parametrize("typed", ["1.7E+10", "170****0001", "12345", "一三八"])
def test_a_phone_that_lost_its_digits_is_said_to_be_unreadable(typed: Any) -> None:
    assert phones_in(typed).is_unreadable


def test_whose_phone_it_is_stays_as_a_note() -> None:
    assert phones_in("17000000001(女儿)").note == "女儿"
    assert phones_in("(021)60000000转801").note == "转801"


@given(st.integers(13_000_000_000, 19_999_999_999), st.sampled_from([" ", "-", ""]))
def test_any_mobile_survives_any_grouping(number: Any, gap: Any) -> None:
    digits = str(number)
    typed = gap.join([digits[:3], digits[3:7], digits[7:]])
    assert phones_in(typed).numbers == (digits,)
    assert phones_in(number).numbers == phones_in(float(number)).numbers == (digits,)


@given(st.text())
def test_no_text_breaks_the_reading(text: Any) -> None:
    assert isinstance(phones_in(text).numbers, tuple)
    assert whole_number(text) is None or isinstance(whole_number(text), int)
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("三人", 3), ("3口", 3), ("共 3 人", 3), ("十二", 12), ("两", 2), ("３", 3), ("1-2", None), ("x", None), ("2.5", None)],
)  # fmt: skip
def test_whole_numbers(typed: Any, number: Any) -> None:
    assert whole_number(typed) == number


def test_chinese_numerals() -> None:
    assert [chinese_number(word) for word in ("一九四〇", "二十", "一百零五", "两千", "x", "")] == [
        1940, 20, 105, 2000, None, None,
    ]  # fmt: skip


def test_cells_as_text() -> None:
    typed = [
        None,
        True,
        False,
        3.0,
        2.5,
        datetime(2020, 1, 2),
        datetime(2020, 1, 2, 3),
        date(2020, 1, 2),
        time(9),
    ]
    assert [text_of(cell) for cell in typed] == [
        "", "是", "否", "3", "2.5", "2020-01-02", "2020-01-02 03:00:00", "2020-01-02", "09:00:00",
    ]  # fmt: skip


def test_words_for_nothing_are_blank() -> None:
    assert all(is_blank(word) for word in (None, "", " ", "无", "—", "/", "不详", "N/A"))
    assert not is_blank("同上")


def test_a_mapping_goes_through_json_and_back() -> None:
    mapping = Mapping(3, 4, {2: "name"}, "gcj02", "lat,lng", 2026, skip=True)
    assert Mapping.from_json(mapping.to_json(), {"name"}) == mapping
    assert Mapping.from_json({"header_row": 2, "columns": {"1": None}}, {"name"}).first_row == 3
    assert mapping.with_(datum=None).datum is None


BAD_MAPPINGS = [
    None, [], {"columns": []}, {"columns": {"a": "name"}}, {"columns": {"0": "name"}},
    {"columns": {"1": "shoe size"}}, {"datum": "mars"}, {"pair_order": "up,down"},
    {"header_row": -1}, {"header_row": 1e400}, {"header_row": True}, {"year": 9999}, {"first_row": "x"},
]  # fmt: skip


@pytest.mark.parametrize("data", BAD_MAPPINGS)
def test_a_mapping_that_makes_no_sense_is_refused(data: Any) -> None:
    with pytest.raises(IntakeRefused):
        Mapping.from_json(data, {"name"})


def test_mended_cells_come_from_json() -> None:
    assert overrides_from_json({"12": {"3": "a", "4": None}}) == {12: {3: "a", 4: ""}}
    for bad in (None, {"1": 2}, {"x": {"1": "a"}}, {"1": {"1": []}}, {"1": {"999": "a"}}):
        with pytest.raises(IntakeRefused):
            overrides_from_json(bad)
