"""A run's map inside its sheet: folium without its outside files, and a picture without script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, cast

import folium
from folium.features import DivIcon

from app.map.sheet_frame import PICTURE_PX, Frame, LngLat
from app.map.sheet_ground import SheetGround
from app.map.sheet_ground import script as ground_script
from app.map.sheet_ground import svg as ground_svg

LINE = "#00707a"
INK = "#1d1a16"
ICON_PX = 34


@dataclass(frozen=True)
class Mark:
    """A stop on the map: what is written in it, its kind, and its place."""

    word: str
    kind: str
    lng: float
    lat: float


class PlainMap(folium.Map):
    """A map that asks no other host for anything."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own attribute
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own attribute


def shape(mark: Mark) -> str:
    """The stop's shape, 34 units wide: square collect, diamond hub, circle deliver; no style attribute."""
    word = escape(mark.word)
    if mark.kind in ("load", "unload"):
        body = f'<rect x="7" y="7" width="20" height="20" transform="rotate(45 17 17)" fill="#fff" stroke="{INK}" stroke-width="2.5"/>'
        colour = INK
    elif mark.kind == "collect":
        body, colour = (
            f'<rect x="3" y="3" width="28" height="28" rx="3" fill="{LINE}" stroke="#fff" stroke-width="2"/>',
            "#fff",
        )
    else:
        body, colour = (
            f'<circle cx="17" cy="17" r="14.5" fill="{LINE}" stroke="#fff" stroke-width="2"/>',
            "#fff",
        )
    text = f'<text x="17" y="22" text-anchor="middle" font-size="14" font-weight="700" fill="{colour}">{word}</text>'
    return body + text


def folium_parts(
    marks: Sequence[Mark], line: Sequence[LngLat], ground: SheetGround
) -> tuple[str, str]:
    """The map's place in the document, and its script. The same input gives the same text."""
    places = [(mark.lat, mark.lng) for mark in marks] + [(lat, lng) for lng, lat in line]
    drawn = PlainMap(
        location=places[0] if places else (0, 0),
        tiles=None,
        zoom_start=15,
        attribution_control=False,
        zoom_snap=0.25,
    )
    drawn._id = "sheet"  # noqa: SLF001 - folium would draw lots, and the policy lists hashes
    _add_line(drawn, line)
    for number, mark in enumerate(marks):
        _add_mark(drawn, number, mark)
    if places:
        lats, lngs = [lat for lat, _ in places], [lng for _, lng in places]
        fit = folium.FitBounds(
            [[min(lats), min(lngs)], [max(lats), max(lngs)]],
            padding=(ICON_PX, ICON_PX),
            max_zoom=17,
        )
        fit._id = "fit"  # noqa: SLF001 - as above
        drawn.add_child(fit)
    figure = cast("Any", drawn.get_root())  # a branca Figure: it has a script and a place
    figure.render()
    script: str = figure.script.render() + (
        ground_script(ground, "map_sheet") if ground.layers else ""
    )
    return figure.html.render(), script.replace("</", "<\\/").strip()


def _add_line(drawn: PlainMap, line: Sequence[LngLat]) -> None:
    polyline = cast("Any", folium.PolyLine)  # carries no types
    if len(line) < 2:
        return
    for number, (colour, weight) in enumerate((("#fff", 9), (LINE, 5))):
        way = polyline([(lat, lng) for lng, lat in line], color=colour, weight=weight, opacity=1)
        way._id = f"line{number}"  # noqa: SLF001 - as above
        drawn.add_child(way)


def _add_mark(drawn: PlainMap, number: int, mark: Mark) -> None:
    html = (
        f'<svg width="{ICON_PX}" height="{ICON_PX}" viewBox="0 0 34 34" aria-hidden="true">'
        f"{shape(mark)}</svg>"
    )
    icon = DivIcon(
        html=html,
        icon_size=(ICON_PX, ICON_PX),
        icon_anchor=(ICON_PX // 2, ICON_PX // 2),
        class_name="mark",
    )
    icon._id = f"icon{number}"  # noqa: SLF001 - as above
    pin = cast("Any", folium.Marker)((mark.lat, mark.lng), keyboard=False, interactive=False)
    pin._id = f"stop{number}"  # noqa: SLF001 - as above
    pin.add_child(icon)
    drawn.add_child(pin)


def picture(
    marks: Sequence[Mark], line: Sequence[LngLat], label: str, frame: Frame, ground: SheetGround
) -> str:
    """The route as SVG: for printing and for browsers without script."""
    width, height = PICTURE_PX

    def place(lng: float, lat: float) -> str:
        left, top = frame.place(lng, lat)
        return f"{left:.1f},{top:.1f}"

    way = list(line) if len(line) > 1 else [(mark.lng, mark.lat) for mark in marks]
    points = " ".join(place(*point) for point in way)
    stops = "".join(
        f'<g transform="translate({place(mark.lng, mark.lat)}) translate(-17,-17)">{shape(mark)}</g>'
        for mark in marks
    )
    return (
        f'<svg class="picture" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label, quote=True)}">'
        f'<rect width="{width}" height="{height}" fill="#f6f3ec"/>{ground_svg(ground, frame)}'
        f'<polyline points="{points}" fill="none" stroke="#fff" stroke-width="8" stroke-linejoin="round"/>'
        f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="4" stroke-linejoin="round"/>{stops}</svg>'
    )
