"""A paper register typed up by hand; everybody in it is invented."""

# ruff: noqa: PLR0917 - one argument a column

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.places.area import Area
from app.places.datums import Datum, from_wgs84
from app.recipients.intake import (
    FIELDS,
    IntakeRefused,
    Known,
    KnownHousehold,
    Mapping,
    RawSheet,
    guess_columns,
    preview_json,
    read_workbook,
    returned_workbook,
    understand,
    understand_all,
)

TODAY = date(2026, 11, 22)
REGISTER = Path(__file__).parents[4] / "shared" / "data" / "register"
HEAD = ("姓名", "出生年", "电话", "住址", "经度(高德)", "纬度(高德)", "备注")
HERE = (121.41, 31.24)
TYPED = tuple(round(value, 6) for value in from_wgs84(*HERE, Datum.GCJ02))


def sheet(*rows: Any, head: Any = HEAD, name: Any = "登记") -> RawSheet:
    return RawSheet(name, (head, *rows))


def person(
    name: Any = "孙甲",
    born: Any = 1940,
    phone: Any = "17000000001",
    address: Any = "样例路1弄2号",
    point: Any = TYPED,
    notes: Any = None,
) -> Any:
    return (name, born, phone, address, *point, notes)


def read(table: Any, **more: Any) -> Any:
    return understand(table, guess_columns(table).mapping, today=TODAY, **more)


def codes(result: Any) -> Any:
    return [fault.code for fault in result.faults]


def test_a_good_row_goes_in_at_its_place() -> None:
    [result] = read(sheet(person()))
    assert result.status == "good"
    assert result.household.source_datum == "gcj02"
    assert abs(result.household.lng - HERE[0]) < 1e-5
    assert result.household.raw_place == f"{TYPED[0]},{TYPED[1]}"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (person(name=None), "no name"),
        (person(address=None, point=(None, None)), "no address and no coordinates"),
        (person(point=TYPED[::-1]), "swapped coordinates"),
        (person(point=(0, 0)), "coordinates outside the city"),
        (person(point=(116.4, 39.9)), "coordinates outside the city"),
        (person(born=1850), "impossible birth year or age"),
    ],
)
def test_each_fault_is_named_in_a_sentence(row: Any, code: Any) -> None:
    [result] = read(sheet(row))
    assert result.status == "fault"
    assert codes(result) == [code]
    assert result.faults[0].zh.endswith("。")
    assert result.faults[0].en.endswith(".")


def test_a_row_with_two_faults_names_both() -> None:
    [result] = read(sheet(person(name=None, born=1850)))
    assert codes(result) == ["no name", "impossible birth year or age"]


def test_a_household_without_coordinates_goes_in_to_be_confirmed() -> None:
    [result] = read(sheet(person(point=(None, None))))
    assert (result.status, result.household.lng) == ("good", None)
    assert [warning.code for warning in result.warnings] == ["place to be confirmed"]


def test_an_address_that_ends_at_the_committee_is_no_address() -> None:
    [result] = read(sheet(person(address="真如镇街道清涧新村第二居委会", point=(None, None))))
    assert codes(result) == ["no address and no coordinates"]


def test_half_a_pair_and_words_for_coordinates_leave_the_place_open() -> None:
    half, words = read(sheet(person(point=(121.4, None)), person("李乙", point=("待查", "待查"))))
    assert half.warnings[-1].code == "half a pair of coordinates"
    assert words.warnings[-1].code == "unreadable coordinates"
    assert half.status == words.status == "good"


def test_the_same_person_again_is_a_duplicate_whatever_the_spelling() -> None:
    first, again = read(
        sheet(person(), person("孙　甲", "1940年", "170-0000-0001(女儿)", "样例路 1 弄 2-101"))
    )
    assert (first.status, again.status) == ("good", "duplicate")
    assert again.duplicate_of == "登记!2"
    assert again.same_phone_as == "17000000001"


def test_a_couple_with_one_phone_are_two_people() -> None:
    results = read(sheet(person(), person("李乙")))
    assert [result.status for result in results] == ["good", "good"]


def test_another_birth_year_is_a_question_not_a_duplicate() -> None:
    _, other = read(sheet(person(), person(born=1950)))
    assert other.status == "good"
    assert "possible duplicate" in [warning.code for warning in other.warnings]


def test_a_row_that_mends_a_faulty_one_is_no_duplicate() -> None:
    faulty, mended = read(sheet(person(point=TYPED[::-1]), person()))
    assert (faulty.status, mended.status) == ("fault", "good")


def test_without_phones_the_door_tells_two_rows_apart() -> None:
    rows = [person(phone=None), person(phone=None), person(phone=None, address="样例路9弄9号")]
    assert [one.status for one in read(sheet(*rows))] == ["good", "duplicate", "good"]


def test_an_age_on_a_later_sheet_may_be_a_year_off() -> None:
    ages = sheet(
        ("孙甲", 85, "17000000001", "样例路1弄2号"),
        head=("姓名", "年龄", "电话", "住址"),
        name="2026年补录",
    )
    sheets = [sheet(person()), ages]
    found = understand_all(sheets, [guess_columns(one).mapping for one in sheets], today=TODAY)
    assert found[1][0].duplicate_of == "登记!2"


