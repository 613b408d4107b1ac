"""Sheets to look at, and what holds for every one of them."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.map.sheet import About, header_policy
from app.runs.schemas import DoorOut, DriveOut, DriveStopOut, ItemOut

HOSTILE = "</script><script>alert(1)</script></title>\"'\u2028<img src=x onerror=alert(2)>"
ABOUT = About(
    "测试机构(虚构)", is_demo=True, zone="Asia/Shanghai", lang="zh", url="http://127.0.0.1/run"
)
LEAFLET = ("var L={};", ".leaflet-container{margin:0}")


def drive(names: list[str], places: list[tuple[float, float]] | None = None) -> DriveOut:
    """A run that loads and visits a door for each name."""
    where = places or [(121.46 + n / 500, 31.23 + n / 700) for n in range(len(names))]
    stops = [_stop(0, "load", (121.44, 31.25), "示例仓(虚构)", [])]
    for seq, (name, place) in enumerate(zip(names, where, strict=True), start=1):
        door = DoorOut(
            recipient_id=new_id(),
            name=name,
            phone="13800000000",
            address=name,
            notes=[name],
            size=1,
            diet=name,
        )
        stops.append(_stop(seq, "deliver", place, name, [door]))
    line = [[stop.point.lng, stop.point.lat] for stop in stops]
    return DriveOut(
        id=new_id(), day=now().date(), number=3, state="claimed", mode="ebike", vehicle=names[0] if names else "",
        hub_id=None, volunteer=names[0] if names else "", distance_m=5_400, duration_s=4_000,
        source="estimate", geometry=line, aboard_grams=0, stops=stops, links={},
    )  # fmt: skip


def _stop(
    seq: int, kind: str, place: tuple[float, float], label: str, doors: list[DoorOut]
) -> DriveStopOut:
    at = now()
    item = ItemOut(
        id=new_id(),
        food=label,
        grams=3_500,
        boxes=1,
        storage_class="ambient",
        outcome="",
        moved_grams=None,
    )
    return DriveStopOut(
        id=new_id(), seq=seq, kind=kind, label=label, street="", point=Point(lng=place[0], lat=place[1]),
        planned_at=at, window_from=at, window_until=at, service_s=180, state="planned", households=1,
        grams=3_500, boxes=1, load_after_grams=0, address=label, phone="", doors=doors, items=[item],
        outcome="", note="", has_photo=False, state_at=at, way=None,
    )  # fmt: skip


class Reader(HTMLParser):
    """Collects what a document asks for, its blocks, and its tags."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, list[str]] = {"script": [], "style": []}
        self.said: list[str] = []
        self._open: str | None = None
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.asked += [
            value for name, value in attrs if name in ("src", "href", "srcset", "data") and value
        ]
        self._open = tag if tag in self.blocks else None

    def handle_endtag(self, tag: str) -> None:
        self._open = None if tag == self._open else self._open

    def handle_data(self, data: str) -> None:
        (self.blocks[self._open] if self._open else self.said).append(data)


def check(document: str) -> Reader:
    """What holds for every sheet."""
    read = Reader(document)
    assert [address for address in read.asked if not address.startswith(("tel:", "data:,"))] == []
    assert not any(
        "style" in attrs or any(name.startswith("on") for name in attrs) for _, attrs in read.tags
    )
    assert not {"img", "iframe", "object", "base"} & {tag for tag, _ in read.tags}
    policy = header_policy(document)
    for block in (*read.blocks["script"], *read.blocks["style"]):
        assert base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() in policy
    assert "user-scalable" not in document
    assert "unsafe" not in policy
    return read
