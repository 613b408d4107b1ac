"""Registers made up for the tests: everybody in them is invented, and we know what we put in."""

# ruff: noqa: DTZ001 - the cells of a sheet know no time zone

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl

from app.places.area import SHANGHAI, Area
from app.places.datums import Datum, from_wgs84

TODAY = date(2026, 11, 22)
HANGZHOU = Area.box("杭州市", "Hangzhou", west=118.3, south=29.2, east=120.8, north=30.6)
CITIES = {"上海市": (SHANGHAI, 121.45, 31.23), "杭州市": (HANGZHOU, 120.15, 30.27)}
HEADINGS: dict[str, list[str]] = {
    "serial": ["序号", "编号", "NO."],
    "name": ["姓名", "姓 名", "户主姓名", "老人姓名", "Name"],
    "born": ["出生年", "出生年月", "生日", "出生日期"],
    "age": ["年龄", "年龄(岁)", "岁数"],
    "phone": ["联系电话", "手机/座机", "电话", "手机号码", "联系方式"],
    "address": ["住址", "家庭住址", "地址", "详细地址", "现住址"],
    "size": ["家庭人数", "人口", "家庭人口数", "家中人数"],
    "tags": ["类别", "困难类型", "人员类别", "困难情况"],
    "diet": ["忌口/健康", "饮食注意", "忌口", "饮食禁忌"],
    "registered": ["登记日期", "登记", "建档时间", "录入日期"],
    "notes": ["备注", "说明", "注意事项"],
}
DATUM_WORDS = {Datum.GCJ02: ["高德", "腾讯"], Datum.BD09: ["百度"], Datum.WGS84: ["GPS", "WGS84"]}
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫", "一二三试验虚构样例甲乙丙丁"
STREETS = ["测试路街道", "样例镇", "虚构新村街道", "假定镇街道"]
ROADS = ["样例路", "虚构北路", "测试东路"]
TAGS = ["低保", "低收入", "特困", "独居", "孤老", "纯老", "失独", "残疾", "重病", "单亲"]
DIETS = {"花生过敏": ("peanut",), "糖尿病": ("diabetic",), "清真": ("halal", "no_pork"), "": ()}
SIZES = ["{}", "{}人", "{}口", "共{}人"]
CHINESE = "零一二三四五六七八九"


@dataclass
class Truth:
    """What a row must come to mean."""

    row: int
    kind: str
    person: dict[str, Any] = field(default_factory=dict)


@dataclass
class Made:
    """A workbook's bytes and what was put in."""

    data: bytes
    area: Area
    truths: list[Truth]
    header_row: int