def test_somebody_already_registered_is_a_duplicate() -> None:
    known = Known((KnownHousehold("孙甲", frozenset({"17000000001"}), 1940, ref="R-7"),))
    [result] = read(sheet(person()), known=known)
    assert (result.status, result.duplicate_of) == ("duplicate", "R-7")


def test_ditto_marks_follow_the_row_above() -> None:
    rows = [person()] + [
        person("李乙", phone=f"1700000000{i}", address=mark, point=(None, None))
        for i, mark in enumerate(["同上", "〃", "″", '"', "同 上", "同上 303室"], 2)
    ]
    results = read(sheet(*rows))
    assert [one.household.address for one in results[1:6]] == ["样例路1弄2号"] * 5
    assert results[6].household.address == "样例路1弄2号303室"
    assert all(one.household.lng is None for one in results[1:])


def test_a_ditto_mark_under_nothing_is_pointed_out() -> None:
    [result] = read(sheet(person(address="同上")))
    assert result.warnings[0].code == "nothing above"


def test_totals_blank_lines_notes_and_repeated_headings_are_no_people() -> None:
    table = sheet(
        person(), (), HEAD, ("合计", None, 1), ("填表人:某某", None), ("总计：1人",), ("第 1 页",)
    )
    results = read(table)
    assert [one.ignored_as for one in results] == [
        None, "blank", "title", "total", "title", "total", "title",
    ]  # fmt: skip


def test_a_numbered_but_empty_line_is_blank() -> None:
    table = RawSheet("登记", (("序号", *HEAD), (1, *person()), (2,)))
    assert [one.ignored_as for one in read(table)] == [None, "blank"]


def test_a_silent_heading_makes_the_datum_a_question() -> None:
    table = sheet(person(), head=(*HEAD[:4], "经度", "纬度", "备注"))
    guess = guess_columns(table)
    assert guess.questions == ("datum",)
    [open_place] = understand(table, guess.mapping, today=TODAY)
    assert open_place.household.lng is None
    assert open_place.warnings[-1].code == "datum unknown"
    [answered] = understand(table, guess.mapping.with_(datum="gcj02"), today=TODAY)
    assert abs(answered.household.lng - HERE[0]) < 1e-5


@pytest.mark.parametrize("heading", ["坐标(百度)", "经纬度(百度)", "百度坐标 纬度,经度"])
@pytest.mark.parametrize("sign", [",", "，", " ", "、"])
def test_one_column_with_both_numbers(heading: Any, sign: Any) -> None:
    lng, lat = from_wgs84(*HERE, Datum.BD09)
    rows = [
        ("孙甲", f"1700000000{i}", "样例路1弄2号", f"{lat:.6f}{sign}{lng:.6f}") for i in range(4)
    ]
    table = RawSheet("登记", (("姓名", "电话", "地址", heading), *rows))
    guess = guess_columns(table)
    assert guess.questions == ()
    assert (guess.mapping.datum, guess.mapping.pair_order) == ("bd09", "lat,lng")
    result = understand(table, guess.mapping, today=TODAY)[0]
    assert abs(result.household.lng - HERE[0]) < 1e-5


def test_an_address_over_several_columns_is_put_together() -> None:
    head = ("姓名", "区", "街道", "居委", "路名", "弄", "楼号", "室号", "楼层", "电梯")
    row = ("孙甲", "普陀区", "样例街道", "样例居委会", "样例路", 12, 3, 401, 4, "无")
    [result] = read(RawSheet("登记", (head, row)))
    one = result.household
    assert (one.district, one.street, one.committee) == ("普陀区", "样例街道", "样例居委会")
    assert one.address == "样例路12弄3号401室"
    assert (one.floor, one.lift) == (4, False)


