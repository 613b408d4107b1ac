"""A Chinese address → its parts, from city down to room; the raw text is always kept.

Own small grammar, read from left to right: 市 → 区 → 街道/镇 → 居委会 → 路 → 弄 → 号 → 室. Where
it stands against jionlp: docs/decisions/0007-our-own-address-parser.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from app.places.address.divisions import Level, divisions
from app.places.address.signs import CHINESE_NUMERALS, arabic, clean, without_english

_PROVINCE = re.compile(r"[一-龥]{2,3}?(?:省|自治区)")
_CITY = re.compile(
    r"(?:景德镇市|[一-龥][^镇街乡路村弄区县\d]{1,7}?(?:市|自治州|地区)(?!场|政|民|光))"
)
# 小区, 社区, 园区 … are no districts, and a district's name holds no street word after its first sign
_DISTRICT = re.compile(
    r"[一-龥][^镇乡街路弄号村\d]{0,6}?(?:新区|(?<![小社园校厂宅街片苑墅库一二三四五六七八九十东西南北])区"
    r"|(?<=[东西南北])区(?!居|第|\d)|县|旗)(?!域|间|委)"
)
_TOWN = re.compile(
    r"(?:[^路弄号街巷\d]{1,7}?|[^弄号街\d]{1,2}[路巷])"
    r"(?:镇街道|[镇乡](?:人民政府)?(?!路\d|宁路|江路))(?:街道)?"
)
_STREET = re.compile(r"[^弄号\d]{1,9}?街道(?:办事处)?")
_COMMITTEE = re.compile(
    r"[^\d号室]{1,20}?(?:居民委员会|村民委员会|居委会|村委会|居委|村委"
    r"|社区(?!居|村|第|服|医|卫|活|食|党|中|文))(?![一-龥]{0,2}委)|[^\d号室]{0,12}?\d+弄居委会?"
)
_ROAD_ENDS = ("路", "街", "大道", "公路", "道", "巷", "胡同", "街坊", "弄堂")
_ROAD = re.compile(r"[^\d]*?(?:公路|大道|大街|胡同|支路|路|街|道|巷)(?=[\d]|$|[一-龥])")
_LANE = re.compile(rf"(\d+|[{CHINESE_NUMERALS}]+)弄(?:第?(\d+|[{CHINESE_NUMERALS}]+)支?弄)?")
_SUBLANE = re.compile(rf"第?(\d+|[{CHINESE_NUMERALS}]+)支弄")
_MARK = "甲乙丙丁戊"
_NUMBER = re.compile(
    rf"([{_MARK}]?)(\d+(?:-\d+(?=号))?[{_MARK}A-Za-z]?|[{CHINESE_NUMERALS}]+(?=号))"
    rf"\s*(?:号(?!楼)|#)([{_MARK}](?![一-龥]))?"
)
_BUILDING = re.compile(
    rf"(\d+[A-Za-z{_MARK}]?|[A-Z](?=[座幢栋])|[{CHINESE_NUMERALS}]+)\s*(?:号楼|幢|栋|座)"
)
_UNIT = re.compile(rf"([\dA-Z]+|[{CHINESE_NUMERALS}]+)\s*(?:单元|门)")
_FLOOR = re.compile(r"(\d{1,2})\s*(?:楼|层|F(?![a-z]))")
_ROOM = re.compile(r"(\d{1,5}[A-Za-z]?|[零〇一二三四五六七八九]{3,4})\s*(?:室|房)")
_SHORT = re.compile(r"(\d+)\s*[-/]\s*(\d{2,5}[A-Za-z]?)(?:室)?(?!\d*号)")
_LAST = re.compile(r"(?<!\d)(\d{2,4}[A-Za-z]?)$")
_COMPOUND = re.compile(
    rf"\S*?(?:[^\s\d]新村|[{CHINESE_NUMERALS}\d]+村|[^\s\d](?:小区|花园|公寓|花苑|家园|家苑|新苑|大厦|广场"
    r"|[苑园邸庭坊墅城湾里府]))(?=\s|$|[东西南北]?区)(?:[东西南北]区)?"
)
_LEVELS: tuple[Level, ...] = ("province", "city", "district", "street", "committee")
_MUNICIPALITIES = ("上海", "北京", "天津", "重庆")
_BESIDE = re.compile(r"[(\[【][^)\]】]*?(?:近|靠|临|原|旁|对面|后面|口)[^)\]】]*?[)\]】]")
# Roads in Latin letters: a name, then what kind of way it is (English, pinyin), or German compounds.
_L = "A-Za-zÀ-ɏ"
_LATIN_WAY = re.compile(
    rf"((?:[{_L}][{_L}'.-]*\s+){{0,4}}?(?:[{_L}][{_L}'.-]*?)\s*"
    r"(?:road|rd|lu|street|st|jie|avenue|ave|dadao|gonglu|stra(?:ß|ss)e|str|gasse|weg|platz|allee|ring)"
    rf"(?:\s*\((?:n|s|e|w|[nsew]\.)\))?)(?![{_L}])\.?",
    re.IGNORECASE,
)
_LATIN_DOOR = re.compile(rf"^([{_L}][^\d,;]*?)\s+(\d{{1,4}}\s?[a-z]?)(?:$|[,;])", re.IGNORECASE)
_LATIN_DISTRICT = re.compile(r"([A-Za-z' ]+?)\s+(?:district|qu)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """The parts of an address, "" where it does not say; numbers without 弄, 号, 室.

    `number` is the door on the road or in the lane (号, "5甲", "123-125"), `building` a house
    within a compound (幢, 栋, 座, 号楼), `compound` its name (曹杨八村, 幸福小区).
    """

    raw: str
    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    committee: str = ""
    road: str = ""
    lane: str = ""
    sublane: str = ""
    compound: str = ""
    number: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    rest: str = ""

    @property
    def has_door(self) -> bool:
        """Whether anything below the committee is named, so that somebody could find it."""
        named = self.road or self.lane or self.compound or self.number or self.building
        return bool(named or self.room or self.rest)


@dataclass
class _Reading:
    """What is left to read, and what was found so far."""

    left: str
    found: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, pattern: re.Pattern[str]) -> None:
        """Take the part from the front of what is left."""
        match = pattern.match(self.left)
        if match:
            self.found[name] = match[0]
            self.left = self.left[match.end() :]

    def pick(self, name: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take the part from wherever it stands."""
        match = pattern.search(self.left)
        if match and name not in self.found:
            self.found[name] = arabic(match[1])
            self.cut(match)
        return match

    def cut(self, match: re.Match[str]) -> None:
        """Leave a gap where the part stood."""
        self.left = f"{self.left[: match.start()]} {self.left[match.end() :]}"


