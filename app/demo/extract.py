"""An extract as a demo sees it: houses, streets and the names of its parts, read from its tables.

Everything is taken in the order of a hash of where it stands, so that the same extract gives the
same places on every machine, as dense as they really are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.demo.town import METRES_PER_DEGREE, Part, Spot, Town, beside
from app.places.ground.datasets import Box, Dataset

# A demo is a town, not a country: of a large extract it takes the busiest part, so wide at most.
WIDE_M, GRID_DEG = 20_000, 0.04
# Runs that leave the extract are only estimates: nobody lives this close to its edge.
EDGE_DEG = 0.0003
SPOTS_MAX, ENOUGH_SPOTS = 2_500, 900
PARTS_MAX = 24
# Doors stand so far beside the middle of their street.
BESIDE_M = (8.0, 16.0)
# A building's street may be round the corner; a point on a road is on its street.
STREET_OF_BUILDING_M, STREET_OF_POINT_M = 150, 40
# A street on a bridge is no place to live.
DRY_M = 40
# Points a side, for an extract of which neither houses nor roads are known.
ROWS = 32
ENDINGS = (".pbf", ".osm", ".bz2", ".gz", ".xml")

BUSIEST = """
SELECT ST_X(cell), ST_Y(cell) FROM (
  SELECT ST_SnapToGrid(ST_Transform(geom, 4326), :grid) AS cell
  FROM road_point WHERE dataset_id = :dataset
) AS cells GROUP BY cell ORDER BY count(*) DESC, 1, 2 LIMIT 1
"""
# Candidates as (place in WGS-84, the same in 3857, street, number).
HOUSES = """
SELECT geom AS place, ST_Transform(geom, 3857) AS metres, street, number FROM gazetteer
WHERE dataset_id = :dataset AND kind = 'house' AND street <> '' AND number <> ''
"""
BUILDINGS = """
SELECT ST_Transform(ST_PointOnSurface(geom), 4326) AS place, ST_PointOnSurface(geom) AS metres,
  '' AS street, coalesce(number, '') AS number FROM ground_area
WHERE dataset_id = :dataset AND level = 3 AND layer = 'building' AND ST_Area(geom) > 60
"""
ROADSIDES = """
SELECT ST_Transform(geom, 4326) AS place, geom AS metres, '' AS street, '' AS number FROM road_point
WHERE dataset_id = :dataset AND modes = :modes AND islands = 0
  AND geom && ST_Transform(ST_MakeEnvelope(:west, :south, :east, :north, 4326), 3857)
"""
# Of the candidates: dry ones, beside a road that every vehicle may use, with the street they stand
# at. Each is looked up by itself: joined, all of them would be held against all roads.
SPOTS = """
WITH picked AS MATERIALIZED (
  SELECT ST_X(place) AS lng, ST_Y(place) AS lat, metres, street, number FROM ({candidates}) AS every
  WHERE place && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  ORDER BY md5(ST_AsEWKT(place, 6)), street, number LIMIT :limit
), known AS MATERIALIZED (
  SELECT lng, lat, number, coalesce(nullif(street, ''), (
      SELECT name FROM (
        SELECT name, geom FROM ground_line l
        WHERE l.dataset_id = :dataset AND l.level = 3 AND l.layer = 'road' AND l.name <> ''
          AND l.kind IN ('main', 'minor', 'service') AND l.bridge IS NOT TRUE
          AND l.tunnel IS NOT TRUE AND l.geom && ST_Expand(metres, :street)
      ) AS near WHERE ST_DWithin(geom, metres, :street)
      ORDER BY ST_Distance(geom, metres), name LIMIT 1), '') AS street,
    :modes = 0 OR (SELECT true FROM road_point r WHERE r.dataset_id = :dataset AND r.modes = :modes
      AND r.islands = 0 AND ST_DWithin(r.geom, metres, 60 / cos(radians(lat))) LIMIT 1) AS has_road,
    (SELECT true FROM ground_area w WHERE w.dataset_id = :dataset AND w.level = 3
      AND w.layer = 'water' AND ST_DWithin(w.geom, metres, :dry) LIMIT 1) AS in_water,
    (SELECT true FROM ground_line w WHERE w.dataset_id = :dataset AND w.level = 3
      AND w.layer = 'water' AND ST_DWithin(w.geom, metres, :dry) LIMIT 1) AS at_water
  FROM picked
)
SELECT lng, lat, street, number FROM known WHERE has_road AND in_water IS NULL AND at_water IS NULL
ORDER BY md5(lng || ' ' || lat), street, number
"""
PARTS = """
SELECT DISTINCT ON (name) name, coalesce(name_en, name), ST_X(geom), ST_Y(geom), rank FROM gazetteer
WHERE dataset_id = :dataset AND kind = 'place' AND rank BETWEEN 2 AND 5
  AND geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
