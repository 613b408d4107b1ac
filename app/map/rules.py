"""What the map may ask for, and how places are blurred. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.core.problems import Malformed

# Radius of the sphere of web mercator (EPSG:3857).
EARTH_M = 6_378_137.0
LATITUDE_MAX = 85.051128
# Hexagons with edges of 400 web-mercator metres: about 600 m across on the ground at 31° north.
HEXAGON_EDGE_M = 400.0
HOUSEHOLDS_MIN, ROUND_TO = 10, 5
# What a volunteer sees of other people's doors: the middle of a square of 0.005° (about 500 m).
SQUARE_DEG = 0.005
LngLat = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A part of the map: west, south, east, north in degrees WGS-84."""

    west: float
    south: float
    east: float
    north: float

    def widened(self, metres: float) -> Box:
        """Grown by web-mercator metres on each side, so that cells at its edge are whole."""
        west, south = (side - metres for side in to_metres(self.west, self.south))
        east, north = (side + metres for side in to_metres(self.east, self.north))
        return Box.of_metres(west, south, east, north)

    @classmethod
    def of_metres(cls, west: float, south: float, east: float, north: float) -> Box:
        """From web-mercator metres, cut to the globe."""
        return cls(*_to_degrees(west, south), *_to_degrees(east, north))


def parse_box(text: str) -> Box:
    """`w,s,e,n` as a box, cut to the globe. Raises Malformed, which names what is wrong."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Malformed(
            "地图范围要写成 西,南,东,北 四个数字。",
            "The box must be four numbers: west,south,east,north.",
        ) from None
    if not all(math.isfinite(side) for side in (west, south, east, north)):
        raise Malformed(
            "地图范围里有不是数字的值。", "The box holds something that is not a number."
        )
    if max(abs(south), abs(north)) > 90 >= max(abs(west), abs(east)):
        raise Malformed("经度和纬度写反了。", "Longitude and latitude are swapped.")
    if west > east or south > north:
        raise Malformed(
            "地图范围写反了：西要小于东，南要小于北。",
            "The box is the wrong way round: west before east, south before north.",
        )
    return Box(
        max(-180.0, min(180.0, west)),
        max(-LATITUDE_MAX, min(LATITUDE_MAX, south)),
        max(-180.0, min(180.0, east)),
        max(-LATITUDE_MAX, min(LATITUDE_MAX, north)),
    )


def to_metres(lng: float, lat: float) -> LngLat:
    """Degrees WGS-84 to web-mercator metres (EPSG:3857)."""
    angle = math.radians(max(-LATITUDE_MAX, min(LATITUDE_MAX, lat)))
    return EARTH_M * math.radians(lng), EARTH_M * math.asinh(math.tan(angle))


def _to_degrees(x: float, y: float) -> LngLat:
    lng = max(-180.0, min(180.0, math.degrees(x / EARTH_M)))
    return lng, math.degrees(math.atan(math.sinh(y / EARTH_M)))


def blurred(lng: float, lat: float) -> LngLat:
    """The middle of the fixed square that holds a place."""
    return _middle(lng), _middle(lat)


def _middle(degrees: float) -> float:
    return round((math.floor(degrees / SQUARE_DEG) + 0.5) * SQUARE_DEG, 6)
