"""A few streets and houses, invented, where the test organisations work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from tests.places.ground.drawn import live_ground, node, way, write_osm

WEST, BEND, EAST = 121.440, 121.445, 121.450
SOUTH, NORTH = 31.230, 31.235


def house(number: int, lng: float, lat: float, street: str, door: str) -> str:
    return node(number, lng, lat, addr__street=street, addr__housenumber=door)


def body() -> str:
    """样例路 goes north, then turns east; 样例东路 is another street; 虚构八村 a compound."""
    corners = [
        (1, WEST, SOUTH),
        (2, WEST, NORTH),
        (3, BEND, NORTH),
        (4, 121.46, 31.25),
        (5, 121.47, 31.25),
    ]
    square = [
        (11, 121.430, 31.24),
        (12, 121.432, 31.24),
        (13, 121.432, 31.242),
        (14, 121.430, 31.242),
    ]
    return "".join((
        *(node(*corner) for corner in [*corners, *square]),
        # Even numbers 20 m east of the street, then south of it.
        house(20, WEST + 0.0002, SOUTH + 0.001, "样例路", "2"),
        house(21, BEND - 0.001, NORTH - 0.0002, "样例路", "42"),
        house(22, WEST - 0.0002, SOUTH + 0.001, "样例路", "1"),
        house(23, WEST - 0.0010, SOUTH + 0.002, "样例路", "189弄1号"),
        house(24, WEST - 0.0014, SOUTH + 0.002, "样例路", "189弄2号"),
        house(25, WEST - 0.0002, SOUTH + 0.003, "样例路", "301弄"),
        node(26, 121.4311, 31.2411, addr__place="虚构八村", addr__housenumber="31"),
        house(27, 121.461, 31.2502, "Beispielstraße", "5"),
        house(30, 121.4402, 31.2345, "样例路454弄 Lane 454 of Yangli Road", "6-8号"),
        # A street of the same name in a village far away.
        house(31, 121.60, 31.10, "样例路", "4"),
        house(32, 121.601, 31.10, "样例路", "40"),
        node(28, 121.462, 31.252, name="样例站", railway="station"),
        node(29, 121.48, 31.26, name="虚构商店", shop="supermarket"),
        way(40, [1, 2, 3], highway="residential", name="样例路", name__en="Yangli Road"),
        way(41, [4, 5], highway="residential", name="Beispielstraße"),
        way(42, [11, 12, 13, 14, 11], landuse="residential", name="虚构八村"),
    ))  # fmt: skip


@pytest.fixture(scope="module")
def extract(application: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the dataset of that extract."""
    del application  # it points the settings at this process's database
    file = write_osm(tmp_path_factory.mktemp("places"), body())
    with live_ground(file, "places") as dataset_id:
        yield dataset_id
