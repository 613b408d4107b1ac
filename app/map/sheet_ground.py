"""Streets, water, green and names under a sheet's route: as SVG and as a short script. Pure.

Everything of one look is one path, so that a neighbourhood takes some ten kilobytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from app.map.sheet_frame import PICTURE_PX, Frame, LngLat
from app.places.ground.queries import GroundShape, Streets

# A sheet stays small enough to be sent by messenger: about 20 bytes for each point, in both forms.
POINTS_MAX = 7_000
NAMES_MAX = 40
# Degrees are written as whole hundred-thousandths: a metre.
PER_DEGREE = 100_000
NAME_PX = 13
BEND = math.radians(25)
WATER, GREEN, BUILDING, EDGE = "#c3d9e2", "#dde6d0", "#e4dccb", "#bdb199"


@dataclass(frozen=True)
class Look:
    """How a kind is drawn; an area has a fill and no width."""

    colour: str
    width: float = 0
    dash: str = ""


# Bottom to top. A street is drawn twice: its edge below all streets' middles.
STREETS: dict[str, tuple[float, str]] = {
    "service": (1.6, "#fff"), "minor": (3.2, "#fff"), "main": (5.0, "#fffaf0"), "motorway": (6.0, "#fbeec9"),
}  # fmt: skip
AREAS = {"green": Look(GREEN), "water": Look(WATER), "building": Look(BUILDING)}
OTHERS = {"water": Look(WATER, 2.5), "path": Look("#c9bda4", 0.9, "4 3")}
RAIL = Look("#a89e8f", 1.4, "6 4")


@dataclass(frozen=True)
class Layer:
    """Everything of one look."""

    look: Look
    parts: list[list[LngLat]]


@dataclass(frozen=True)
class Name:
    """A name at its place, turned along its street (degrees, clockwise)."""

    text: str
    lng: float
    lat: float
    turn: float = 0.0


@dataclass(frozen=True)
class SheetGround:
    """What lies under the route; empty without an extract."""

    layers: list[Layer] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)


def ground_of(streets: Streets, frame: Frame, lang: str) -> SheetGround:
    """Of what the extract has, what fits onto the sheet: the greater streets first."""
    left = POINTS_MAX
    kept: dict[str, list[list[LngLat]]] = {}
    areas = sorted(streets.areas, key=lambda area: area.layer == "building")
    for shape in (*streets.lines, *areas):
        parts = list(_parts(shape.geometry))
        left -= sum(len(part) for part in parts)
        if left < 0:
            continue
        kept.setdefault(_key(shape), []).extend(parts)
    return SheetGround(_layers(kept), list(_names(streets, frame, lang)))


def svg(ground: SheetGround, frame: Frame) -> str:
    """The ground as the lowest part of a picture."""
    paths = "".join(_path(layer, frame) for layer in ground.layers)
    names = "".join(
        f'<text transform="translate({_number(x)} {_number(y)}) rotate({name.turn:.0f})" {_TEXT}>{escape(name.text)}</text>'
        for name in ground.names
        for x, y in [frame.place(name.lng, name.lat)]
    )
    return paths + names


_TEXT = (
    f'font-size="{NAME_PX}" text-anchor="middle" dominant-baseline="central" fill="#4a443b" '
    'stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
)
# Lines share one canvas below the route; names are pictures, so that no style attribute is needed.
_SCRIPT = (
    "(function(m){var p=m.createPane('ground');p.style.zIndex=250;m.createPane('names').style.zIndex=260;"
    "var r=L.canvas({pane:'ground',padding:0.5});"
    "function d(a){var x=0,y=0,o=[];for(var i=0;i<a.length;i+=2){x+=a[i];y+=a[i+1];o.push([y/1e5,x/1e5]);}return o;}"
    "%LAYERS%.forEach(function(l){var g=l[3].map(d),o={renderer:r,interactive:false,color:l[0]};"
    "if(l[1]){o.weight=l[1];o.dashArray=l[2]||null;L.polyline(g,o).addTo(m);}"
    "else{o.stroke=false;o.fill=true;o.fillOpacity=1;o.fillRule='nonzero';L.polygon(g.map(function(x){return [x];}),o).addTo(m);}});"
    "%NAMES%.forEach(function(n){L.marker([n[1],n[2]],{pane:'names',interactive:false,keyboard:false,"
    "icon:L.divIcon({className:'mark',iconSize:[0,0],html:n[0]})}).addTo(m);});})"
)


def script(ground: SheetGround, variable: str) -> str:
    """The same for Leaflet, added to the map in `variable`; names come out as text."""
    layers = [
        [layer.look.colour, layer.look.width, layer.look.dash, [_packed(part) for part in layer.parts]]
        for layer in ground.layers
    ]  # fmt: skip
    names = [
        [f'<svg width="1" height="1" overflow="visible"><text transform="rotate({name.turn:.0f})" {_TEXT}>{escape(name.text)}</text></svg>',
         round(name.lat, 5), round(name.lng, 5)]
        for name in ground.names
    ]  # fmt: skip
    return (
        _SCRIPT.replace("%LAYERS%", _json(layers)).replace("%NAMES%", _json(names))
        + f"({variable});"
    )


def _key(shape: GroundShape) -> str:
    return shape.kind if shape.layer == "road" else f"{shape.layer} {shape.geometry['type'][-7:]}"


def _layers(kept: dict[str, list[list[LngLat]]]) -> list[Layer]:
    def of(look: Look, *keys: str) -> Layer:
        return Layer(look, [part for key in keys for part in kept.get(key, [])])

    areas = [of(look, *(key for key in kept if key.startswith(f"{kind} ") and key.endswith("olygon")))
             for kind, look in AREAS.items()]  # fmt: skip
    water = of(OTHERS["water"], "water eString")
    streets = [of(Look(EDGE, width + 1.6), kind) for kind, (width, _) in STREETS.items()]
    streets += [of(Look(colour, width), kind) for kind, (width, colour) in STREETS.items()]
    drawn = [*areas[:2], water, areas[2], of(OTHERS["path"], "path"), *streets, of(RAIL, "rail")]
    return [layer for layer in drawn if layer.parts]


def _parts(geometry: dict[str, Any]) -> Iterator[list[LngLat]]:
    """Lines as they are; rings with their inside always on the same hand, so that overlaps stay filled."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        for one in geometry["geometries"]:
            yield from _parts(one)
        return
    found = geometry.get("coordinates", [])
    if kind == "LineString":
        yield _points(found)
    elif kind == "MultiLineString":
        yield from map(_points, found)
    elif kind in ("Polygon", "MultiPolygon"):
        for polygon in found if kind == "MultiPolygon" else [found]:
            for number, ring in enumerate(polygon):
                points = _points(ring)
                yield points if (_area(points) > 0) == (number == 0) else points[::-1]


