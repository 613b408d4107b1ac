"""A Valhalla of the operator's, by URL. https://valhalla.github.io/valhalla/api/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from app.roads.asking import EngineRefused, ask, distrusted, is_there
from app.roads.polyline import decode
from app.roads.source import FloatArray, Table, in_blocks, table_of
from app.roads.steps import Manoeuvre, sentences
from app.roads.travel import Leg, Mode, Point, Route, Step

COSTING: dict[Mode, tuple[str, dict[str, Any]]] = {
    Mode.CAR: ("auto", {}),
    Mode.EBIKE: ("bicycle", {"bicycle_type": "City", "cycling_speed": 20}),
    Mode.TRIKE: ("bicycle", {"bicycle_type": "City", "cycling_speed": 14, "use_roads": 0.7}),
    Mode.BICYCLE: ("bicycle", {"bicycle_type": "City"}),
    Mode.FOOT: ("pedestrian", {}),
}
"""Its words for our modes, and what makes the difference between those that share one."""

NO_WAY = frozenset({170, 171, 441, 442, 443, 444})
"""Error codes: no road near a place, or no way between places."""
TOO_BIG = frozenset({150, 151, 152, 153, 154, 157})
"""Error codes: beyond this server's limits."""

# Its manoeuvre types (DirectionsLeg.Maneuver.Type) in OSRM's words.
KINDS = {
    1: ("depart", ""),
    2: ("depart", "right"),
    3: ("depart", "left"),
    4: ("arrive", ""),
    5: ("arrive", "right"),
    6: ("arrive", "left"),
    7: ("new name", "straight"),
    8: ("continue", "straight"),
    9: ("turn", "slight right"),
    10: ("turn", "right"),
    11: ("turn", "sharp right"),
    12: ("turn", "uturn"),
    13: ("turn", "uturn"),
    14: ("turn", "sharp left"),
    15: ("turn", "left"),
    16: ("turn", "slight left"),
    17: ("on ramp", "straight"),
    18: ("on ramp", "right"),
    19: ("on ramp", "left"),
    20: ("off ramp", "right"),
    21: ("off ramp", "left"),
    22: ("fork", "straight"),
    23: ("fork", "right"),
    24: ("fork", "left"),
    25: ("merge", "straight"),
    26: ("roundabout", ""),
    27: ("exit roundabout", ""),
    28: ("ferry", ""),
    29: ("ferry", ""),
    37: ("merge", "right"),
    38: ("merge", "left"),
}
FERRY = "ferry"


