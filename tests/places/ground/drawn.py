"""Grounds that tests stand on: 丰禾镇 loaded once, tiny extracts of a test's own, tiles decoded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]  # carries no types
from sqlalchemy import text

from app.core.db import transaction
from app.places.ground import datasets, loading
from app.places.ground.reader import read_bounds

Tile = tuple[int, int, int]
HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6' generator='invented'>\n"


@contextmanager
def live_ground(file: Path, digest: str) -> Iterator[int]:
    """Load an extract and make it the live one; afterwards there is none, as other tests expect."""
    with transaction() as db:
        dataset_id = datasets.begin(db, digest, file.name, read_bounds(file))
        loading.load(db, dataset_id, file, lambda _: None)
        datasets.publish(db, dataset_id)
    try:
        yield dataset_id
    finally:
        with transaction() as db:
            db.execute(text("DELETE FROM map_dataset WHERE id = :id"), {"id": dataset_id})


def write_osm(folder: Path, body: str, *, bounds: str = "") -> Path:
    """An extract of a few elements."""
    file = folder / "tiny.osm"
    file.write_text(f"{HEAD}{bounds}{body}</osm>\n", "utf-8")
    return file


def node(number: int, lng: float, lat: float, **tags: str) -> str:
    """A node; `addr__street` is written addr:street."""
    return f"<node id='{number}' version='1' lat='{lat:.7f}' lon='{lng:.7f}'>{_tags(tags)}</node>\n"


def way(number: int, members: list[int], **tags: str) -> str:
    """A way through these nodes."""
    inside = "".join(f"<nd ref='{member}'/>" for member in members)
    return f"<way id='{number}' version='1'>{inside}{_tags(tags)}</way>\n"


def relation(number: int, members: list[tuple[str, int, str]], **tags: str) -> str:
    """A relation of (type, number, role)."""
    inside = "".join(f"<member type='{t}' ref='{n}' role='{r}'/>" for t, n, r in members)
    return f"<relation id='{number}' version='1'>{inside}{_tags(tags)}</relation>\n"


def ring(first: int, places: list[tuple[float, float]]) -> tuple[str, list[int]]:
    """Nodes of a closed ring, and the members of the way around it."""
    nodes = "".join(node(first + n, lng, lat) for n, (lng, lat) in enumerate(places))
    return nodes, [*range(first, first + len(places)), first]


def _tags(tags: dict[str, str]) -> str:
    return "".join(
        f"<tag k='{key.replace('__', ':')}' v='{value}'/>" for key, value in tags.items()
    )


def tile_at(z: int, lng: float, lat: float) -> Tile:
    """The tile (z, x, y) that holds a place."""
    side = 1 << z
    up = math.asinh(math.tan(math.radians(lat))) / math.pi
    return z, int((lng + 180) / 360 * side), int((1 - up) / 2 * side)


def cut(dataset_id: int, tile: Tile) -> bytes:
    """The tile as the database makes it."""
    values = dict(zip("zxy", tile, strict=True)) | {"id": dataset_id}
    with transaction() as db:
        return bytes(db.scalars(text("SELECT ground_tile(:id, :z, :x, :y)"), values).one())


def layers(body: bytes) -> dict[str, list[dict[str, Any]]]:
    """What a tile shows: each layer's features as {geometry, properties}, pixels of 4096."""
    return {
        name: [
            {"geometry": found["geometry"], **found["properties"]} for found in layer["features"]
        ]
        for name, layer in mapbox_vector_tile.decode(body).items()
    }


def shown(dataset_id: int, tile: Tile) -> dict[str, list[dict[str, Any]]]:
    """A tile, cut and decoded."""
    return layers(cut(dataset_id, tile))


def names(features: list[dict[str, Any]]) -> set[str]:
    """The names among features."""
    return {feature["name"] for feature in features if "name" in feature}
