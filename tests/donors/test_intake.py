"""A donors' list with opening hours in Chinese; the shops in it are invented."""

# ruff: noqa: PLR0917 - one argument a column

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.sheets import RawSheet, read_workbook
from app.donors.hours import read_hours
from app.donors.intake import (
    guess_columns,
    preview_json,
    read_storage,
    returned_workbook,
    understand,
)

DONORS = Path(__file__).parents[3] / "shared" / "data" / "register" / "donors.csv"
HEAD = ("捐赠点", "类型", "经度(WGS84)", "纬度(WGS84)", "可取货时间", "储存条件", "联系电话")
WORKDAYS, DAILY = range(5), range(7)


def every(days: Any, *ranges: Any) -> Any:
    return tuple(sorted((day, start, end) for day in days for start, end in ranges))


HOURS = {
    "周一至周五 19:00–20:00": every(WORKDAYS, (1140, 1200)),
    "周二、周五 14:00-15:30": every((1, 4), (840, 930)),
    "每天20:30-21:30": every(DAILY, (1230, 1290)),
    "周一三五 21:00-22:00": every((0, 2, 4), (1260, 1320)),
    "工作日9:00-11:00": every(WORKDAYS, (540, 660)),
    "周末 下午2点到4点半": every((5, 6), (840, 990)),
    "周一、周三、周五晚上8点-9点": every((0, 2, 4), (1200, 1260)),
    "周一至周五9-11点,周六日14:00-16:00": tuple(sorted(every(WORKDAYS, (540, 660)) + every((5, 6), (840, 960)))),
    "星期一到星期四 18:00~19:00；星期六 10:00-11:00": (*every(range(4), (1080, 1140)), (5, 600, 660)),
    "每天8:00-9:30、20:00-21:00": every(DAILY, (480, 570), (1200, 1260)),
    "周五23:00-01:30": ((4, 1380, 1440), (5, 0, 90)),
    "周六22:00-次日1:00": ((5, 1320, 1440), (6, 0, 60)),
    "除周日外每天 10:00-12:00": every(range(6), (600, 720)),
    "周日除外 9:00-10:00": every(range(6), (540, 600)),
    "早8点到晚6点": every(DAILY, (480, 1080)),
    "24小时": every(DAILY, (0, 1440)),
    "周1-5 9:00-10:00": every(WORKDAYS, (540, 600)),
    "周五至周一 9:00-10:00": every((0, 4, 5, 6), (540, 600)),
    "Mon-Fri 9:00-17:00": every(WORKDAYS, (540, 1020)),
    "中午11点-1点": every(DAILY, (660, 780)),
    "中午1点-2点": every(DAILY, (780, 840)),
}  # fmt: skip


@pytest.mark.parametrize("typed", HOURS)
def test_opening_hours_are_read_as_shops_write_them(typed: Any) -> None:
    assert read_hours(typed) == HOURS[typed]


@pytest.mark.parametrize("typed", ["", "看情况", "9:00-25:70", "9:75-10:00", "电话联系"])
def test_hours_that_say_nothing_are_not_guessed(typed: Any) -> None:
    assert read_hours(typed) is None


@given(st.integers(0, 22), st.integers(0, 59), st.integers(0, 6), st.sampled_from("-–~至到"))
def test_any_hour_of_any_day_comes_back(hour: Any, minute: Any, day: Any, sign: Any) -> None:
    typed = f"周{'一二三四五六日'[day]} {hour}:{minute:02d}{sign}{hour + 1}:{minute:02d}"
    assert read_hours(typed) == ((day, hour * 60 + minute, hour * 60 + minute + 60),)


@given(st.text())
def test_no_text_breaks_the_reading(text: Any) -> None:
    for day, start, end in read_hours(text) or ():
        assert 0 <= day <= 6
        assert 0 <= start < end <= 1440


def site(
    name: Any = "示例店(一)",
    lng: Any = 121.45,
    lat: Any = 31.23,
    hours: Any = "每天8:00-9:30",
    storage: Any = "冷藏",
    phone: Any = "021-00000000",
) -> Any:
    return (name, "超市", lng, lat, hours, storage, phone)


