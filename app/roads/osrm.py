"""OSRM over HTTP: our own engines on the loopback, or an operator's.

https://github.com/Project-OSRM/osrm-backend/blob/master/docs/http.md; osrm-routed ignores the
profile in the address ("driving"), a public server does not mind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import numpy as np

from app.roads.asking import EngineRefused, ask, distrusted, is_there
from app.roads.polyline import encode
from app.roads.source import NOISE, TRAVEL_MAX, FloatArray, Table, in_blocks, table_of
from app.roads.steps import Manoeuvre, sentences
from app.roads.travel import Leg, Mode, Point, Route, Step

REFUSALS = frozenset({"NoRoute", "NoSegment", "NoTrips", "TooBig"})
WAY_PLACES_MAX = 100
"""Places of one route question; longer ways are asked in parts that share a place."""
T = TypeVar("T")


class Osrm:
    """A `RoadSource` that speaks OSRM's protocol; one address for each mode."""

    name: Literal["osrm", "valhalla"] = "osrm"

    def __init__(self, urls: Mapping[Mode, str]) -> None:
        self.urls = urls

    def serves(self, mode: Mode) -> bool:
        """Whether there is an engine for this mode."""
        return mode in self.urls

    def answers(self) -> bool:
        """Whether the first of the engines answers; what it answers does not matter."""
        return is_there(self.urls.values(), "/nearest/v1/driving/0,0")

    def table(self, mode: Mode, starts: FloatArray, ends: FloatArray | None = None) -> Table:
        """Travel from each start to each end; see `RoadSource.table`."""
        return in_blocks(lambda one, other: self._table(mode, one, other), starts, ends)

    def _table(self, mode: Mode, starts: FloatArray, ends: FloatArray | None) -> Table:
        places = starts if ends is None else np.concatenate([starts, ends])
        shape = (len(starts), len(starts) if ends is None else len(ends))
        if len(places) == 1:
            return Table(np.zeros((1, 1), np.int64), np.zeros((1, 1), np.int64))
        question = "annotations=duration,distance&generate_hints=false&skip_waypoints=true"
        if ends is not None:
            sources = ";".join(map(str, range(len(starts))))
            targets = ";".join(map(str, range(len(starts), len(places))))
            question += f"&sources={sources}&destinations={targets}"
        cells = shape[0] * shape[1]
        # A busy machine (load 18) took more than 30 s for a million cells.
        told = self._ask(
            mode, "table", places, question, patience_s=15 + cells / 5_000, bytes_max=40 * cells
        )
        return _understood(self.urls[mode], _table_told, told, shape)

    def way(self, mode: Mode, places: FloatArray) -> Route:
        """The way through the places; see `RoadSource.way`."""
        parts = [
            self._way(mode, places[first : first + WAY_PLACES_MAX])
            for first in range(0, len(places) - 1, WAY_PLACES_MAX - 1)
        ]
        line = [place for part in parts for place in part.geometry]
        return Route(tuple(line), tuple(leg for part in parts for leg in part.legs), "osrm")

    def _way(self, mode: Mode, places: FloatArray) -> Route:
        # The steps' lines together are the whole line: asking for both would double the answer.
        # At a stop people get off and may turn round, as the table counts it too.
        question = (
            "steps=true&overview=false&geometries=geojson&generate_hints=false"
            "&continue_straight=false"
        )
        told = self._ask(mode, "route", places, question, patience_s=10, bytes_max=50_000_000)
        return _understood(self.urls[mode], _route_told, told, len(places) - 1, mode is Mode.FOOT)

    def nearest(self, mode: Mode, places: FloatArray) -> list[tuple[Point, float] | None]:
        """The nearest place on a road of each place; see `RoadSource.nearest`."""
        found: list[tuple[Point, float] | None] = []
        for place in places:
            try:
                told = self._ask(
                    mode,
                    "nearest",
                    place[None],
                    "number=1&generate_hints=false",
                    patience_s=5,
                    bytes_max=100_000,
                )
            except EngineRefused:
                found.append(None)
                continue
            found.append(_understood(self.urls[mode], _nearest_told, told))
        return found

    def reach(self, mode: Mode, place: Point, minutes: float) -> tuple[tuple[Point, ...], ...]:
        """OSRM draws no areas: it refuses, whatever is asked."""
        del mode, place, minutes
        raise EngineRefused("NoArea")

    def _ask(
        self,
        mode: Mode,
        service: str,
        places: FloatArray,
        question: str,
        *,
        patience_s: float,
        bytes_max: int,
    ) -> dict[str, Any]:
        url = self.urls[mode]
        line = quote(encode(places), safe="")
        told = ask(
            f"{url}/{service}/v1/driving/polyline6({line})?{question}",
            patience_s=patience_s,
            bytes_max=bytes_max + 500 * len(places) + 10_000,
        )
        code = told.get("code") if isinstance(told, dict) else None
        if code in REFUSALS:
            raise EngineRefused(str(code))
        if code != "Ok":
            raise distrusted(url, ValueError(f"Code {code!r:.40}"))
        assert isinstance(told, dict)  # noqa: S101 - it has a code
        return told


def _understood(url: str, read: Callable[..., T], *told: object) -> T:
    """What an answer says, or EngineDown when it says nothing of the kind."""
    try:
        return read(*told)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise distrusted(url, error) from error


def _table_told(told: dict[str, Any], shape: tuple[int, int]) -> Table:
    return table_of(told["durations"], told["distances"], shape)


def _nearest_told(told: dict[str, Any]) -> tuple[Point, float]:
    found = told["waypoints"][0]
    lng, lat = found["location"]
    return (float(lng), float(lat)), float(found["distance"])


def _route_told(told: dict[str, Any], legs: int, on_foot: bool) -> Route:  # noqa: FBT001 - one of many read alike
    rows = told["routes"][0]["legs"]
    if len(rows) != legs:
        raise ValueError(f"{len(rows)} legs instead of {legs}.")
    line: list[Point] = []
    for row in rows:
        for step in row["steps"]:
            for lng, lat in step["geometry"]["coordinates"]:
                if not line or line[-1] != (lng, lat):
                    line.append((float(lng), float(lat)))
    return Route(tuple(line), tuple(_leg(row, on_foot=on_foot) for row in rows), "osrm")


def _leg(row: dict[str, Any], *, on_foot: bool) -> Leg:
    steps = tuple(_step(step, on_foot=on_foot) for step in row["steps"])
    return Leg(_whole(row["duration"]), _whole(row["distance"]), steps)


def _step(step: dict[str, Any], *, on_foot: bool) -> Step:
    turn = step["maneuver"]
    lng, lat = turn["location"]
    zh, en = sentences(
        Manoeuvre(
            kind=str(turn["type"]),
            modifier=str(turn.get("modifier", "")),
            road=str(step.get("name") or step.get("ref") or ""),
            bearing_deg=float(turn.get("bearing_after", 0)),
            exit_number=turn.get("exit"),
            roundabout=str(step.get("rotary_name", "")),
            by=str(step.get("mode", "")),
            on_foot=on_foot,
        )
    )
    at = (float(lng), float(lat))
    return Step(zh, en, _whole(step["duration"]), _whole(step["distance"]), at)


def _whole(value: float) -> int:
    """A time or length as an integer. Raises ValueError when it is no real one."""
    if not -NOISE <= value < TRAVEL_MAX:
        raise ValueError(f"{value} is no travel.")
    return max(0, round(value))
