"""The divisions as a table, and addresses held against it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places.address.checking import city_of, locate
from app.places.address.divisions import Division, divisions, short_name
from app.places.address.normal import door_key, house_key
from app.places.address.parsing import Address, parse_address

SHARED = Path(__file__).parents[4] / "shared" / "data" / "places"
SHANGHAI = "31"


def located(typed: str, home: str = SHANGHAI) -> tuple[str, str, str, str]:
    found = locate(parse_address(typed), home)
    return found.address.city, found.address.district, found.address.street, found.code


def said(typed: str, home: str = SHANGHAI) -> list[str]:
    return [finding.zh for finding in locate(parse_address(typed), home).findings]


def test_the_table_holds_the_country_and_one_city_in_detail() -> None:
    table = divisions()
    assert len(table) > 10_000
    assert [one.code for one in table.named("district", "普陀区")] == ["310107", "330903"]
    assert [one.code for one in table.named("district", "普陀", within="3301")] == []
    assert [one.code[:6] for one in table.named("street", "石泉路街道")] == ["310107"]


@pytest.mark.parametrize(
    ("name", "level", "short"),
    [
        ("静安区", "district", "静安"), ("浦东新区", "district", "浦东"), ("上海市", "province", "上海"),
        ("内蒙古自治区", "province", "内蒙古"), ("广西壮族自治区", "province", "广西"), ("杭州市", "city", "杭州"),
        ("石泉路社区居民委员会", "committee", "石泉路"), ("光明村村委会", "committee", "光明村"), ("县", "district", "县"),
    ],
)  # fmt: skip
def test_people_shorten_names(name: str, level: str, short: str) -> None:
    assert short_name(name, level) == short  # type: ignore[arg-type]  # a table of words


def test_a_municipality_is_its_own_city() -> None:
    table = divisions()
    district = table.named("district", "静安区")[0]
    city, province = table.above(district, "city"), table.above(district, "province")
    assert city is not None
    assert city == province == Division("31", "上海市")
    assert table.above(district, "street") is None
    hangzhou = table.named("district", "西湖区", within="3301")[0]
    assert table.above(hangzhou, "city") == Division("3301", "杭州市")


@pytest.mark.parametrize(
    ("typed", "filled"),
    [
        ("石泉新村第二居委会 常德路189弄1号202室", ("上海市", "普陀区", "石泉路街道")),
        ("石泉路街道 常德路189弄1号", ("上海市", "普陀区", "石泉路街道")),
        ("普陀区常德路189弄1号", ("上海市", "普陀区", "")),
        ("常德路189弄1号", ("", "", "")),
        ("杭州市西湖区文三路90号", ("杭州市", "西湖区", "")),
        ("测试路街道样例居委会 虚构路1号", ("", "", "测试路街道")),
    ],
)
def test_what_a_name_implies_is_filled_in(typed: str, filled: tuple[str, str, str]) -> None:
    assert located(typed)[:3] == filled


def test_the_organisations_city_decides_between_namesakes() -> None:
    assert located("普陀区东海西路1号", "3309")[:2] == ("舟山市", "普陀区")
    assert located("普陀区东海西路1号", "")[3] == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("上海市静安区田林街道 田林路12号", "田林街道在徐汇区，不在静安区。请核对。"),
        ("静安区田林街道 田林路12号", "田林街道在徐汇区，不在静安区。请核对。"),
        (
            "真如镇街道石泉新村第二居委会 常德路1号",
            "石泉新村第二居委会在石泉路街道，不在真如镇街道。请核对。",
        ),
        ("杭州市静安区延平路1号", "静安区在上海市，不在杭州市。请核对。"),
    ],
)
def test_an_address_that_contradicts_itself_is_named(typed: str, sentence: str) -> None:
    assert said(typed) == [sentence]


@pytest.mark.parametrize(
    "typed",
    [
        "徐汇区田林街道 田林路12号",
        "测试区样例街道 虚构路1号",
        "上海市石泉路街道 常德路1号",
        "长寿路1号",
        "",
    ],
)
def test_a_sound_or_an_unknown_address_is_not_scolded(typed: str) -> None:
    assert said(typed) == []


def test_what_a_person_wrote_stays() -> None:
    found = locate(parse_address("静安区田林街道 田林路12号"), SHANGHAI).address
    assert (found.district, found.street) == ("静安区", "田林街道")


@pytest.mark.parametrize(
    ("street", "city"), [("长寿路街道", "上海市"), ("样例街道", ""), ("", ""), ("桃浦镇", "上海市")]
)
def test_a_streets_city_is_known_by_its_name(street: str, city: str) -> None:
    assert city_of(street) == city


SAME_HOUSE = [
    ("普陀区常德路189弄1号202室", "常德路 189 弄 1-202"),
    ("曹杨八村31号602室", "曹杨新村街道曹杨8村31号"),
    ("常德路一百八十九弄一号", "常德路１８９弄１号301"),
    ("武宁路12弄3号楼1001", "武宁路12弄3号202"),
    ("西康路Lane 88 No. 5 Room 203", "西康路88弄5号"),
    ("长寿路甲5号", "长寿路5号甲"),
    ("长寿路1000弄阳光小区5号", "长寿路1000弄5号"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME_HOUSE)
def test_two_spellings_of_one_house_have_one_key(one: str, other: str) -> None:
    assert house_key(parse_address(one)) == house_key(parse_address(other)) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("常德路189弄1号", "常德路189弄11号"), ("康定路12弄3支弄5号", "康定路12弄5号"), ("长寿路5甲号", "长寿路5号"),
        ("打浦路三村12号", "打浦路12号"), ("常德路88号3幢", "常德路88号5幢"), ("曹杨八村1号", "曹杨九村1号"),
    ],
)  # fmt: skip
def test_neighbours_have_keys_of_their_own(one: str, other: str) -> None:
    assert house_key(parse_address(one)) != house_key(parse_address(other))


@pytest.mark.parametrize(
    "typed", ["", "石泉路街道", "常德路", "Lane 88 No. 5", "人民广场", "12号", "😀"]
)
def test_what_names_no_house_has_no_key(typed: str) -> None:
    assert house_key(parse_address(typed)) == ""


def test_the_room_tells_doors_of_one_house_apart() -> None:
    doors = {door_key(parse_address(f"常德路189弄1号{room}室")) for room in (201, 202)}
    assert len(doors) == 2
    assert not any(door_key(Address("")))


@given(st.text(max_size=60))
def test_no_text_breaks_the_check(text: str) -> None:
    found = locate(parse_address(text), SHANGHAI)
    assert "\x00" not in house_key(found.address)


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="../shared is not here: the same table, made by others"
)
def test_our_table_agrees_with_the_one_given() -> None:
    table = divisions()
    for name, level in (("streets", "street"), ("juweihui", "committee")):
        with (SHARED / f"shanghai-{name}-names-2023.csv").open(encoding="utf-8") as stream:
            rows = [(row["code"], row["name"]) for row in csv.DictReader(stream)]
        assert len(rows) > 200
        missing = [row for row in rows if Division(*row) not in table.named(level, row[1])]  # type: ignore[arg-type]
        assert missing == []
