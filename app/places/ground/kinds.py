"""What a mapper's tags mean on our ground. Pure.

Tag meanings are OpenStreetMap's own (wiki "Map features"). A rank is the zoom from which a thing
is drawn, plus a fraction below one that orders things of that zoom: smaller is more important.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.places.ground.folding import clean

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LineKind:
    """How a way is drawn as a line."""

    layer: str
    kind: str
    rank: float
    oneway: int = 0
    bridge: bool = False
    tunnel: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A named place: `rank` as drawn, None when it only stands in the gazetteer.

    `weight` 1 (a city) to 9 (a bus stop) orders labels and findings.
    """

    kind: str
    weight: int
    rank: float | None


ROADS: dict[str, tuple[str, float]] = {
    "motorway": ("motorway", 8),
    "trunk": ("motorway", 8),
    "motorway_link": ("motorway", 12),
    "trunk_link": ("motorway", 12),
    "primary": ("main", 9),
    "secondary": ("main", 10),
    "primary_link": ("main", 12),
    "secondary_link": ("main", 12),
    "tertiary": ("minor", 12),
    "tertiary_link": ("minor", 13),
    "unclassified": ("minor", 13),
    "residential": ("minor", 13),
    "living_street": ("minor", 13),
    "road": ("minor", 13),
    "busway": ("minor", 13),
    "pedestrian": ("path", 14),
    "service": ("service", 14),
    "track": ("path", 14),
    "cycleway": ("path", 14),
    "path": ("path", 15),
    "footway": ("path", 15),
    "steps": ("path", 15),
    "bridleway": ("path", 15),
}
RAILS: dict[str, float] = {
    "rail": 10,
    "light_rail": 11,
    "subway": 11,
    "monorail": 11,
    "narrow_gauge": 12,
    "tram": 13,
    "funicular": 13,
}
SIDINGS = ("yard", "siding", "spur", "crossover")
WATERWAYS: dict[str, float] = {
    "river": 9,
    "canal": 11,
    "stream": 13,
    "drain": 15,
    "ditch": 15,
}
WATER_AREAS = ("river", "canal", "stream", "lake", "pond", "reservoir", "basin", "moat", "lagoon")
GREENS: dict[tuple[str, str], str] = {
    ("leisure", "park"): "park",
    ("leisure", "garden"): "park",
    ("leisure", "common"): "park",
    ("leisure", "playground"): "park",
    ("leisure", "golf_course"): "park",
    ("leisure", "pitch"): "pitch",
    ("leisure", "track"): "pitch",
    ("landuse", "forest"): "wood",
    ("landuse", "grass"): "grass",
    ("landuse", "meadow"): "grass",
    ("landuse", "village_green"): "grass",
    ("landuse", "recreation_ground"): "grass",
    ("landuse", "greenfield"): "grass",
    ("landuse", "flowerbed"): "grass",
    ("landuse", "cemetery"): "cemetery",
    ("landuse", "allotments"): "farm",
    ("landuse", "orchard"): "farm",
    ("landuse", "vineyard"): "farm",
    ("landuse", "farmland"): "farm",
    ("natural", "wood"): "wood",
    ("natural", "scrub"): "wood",
    ("natural", "grassland"): "grass",
    ("natural", "heath"): "grass",
    ("natural", "wetland"): "wetland",
    ("amenity", "grave_yard"): "cemetery",
}
PLACES: dict[str, Label] = {
    "city": Label("district", 1, 8),
    "town": Label("district", 2, 9),
    "borough": Label("district", 2, 10),
    "county": Label("district", 2, 10),
    "district": Label("district", 2, 10),
    "municipality": Label("district", 2, 10),
    "suburb": Label("suburb", 3, 11),
    "quarter": Label("suburb", 4, 12),
    "village": Label("suburb", 4, 12),
    "neighbourhood": Label("neighbourhood", 5, 13),
    "hamlet": Label("neighbourhood", 5, 13),
    "locality": Label("neighbourhood", 6, 15),
    "square": Label("poi", 6, 15),
}
COMPOUND = Label("compound", 6, 15)
COMPOUND_ENDINGS = ("小区", "新村", "公寓", "花园", "家园", "苑", "公馆", "里弄", "大院", "花苑")
STATIONS: dict[tuple[str, str], Label] = {
    ("railway", "station"): Label("station", 4, 13),
    ("railway", "halt"): Label("station", 5, 14),
    ("railway", "tram_stop"): Label("station", 7, 16),
    ("public_transport", "station"): Label("station", 5, 14),
    ("amenity", "bus_station"): Label("station", 6, 15),
    ("amenity", "ferry_terminal"): Label("station", 6, 15),
    ("highway", "bus_stop"): Label("station", 9, None),
}
# What people steer by, drawn one zoom before the small shops.
LANDMARKS = {
    ("amenity", word)
    for word in (
        "hospital", "university", "college", "school", "townhall", "library", "marketplace",
        "police", "community_centre", "social_facility", "place_of_worship", "post_office",
    )
} | {("shop", "mall"), ("shop", "supermarket"), ("leisure", "stadium"), ("tourism", "museum")}  # fmt: skip
POI_KEYS = ("amenity", "shop", "tourism", "leisure", "office", "healthcare", "historic", "building")
READ_KEYS = (
    "highway", "railway", "waterway", "natural", "landuse", "leisure", "building", "place",
    "public_transport", "addr:housenumber", *POI_KEYS[:-1],
)  # fmt: skip
"""A thing with none of these is nothing to us."""