class Maker:
    """Makes one messy sheet from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.city = self.random.choice(list(CITIES))
        self.area, self.lng, self.lat = CITIES[self.city]
        self.datum = self.random.choice(list(Datum))
        self.year = self.random.choice([2024, 2025, 2026])
        self.uses_age = self.random.random() < 0.5
        self.has_pair = self.random.random() < 0.5
        self.lat_first = self.random.random() < 0.5
        self.count = 0

    def headings(self) -> list[tuple[str, str]]:
        """(field, heading) of each column in the order of the sheet."""
        pick = self.random.choice
        fields = [name for name in HEADINGS if name != ("born" if self.uses_age else "age")]
        columns = [(name, pick(HEADINGS[name])) for name in fields]
        columns.append(("street", pick(["街道", "所属街道", "街镇"])))
        words = pick(DATUM_WORDS[self.datum])
        if self.has_pair:
            order = "纬度,经度" if self.lat_first else "经度,纬度"
            columns.append(("point", f"坐标({words}) {order}"))
        else:
            columns += [("lng", f"经度({words})"), ("lat", f"纬度({words})")]
        self.random.shuffle(columns)
        return columns

    def person(self) -> dict[str, Any]:
        """An invented person."""
        pick = self.random.choice
        self.count += 1
        name = pick(SURNAMES) + pick(GIVEN) + (pick(GIVEN) if self.random.random() < 0.7 else "")
        age = self.random.randint(60, 98)
        lane, number, room = (self.random.randint(1, top) for top in (1400, 60, 6))
        tags = sorted(self.random.sample(TAGS, self.random.randint(1, 3)))
        return {
            "name": name,
            "phone": f"170{self.random.randint(0, 9999):04d}{self.count:04d}",
            "born": self.year - age,
            "age": age,
            "size": self.random.randint(1, 6),
            "tags": tags,
            "diet": pick(list(DIETS)),
            "street": pick(STREETS),
            "door": (pick(ROADS), str(lane), str(number), f"{room}0{pick('123')}"),
            "point": (
                self.lng + self.random.uniform(-0.05, 0.05),
                self.lat + self.random.uniform(-0.05, 0.05),
            )
            if self.random.random() < 0.7
            else None,
            "registered": date(2016, 1, 1) + timedelta(days=self.random.randint(0, 3000)),
        }

    def _phone(self, phone: str) -> Any:
        one, two, three = phone[:3], phone[3:7], phone[7:]
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in phone)
        return self.random.choice(
            [
                phone, int(phone), f"{one} {two} {three}", f"{one}-{two}-{three}", f"+86 {phone}",
                f"{phone}(女儿)", wide, f"86-{phone}", f"{phone}/021-62345678", f" {phone} ",
            ]
        )  # fmt: skip

    def _born(self, person: dict[str, Any]) -> Any:
        if self.uses_age:
            age = person["age"]
            return self.random.choice([age, f"{age}岁", f"约{age}岁", f"{age} 周岁", float(age)])
        born = person["born"]
        forms = [
            born,
            f"{born}年",
            f"{born}年生",
            f"{born}.5",
            f"{born}-03-07",
            datetime(born, 5, 1),
        ]
        return self.random.choice(
            [*forms, "".join("〇一二三四五六七八九"[int(d)] for d in str(born)) + "年"]
        )

    def _address(self, person: dict[str, Any]) -> str:
        road, lane, number, room = person["door"]
        return self.random.choice(
            [
                f"{road}{lane}弄{number}号{room}室", f"{road} {lane} 弄 {number}-{room}",
                f"{road}{lane}弄{number}号{room}", f"{self.city}{road}{lane}弄{number}号{room}室",
            ]
        )  # fmt: skip

    def _day(self, day: date) -> Any:
        return self.random.choice(
            [
                datetime(day.year, day.month, day.day), f"{day.year}.{day.month}.{day.day}",
                f"{day:%y/%m/%d}", f"{day:%Y-%m-%d}", f"{day.year}年{day.month}月{day.day}日",
                day.toordinal() - date(1899, 12, 30).toordinal(), int(f"{day:%Y%m%d}"),
            ]
        )  # fmt: skip

    def _size(self, size: int) -> Any:
        form = self.random.choice([*SIZES, "int", "chinese"])
        return (
            size
            if form == "int"
            else f"{CHINESE[size]}人"
            if form == "chinese"
            else form.format(size)
        )

    def point_cells(
        self, point: tuple[float, float] | None, *, swap: bool = False
    ) -> dict[str, Any]:
        """The coordinate cells of a WGS-84 point, in the sheet's datum and shape."""
        if point is None:
            return {}
        lng, lat = (round(value, 6) for value in from_wgs84(*point, self.datum))
        if swap:
            lng, lat = lat, lng
        if not self.has_pair:
            return {"lng": lng, "lat": lat}
        first, second = (lat, lng) if self.lat_first else (lng, lat)
        return {"point": f"{first}{self.random.choice([',', ', ', '，', ' '])}{second}"}

    def cells(self, person: dict[str, Any]) -> dict[str, Any]:
        """A person as some volunteer types them."""
        name = person["name"]
        typed_name = self.random.choice([name, name, f"{name[0]}\u3000{name[1:]}", f" {name}"])
        return {
            "serial": self.count,
            "name": typed_name,
            "born": self._born(person),
            "age": self._born(person),
            "phone": self._phone(person["phone"]),
            "address": self._address(person),
            "street": person["street"],
            "size": self._size(person["size"]),
            "tags": self.random.choice([",", "、", "/", " ", "，"]).join(person["tags"]),
            "diet": person["diet"] or self.random.choice([None, "无", "—"]),
            "registered": self._day(person["registered"]),
        } | self.point_cells(person["point"])

    def row(self) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """(kind, cells, person) of one row; one in five is wrong or a repetition."""
        person = self.person()
        cells = self.cells(person)
        kind = self.random.choices(
            ["good", "no name", "no address and no coordinates", "swapped coordinates",
             "coordinates outside the city", "impossible birth year or age", "blank"],
            [80, 3, 3, 3, 3, 3, 4],
        )[0]  # fmt: skip
        here = person["point"] or (self.lng, self.lat)
        if kind == "no name":
            cells["name"] = None
        elif kind == "no address and no coordinates":
            cells |= {"address": None, "lng": None, "lat": None, "point": None}
        elif kind == "swapped coordinates":
            cells |= self.point_cells(here, swap=True)
        elif kind == "coordinates outside the city":
            cells |= self.point_cells((here[0] - 9, here[1] - 5))
        elif kind == "impossible birth year or age":
            cells["born"], cells["age"] = 1850, 175
        elif kind == "blank":
            cells = {}
        return kind, cells, person

    def make(self, rows: int = 60) -> Made:
        """The workbook."""
        book = openpyxl.Workbook()
        sheet = book.active
        columns = self.headings()
        header = self.random.randint(2, 6)
        sheet.cell(1, 1, f"{self.city}受助家庭登记表({self.year}年)")
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(columns))
        for column, (_, heading) in enumerate(columns, 1):
            sheet.cell(header, column, heading)
        truths: list[Truth] = []
        goods: list[dict[str, Any]] = []
        for number in range(header + 1, header + 1 + rows):
            kind, cells, person = self.row()
            if goods and self.random.random() < 0.06:
                kind, person = "duplicate", self.random.choice(goods)
                cells = self.cells(person)
            elif kind == "good":
                if goods and truths[-1].kind == "good" and self.random.random() < 0.1:
                    person["door"], cells["address"] = (
                        goods[-1]["door"],
                        self.random.choice(["同上", "〃"]),
                    )
                goods.append(person)
            for column, (name, _) in enumerate(columns, 1):
                sheet.cell(number, column, cells.get(name))
            truths.append(Truth(number, kind, person))
        total = header + 1 + rows
        sheet.cell(total, 1, "合计")
        sheet.cell(total, 3, rows)
        stream = io.BytesIO()
        book.save(stream)
        return Made(stream.getvalue(), self.area, truths, header)