def _take_known(reading: _Reading) -> str:
    """The divisions whose whole names our table knows, in their order; the last level found."""
    last: Level | Literal[""] = ""
    for level in _LEVELS:
        found = divisions().at_start(level, reading.left)
        # 东区, 城区 and their like are also parts of a compound.
        is_vague = bool(found) and len(found[0].name) == 2 and "city" not in reading.found
        if not found or (level == "district" and is_vague):
            continue
        if level == "province" and found[0].name.startswith(_MUNICIPALITIES):
            reading.found["city"] = found[0].name
        else:
            reading.found[level] = found[0].name
        reading.left = reading.left[len(found[0].name) :]
        last = level
    return last


def _take_divisions(reading: _Reading) -> None:
    """Names the table knows first, then by their endings those of a smaller kind."""
    reading.left = re.sub(r"^(?:\d{6}(?=\D))?(?:中华人民共和国|中国)?", "", reading.left)
    known = _take_known(reading)
    if known in ("", "province") and "city" not in reading.found:
        reading.take("province", _PROVINCE)
        reading.take("city", _CITY)
        _take_short_municipality(reading)
    if known in ("", "province", "city"):
        reading.take("district", _DISTRICT)
        if "city" in reading.found and "district" not in reading.found:
            _take_short_district(reading)
    if known not in ("street", "committee"):
        street, town = _STREET.match(reading.left), _TOWN.match(reading.left)
        first = min((one for one in (town, street) if one), key=lambda m: m.end(), default=None)
        if first:
            reading.found["street"] = first[0].removesuffix("办事处").removesuffix("人民政府")
            reading.left = reading.left[first.end() :]
    if known != "committee":
        reading.take("committee", _COMMITTEE)


def _take_short_municipality(reading: _Reading) -> None:
    """Read 上海 of "上海静安区…" and "上海常德路12弄"; 上海路 is a road."""
    for name in _MUNICIPALITIES:
        is_named = re.match(
            rf"{name}(?:[^路街\d].*?[区县]|[^东西南北中]?[^路街\d]+?路)", reading.left
        )
        if "city" not in reading.found and is_named:
            reading.found["city"], reading.left = f"{name}市", reading.left[len(name) :]


def _take_short_district(reading: _Reading) -> None:
    """Read 静安 of "上海静安延平路": a district of that city, with a whole name behind it."""
    for city in divisions().named("city", reading.found["city"]) or divisions().named(
        "province", reading.found["city"]
    ):
        for length in (2, 3, 4):
            name, after = reading.left[:length], reading.left[length:]
            found = divisions().named("district", name, within=city.code)
            if found and re.match(r"[一-龥]{2,}?(?:路|街道|镇|新村|大道|街)", after):
                reading.found["district"], reading.left = found[0].name, after
                return


