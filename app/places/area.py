"""The area an organisation serves; a pin outside it is a slip of the pen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import shapely

Outline = tuple[tuple[float, float], ...]


@lru_cache(maxsize=64)
def _polygon(outline: Outline) -> shapely.Polygon:
    polygon = shapely.Polygon(outline)
    if len(outline) < 3 or not polygon.is_valid:
        raise ValueError("an area needs a sound outline of at least three corners")
    shapely.prepare(polygon)
    return polygon


@dataclass(frozen=True)
class Area:
    """A simple outline in WGS-84 degrees, (lng, lat) corners, not closed."""

    name_zh: str
    name_en: str
    outline: Outline

    @staticmethod
    def box(
        name_zh: str, name_en: str, *, west: float, south: float, east: float, north: float
    ) -> Area:
        """A box of degrees."""
        corners = ((west, south), (east, south), (east, north), (west, north))
        return Area(name_zh, name_en, corners)

    def contains(self, lng: float, lat: float) -> bool:
        """Whether a WGS-84 point lies inside or on the edge."""
        return bool(shapely.intersects_xy(_polygon(self.outline), lng, lat))


# The city's administrative extent with Chongming and its islands, rounded outwards.
SHANGHAI = Area.box("上海市", "Shanghai", west=120.85, south=30.66, east=122.25, north=31.90)
