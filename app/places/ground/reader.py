"""An extract of OpenStreetMap, read once: .osm.pbf or .osm XML, by pyosmium."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from app.places.ground.datasets import Box
from app.places.ground.kinds import READ_KEYS

# A header's box wider than this says nothing: some programs write half the globe.
HEADER_DEGREES_MAX = 20.0
# Ways that cross an extract's edge come with all their nodes; those outliers are not its ground.
OUTLIERS_PERCENT = 1.0
FEW_NODES = 1_000
# Nodes come in the order in which they were mapped; these are a fair sample of a large city.
ENOUGH_NODES = 1_000_000
STREET_RELATIONS = ("associatedStreet", "street")


class Unreadable(ValueError):
    """The file is not an extract of OpenStreetMap, or it is cut off."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing of the extract: `shape` node, way or area; `wkb` as hex, WGS-84 degrees."""

    shape: str
    tags: dict[str, str]
    wkb: str


def read_bounds(file: Path) -> Box:
    """The box within which the extract is complete: its header's, else that of nearly all nodes.

    Raises Unreadable for a file that is no extract or holds no node.
    """
    try:
        return _header_box(file) or _node_box(file)
    except (RuntimeError, OSError) as error:
        raise Unreadable(f"{file.name}: {error}") from error


def read(file: Path) -> Iterator[Found]:
    """All that stands on the ground: nodes, ways as lines, areas (rings and multipolygons).

    What cannot be a geometry (a way with one node, an open multipolygon) is left out. A house
    that only an associatedStreet relation puts at its street gets `addr:street` from there.
    Raises Unreadable for a broken file.
    """
    try:
        streets = _streets_of_members(file)
        yield from _things(file, streets)
    except (RuntimeError, OSError) as error:
        raise Unreadable(f"{file.name}: {error}") from error


def _things(file: Path, streets: dict[tuple[str, int], str]) -> Iterator[Found]:
    wkb = osmium.geom.WKBFactory()
    wanted = osmium.filter.KeyFilter(*READ_KEYS)
    # pyosmium types each thing as any of five kinds; its own is_…() tell them apart.
    things: Any = osmium.FileProcessor(str(file)).with_areas(wanted).with_filter(wanted)
    for thing in things:
        try:
            if thing.is_node():
                shape, drawn, origin = "node", wkb.create_point(thing), ("n", thing.id)
            elif thing.is_way():
                shape, drawn, origin = "way", wkb.create_linestring(thing), ("w", thing.id)
            elif thing.is_area():
                kind = "w" if thing.from_way() else "r"
                shape, drawn = "area", wkb.create_multipolygon(thing)
                origin = (kind, thing.orig_id())
            else:
                continue
        except (RuntimeError, osmium.InvalidLocationError):
            continue  # mappers' mistakes, and ways whose nodes lie outside the extract
        tags = _tags(thing)
        if origin in streets:
            tags.setdefault("addr:street", streets[origin])
        yield Found(shape, tags, drawn)


def _tags(thing: Any) -> dict[str, str]:
    try:
        return {tag.k: tag.v for tag in thing.tags}
    except UnicodeDecodeError:
        return {}


def _streets_of_members(file: Path) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    relations: Any = osmium.FileProcessor(str(file), osmium.osm.RELATION).with_filter(
        osmium.filter.TagFilter(*(("type", kind) for kind in STREET_RELATIONS))
    )
    for relation in relations:
        tags = _tags(relation)
        name = tags.get("name:zh") or tags.get("name")
        if name:
            found |= {
                (member.type, member.ref): name
                for member in relation.members
                if member.role in ("house", "address")
            }
    return found


def _header_box(file: Path) -> Box | None:
    with osmium.io.Reader(str(file), osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid():
        return None
    west, south = box.bottom_left.lon, box.bottom_left.lat
    east, north = box.top_right.lon, box.top_right.lat
    sane = west < east and south < north and max(east - west, north - south) <= HEADER_DEGREES_MAX
    return (west, south, east, north) if sane else None


def _node_box(file: Path) -> Box:
    positions = _positions(file)
    if not len(positions):
        raise Unreadable(f"{file.name}: no node has a position")
    cut = OUTLIERS_PERCENT if len(positions) >= FEW_NODES else 0.0
    west, south = np.percentile(positions, cut, axis=0)
    east, north = np.percentile(positions, 100 - cut, axis=0)
    return float(west), float(south), float(east), float(north)


def _positions(file: Path) -> NDArray[np.float64]:
    flat = array("d")
    nodes: Any = osmium.FileProcessor(str(file), osmium.osm.NODE)
    for node in islice(nodes, ENOUGH_NODES):
        place = node.location
        if place.valid():
            flat.append(place.lon)
            flat.append(place.lat)
    return np.asarray(flat, dtype=np.float64).reshape(-1, 2)