def line_kind(tags: Tags) -> LineKind | None:
    """A way as road, rail or water line, or None."""
    bridge, tunnel = _yes(tags.get("bridge")), _yes(tags.get("tunnel"))
    road = ROADS.get(tags.get("highway", ""))
    if road is not None:
        return LineKind("road", *road, _oneway(tags), bridge, tunnel)
    rail = RAILS.get(tags.get("railway", ""))
    if rail is not None:
        rank = max(rail, 14.0) if tags.get("service") in SIDINGS else rail
        return LineKind("road", "rail", rank, 0, bridge, tunnel)
    water = WATERWAYS.get(tags.get("waterway", ""))
    if water is not None and not tunnel:
        return LineKind("water", tags["waterway"], water)
    if tags.get("natural") == "coastline":
        return LineKind("water", "coastline", 8)
    return None


def area_kind(tags: Tags) -> tuple[str, str] | None:
    """An area as (layer, kind): water, green or building; None for anything else."""
    building = tags.get("building", "no")
    if building != "no" and tags.get("location") != "underground":
        return "building", building if building in ("apartments", "house", "school") else "yes"
    if tags.get("natural") == "water" or tags.get("waterway") in ("riverbank", "dock"):
        said = tags.get("water") or ("river" if "waterway" in tags else "lake")
        return "water", said if said in WATER_AREAS else "lake"
    if tags.get("landuse") in ("reservoir", "basin"):
        return "water", tags["landuse"]
    if tags.get("leisure") == "swimming_pool":
        return "water", "pool"
    return next(
        (("green", kind) for (name, value), kind in GREENS.items() if tags.get(name) == value), None
    )


def label(tags: Tags) -> Label | None:
    """A named thing as a place on the map and in the gazetteer, or None."""
    name = clean(tags.get("name"))
    if name is None:
        return None
    place = PLACES.get(tags.get("place", ""))
    if tags.get("landuse") == "residential" or (
        place is not None and place.weight >= 4 and name.endswith(COMPOUND_ENDINGS)
    ):
        return COMPOUND
    if place is not None:
        return place
    for (name_, value), found in STATIONS.items():
        if tags.get(name_) == value:
            return found
    return _poi(tags)


def _poi(tags: Tags) -> Label | None:
    if any(tags.get(name) == value for name, value in LANDMARKS):
        return Label("poi", 6, 15)
    if any(tags.get(name, "no") != "no" for name in POI_KEYS):
        return Label("poi", 8, 16)
    return None


# Mappers often write both on one line: 大连西路30弄 Lane 30 of West Dalian Road.
BOTH_LANGUAGES = re.compile(
    r"(?P<zh>[^A-Za-z]*[\u4e00-\u9fff][^A-Za-z]*?)[\s/]+\(?(?P<en>[A-Za-z][\x20-\x7e]{3,}?)\)?"
)


def names(tags: Tags) -> tuple[str | None, str | None]:
    """(name, English name): Chinese where the mappers wrote it, else as written on the sign."""
    name, english = (
        clean(tags.get("name:zh")) or clean(tags.get("name")),
        clean(tags.get("name:en")),
    )
    both = BOTH_LANGUAGES.fullmatch(name or "")
    return (both["zh"], english or both["en"]) if both else (name, english)


def house_number(tags: Tags) -> str | None:
    """A house's number, short enough to be one."""
    number = clean(tags.get("addr:housenumber"))
    return number[:20] if number else None


def house_name(street: str, number: str) -> str:
    """Street and number as people write them: 曹杨路12号, Hauptstraße 12."""
    if any("\u4e00" <= sign <= "\u9fff" for sign in street):
        return f"{street}{number}号" if number[-1].isdecimal() else f"{street}{number}"
    return f"{street} {number}"


def _yes(value: str | None) -> bool:
    return value is not None and value != "no"


def _oneway(tags: Tags) -> int:
    said = tags.get("oneway", "")
    if said in ("-1", "reverse"):
        return -1
    if said in ("yes", "true", "1"):
        return 1
    implied = tags.get("junction") == "roundabout" or tags.get("highway") == "motorway"
    return 1 if implied and said != "no" else 0
