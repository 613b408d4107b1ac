"""Water, green and buildings: areas as rows of ground_area."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from app.places.ground import kinds, shapes
from app.places.ground.reader import Found

COLUMNS = ("level", "layer", "kind", "number", "rank", "name", "name_en", "geom")
# The farthest zoom at which an area of the layer is drawn, however large.
FLOORS = {"water": 8.0, "green": 9.0, "building": 14.0}
Row = tuple[object, ...]


class Areas:
    """The areas of one batch."""

    def __init__(self) -> None:
        self._wkb: list[str] = []
        self._facts: list[tuple[str, str, str | None, str | None, str | None]] = []

    def add(self, thing: Found) -> None:
        """Keep it when it is water, green or a building."""
        kind = kinds.area_kind(thing.tags)
        if kind is None:
            return
        number = kinds.house_number(thing.tags) if kind[0] == "building" else None
        self._wkb.append(thing.wkb)
        self._facts.append((*kind, number, *kinds.names(thing.tags)))

    def rows(self) -> Iterator[Row]:
        """One row for each level that shows it."""
        if not self._wkb:
            return
        whole = shapes.to_metres(shapes.repaired(shapes.from_hex(self._wkb)))
        ranks = shapes.area_ranks(whole, np.array([FLOORS[fact[0]] for fact in self._facts]))
        there = ~(shapely.is_missing(whole) | shapely.is_empty(whole))
        for level in shapes.LEVELS:
            shown = np.flatnonzero(there & (ranks < level.below))
            drawn = shapes.simpler(whole[shown], level)
            solid = shapely.area(drawn) > 0
            ewkb = shapes.to_ewkb(drawn[solid], 3857)
            for index, geom in zip(shown[solid].tolist(), ewkb, strict=True):
                layer, kind, number, name, name_en = self._facts[index]
                named = (
                    (name, name_en) if layer != "building" or level.number == 3 else (None, None)
                )
                if layer == "building":
                    named = (named[0], None)
                number_ = number if level.number == 3 else None
                yield level.number, layer, kind, number_, float(ranks[index]), *named, geom