class Valhalla:
    """A `RoadSource` that speaks Valhalla's protocol; one address for all modes."""

    name: Literal["osrm", "valhalla"] = "valhalla"

    def __init__(self, urls: Mapping[Mode, str]) -> None:
        self.urls = urls

    def serves(self, mode: Mode) -> bool:
        """Whether there is an address for this mode."""
        return mode in self.urls

    def answers(self) -> bool:
        """Whether the server answers."""
        return is_there(self.urls.values(), "/status")

    def table(self, mode: Mode, starts: FloatArray, ends: FloatArray | None = None) -> Table:
        """Travel from each start to each end; see `RoadSource.table`."""
        return in_blocks(lambda one, other: self._table(mode, one, other), starts, ends)

    def _table(self, mode: Mode, starts: FloatArray, ends: FloatArray | None) -> Table:
        ends = starts if ends is None else ends
        shape = (len(starts), len(ends))
        question = {"sources": _places(starts), "targets": _places(ends)}
        cells = shape[0] * shape[1]
        told = self._ask(mode, "sources_to_targets", question, patience_s=15 + cells / 2_000)
        with _Reading(self.urls[mode]):
            rows = told["sources_to_targets"]
            seconds = [[cell and cell["time"] for cell in row] for row in rows]
            km = [[cell and cell["distance"] for cell in row] for row in rows]
            metres = [[x if x is None else x * 1000 for x in row] for row in km]
            return table_of(seconds, metres, shape)

    def way(self, mode: Mode, places: FloatArray) -> Route:
        """The way through the places; see `RoadSource.way`."""
        told = self._ask(mode, "route", {"locations": _places(places)})
        with _Reading(self.urls[mode]):
            rows = told["trip"]["legs"]
            if len(rows) != len(places) - 1:
                raise ValueError("Other legs than asked for.")
            shapes = [decode(row["shape"]) for row in rows]
            legs = tuple(
                _leg(row, shape, on_foot=mode is Mode.FOOT)
                for row, shape in zip(rows, shapes, strict=True)
            )
            # Each leg begins where the one before it ended.
            line = [*shapes[0], *(place for shape in shapes[1:] for place in shape[1:])]
            return Route(tuple(line), legs, "valhalla")

    def nearest(self, mode: Mode, places: FloatArray) -> list[tuple[Point, float] | None]:
        """The nearest place on a road of each place; see `RoadSource.nearest`."""
        told = self._ask(mode, "locate", {"locations": _places(places), "verbose": True})
        with _Reading(self.urls[mode]):
            if len(told) != len(places):
                raise ValueError("Other places than asked for.")
            return [_nearest(row["edges"]) for row in told]

    def reach(self, mode: Mode, place: Point, minutes: float) -> tuple[tuple[Point, ...], ...]:
        """Rings around what can be reached; see `RoadSource.reach`."""
        question = {
            "locations": _places(np.array([place])),
            "contours": [{"time": minutes}],
            "polygons": True,
        }
        told = self._ask(mode, "isochrone", question)
        with _Reading(self.urls[mode]):
            shape = told["features"][0]["geometry"]
            rings = shape["coordinates"]
            if shape["type"] == "MultiPolygon":
                rings = max(rings, key=lambda part: len(part[0]))
            return tuple(tuple((float(lng), float(lat)) for lng, lat in ring) for ring in rings)

    def _ask(
        self, mode: Mode, action: str, question: dict[str, Any], patience_s: float = 10.0
    ) -> Any:
        costing, options = COSTING[mode]
        body = {**question, "costing": costing, "units": "kilometers"}
        if options:
            body["costing_options"] = {costing: options}
        url = self.urls[mode]
        told = ask(f"{url}/{action}", patience_s=patience_s, bytes_max=100_000_000, body=body)
        code = told.get("error_code") if isinstance(told, dict) else None
        if code in NO_WAY:
            raise EngineRefused("NoRoute")
        if code in TOO_BIG:
            raise EngineRefused("TooBig")
        if code is not None:
            raise distrusted(url, ValueError(f"Error code {code!r:.40}"))
        return told


class _Reading:
    """An answer being read: what is not as it should be means that there is no usable answer."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(
            error,
            KeyError | IndexError | TypeError | ValueError | AttributeError | OverflowError,
        ):
            raise distrusted(self.url, error) from error


def _places(places: FloatArray) -> list[dict[str, float]]:
    return [{"lon": lng, "lat": lat} for lng, lat in places.round(6).tolist()]


def _nearest(edges: list[dict[str, Any]] | None) -> tuple[Point, float] | None:
    if not edges:
        return None
    edge = min(edges, key=lambda one: float(one["distance"]))
    return (float(edge["correlated_lon"]), float(edge["correlated_lat"])), float(edge["distance"])


def _leg(row: dict[str, Any], shape: list[Point], *, on_foot: bool) -> Leg:
    steps = tuple(_step(step, shape, on_foot=on_foot) for step in row["maneuvers"])
    summary = row["summary"]
    return Leg(round(summary["time"]), round(summary["length"] * 1000), steps)


def _step(step: dict[str, Any], shape: list[Point], *, on_foot: bool) -> Step:
    kind, modifier = KINDS.get(step["type"], ("", ""))
    zh, en = sentences(
        Manoeuvre(
            kind=kind,
            modifier=modifier,
            road=str((step.get("street_names") or [""])[0]),
            bearing_deg=float(step.get("bearing_after", 0)),
            exit_number=step.get("roundabout_exit_count"),
            by=FERRY if kind == FERRY else "",
            on_foot=on_foot,
        )
    )
    place = shape[step["begin_shape_index"]]
    return Step(zh, en, round(step["time"]), round(step["length"] * 1000), place)
