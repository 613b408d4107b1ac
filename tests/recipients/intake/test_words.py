"""How a person, a day, a door and a diet are written down."""

# ruff: noqa: DTZ001 - the cells of a sheet know no time zone

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recipients.intake import diet_codes
from app.recipients.intake.days import read_day
from app.recipients.intake.doorstep import read_floor, read_lift
from app.recipients.intake.person import (
    born_by_id_number,
    read_birth,
    read_name,
    read_size,
    read_tags,
)
from app.recipients.intake.reader import continued

TODAY = date(2026, 11, 22)
EXACT = [
    "1940",
    1940,
    1940.0,
    "1940年",
    "1940年生",
    "1940.5",
    1940.5,
    "1940-05-01",
    "19400501",
    "1940/5",
]
EXACT += [
    datetime(1940, 5, 1),
    "一九四〇年",
    "民国29年",
    "民国二十九年",
    14732,
    "40年",
    40,
    "40.5.1",
]
FROM_AGE = [
    85,
    "85",
    "85岁",
    "85 周岁",
    "约85岁",
    "八十五岁",
    "八十五",
    "85岁半",
    85.0,
    "８５岁",
    "85多岁",
]


@pytest.mark.parametrize("typed", EXACT)
def test_a_birth_year_is_read_in_every_shape(typed: Any) -> None:
    found = read_birth(typed, "born", as_of=2026, counted_from=2026)
    assert (found.year, found.is_exact) == (1940, True)


@pytest.mark.parametrize("typed", FROM_AGE)
def test_an_age_counts_from_the_year_of_the_sheet(typed: Any) -> None:
    found = read_birth(typed, "age", as_of=2026, counted_from=2025)
    assert (found.year, found.is_exact) == (1940, False)


@pytest.mark.parametrize("column", ["born", "age"])
@pytest.mark.parametrize("typed", [1850, "1850年", 175, "175岁", -3, 2027, "2099年生", 999])
def test_a_birth_that_cannot_be_is_named(typed: Any, column: Any) -> None:
    assert read_birth(typed, column, as_of=2026, counted_from=2025).is_impossible


def test_what_is_no_birth_year_is_said_to_be_unreadable_or_left_blank() -> None:
    assert read_birth("abc", "born", as_of=2026, counted_from=2026).is_unreadable
    assert read_birth("不详", "born", as_of=2026, counted_from=2026).year is None
    assert read_birth("43年", "born", as_of=2026, counted_from=2026).is_two_digit


def test_an_identity_number_tells_the_birth_year() -> None:
    assert born_by_id_number("110101 19400307 001X") == 1940
    assert born_by_id_number("12345") is None


DAYS = {
    "2018.2.18": "2018-02-18", "2018-02-18": "2018-02-18", "18/02/18": "2018-02-18",
    "2018年2月18日": "2018-02-18", "二〇一八年二月十八日": "2018-02-18", "20180218": "2018-02-18",
    20180218: "2018-02-18", 43149: "2018-02-18", "43149": "2018-02-18", 43149.5: "2018-02-18",
    "2018-02-18 00:00:00": "2018-02-18", "2/18/2018": "2018-02-18", "18/2/2018": "2018-02-18",
    "2018年2月": "2018-02-01", "2018.2": "2018-02-01", 2018.2: "2018-02-01", "201802": "2018-02-01",
    "2018": "2018-01-01", "2018年": "2018-01-01", "99/1/1": "1999-01-01",
}  # fmt: skip


@pytest.mark.parametrize("typed", DAYS)
def test_a_day_is_read_in_every_shape(typed: Any) -> None:
    assert read_day(typed, TODAY).day == date.fromisoformat(DAYS[typed])


def test_a_month_is_not_taken_for_a_day() -> None:
    assert read_day("2018年2月", TODAY).precision == "month"
    assert read_day("2018年", TODAY).precision == "year"
    assert read_day(datetime(2018, 2, 18), TODAY).precision == "day"


