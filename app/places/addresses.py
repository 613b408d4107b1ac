"""A Chinese address → its parts, from city down to room; the raw text is always kept.

Own small grammar, read from left to right: 市 → 区 → 街道/镇 → 居委会 → 路 → 弄 → 号 → 室.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_CHINESE = "零〇一二三四五六七八九十百"
_VALUE = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
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
_LANE = re.compile(rf"(\d+|[{_CHINESE}]+)(支?)弄(?:第?(\d+)支弄)?")
_NUMBER = re.compile(
    rf"(\d+(?:-\d+(?=号))?[甲乙丙丁A-Za-z]?|[{_CHINESE}]+(?=号|幢|栋))\s*(号楼|号|幢|栋|座|#)"
)
_UNIT = re.compile(r"([\dA-Z]+)\s*(?:单元|门)")
_FLOOR = re.compile(r"(\d{1,2})\s*(?:楼|层|F(?![a-z]))")
_ROOM = re.compile(r"(\d{1,5}[A-Za-z]?)\s*(?:室|房)")
_SHORT = re.compile(r"(\d+)\s*[-—/–]\s*(\d{2,5}[A-Za-z]?)(?:室)?")
_LAST = re.compile(r"(\d{2,4}[A-Za-z]?)$")
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_MUNICIPALITIES = ("上海", "北京", "天津", "重庆")


@dataclass(frozen=True)
class Address:
    """The parts of an address, "" where it does not say; numbers without 弄, 号, 室."""

    raw: str
    city: str = ""
    district: str = ""
    street: str = ""
    committee: str = ""
    road: str = ""
    lane: str = ""
    number: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    rest: str = ""

    @property
    def has_door(self) -> bool:
        """Whether anything below the committee is named, so that somebody could find it."""
        return bool(self.road or self.lane or self.number or self.room or self.rest)


def _digits(text: str) -> str:
    """Read "一百五十九" → "159", "九十五" → "95"; digits stay."""
    if not text or text[0] not in _CHINESE:
        return text
    if not any(sign in "十百" for sign in text):
        return "".join(str(_VALUE[sign]) for sign in text)
    total, digit = 0, 0
    for sign in text:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _VALUE[sign]
    return str(total + digit)


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

    def pick(self, name: str, pattern: re.Pattern[str], group: int = 1) -> None:
        """Take the part from wherever it stands."""
        match = pattern.search(self.left)
        if match and name not in self.found:
            self.found[name] = _digits(match[group])
            self.left = f"{self.left[: match.start()]} {self.left[match.end() :]}"


def _take_divisions(reading: _Reading) -> None:
    reading.take("province", _PROVINCE)
    reading.take("city", _CITY)
    for name in _MUNICIPALITIES:
        if "city" not in reading.found and re.match(rf"{name}[^路街\d].*?[区县]", reading.left):
            reading.found["city"], reading.left = f"{name}市", reading.left[len(name) :]
    reading.take("district", _DISTRICT)
    street, town = _STREET.match(reading.left), _TOWN.match(reading.left)
    first = min((match for match in (town, street) if match), key=lambda m: m.end(), default=None)
    if first:
        reading.found["street"] = first[0].removesuffix("办事处").removesuffix("人民政府")
        reading.left = reading.left[first.end() :]


def _take_road(reading: _Reading) -> None:
    """The road before the first number; other words there stay as the compound's name."""
    before = re.match(rf"[^\d]+?(?=\d|[{_CHINESE}]+[弄号幢栋]|$)", reading.left)
    if not before:
        return
    text = before[0].strip()
    road = _ROAD.match(text)
    if text.endswith(_ROAD_ENDS):
        reading.found["road"], reading.left = text, reading.left[before.end() :]
    elif road and len(road[0]) > 1:
        reading.found["road"] = road[0]
        reading.left = text[road.end() :] + " " + reading.left[before.end() :]


def _take_door(reading: _Reading) -> None:
    reading.pick("lane", _LANE)
    short = _SHORT.search(reading.left)
    if short and not re.search(r"\d\s*号", reading.left):
        reading.found |= {"number": short[1], "room": short[2]}
        reading.left = f"{reading.left[: short.start()]} {reading.left[short.end() :]}"
    reading.pick("number", _NUMBER)
    reading.pick("unit", _UNIT)
    reading.pick("room", _ROOM)
    reading.pick("floor", _FLOOR)
    reading.left = reading.left.strip(" ,;、-—")
    if reading.found.get("number") or reading.found.get("lane"):
        if "number" not in reading.found:
            reading.pick("number", re.compile(r"^(\d{1,4})$"))
        reading.pick("room", _LAST)


def parse_address(raw: str) -> Address:
    """The parts of an address as typed; what fits nowhere is in `rest`. Never fails."""
    narrow = raw.translate(_NARROW)
    text = re.sub(r"\s+", "", re.sub(r"[,;。]", " ", narrow))
    reading = _Reading(text)
    _take_divisions(reading)
    reading.take("committee", _COMMITTEE)
    _take_road(reading)
    _take_door(reading)
    reading.found.pop("province", None)
    rest = re.sub(r"\s+", " ", re.sub(r"[()\[\],;、]+", " ", reading.left)).strip(" -—")
    return Address(raw, rest=rest, **reading.found)
