"""A Chinese address, taken apart from city to room."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places.address.parsing import parse_address

PLACES = Path(__file__).parents[4] / "shared" / "data" / "places"
EXAMPLES = {
    "石泉路街道石泉新村第二居委会 常德路189弄1号202室": {
        "street": "石泉路街道", "committee": "石泉新村第二居委会", "road": "常德路", "lane": "189", "number": "1", "room": "202"
    },
    "真如镇街道杨家桥第二社区居委会 新村路 684 弄 53-202": {
        "street": "真如镇街道", "committee": "杨家桥第二社区居委会", "road": "新村路", "lane": "684", "number": "53", "room": "202"
    },
    "长征镇梅岭北路居委会 常德路540弄34号602": {
        "street": "长征镇", "committee": "梅岭北路居委会", "road": "常德路", "lane": "540", "number": "34", "room": "602"
    },
    "上海市普陀区曹杨新村街道曹杨八村31号602室": {
        "city": "上海市", "district": "普陀区", "street": "曹杨新村街道", "compound": "曹杨八村", "number": "31", "room": "602"
    },
    "浦东新区三林镇永泰二区居委会永泰路1000弄12号301室": {
        "district": "浦东新区", "street": "三林镇", "committee": "永泰二区居委会", "road": "永泰路", "lane": "1000", "number": "12", "room": "301"
    },
    "上海静安区延平路１２３弄": {"city": "上海市", "district": "静安区", "road": "延平路", "lane": "123"},
    "曹杨路一百五十九弄五号301": {"road": "曹杨路", "lane": "159", "number": "5", "room": "301"},
    "镇宁路100号3楼": {"road": "镇宁路", "number": "100", "floor": "3"},
    "幸福小区12号楼2单元301": {"compound": "幸福小区", "building": "12", "unit": "2", "room": "301"},
    "杭州市西湖区文三路90号": {"city": "杭州市", "district": "西湖区", "road": "文三路", "number": "90"},
    "江苏省镇江市京口区大市口街道中山东路1号": {
        "province": "江苏省", "city": "镇江市", "district": "京口区", "street": "大市口街道", "road": "中山东路", "number": "1"
    },
    "宁波市镇海区招宝山街道城河西路1号": {
        "city": "宁波市", "district": "镇海区", "street": "招宝山街道", "road": "城河西路", "number": "1"
    },
    "桃浦镇南李苑居委会 兰溪路5弄8号303室": {
        "street": "桃浦镇", "committee": "南李苑居委会", "road": "兰溪路", "lane": "5", "number": "8", "room": "303"
    },
    "康定路12弄3支弄5号": {"road": "康定路", "lane": "12", "sublane": "3", "number": "5"},
    "康定路 12 弄 3 支弄 5 号甲 201": {"road": "康定路", "lane": "12", "sublane": "3", "number": "5甲", "room": "201"},
    "长寿路甲5号": {"road": "长寿路", "number": "5甲"},
    "长寿路5乙号": {"road": "长寿路", "number": "5乙"},
    "长寿路123-125号": {"road": "长寿路", "number": "123-125"},
    "曹杨一村丙12号": {"compound": "曹杨一村", "number": "12丙"},
    "打浦路三村十二号二〇三室": {"road": "打浦路", "compound": "三村", "number": "12", "room": "203"},
    "常德路88号3幢502室": {"road": "常德路", "number": "88", "building": "3", "room": "502"},
    "曹杨花园5幢2单元101室": {"compound": "曹杨花园", "building": "5", "unit": "2", "room": "101"},
    "南京西路1266号恒隆广场2座": {"road": "南京西路", "number": "1266", "compound": "恒隆广场", "building": "2"},
    "中国上海市普陀区长寿路（近常德路）100号5楼": {
        "city": "上海市", "district": "普陀区", "road": "长寿路", "number": "100", "floor": "5", "rest": "近常德路"
    },
    "200060上海常德路12弄3号": {"city": "上海市", "road": "常德路", "lane": "12", "number": "3"},
    "上海静安延平路123弄": {"city": "上海市", "district": "静安区", "road": "延平路", "lane": "123"},
    "上海路12号": {"road": "上海路", "number": "12"},
    "西康路Lane 88 No. 5 Room 203": {"road": "西康路", "lane": "88", "number": "5", "room": "203"},
    "Room 302, No.5, Lane 88, Xikang Lu": {"road": "Xikang Lu", "lane": "88", "number": "5", "room": "302"},
    "No. 5, Lane 88, Xikang Road, Putuo District": {
        "district": "Putuo District", "road": "Xikang Road", "lane": "88", "number": "5"
    },
    "Hauptstraße 5, 69117 Heidelberg": {"road": "Hauptstraße", "number": "5", "rest": "69117Heidelberg"},
    "No. 2 Yangli Rd": {"road": "Yangli Rd", "number": "2"},
    "Plöck 12a": {"road": "Plöck", "number": "12a"},
    "Blumenstraße 12, 69115": {"road": "Blumenstraße", "number": "12", "rest": "69115"},
}  # fmt: skip


@pytest.mark.parametrize("typed", EXAMPLES)
def test_an_address_is_taken_apart(typed: Any) -> None:
    address = parse_address(typed)
    found = {key: value for key, value in vars(address).items() if value and key != "raw"}
    assert found == EXAMPLES[typed]
    assert address.raw == typed
    assert address.has_door


def test_a_street_and_a_committee_are_no_door() -> None:
    assert not parse_address("真如镇街道清涧新村第二居委会").has_door
    assert not parse_address("").has_door


@given(st.text())
def test_no_text_breaks_the_reading(text: Any) -> None:
    assert parse_address(text).raw == text


@pytest.mark.parametrize(
    "typed",
    [
        "\x00常德路12弄\x005号", "常德路12弄\ud8005号", "\u202e常德路12弄5号\u202c", "常德路\u200b12弄5号", "常德路12弄5号😀",
    ],
)  # fmt: skip
def test_marks_nobody_sees_do_not_hide_the_door(typed: Any) -> None:
    found = parse_address(typed)
    assert (found.road, found.lane, found.number) == ("常德路", "12", "5")


@pytest.mark.parametrize(
    "text", ["路" * 10_000, "1弄" * 5_000, "a " * 5_000, "（近" * 4_000, "区" * 9_999]
)
def test_ten_thousand_signs_are_read_as_far_as_an_address_goes(text: Any) -> None:
    found = parse_address(text)
    assert found.raw == text
    assert sum(len(part) for name, part in vars(found).items() if name != "raw") <= 700


@given(st.integers(1, 1999), st.integers(1, 200), st.integers(101, 3099))
def test_lane_number_and_room_come_back(lane: Any, number: Any, room: Any) -> None:
    for typed in (f"样例路{lane}弄{number}号{room}室", f"样例路 {lane} 弄 {number}-{room}"):
        found = parse_address(typed)
        assert (found.road, found.lane, found.number, found.room) == (
            "样例路", str(lane), str(number), str(room),
        )  # fmt: skip


@pytest.mark.skipif(not PLACES.is_dir(), reason="../shared is not here: real names of divisions")
def test_the_real_streets_and_committees_of_a_city_are_told_apart() -> None:
    streets = {row["code"]: row["name"] for row in rows("shanghai-streets-names-2023.csv")}
    committees = [
        (streets[row["streetCode"]], row["name"])
        for row in rows("shanghai-juweihui-names-2023.csv")
    ]
    committees = [
        (s, c) for s, c in committees if s.endswith(("街道", "镇", "乡")) and c.endswith("居委会")
    ]
    wrong = [
        (street, committee)
        for street, committee in committees
        for found in [parse_address(f"{street}{committee} 样例路12弄3号401室")]
        if (found.street, found.committee, found.road, found.lane, found.number, found.room)
        != (street, committee, "样例路", "12", "3", "401")
    ]
    assert len(committees) > 4000
    assert len(wrong) <= 5, wrong[:20]


def rows(name: Any) -> Any:
    with (PLACES / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