def test_headings_over_two_rows_and_cells_merged_downwards() -> None:
    book = openpyxl.Workbook()
    table = book.active
    for row in [
        ["样例街道登记(2025年)", None, None, None, None],
        ["姓名", "年龄", "地址", "坐标(高德)", None],
        [None, None, None, "经度", "纬度"],
        ["孙甲", 80, "样例路1弄2号", *TYPED],
        ["李乙", 70, None, None, None],
    ]:
        table.append(row)
    for cells in ("A1:E1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "C4:C5"):
        table.merge_cells(cells)
    stream = io.BytesIO()
    book.save(stream)
    [found] = read_workbook(stream.getvalue(), "r.xlsx")
    guess = guess_columns(found)
    assert (guess.mapping.header_row, guess.mapping.first_row) == (2, 4)
    assert (guess.mapping.datum, guess.mapping.year) == ("gcj02", 2025)
    one, other = understand(found, guess.mapping, today=TODAY)
    assert (one.household.born, other.household.born) == (1945, 1955)
    assert other.household.address == "样例路1弄2号"
    assert abs(one.household.lat - HERE[1]) < 1e-5


def test_a_sheet_without_headings_is_guessed_by_what_stands_in_it() -> None:
    rows = tuple(
        (f"孙{i}".replace(str(i), "甲乙丙丁戊"[i]), f"1700000000{i}", f"样例路{i + 1}弄2号")
        for i in range(5)
    )
    guess = guess_columns(RawSheet("名单", rows))
    assert guess.mapping.columns == {1: "name", 2: "phone", 3: "address"}
    assert guess.mapping.first_row == 1


def test_a_sheet_of_instructions_is_skipped() -> None:
    guess = guess_columns(RawSheet("填表说明", (("请用正楷填写",), ("谢谢",))))
    assert guess.mapping.skip
    assert understand(RawSheet("填表说明", ((),)), guess.mapping, today=TODAY) == []


def test_a_mended_cell_counts_in_the_preview() -> None:
    table = sheet(person(name=None))
    mapping = guess_columns(table).mapping
    [result] = understand(table, mapping, today=TODAY, overrides={2: {1: "孙甲"}})
    assert (result.status, result.household.name) == ("good", "孙甲")
    assert result.raw[0] is None


def test_another_city_has_its_own_area() -> None:
    area = Area.box("杭州市", "Hangzhou", west=118.3, south=29.2, east=120.8, north=30.6)
    point = from_wgs84(120.15, 30.27, Datum.GCJ02)
    row = person(point=point)
    assert read(sheet(row), area=area)[0].status == "good"
    assert codes(read(sheet(row))[0]) == ["coordinates outside the city"]


def test_the_rest_comes_back_as_typed_with_a_reason() -> None:
    table = sheet(person("=cmd|'x'!A1", born=1850), person("@孙", born=1850), person("李乙"))
    results = read(table)
    data = returned_workbook([table], [results], "zh")
    back = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in back[1]] == [*HEAD, "原因"]
    assert back["A2"].value == "=cmd|'x'!A1"
    assert (back["A2"].data_type, back["A2"].quotePrefix) == ("s", True)
    assert back.max_row == 3
    assert "1850" in back.cell(2, len(HEAD) + 1).value
    again = read_workbook(data, "back.xlsx")[0]
    assert [codes(one) for one in read(again)] == [["impossible birth year or age"]] * 2
    english = openpyxl.load_workbook(io.BytesIO(returned_workbook([table], [results], "en"))).active
    assert english.cell(1, len(HEAD) + 1).value == "Reason"


def test_when_everything_went_in_the_workbook_says_so() -> None:
    table = sheet(person())
    data = returned_workbook([table], [read(table)], "zh")
    assert openpyxl.load_workbook(io.BytesIO(data)).active["A1"].value == "全部已导入"


def test_a_confirmed_mapping_goes_through_json() -> None:
    table = sheet(person())
    guess = guess_columns(table)
    json.dumps(guess.to_json(), ensure_ascii=False)
    assert Mapping.from_json(guess.mapping.to_json(), FIELDS) == guess.mapping
    with pytest.raises(IntakeRefused):
        Mapping.from_json({"columns": {"1": "password"}}, FIELDS)


def test_the_preview_is_plain_json() -> None:
    table = sheet(person(), person(), person(name=None))
    mapping = guess_columns(table).mapping
    preview = preview_json([table], [mapping], [understand(table, mapping, today=TODAY)])
    assert json.loads(json.dumps(preview)) == preview
    assert preview["sheets"][0]["counts"] == {"good": 1, "duplicate": 1, "fault": 1, "ignored": 0}
    assert preview["faults"][0]["fault"] == "no name"
    assert preview["duplicates"][0]["same_phone_as"] == "17000000001"


@pytest.mark.skipif(
    not REGISTER.is_dir(), reason="../shared is not here: the long made-up register"
)
def test_the_long_register_is_understood_completely() -> None:
    sheets = read_workbook((REGISTER / "register.xlsx").read_bytes(), "register.xlsx")
    guesses = [guess_columns(one) for one in sheets]
    assert [guess.questions for guess in guesses] == [(), ()]
    mappings = [guess.mapping for guess in guesses]
    preview = preview_json(sheets, mappings, understand_all(sheets, mappings, today=TODAY))
    truth = json.loads((REGISTER / "truth.json").read_text(encoding="utf-8"))
    for kind in ("duplicates", "faults"):
        keys = truth[kind][0].keys()
        assert [{key: one[key] for key in keys} for one in preview[kind]] == truth[kind]
    assert [(s["name"], s["header_row"], s["rows"]) for s in preview["sheets"]] == [
        (s["name"], s["header_row"], s["rows"]) for s in truth["sheets"]
    ]
    found = {(one["sheet"], one["row"]): one for one in preview["households"]}
    assert found.keys() == {(one["sheet"], one["row"]) for one in truth["households"]}
    for one in truth["households"]:
        same_household(found[one["sheet"], one["row"]], one)


def same_household(found: Any, truth: Any) -> None:
    for key in ("name", "phone", "street", "size", "tags", "diet"):
        assert found[key] == truth[key]
    assert abs(found["born"] - truth["born"]) <= (0 if found["born_exact"] else 1)
    for key in ("lng", "lat"):
        assert (found[key] is None) == (truth[key] is None)
        assert truth[key] is None or abs(found[key] - truth[key]) * 111_320 < 0.7