def read(*rows: Any, head: Any = HEAD) -> Any:
    table = RawSheet("donors", (head, *rows))
    mapping = guess_columns(table)
    return table, mapping, understand(table, mapping)


def test_a_site_is_understood_in_every_field() -> None:
    _, mapping, [result] = read(site(name="示例店（一）"))
    one = result.site
    assert (result.status, mapping.datum) == ("good", "wgs84")
    assert (one.name, one.kind, one.lng, one.lat) == ("示例店（一）", "超市", 121.45, 31.23)
    assert one.pickup_hours == every(DAILY, (480, 570))
    assert (one.storage_class, one.phone) == ("chilled", "021-00000000")


def test_the_coldest_class_is_what_a_run_must_carry() -> None:
    assert read_storage("常温,冷藏") == ("ambient", "chilled")
    assert read_storage("冷冻 -18℃") == ("frozen",)
    assert read_storage("") == ()
    assert read(site(storage="冷冻、常温"))[2][0].site.storage_class == "frozen"


def test_faults_of_sites_have_the_same_names_as_those_of_households() -> None:
    rows = [
        site(name=None),
        site("甲", None, None),
        site("乙", 31.23, 121.45),
        site("丙", 0, 0),
        site("丁", 116.4, 39.9),
    ]
    assert [result.faults[0].code for result in read(*rows)[2]] == [
        "no name", "no address and no coordinates", "swapped coordinates",
        "coordinates outside the city", "coordinates outside the city",
    ]  # fmt: skip


def test_a_repeated_site_is_a_duplicate_and_a_branch_is_not() -> None:
    results = read(site(), site(), site("示例店(二)"), ("合计", None, None, None, None, None, 3))[2]
    assert [result.status for result in results] == ["good", "duplicate", "good", "ignored"]


def test_what_is_not_understood_is_said_and_left_blank() -> None:
    [result] = read(site(hours="看情况", storage="仓库", phone="12345"))[2]
    assert result.status == "good"
    assert [warning.code for warning in result.warnings] == [
        "unreadable pickup hours", "unreadable storage class", "unreadable phone",
    ]  # fmt: skip
    [empty] = read(site(hours=None, storage=None))[2]
    assert [warning.code for warning in empty.warnings] == ["no pickup hours", "no storage class"]


def test_one_column_of_coordinates_and_an_address() -> None:
    head = ("店名", "地址", "坐标(GPS)", "营业时间", "温层")
    rows = [
        ("示例甲店", "样例路1号", "31.23,121.45", "每天9点-10点", "常温"),
        ("示例乙店", "样例路2号", None, None, None),
    ]
    _, mapping, results = read(*rows, head=head)
    assert mapping.pair_order == "lat,lng"
    assert (results[0].site.lng, results[1].site.lng) == (121.45, None)
    assert results[1].status == "good"


def test_the_preview_and_the_rest_in_a_workbook() -> None:
    table, mapping, results = read(site(), site(), site(name=None))
    preview = preview_json(table, mapping, results)
    assert [len(preview[key]) for key in ("sites", "duplicates", "faults")] == [1, 1, 1]
    for language, word in (("zh", "原因"), ("en", "Reason")):
        data = returned_workbook(table, mapping, results, language)
        back = openpyxl.load_workbook(io.BytesIO(data)).active
        assert (back.max_row, back.cell(1, 8).value) == (3, word)


def test_a_list_saved_by_an_office_in_gb18030_reads_the_same() -> None:
    text = "\n".join(",".join(str(cell) for cell in row) for row in (HEAD, site()))
    [table] = read_workbook(text.encode("gb18030"), "donors.csv")
    [result] = understand(table, guess_columns(table))
    assert (result.status, result.site.lng) == ("good", 121.45)
    assert understand(table, guess_columns(RawSheet("x", (("说明",),)))) == []


@pytest.mark.skipif(not DONORS.is_file(), reason="../shared is not here: the made-up donors' list")
def test_the_whole_list_is_understood() -> None:
    [table] = read_workbook(DONORS.read_bytes(), DONORS.name)
    results = understand(table, guess_columns(table))
    assert len(results) == 60
    assert all(one.status == "good" and not one.warnings for one in results)
    assert all(one.site.pickup_hours and one.site.phone and one.site.lng for one in results)