@pytest.mark.parametrize(
    "typed", ["昨天", "2018-02-30", "2018.13.1", 9.75, "1234567", 99999999, "9999年", 99]
)
def test_a_day_that_cannot_be_is_said_to_be_unreadable(typed: Any) -> None:
    assert read_day(typed, TODAY).is_unreadable


@given(st.dates(date(1990, 1, 1), TODAY), st.sampled_from([".", "-", "/"]))
def test_any_day_survives_any_separator(day: Any, sign: Any) -> None:
    assert read_day(f"{day.year}{sign}{day.month}{sign}{day.day}", TODAY).day == day
    assert read_day(f"{day:%y}{sign}{day.month}{sign}{day.day}", TODAY).day == day


DIETS = {
    "花生过敏": (("peanut",), ()),
    "海鲜过敏": (("crustacean", "fish", "seafood"), ()),
    "对牛奶、鸡蛋过敏": (("egg", "milk"), ()),
    "清真,低盐": ((), ("halal", "low_salt", "no_pork")),
    "糖尿病 高血压": ((), ("diabetic", "low_salt")),
    "素食；痛风": ((), ("low_purine", "vegetarian")),
    "牙口不好": ((), ("soft",)),
    "虾": (("crustacean",), ()),
    "喜欢吃鱼": ((), ()),
    "无过敏史": ((), ()),
    "不过敏": ((), ()),
    "": ((), ()),
    "Peanut allergy, halal": (("peanut",), ("halal", "no_pork")),
}


@pytest.mark.parametrize("typed", DIETS)
def test_a_diet_becomes_codes(typed: Any) -> None:
    assert diet_codes(typed) == DIETS[typed]


def test_names_lose_their_gaps_only_between_chinese_characters() -> None:
    names = {
        "孙　芳娟": "孙芳娟",
        " 王 毛 ": "王毛",
        "Anna  Maria": "Anna Maria",
        "买买提·艾力": "买买提·艾力",
    }
    assert {typed: read_name(typed) for typed in names} == names
    assert [read_name(typed) for typed in ("123", "无", None, 5, "——")] == [""] * 5


def test_sizes_of_households() -> None:
    sizes = {
        "3": 3,
        "三人": 3,
        "2口": 2,
        "3+1": 4,
        "2大1小": 3,
        "０３": 3,
        "很多": None,
        "99": None,
        "0": None,
    }
    assert {typed: read_size(typed) for typed in sizes} == sizes
    assert (read_size(2), read_size(2.0), read_size(None)) == (2, 2, None)


def test_categories_are_taken_apart_and_sorted() -> None:
    assert read_tags("低保低收入") == ("低保", "低收入")
    assert read_tags("独居老人、低保户/五保") == ("低保", "特困", "独居")
    assert read_tags("其他困难") == ("其他困难",)
    assert read_tags("") == ()


def test_the_way_to_the_door() -> None:
    assert (read_floor("6楼无电梯"), read_lift("6楼无电梯")) == (6, False)
    assert (read_floor("3F 有电梯"), read_lift("3F 有电梯")) == (3, True)
    assert (read_floor("三层"), read_lift("三层")) == (3, None)
    assert (read_floor("12", alone=True), read_floor("12")) == (12, None)
    assert (read_lift("有", alone=True), read_lift("无", alone=True)) == (True, False)
    assert (read_floor("负1楼"), read_lift("电梯故障")) == (-1, None)


def test_ditto_with_another_room_keeps_the_rest() -> None:
    assert continued("样例路1弄2号101室", "303室") == "样例路1弄2号303室"
    assert continued("样例路1弄2号101室", "5号303室") == "样例路1弄5号303室"
    assert continued("样例路 1 弄 2-101", "5-303") == "样例路 1 弄 5-303"
    assert continued("样例路1弄2号101室", "后门") == "样例路1弄2号101室 后门"
