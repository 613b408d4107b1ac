"""Streets, rail and rivers: ways as rows of ground_line, and streets of the gazetteer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
import shapely

from app.places.ground import kinds, shapes
from app.places.ground.folding import key
from app.places.ground.reader import Found

COLUMNS = (
    "level", "layer", "kind", "oneway", "bridge", "tunnel", "rank", "name", "name_en", "geom",
)  # fmt: skip
# Two stretches of one name farther apart than this are two streets (web-mercator metres).
APART_M = 500.0
STREET_WEIGHTS = {"motorway": 4, "main": 4, "minor": 5, "service": 6, "path": 6}
# Names are drawn along lines from this level on; farther out only those of the great roads.
NAMED_LEVEL = 2
Row = tuple[object, ...]
Group = tuple[str, str, bool, float, str | None, str | None]
Fact = tuple[kinds.LineKind, str | None, str | None]


class Lines:
    """All the ways of an extract that are drawn."""

    def __init__(self) -> None:
        self._wkb: list[str] = []
        self._facts: list[Fact] = []
        self._whole: shapes.Shapes | None = None

    def add(self, thing: Found) -> None:
        """Keep a way that is a road, rail or water."""
        kind = kinds.line_kind(thing.tags)
        if kind is not None:
            self._wkb.append(thing.wkb)
            self._facts.append((kind, *kinds.names(thing.tags)))

    def rows(self) -> Iterator[Row]:
        """Near: each way as it is. Farther out: ways of a kind and name joined, then simplified."""
        for level in shapes.LEVELS:
            if level.number == len(shapes.LEVELS) - 1:
                yield from self._ways(level)
            else:
                yield from self._joined(level)

    def gazetteer(self) -> Iterator[Row]:
        """One row for each stretch of a named street, at the middle of it."""
        named: dict[str, list[int]] = defaultdict(list)
        for index, (kind, name, _) in enumerate(self._facts):
            if name and kind.kind in STREET_WEIGHTS:
                named[name].append(index)
        if not named:
            return
        metres = self._metres()
        found = [
            [members[position] for position in stretch]
            for members in named.values()
            for stretch in shapes.stretches(metres[members], APART_M)
        ]
        middles = np.array([shapes.middle_of(metres[stretch]) for stretch in found], dtype=object)
        places = shapes.to_ewkb(shapes.to_degrees(middles), 4326)
        for stretch, place in zip(found, places, strict=True):
            yield self._street([self._facts[index] for index in stretch], place)

    def _street(self, facts: list[Fact], place: str) -> Row:
        name = str(facts[0][1])
        english = Counter(fact[2] for fact in facts if fact[2]).most_common(1)
        weight = min(STREET_WEIGHTS[fact[0].kind] for fact in facts)
        return (
            "street",
            name,
            english[0][0] if english else None,
            key(name),
            name,
            None,
            place,
            weight,
        )

    def _metres(self) -> shapes.Shapes:
        if self._whole is None:
            self._whole = shapes.to_metres(shapes.from_hex(self._wkb))
        return self._whole

    def _ways(self, level: shapes.Level) -> Iterator[Row]:
        whole = self._metres()
        ranks = shapes.line_ranks(whole, np.array([kind.rank for kind, _, _ in self._facts]))
        drawn = shapes.to_ewkb(shapes.simpler(whole, level), 3857)
        for (kind, name, name_en), rank, geom in zip(
            self._facts, ranks.tolist(), drawn, strict=True
        ):
            crossing = (kind.oneway or None, kind.bridge or None, kind.tunnel or None)
            yield level.number, kind.layer, kind.kind, *crossing, rank, name, name_en, geom

    def _joined(self, level: shapes.Level) -> Iterator[Row]:
        groups: dict[Group, list[int]] = defaultdict(list)
        for index, (kind, name, name_en) in enumerate(self._facts):
            if kind.rank < level.below:
                known = (name, name_en) if level.number >= NAMED_LEVEL else (None, None)
                groups[kind.layer, kind.kind, kind.tunnel, kind.rank, *known].append(index)
        whole = self._metres()
        for (layer, kind_, tunnel, rank, name, name_en), members in groups.items():
            parts = shapes.simpler(shapes.joined(whole[members]), level)
            ranks = shapes.line_ranks(parts, np.full(len(parts), rank))
            ewkb = shapes.to_ewkb(parts, 3857)
            for part, (own, geom) in enumerate(zip(ranks.tolist(), ewkb, strict=True)):
                if shapely.length(parts[part]) > 0:
                    yield (
                        level.number, layer, kind_, None, None, tunnel or None, own, name, name_en, geom,
                    )  # fmt: skip
