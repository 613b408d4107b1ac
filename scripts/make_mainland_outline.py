"""Make `app/places/mainland_outline.csv`, the outline inside which GCJ-02 and BD-09 shift a point.

Source: Natural Earth, admin 0 countries, 1:10 million (public domain), as TopoJSON in the npm
package world-atlas 2.0.2. The land border is simplified to 0.012 degrees (0.002 around Hong Kong
and Macau), the coast is moved 0.15 degrees out to sea so that reclaimed land, piers and small islands
stay inside. Macau's edge is drawn by hand (Border Gate, Inner Harbour, Cotai), because the source
lays it too coarsely; it reaches east to Hong Kong's waters so that the outline needs no hole.

Use: python scripts/make_mainland_outline.py countries-10m.json app/places/mainland_outline.csv
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shapely import Geometry, make_valid
from shapely.geometry import Polygon, box
from shapely.ops import unary_union

WINDOW = box(70, 10, 140, 60)
FINE = box(113.3, 21.95, 114.75, 22.75)
MACAU = Polygon(
    [
        (113.5345, 22.2145), (113.549, 22.2165), (113.556, 22.2165), (113.86, 22.19),
        (113.61, 22.10), (113.556, 22.10), (113.5505, 22.14), (113.5475, 22.158), (113.531, 22.18),
        (113.531, 22.20),
    ]
)  # fmt: skip


def decoded_arcs(topology: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """TopoJSON arcs (quantised differences) → lists of (lng, lat)."""
    (scale_x, scale_y), (shift_x, shift_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale_x + shift_x, y * scale_y + shift_y))
        arcs.append(points)
    return arcs


def polygons(shape: dict[str, Any], arcs: list[list[tuple[float, float]]]) -> Iterator[Geometry]:
    """The outer rings of one country."""
    for rings in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
        points: list[tuple[float, float]] = []
        for number in rings[0]:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += arc[1:] if points else arc
        if len(points) > 3:
            yield Polygon(points).buffer(0)


def largest(shape: Any) -> Any:
    """The largest polygon of a shape, without holes."""
    parts = [shape] if shape.geom_type == "Polygon" else list(shape.geoms)
    return Polygon(max(parts, key=lambda part: part.area).exterior)


def outline(topology: dict[str, Any]) -> Any:
    """Mainland China with its coastal waters, without Hong Kong, Macau, Taiwan and neighbours."""
    arcs = decoded_arcs(topology)
    countries = {
        shape["properties"]["name"]: unary_union(list(polygons(shape, arcs)))
        for shape in topology["objects"]["countries"]["geometries"]
        if "arcs" in shape
    }
    china = countries.pop("China")
    near = {name: land for name, land in countries.items() if land.intersects(WINDOW)}
    others = unary_union([land.intersection(WINDOW) for land in near.values()] + [MACAU])
    hong_kong_waters = near["Hong Kong"].buffer(0.03).difference(china.buffer(0.02))
    taiwan_waters = near["Taiwan"].buffer(0.12)
    coast = china.buffer(0.15).difference(unary_union([others, hong_kong_waters, taiwan_waters]))
    whole = largest(china.union(coast).difference(unary_union([others.difference(china), MACAU])))
    coarse = whole.simplify(0.012).difference(FINE)
    joined = coarse.union(whole.intersection(FINE).simplify(0.002).difference(MACAU))
    return largest(joined.buffer(0.0005, join_style=2).buffer(-0.0005, join_style=2))


def main(source: str, target: str) -> None:
    """Read the TopoJSON at `source` and write the outline as lng,lat lines to `target`."""
    shape = outline(json.loads(Path(source).read_text()))
    points = [(round(x, 3), round(y, 3)) for x, y in shape.exterior.coords]
    rounded = largest(make_valid(Polygon(points)))
    lines = ["# Mainland China, lng,lat in WGS-84, simplified. Natural Earth 1:10m admin 0,"]
    lines.append("# public domain; made by scripts/make_mainland_outline.py")
    lines += [f"{x:.3f},{y:.3f}" for x, y in rounded.exterior.coords]
    Path(target).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