def _take_road(reading: _Reading) -> None:
    """The road before the first number; other words there stay as the compound's name."""
    before = re.match(rf"[^\d]+?(?=\d|[{CHINESE_NUMERALS}]+[弄号幢栋]|$)", reading.left)
    if not before:
        return
    text = before[0].strip()
    road = _ROAD.match(text)
    if text.endswith(_ROAD_ENDS):
        reading.found["road"], reading.left = text, reading.left[before.end() :]
    elif road and len(road[0]) > 1:
        reading.found["road"] = road[0]
        after = text[road.end() :]
        gap = "" if after in tuple(_MARK) else " "
        reading.left = after + gap + reading.left[before.end() :]


def _take_lane_and_number(reading: _Reading) -> None:
    lane = reading.pick("lane", _LANE)
    if lane and lane[2]:
        reading.found["sublane"] = arabic(lane[2])
    reading.pick("sublane", _SUBLANE)
    short = _SHORT.search(reading.left)
    if short and not re.search(r"\d\s*号(?!楼)", reading.left):
        is_building = re.search(r"\d\s*(?:幢|栋|座|号楼)", reading.left)
        if not is_building:
            reading.found |= {"number": short[1], "room": short[2]}
            reading.cut(short)
    number = _NUMBER.search(reading.left)
    if number and "number" not in reading.found:
        marks = (number[1] or "") + (number[3] or "")
        reading.found["number"] = arabic(number[2]) + marks
        reading.cut(number)


def _take_door(reading: _Reading) -> None:
    _take_lane_and_number(reading)
    reading.pick("building", _BUILDING)
    reading.pick("unit", _UNIT)
    reading.pick("room", _ROOM)
    reading.pick("floor", _FLOOR)
    reading.left = reading.left.strip(" ,;、-")
    if not reading.found.keys().isdisjoint(("number", "lane", "building")):
        if reading.found.keys().isdisjoint(("number", "building")):
            reading.pick("number", re.compile(r"^(\d{1,4})$"))
        reading.pick("room", _LAST)


def _take_compound(reading: _Reading) -> None:
    """A compound's name among what is left; only with a door, else it may be anything."""
    match = _COMPOUND.search(reading.left)
    if match:
        reading.found["compound"] = match[0]
        reading.cut(match)


def _take_latin(reading: _Reading) -> None:
    """A road in Latin letters, before spaces go; "Hauptstraße 5" and "Xikang Rd, Lane 88"."""
    if not re.search(r"[^\W\d_]{2}", re.sub(r"[一-龥]", " ", reading.left)):
        return
    reading.left = without_english(reading.left)
    district = reading.pick("district", _LATIN_DISTRICT)
    if district:
        reading.found["district"] = f"{district[1].strip()} District"
    road = _LATIN_WAY.search(reading.left)
    door = _LATIN_DOOR.match(reading.left.strip())
    if road:
        reading.found["road"] = " ".join(road[1].split())
        number = re.match(
            r"\s*(\d{1,4}(?:\s?[a-z](?![^\W_]))?)(?=$|[\s,;])", reading.left[road.end() :]
        )
        if number:
            reading.found["number"] = number[1].replace(" ", "")
        end = road.end() + (number.end() if number else 0)
        reading.left = f"{reading.left[: road.start()]} {reading.left[end:]}"
    elif door and not re.search(r"[一-龥]", door[0]):
        reading.found |= {"road": " ".join(door[1].split()), "number": door[2].replace(" ", "")}
        reading.left = reading.left.strip()[door.end() :]


def parse_address(raw: str) -> Address:
    """The parts of an address as typed; what fits nowhere is in `rest`. Never fails.

    Only the first 300 characters are read: an address is shorter, and no text takes long.
    """
    text = clean(raw)
    beside = " ".join(match.strip("()[]【】 ") for match in _BESIDE.findall(text))
    reading = _Reading(_BESIDE.sub(" ", text))
    _take_latin(reading)
    reading.left = re.sub(r"\s+", "", re.sub(r"[,;。]", " ", reading.left))
    _take_divisions(reading)
    if "road" not in reading.found:
        _take_road(reading)
    _take_door(reading)
    _take_compound(reading)
    left = f"{reading.left} {beside}"
    rest = re.sub(r"\s+", " ", re.sub(r"[()\[\],;、]+", " ", left)).strip(" -—")
    return Address(raw, rest=rest, **reading.found)
