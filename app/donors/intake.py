"""A list of donors' sites, as a spreadsheet, on its way into the register of donors.

Pure functions: `read_workbook` → `guess_columns` → a person confirms → `understand` → `preview_json`
and, for what did not go in, `returned_workbook`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.core.sheets import (
    Cell,
    IntakeRefused,
    Mapping,
    Overrides,
    RawSheet,
    ReturnedRow,
    Row,
    Sentence,
    Vocabulary,
    guess_table,
    phones_in,
    read_workbook,
    returned_sheets,
    rows_of,
)
from app.donors.hours import Hours, read_hours
from app.places.area import SHANGHAI, Area
from app.places.findings import NO_COORDINATES, NO_PLACE
from app.places.points import (
    coordinate_field,
    datum_named_in,
    likely_order,
    order_named_in,
    read_pair,
)
from app.places.typed import read_place

__all__ = ["FIELDS", "DonorRow", "DonorSite", "IntakeRefused", "guess_columns", "preview_json"]
__all__ += ["read_storage", "read_workbook", "returned_workbook", "understand"]

WORDS: dict[str, tuple[str, ...]] = {
    "serial": ("序号", "编号", "序", "no", "id"),
    "name": (
        "捐赠点", "捐赠方", "名称", "店名", "单位", "单位名称", "门店", "门店名称", "商户", "商户名称",
        "机构", "机构名称", "捐赠单位", "超市", "站点", "企业名称", "name", "site", "donor", "store",
    ),
    "kind": ("类型", "类别", "业态", "性质", "单位类型", "种类", "kind", "type", "category"),
    "address": ("地址", "店址", "门店地址", "详细地址", "取货地址", "address"),
    "hours": (
        "可取货时间", "取货时间", "营业时间", "时间", "可取时间", "取餐时间", "提货时间", "时段",
        "取货时段", "开放时间", "hours", "pickuphours", "pickuptime",
    ),
    "storage": (
        "储存条件", "存储条件", "储存", "保存条件", "温度", "温层", "冷链", "贮存条件", "储藏条件",
        "storage", "storageclass",
    ),
    "phone": (
        "联系电话", "电话", "手机", "手机号", "联系方式", "座机", "店铺电话", "phone", "tel", "mobile",
    ),
    "contact": ("联系人", "负责人", "店长", "contact"),
    "notes": ("备注", "说明", "其他", "notes"),
    "lng": ("经度", "lng", "lon", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
    "point": ("坐标", "经纬度"),
}  # fmt: skip
FIELDS = tuple(WORDS)
VOCABULARY = Vocabulary(WORDS, frozenset({"phone", "notes"}), coordinate_field)
StorageClass = Literal["ambient", "chilled", "frozen"]
_STORAGE: tuple[tuple[StorageClass, str], ...] = (
    ("ambient", r"常温|室温|干货|阴凉|ambient|dry"),
    ("chilled", r"冷藏|保鲜|低温|0-4|2-8|chill|fridge|cool"),
    ("frozen", r"冷冻|冰冻|速冻|-18|frozen|freez"),
)
NO_NAME = Sentence("no name", "没有填名称。", "There is no name.")
NO_HOURS = Sentence("no pickup hours", "没有取货时间。", "There are no pickup hours.")
NO_STORAGE = Sentence(
    "no storage class",
    "没有写储存条件，先按常温。",
    "No storage class is given; taken as ambient.",
)


@dataclass(frozen=True)
class DonorSite:
    """A donor's site as understood; `lng`, `lat` in WGS-84 or None.

    `pickup_hours`: (weekday 0 = Monday, from minute, until minute). `storage_class` is the coldest
    of `storage_classes`, since that is what the run must be able to carry.
    """

    name: str = ""
    kind: str = ""
    lng: float | None = None
    lat: float | None = None
    source_datum: str | None = None
    address: str = ""
    pickup_hours: tuple[Hours, ...] = ()
    hours_text: str = ""
    storage_class: StorageClass = "ambient"
    storage_classes: tuple[StorageClass, ...] = ("ambient",)
    phone: str = ""
    phones: tuple[str, ...] = ()
    contact: str = ""
    notes: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "lng": None if self.lng is None else round(self.lng, 6),
            "lat": None if self.lat is None else round(self.lat, 6),
            "source_datum": self.source_datum,
            "address": self.address,
            "pickup_hours": [list(hours) for hours in self.pickup_hours],
            "hours_text": self.hours_text,
            "storage_class": self.storage_class,
            "storage_classes": list(self.storage_classes),
            "phone": self.phone,
            "phones": list(self.phones),
            "contact": self.contact,
            "notes": self.notes,
        }


@dataclass(frozen=True)
class DonorRow:
    """One row: good | duplicate | fault | ignored, and each finding as a sentence."""

    sheet: str
    row: int
    status: Literal["good", "duplicate", "fault", "ignored"]
    raw: tuple[Cell, ...] = ()
    site: DonorSite | None = None
    faults: tuple[Sentence, ...] = ()
    warnings: tuple[Sentence, ...] = ()


def read_storage(text: str) -> tuple[StorageClass, ...]:
    """The storage classes a cell names, warmest first; () when it names none."""
    return tuple(
        name for name, words in _STORAGE if re.search(words, text.lower().replace("~", "-"))
    )


def guess_columns(sheet: RawSheet, area: Area = SHANGHAI) -> Mapping:
    """Header row, columns, datum and order of a donors' list, as far as it tells."""
    table = guess_table(sheet, VOCABULARY)
    columns = {column.column: column.field for column in table.columns if column.field}
    places = [c for c in table.columns if c.field in ("lng", "lat", "point")]
    headings = " ".join(column.heading for column in places)
    datum = datum_named_in(headings) or datum_named_in(" ".join([*table.titles, sheet.name]))
    order = None
    for column in places:
        if column.field == "point":
            index, first = column.column - 1, table.first_row - 1
            texts = [str(row[index]) for row in sheet.rows[first:] if len(row) > index]
            pairs = [pair for pair in map(read_pair, texts) if pair]
            order = order_named_in(column.heading.lower()) or likely_order(pairs, datum, area)
    skip = "name" not in columns.values()
    named = datum.value if datum else None
    return Mapping(table.header_row, table.first_row, columns, named, order, None, skip)


