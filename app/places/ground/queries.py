"""The ground for a sheet of paper or a file: lines, areas and names within a box, WGS-84."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.places.ground import datasets
from app.places.ground.datasets import Box
from app.places.ground.shapes import LEVELS

ATTRIBUTION = "© OpenStreetMap (ODbL)"
"""Asked for by the Open Database License wherever the data are shown."""

# Names are fewer than streets: a sheet that shows 400 lines has room for 100 names.
LINES_PER_NAME = 4

# `geom && box` is what the spatial index answers.
_BOX = "ST_Transform(ST_MakeEnvelope(:west, :south, :east, :north, 4326), 3857)"
_HERE = f"geom && {_BOX} AND dataset_id = :dataset"
_COUNT = f"SELECT count(*) FROM ground_line WHERE {_HERE} AND level = :level"  # noqa: S608 - constants of this module; what people send is bound
_SHAPES = f"""
SELECT layer, kind, name, name_en, oneway, geojson FROM (
  SELECT layer, kind, name, name_en, {{oneway}} AS oneway, rank,
    ST_AsGeoJSON(ST_Transform(ST_ClipByBox2D(geom, {_BOX}), 4326), 6) AS geojson, ST_ClipByBox2D(geom, {_BOX}) AS part
  FROM {{table}} WHERE {_HERE} AND level = :level) found
WHERE NOT ST_IsEmpty(part) ORDER BY rank LIMIT :limit
"""  # noqa: S608 - constants of this module; what people send is bound
_NAMES = f"""
SELECT kind, name, name_en, ST_X(place), ST_Y(place) FROM (
  SELECT kind, name, name_en, rank, ST_Transform(geom, 4326) AS place FROM ground_name
  WHERE {_HERE} AND layer = 'place') found
ORDER BY rank, name LIMIT :limit
"""  # noqa: S608 - constants of this module; what people send is bound


@dataclass(frozen=True)
class GroundShape:
    """A line or an area: layer road, water, green or building; GeoJSON geometry in degrees.

    `oneway` is 1 along the line, -1 against it, else 0.
    """

    layer: str
    kind: str
    name: str
    name_en: str
    geometry: dict[str, Any]
    oneway: int = 0


@dataclass(frozen=True)
class GroundName:
    """A named place: kind district, suburb, neighbourhood, compound, station or poi."""

    kind: str
    name: str
    name_en: str
    lng: float
    lat: float


@dataclass(frozen=True)
class Streets:
    """What the ground shows within a box, most important first; empty without an extract."""

    lines: list[GroundShape] = field(default_factory=list)
    areas: list[GroundShape] = field(default_factory=list)
    names: list[GroundName] = field(default_factory=list)


def streets_in(db: Session, box: Box, limit: int = 1_000) -> Streets:
    """Lines (roads, rail, rivers), areas (water, green, buildings) and names within the box.

    `box` is west, south, east, north in degrees. At most `limit` lines and as many areas, in as
    much detail as that allows: of a house's surroundings everything, of a city its great roads.
    """
    dataset = datasets.live(db)
    if dataset is None:
        return Streets()
    west, south, east, north = box
    values = {"dataset": dataset.id, "west": west, "south": south, "east": east, "north": north}
    level = _level(db, values, limit)
    values |= {"level": level, "limit": limit}
    return Streets(
        lines=_shapes(db, "ground_line", "oneway", values),
        areas=_shapes(db, "ground_area", "0", values),
        names=_names(db, values | {"limit": limit // LINES_PER_NAME}),
    )


def _level(db: Session, values: dict[str, Any], limit: int) -> int:
    """The nearest level whose lines within the box are not too many."""
    for level in reversed(LEVELS):
        if db.scalars(text(_COUNT), values | {"level": level.number}).one() <= limit:
            return level.number
    return 0


def _shapes(db: Session, table: str, oneway: str, values: dict[str, Any]) -> list[GroundShape]:
    statement = text(_SHAPES.format(table=table, oneway=oneway))
    return [
        GroundShape(layer, kind, name or "", name_en or "", json.loads(geometry), way or 0)
        for layer, kind, name, name_en, way, geometry in db.execute(statement, values)
    ]


def _names(db: Session, values: dict[str, Any]) -> list[GroundName]:
    return [
        GroundName(kind, name, name_en or "", lng, lat)
        for kind, name, name_en, lng, lat in db.execute(text(_NAMES), values)
    ]