ORDER BY name, rank, 3, 4
"""


def title(name: str) -> str:
    """How an extract is called: `shanghai-tongji.osm.pbf` is Shanghai-Tongji."""
    while name.lower().endswith(ENDINGS):
        name = name[: name.rindex(".")]
    return name.strip().title() if name.isascii() else name.strip()


def read(db: Session, dataset: Dataset) -> Town:
    """Its town: the busiest part of a large extract, the whole of a small one."""
    box = _window(db, dataset)
    known = {
        "dataset": dataset.id,
        "west": box[0] + EDGE_DEG,
        "south": box[1] + EDGE_DEG,
        "east": box[2] - EDGE_DEG,
        "north": box[3] - EDGE_DEG,
        "limit": SPOTS_MAX,
        # What every vehicle that was built for may use: no motorway, no stairs, no island.
        "modes": _ask(db, "SELECT bit_or(modes) FROM road_point WHERE dataset_id = :dataset",
                      {"dataset": dataset.id})[0][0] or 0,
    }  # fmt: skip
    name = title(dataset.name)
    parts = _parts(db, known) or [_whole(name, box)]
    return Town(name, box, parts, _spots(db, known) or _plain(box))


def _ask(db: Session, query: str, known: Mapping[str, Any]) -> Sequence[Any]:
    return db.execute(text(query), known).all()


def _spots(db: Session, known: Mapping[str, Any]) -> list[Spot]:
    """Houses with numbers; where the mappers wrote few, other buildings; then doors along streets.

    Those at no street that has a name are left out while there are enough others.
    """
    spots: list[Spot] = []
    for candidates in (HOUSES, BUILDINGS):
        if len(spots) < ENOUGH_SPOTS:
            query = SPOTS.format(candidates=candidates)
            rows = _ask(db, query, {**known, "dry": 0, "street": STREET_OF_BUILDING_M})
            spots += [_spot(*row) for row in rows]
    if len(spots) < ENOUGH_SPOTS:
        query = SPOTS.format(candidates=ROADSIDES)
        rows = _ask(db, query, {**known, "dry": DRY_M, "street": STREET_OF_POINT_M})
        dice = Random(len(rows))
        spots += [_at_door(_spot(*row), dice) for row in rows]
    spots = list(dict.fromkeys(spots))
    named = [spot for spot in spots if spot.street]
    return named if len(named) >= ENOUGH_SPOTS // 2 else spots


def _spot(lng: float, lat: float, street: str, number: str) -> Spot:
    return Spot((round(lng, 6), round(lat, 6)), street, number.partition(";")[0].strip())


def _at_door(spot: Spot, dice: Random) -> Spot:
    return Spot(beside(spot.place, dice, dice.uniform(*BESIDE_M)), spot.street, spot.number)


def _window(db: Session, dataset: Dataset) -> Box:
    west, south, east, north = dataset.bounds
    high = WIDE_M / METRES_PER_DEGREE / 2
    wide = high / math.cos(math.radians((south + north) / 2))
    if east - west <= 2 * wide and north - south <= 2 * high:
        return dataset.bounds
    busiest = _ask(db, BUSIEST, {"dataset": dataset.id, "grid": GRID_DEG})
    lng, lat = busiest[0] if busiest else ((west + east) / 2, (south + north) / 2)
    return (
        max(west, lng - wide),
        max(south, lat - high),
        min(east, lng + wide),
        min(north, lat + high),
    )


def _parts(db: Session, known: Mapping[str, Any]) -> list[Part]:
    """Suburbs and neighbourhoods, the most important first."""
    rows = sorted(_ask(db, PARTS, known), key=lambda row: (row[4], row[0]))
    return [Part(name, name_en, (lng, lat)) for name, name_en, lng, lat, _ in rows[:PARTS_MAX]]


def _whole(name: str, box: Box) -> Part:
    return Part(name, name, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))


def _plain(box: Box) -> list[Spot]:
    """A plain spread over the box, where an extract has neither houses nor roads."""
    west, south, east, north = box
    return [
        Spot((round(west + (column + 0.5) / ROWS * (east - west), 6),
              round(south + (row + 0.5) / ROWS * (north - south), 6)))
        for row in range(ROWS) for column in range(ROWS)
    ]  # fmt: skip