def _text(row: Row, mapping: Mapping, name: str) -> str:
    return " ".join(row.text(column) for column in mapping.of(name) if row.text(column))


def _typed(row: Row, mapping: Mapping, name: str) -> str:
    return " ".join(row.typed(column) for column in mapping.of(name) if row.text(column))


def _unread(code: str, zh: str, text: str) -> Sentence:
    return Sentence(
        f"unreadable {code}", f"{zh}“{text}”看不懂，先空着。", f"The {code} “{text}” was left out."
    )


def _site(row: Row, mapping: Mapping) -> tuple[DonorSite, list[Sentence]]:
    warnings = []
    hours_text, storage_text = _text(row, mapping, "hours"), _text(row, mapping, "storage")
    hours, classes = read_hours(hours_text), read_storage(storage_text)
    if not hours:
        warnings.append(_unread("pickup hours", "取货时间", hours_text) if hours_text else NO_HOURS)
    if not classes:
        warnings.append(
            _unread("storage class", "储存条件", storage_text) if storage_text else NO_STORAGE
        )
    found = [phones_in(row.cells.get(column)) for column in mapping.of("phone")]
    if any(one.is_unreadable for one in found):
        warnings.append(_unread("phone", "电话", _text(row, mapping, "phone")))
    numbers = tuple(dict.fromkeys(number for one in found for number in one.numbers))
    site = DonorSite(
        name=_typed(row, mapping, "name"),
        kind=_typed(row, mapping, "kind"),
        address=_typed(row, mapping, "address"),
        pickup_hours=hours or (),
        hours_text=_typed(row, mapping, "hours"),
        storage_class=classes[-1] if classes else "ambient",
        storage_classes=classes or ("ambient",),
        phone=numbers[0] if numbers else "",
        phones=numbers,
        contact=_typed(row, mapping, "contact"),
        notes=_typed(row, mapping, "notes"),
    )
    return site, warnings


