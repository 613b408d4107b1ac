"""Names and house numbers: points as rows of ground_name and of the gazetteer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from app.places.ground import kinds, shapes
from app.places.ground.folding import clean, key
from app.places.ground.reader import Found

COLUMNS = ("layer", "kind", "number", "weight", "rank", "name", "name_en", "geom")
GAZETTEER_COLUMNS = ("kind", "name", "name_en", "key", "street", "number", "geom", "rank")
HOUSE_RANK = 16.9
HOUSE_WEIGHT = 7
# A shop mapped as a point and as a building is one shop: about 100 m.
SAME_PLACE_DIGITS = 3
Row = tuple[object, ...]


@dataclass(slots=True)
class Spot:
    """A name or a number at its point (degrees, set when the batch is settled)."""

    label: kinds.Label | None
    name: str | None
    name_en: str | None
    street: str | None
    number: str | None
    lng: float = 0.0
    lat: float = 0.0


class Spots:
    """All the names and numbers of an extract."""

    def __init__(self) -> None:
        self._spots: list[Spot] = []
        self._waiting: list[tuple[Spot, str]] = []

    def add(self, thing: Found) -> None:
        """Keep a node or an area that has a name we show or a house number."""
        label, number = kinds.label(thing.tags), kinds.house_number(thing.tags)
        if label is None and number is None:
            return
        street = clean(thing.tags.get("addr:street")) or clean(thing.tags.get("addr:place"))
        spot = Spot(label, *kinds.names(thing.tags), street, number)
        self._waiting.append((spot, thing.wkb))

    def settle(self) -> None:
        """Put the batch's things at a point inside them, and let their outlines go."""
        if not self._waiting:
            return
        drawn = shapes.from_hex([wkb for _, wkb in self._waiting])
        inside = shapely.point_on_surface(drawn)
        for (spot, _), lng, lat in zip(
            self._waiting, shapely.get_x(inside), shapely.get_y(inside), strict=True
        ):
            if np.isfinite(lng) and np.isfinite(lat):
                spot.lng, spot.lat = float(lng), float(lat)
                self._spots.append(spot)
        self._waiting.clear()

    def rows(self) -> Iterator[Row]:
        """What is drawn: names from their zoom on, numbers at the nearest."""
        geoms = shapes.to_ewkb(shapes.to_metres(self._points(self._spots)), 3857)
        drawn: set[Row] = set()
        for spot, geom in zip(self._spots, geoms, strict=True):
            label = spot.label
            if label is not None and label.rank is not None and _is_new(spot, label, drawn):
                rank = label.rank + label.weight / 100
                yield "place", label.kind, None, label.weight, rank, spot.name, spot.name_en, geom
            if spot.number is not None:
                yield "house", None, spot.number, None, HOUSE_RANK, None, None, geom

    def gazetteer(self) -> Iterator[Row]:
        """What is searched: names, and houses at their streets."""
        geoms = shapes.to_ewkb(self._points(self._spots), 4326)
        written: set[Row] = set()
        for spot, geom in zip(self._spots, geoms, strict=True):
            label, name = spot.label, spot.name
            address = (spot.street, spot.number)
            if label is not None and name is not None and _is_new(spot, label, written):
                kind = (
                    "place" if label.kind in ("district", "suburb", "neighbourhood") else label.kind
                )
                yield kind, name, spot.name_en, key(name), *address, geom, label.weight
            if spot.street is not None and spot.number is not None:
                house = kinds.house_name(spot.street, spot.number)
                yield "house", house, None, key(house), *address, geom, HOUSE_WEIGHT

    @staticmethod
    def _points(spots: list[Spot]) -> shapes.Shapes:
        return np.asarray(
            shapely.points([(round(s.lng, 7), round(s.lat, 7)) for s in spots] or np.empty((0, 2))),
            dtype=object,
        )


def _is_new(spot: Spot, label: kinds.Label, seen: set[Row]) -> bool:
    same = (
        label.kind,
        spot.name,
        round(spot.lng, SAME_PLACE_DIGITS),
        round(spot.lat, SAME_PLACE_DIGITS),
    )
    if same in seen:
        return False
    seen.add(same)
    return True
