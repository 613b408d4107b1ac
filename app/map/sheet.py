"""The map sheet of a run: one HTML file with its stop table and its map, for paper and without signal."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.map.sheet_frame import Frame, frame_of
from app.map.sheet_ground import SheetGround, ground_of
from app.map.sheet_map import Mark, folium_parts, picture, shape
from app.places.ground.queries import ATTRIBUTION, Streets
from app.runs.schemas import DriveOut, DriveStopOut

TEMPLATES = Path(__file__).parent / "templates"
UNNUMBERED = {"load": "仓", "unload": "仓", "break": "歇"}
WORDS: dict[str, tuple[str, str]] = {
    "sheet": ("路线单", "Run sheet"),
    "run": ("路线", "Run"),
    "stop": ("站", "Stop"),
    "who": ("姓名、地址", "Name, address"),
    "phone": ("电话", "Telephone"),
    "what": ("食物", "Food"),
    "tick": ("送到", "Done"),
    "sign": ("签名", "Signature"),
    "map": ("路线图", "Map"),
    "boxes": ("箱", "boxes"),
    "estimate": ("按直线估算", "estimated from straight lines"),
    "mixed": ("部分估算", "partly estimated"),
    "roads": ("按真实道路", "by real roads"),
    "alt": ("这条路线的示意图", "Sketch of this run"),
    "qr": ("打开这条路线", "Open this run"),
    "home": ("没人在？请打电话，等 5 分钟；再放邻居或门卫，在签名处写「邻居」。",
             "Nobody home? Call, wait 5 minutes, then leave it with a neighbour or the gate and write so."),
    "destroy": ("上面有姓名和住址：用完请交回仓库销毁。", "Names and addresses: bring it back to be destroyed."),
    "demo": ("全部为虚构示例", "All of it is an invented example"),
    "collect": ("取货", "Collect"),
    "load": ("装货", "Load"),
    "deliver": ("送到", "Deliver"),
    "visit": ("看望", "Visit"),
    "unload": ("卸货", "Unload"),
    "break": ("休息", "Break"),
    "take_over": ("接手", "Take over"),
    "rest_until": ("休息到", "Rest until"),
    "car": ("汽车", "car"),
    "ebike": ("电动车", "e-bike"),
    "trike": ("三轮车", "cargo trike"),
    "bicycle": ("自行车", "bicycle"),
    "foot": ("步行", "on foot"),
}  # fmt: skip


@dataclass(frozen=True)
class About:
    """What the sheet says besides the run: whose it is, in which zone and language, and its address."""

    organisation: str
    is_demo: bool
    zone: str
    lang: str
    url: str


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )


def sheet(
    run: DriveOut, about: About, leaflet: tuple[str, str] | None, streets: Streets | None = None
) -> str:
    """The sheet as one HTML document that asks nobody for anything. Pure.

    `leaflet` is (script, style) to inline; without it the map is a still picture. `streets` is
    the ground within `shown_by(run)`; without it the route lies on plain paper.
    """
    said = {key: pair[about.lang == "en"] for key, pair in WORDS.items()}
    marks = _marks(run)
    line = [(point[0], point[1]) for point in run.geometry]
    frame = shown_by(run)
    ground = ground_of(streets, frame, about.lang) if streets else SheetGround()
    place, script = folium_parts(marks, line, ground) if leaflet else ("", "")
    rows = [_row(stop, mark, said, about.zone) for stop, mark in zip(run.stops, marks, strict=True)]
    style = (TEMPLATES / "sheet.css").read_text("utf-8")
    styles = [leaflet[1], style] if leaflet else [style]
    scripts = [leaflet[0], script] if leaflet else []
    return (
        _templates()
        .get_template("sheet.html")
        .render(
            lang="en" if about.lang == "en" else "zh-CN",
            w=said,
            run=run,
            about=about,
            day=run.day.isoformat(),
            begins=_clock(run.stops[0].planned_at, about.zone) if run.stops else "",
            kilometres=f"{run.distance_m / 1000:.1f} km",
            takes=_takes(run.duration_s, about.lang),
            rows=rows,
            policy=policy_of(styles, scripts),
            styles=styles,
            scripts=scripts,
            place=place,
            picture=picture(marks, line, said["alt"], frame, ground),
            source=said.get(run.source, said["roads"]),
            attribution=ATTRIBUTION if ground.layers else "",
            qr=_qr(about.url, said["qr"]),
        )
    )


def shown_by(run: DriveOut) -> Frame:
    """The part of the world that a run's sheet shows."""
    line = [(point[0], point[1]) for point in run.geometry]
    return frame_of([*line, *((stop.point.lng, stop.point.lat) for stop in run.stops)])


def _takes(seconds: float, lang: str) -> str:
    """Say how long, as the run page says it: "2 小时 53 分", "2 h 53 min"."""
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    hour, minute = (" h", " min") if lang == "en" else (" 小时", " 分钟" if not hours else " 分")
    return f"{hours}{hour} {minutes}{minute}" if hours else f"{minutes}{minute}"


def policy_of(styles: list[str], scripts: list[str]) -> str:
    """A content policy that allows these blocks, by hash, and nothing from anywhere."""
    return (
        f"default-src 'none'; style-src {_hashes(styles)}; script-src {_hashes(scripts)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def header_policy(document: str) -> str:
    """The policy that a sheet carries in itself, for the answer's header."""
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', document)
    if found is None:
        raise ValueError("not a sheet")
    return found[1].replace("&#39;", "'") + "; frame-ancestors 'none'"


def _hashes(blocks: list[str]) -> str:
    digests = (hashlib.sha256(block.encode()).digest() for block in blocks)
    return (
        " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests) or "'none'"
    )


def _marks(run: DriveOut) -> list[Mark]:
    """Stops after loading are counted from 1; hubs carry 仓, a break 歇."""
    marks, number = [], 0
    for stop in run.stops:
        number += stop.kind not in UNNUMBERED
        word = UNNUMBERED.get(stop.kind) or str(number)
        marks.append(Mark(word, stop.kind, stop.point.lng, stop.point.lat))
    return marks


def _row(stop: DriveStopOut, mark: Mark, said: dict[str, str], zone: str) -> dict[str, object]:
    doors = [
        {
            "name": door.name,
            "address": door.address,
            "phone": door.phone,
            "notes": [*door.notes, *([door.diet] if door.diet else [])],
        }
        for door in stop.doors
    ]
    if not doors:
        name = _rest(stop, said, zone) if stop.kind == "break" else stop.label
        doors = [{"name": name, "address": stop.address, "phone": stop.phone, "notes": []}]
    foods = list(dict.fromkeys(item.food for item in stop.items))
    return {
        "shape": shape(mark),
        "kind": said[stop.kind],
        "word": mark.word,
        "time": _clock(stop.planned_at, zone),
        "doors": doors,
        "boxes": f"{stop.boxes} {said['boxes']}" if stop.items else "",
        "kg": f"{stop.grams / 1000:,.1f} kg" if stop.items else "",
        "foods": "、".join(foods),
    }


def _rest(stop: DriveStopOut, said: dict[str, str], zone: str) -> str:
    """Until when the break lasts."""
    ends = stop.planned_at + timedelta(seconds=stop.service_s)
    return f"{said['rest_until']} {_clock(ends, zone)}"


def _clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def _qr(url: str, label: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m").save(
        drawn, kind="svg", scale=3, xmldecl=False, svgns=False, title=label
    )
    return drawn.getvalue().decode()
