"""Is this an extract that roads can be built of? Asked before anything is made of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import osmium
from osmium.filter import KeyFilter
from osmium.osm import WAY, Way

from app.roads.engine_files import RoadsRefused

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.bz2")
WHERE_TO_GET_ONE = "the README says where to get your city's extract"
# Measured on a German city of 2.5 MB: per mode the engine's files take 6 times the extract, while
# they are made a little more; the ground's tables take 20 times the extract.
DISK_PER_MODE, DISK_FOR_GROUND = 8, 25
DISK_AT_LEAST_BYTES = 100_000_000
# What is cut off from the rest counts as an island if it is smaller than this share of the network …
ISLAND_SHARE = 10
# … within bounds: four streets are an island in a village too, a suburb is one in no city.
ISLAND_LEAST, ISLAND_MOST = 20, 1000


@dataclass(frozen=True, slots=True)
class Extract:
    """An extract that was looked through: how many pieces of road it holds."""

    file: Path
    segments: int

    @property
    def island_size(self) -> int:
        """Connected parts with fewer engine nodes (directed road pieces) than this are islands."""
        return max(ISLAND_LEAST, min(ISLAND_MOST, self.segments // ISLAND_SHARE))


def look_through(file: Path) -> Extract:
    """Read the whole file once. Raises RoadsRefused with what is wrong with it."""
    name = file.name
    if not file.exists():
        raise RoadsRefused(f"There is no file {file}: {WHERE_TO_GET_ONE}.")
    if not file.is_file():
        raise RoadsRefused(f"{file} is not a file.")
    if file.stat().st_size == 0:
        raise RoadsRefused(f"{name} is empty: fetch it again.")
    if not name.endswith(SUFFIXES):
        raise RoadsRefused(f"{name} should end in .osm.pbf, as OpenStreetMap extracts do.")
    try:
        segments = sum(
            max(0, len(way.nodes) - 1)
            for way in osmium.FileProcessor(str(file), WAY).with_filter(KeyFilter("highway"))
            if isinstance(way, Way)
        )
    except (RuntimeError, OSError, ValueError) as error:
        said = str(error).strip().splitlines()[0] if str(error).strip() else "it cannot be read"
        raise RoadsRefused(
            f"{name} is not a whole OpenStreetMap file ({said}): fetch it again."
        ) from None
    if segments == 0:
        raise RoadsRefused(f"{name} holds no streets: {WHERE_TO_GET_ONE}.")
    return Extract(file, segments)


def check_space(file: Path, modes: int, folder: Path) -> None:
    """Raise RoadsRefused when the disk would run full half-way."""
    times = DISK_PER_MODE * modes + DISK_FOR_GROUND
    wanted = max(DISK_AT_LEAST_BYTES, file.stat().st_size * times)
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise RoadsRefused(
            f"Too little disk below {folder}: {wanted / 1e9:.1f} GB are wanted, "
            f"{free / 1e9:.1f} GB are free."
        )
