"""Geometry in bulk: repaired, projected, made simpler for far zooms. Pure; arrays of shapely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

# Radius of the sphere of web mercator (EPSG:3857), and where its square ends.
EARTH_M = 6_378_137.0
LATITUDE_MAX = 85.051128
# Width of one of a tile's 256 pixels at zoom 0, in web-mercator metres.
PIXEL_M = 2 * math.pi * EARTH_M / 256
# An area is drawn from the zoom at which it covers between 4 and 16 pixels.
PIXELS_TO_SHOW = 16.0

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """A band of zooms: what ranks below `below` is in it, to `tolerance_m` web-mercator metres."""

    number: int
    below: float
    tolerance_m: float


# Half a pixel or less at the nearest zoom of each band; pages draw beyond 16 from 16.
LEVELS = (Level(0, 11, 60.0), Level(1, 13, 15.0), Level(2, 15, 3.0), Level(3, 17, 0.3))


def to_metres(degrees: Shapes) -> Shapes:
    """WGS-84 degrees to web-mercator metres."""

    def project(places: Floats) -> Floats:
        lat = np.radians(np.clip(places[:, 1], -LATITUDE_MAX, LATITUDE_MAX))
        x = EARTH_M * np.radians(places[:, 0])
        return np.column_stack([x, EARTH_M * np.arcsinh(np.tan(lat))])

    return np.asarray(shapely.transform(degrees, project), dtype=object)


def to_degrees(metres: Shapes) -> Shapes:
    """Web-mercator metres to WGS-84 degrees, to seven decimals (1 cm)."""

    def project(places: Floats) -> Floats:
        lng = np.degrees(places[:, 0] / EARTH_M)
        lat = np.degrees(np.arctan(np.sinh(places[:, 1] / EARTH_M)))
        return np.round(np.column_stack([lng, lat]), 7)

    return np.asarray(shapely.transform(metres, project), dtype=object)


def from_hex(wkb: Sequence[str]) -> Shapes:
    """Hex WKB as shapes; what cannot be read becomes None."""
    return np.asarray(
        shapely.from_wkb(np.asarray(wkb, dtype=object), on_invalid="ignore"), dtype=object
    )


def repaired(areas: Shapes) -> Shapes:
    """Areas without self-crossings; what has no inside left is empty."""
    whole = areas.copy()
    broken = ~shapely.is_valid(whole)
    if broken.any():
        whole[broken] = shapely.make_valid(whole[broken], method="structure", keep_collapsed=False)
    return whole


def area_ranks(areas: Shapes, floor: Floats) -> Floats:
    """The zoom, with fraction, from which each area is large enough to see; not under its floor."""
    size = np.maximum(shapely.area(areas), 1e-6)
    zoom = np.log2(PIXEL_M * math.sqrt(PIXELS_TO_SHOW) / np.sqrt(size))
    return np.clip(zoom, floor, 16.9)


def line_ranks(lines: Shapes, zoom: Floats) -> Floats:
    """The zoom of each line's kind, plus a fraction that is smaller for longer ones."""
    longer = np.log10(1 + shapely.length(lines)) / 6
    return np.floor(zoom) + np.clip(1 - longer, 0, 0.99)


def simpler(shapes: Shapes, level: Level) -> Shapes:
    """As much detail as the level shows; areas stay areas."""
    return np.asarray(
        shapely.simplify(shapes, level.tolerance_m, preserve_topology=True), dtype=object
    )


def joined(lines: Shapes) -> Shapes:
    """Lines of one kind and name joined end to end, as single lines."""
    merged = shapely.line_merge(shapely.MultiLineString(list(lines)))
    return np.asarray(shapely.get_parts(merged), dtype=object)


def to_ewkb(shapes: Shapes, srid: int) -> list[str]:
    """Hex EWKB for COPY."""
    return list(shapely.to_wkb(shapely.set_srid(shapes, srid), hex=True, include_srid=True))


def stretches(lines: Shapes, apart_m: float) -> list[list[int]]:
    """Lines of one name in groups: those nearer than `apart_m` to one another are one stretch."""
    left, right = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=apart_m)
    parent = list(range(len(lines)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        parent[root(a)] = root(b)
    groups: dict[int, list[int]] = {}
    for one in range(len(lines)):
        groups.setdefault(root(one), []).append(one)
    return list(groups.values())


def middle_of(lines: Shapes) -> shapely.Point:
    """The point on the lines that is nearest to their centre."""
    whole = shapely.MultiLineString(list(lines))
    return shapely.Point(shapely.shortest_line(whole, shapely.centroid(whole)).coords[0])