def _read(sheet: str, row: Row, mapping: Mapping, area: Area, seen: dict[Any, int]) -> DonorRow:
    if row.kind != "data":
        return DonorRow(sheet, row.number, "ignored", row.raw)
    site, warnings = _site(row, mapping)
    place = read_place(row, mapping, area)
    site = replace(site, lng=place.lng, lat=place.lat, source_datum=place.datum)
    faults = [] if site.name else [NO_NAME]
    faults += [place.fault] if place.fault else []
    warnings += [place.warning] if place.warning else []
    if not place.is_typed:
        faults += [] if site.address else [NO_PLACE]
        warnings += [NO_COORDINATES] if site.address and not place.warning else []
    face = (site.name, site.phones, site.address, place.raw)
    if site.name and face in seen:
        words = Sentence(
            "duplicate", f"和第 {seen[face]} 行重复，没有再导入。", f"The same as row {seen[face]}."
        )
        return DonorRow(sheet, row.number, "duplicate", row.raw, site, (words,), tuple(warnings))
    if faults:
        return DonorRow(sheet, row.number, "fault", row.raw, site, tuple(faults), tuple(warnings))
    seen[face] = row.number
    return DonorRow(sheet, row.number, "good", row.raw, site, (), tuple(warnings))


def understand(
    sheet: RawSheet,
    mapping: Mapping,
    *,
    area: Area = SHANGHAI,
    overrides: Overrides | None = None,
) -> list[DonorRow]:
    """Every row below the headings. A site repeated with all it has is a duplicate."""
    if mapping.skip:
        return []
    seen: dict[Any, int] = {}
    rows = rows_of(sheet, mapping, overrides)
    return [_read(sheet.name, row, mapping, area, seen) for row in rows]


def preview_json(sheet: RawSheet, mapping: Mapping, results: Sequence[DonorRow]) -> dict[str, Any]:
    """What was understood: sheets, sites, duplicates, faults, each with sheet and row."""

    def findings(result: DonorRow) -> dict[str, Any]:
        return {
            "sheet": result.sheet,
            "row": result.row,
            "fault": result.faults[0].code,
            "faults": [fault.to_json() for fault in result.faults],
            "understood": result.site.to_json() if result.site else None,
        }

    by_status = {
        status: [result for result in results if result.status == status]
        for status in ("good", "duplicate", "fault", "ignored")
    }
    counts = {status: len(rows) for status, rows in by_status.items()}
    about = {"name": sheet.name, "header_row": mapping.header_row, "counts": counts}
    about |= {"mapping": mapping.to_json(), "rows": len(results) - counts["ignored"]}
    return {
        "sheets": [about],
        "sites": [
            {"sheet": result.sheet, "row": result.row}
            | result.site.to_json()
            | {"warnings": [warning.to_json() for warning in result.warnings]}
            for result in by_status["good"]
            if result.site
        ],
        "duplicates": [findings(result) for result in by_status["duplicate"]],
        "faults": [findings(result) for result in by_status["fault"]],
    }


def returned_workbook(
    sheet: RawSheet, mapping: Mapping, results: Sequence[DonorRow], language: str
) -> bytes:
    """An .xlsx of the rows that did not go in, cells as typed, with a 原因 (Reason) column."""
    rows = [
        ReturnedRow(
            result.row,
            " ".join(fault.zh if language == "zh" else fault.en for fault in result.faults),
        )
        for result in results
        if result.status in ("duplicate", "fault")
    ]
    return returned_sheets([(sheet, mapping.first_row, rows)], language)
