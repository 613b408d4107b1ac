"""The part of the world that a sheet's map shows, and where a place lies on its paper. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.map.rules import Box, to_metres

LngLat = tuple[float, float]
PICTURE_PX = (720, 420)
MARGIN_PX = 36
# A single door is shown with its neighbourhood: metres of web mercator across the paper's height.
NEAREST_M = 700.0


@dataclass(frozen=True)
class Frame:
    """A window onto web mercator: its middle in metres, and pixels per metre."""

    x: float
    y: float
    scale: float

    def place(self, lng: float, lat: float) -> LngLat:
        """Pixels from the left and from the top; the middle for what is not on the map."""
        width, height = PICTURE_PX
        x, y = to_metres(lng, lat)
        left, top = width / 2 + (x - self.x) * self.scale, height / 2 - (y - self.y) * self.scale
        return (left, top) if math.isfinite(left + top) else (width / 2, height / 2)

    def box(self, around: float) -> Box:
        """What the paper shows, with `around` of its size more on each side."""
        width, height = ((0.5 + around) * side / self.scale for side in PICTURE_PX)
        return Box.of_metres(self.x - width, self.y - height, self.x + width, self.y + height)


def frame_of(places: Sequence[LngLat]) -> Frame:
    """All of the places on one paper, its margin free."""
    metres = [to_metres(*place) for place in places] or [(0.0, 0.0)]
    west, east = min(x for x, _ in metres), max(x for x, _ in metres)
    south, north = min(y for _, y in metres), max(y for _, y in metres)
    inner = [side - 2 * MARGIN_PX for side in PICTURE_PX]
    across = max(east - west, NEAREST_M), max(north - south, NEAREST_M)
    scale = min(inner[0] / across[0], inner[1] / across[1])
    return Frame((west + east) / 2, (south + north) / 2, scale)