def _points(found: Sequence[Sequence[float]]) -> list[LngLat]:
    return [(float(lng), float(lat)) for lng, lat, *_ in found]


def _area(ring: Sequence[LngLat]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)


def _packed(part: Sequence[LngLat]) -> list[int]:
    """Each point as its distance from the one before, in whole metres or so."""
    whole = [(round(lng * PER_DEGREE), round(lat * PER_DEGREE)) for lng, lat in part]
    steps, before = [], (0, 0)
    for number, point in enumerate(whole):
        if number == 0 or point != before:
            steps += [point[0] - before[0], point[1] - before[1]]
        before = point
    return steps


def _path(layer: Layer, frame: Frame) -> str:
    look = layer.look
    lines = "".join(f"M{_line(part, frame)}" for part in layer.parts)
    if not look.width:
        return f'<path d="{lines}" fill="{look.colour}"/>'
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    return (
        f'<path d="{lines}" fill="none" stroke="{look.colour}" stroke-width="{look.width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{dash}/>'
    )


def _line(part: Sequence[LngLat], frame: Frame) -> str:
    """Points that would fall onto the one before are left out."""
    said: list[str] = []
    for place in part:
        x, y = frame.place(*place)
        word = f"{_number(x)} {_number(y)}"
        if not said or said[-1] != word:
            said.append(word)
    return "L".join(said)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _names(streets: Streets, frame: Frame, lang: str) -> Iterator[Name]:
    """Names that do not cover each other, the most important first."""
    taken: list[tuple[float, float, float]] = []
    said: set[str] = set()
    wanted = (*_street_names(streets.lines, frame, lang), *_place_names(streets, lang))
    for name in wanted:
        x, y = frame.place(name.lng, name.lat)
        half = _width(name.text) / 2
        inside = half < x < PICTURE_PX[0] - half and NAME_PX < y < PICTURE_PX[1] - NAME_PX
        free = all(math.hypot(x - a, y - b) > half + other for a, b, other in taken)
        if inside and free and name.text not in said and len(taken) < NAMES_MAX:
            taken.append((x, y, half))
            said.add(name.text)
            yield name


def _width(text: str) -> float:
    """Pixels: a Chinese character is as wide as high, others about half."""
    return sum(NAME_PX if ord(sign) > 0x2E80 else 0.56 * NAME_PX for sign in text)


def _street_names(lines: Iterable[GroundShape], frame: Frame, lang: str) -> Iterator[Name]:
    for line in lines:
        text = (line.name_en if lang == "en" else "") or line.name
        if line.layer != "road" or line.kind not in STREETS or not text:
            continue
        straight = max((_straightest(part, frame) for part in _parts(line.geometry)), default=None)
        if straight is None or straight[0] < _width(text):
            continue
        _, lng, lat, turn = straight
        yield Name(text, lng, lat, turn)


def _place_names(streets: Streets, lang: str) -> Iterator[Name]:
    for place in streets.names:
        if place.kind != "poi":
            yield Name((place.name_en if lang == "en" else "") or place.name, place.lng, place.lat)


def _straightest(part: Sequence[LngLat], frame: Frame) -> tuple[float, float, float, float]:
    """The longest piece of a line without a bend: pixels, its middle, and how it is turned."""
    best = (0.0, 0.0, 0.0, 0.0)
    points = [frame.place(*place) for place in part]
    start = 0
    for at in range(1, len(points)):
        if at - start > 1 and _bend(points[start], points[at - 1], points[at]) > BEND:
            start = at - 1
        (x0, y0), (x1, y1) = points[start], points[at]
        length = math.hypot(x1 - x0, y1 - y0)
        if length > best[0]:
            turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
            upright = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
            best = (length, (part[start][0] + part[at][0]) / 2, (part[start][1] + part[at][1]) / 2, upright)  # fmt: skip
    return best


def _bend(a: LngLat, b: LngLat, c: LngLat) -> float:
    before, after = math.atan2(b[1] - a[1], b[0] - a[0]), math.atan2(c[1] - b[1], c[0] - b[0])
    return abs(math.remainder(after - before, math.tau))
