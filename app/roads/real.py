"""Travel times from real roads: an engine, the matrix cache, and estimates where both end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.places.ground import datasets
from app.places.ground.datasets import Dataset
from app.roads import cache
from app.roads.asking import EngineDown, EngineRefused
from app.roads.estimate import Estimate
from app.roads.models import BIT
from app.roads.reaching import reach_on_points
from app.roads.snapping import Snapped, snap
from app.roads.source import FloatArray, RoadSource, Table
from app.roads.travel import (
    SNAP_MAX_M,
    UNREACHABLE,
    Matrix,
    Mode,
    Point,
    Reach,
    Route,
    Snap,
    Source,
    coordinates,
)

BoolArray = NDArray[np.bool_]


class RealRoads:
    """`TravelTimes` on real roads.

    With a dataset, pins are put on its road points and its matrix rows are kept; then the cache
    answers even when there is no engine. Without (an operator's own engine) the engine does both.
    """

    def __init__(self, db: Session, source: RoadSource | None, dataset: Dataset | None) -> None:
        self.db = db
        self.source = source
        self.dataset = dataset
        self.estimate = Estimate()

    # --- the matrix -------------------------------------------------------------------------

    def matrix(self, points: Sequence[Point], mode: Mode) -> Matrix:
        """Travel between every pair of points; see `TravelTimes.matrix`."""
        places = coordinates(points)
        snapped = self._snap(places, mode)
        if snapped is None:
            return self.estimate.matrix(points, mode)
        good = snapped.is_good
        real = self._real(snapped, good, mode)
        # A pair is real when both are on the network and somebody knew it.
        is_real = np.zeros((len(places), len(places)), bool)
        seconds = np.full(is_real.shape, UNREACHABLE, np.int64)
        metres = seconds.copy()
        if real is not None:
            block = np.ix_(good, good)
            seconds[block], metres[block] = real.seconds, real.metres
            is_real[block] = real.seconds != cache.UNKNOWN
        off_road = {int(n): snapped.snap(int(n)) for n in np.flatnonzero(snapped.is_known & ~good)}
        is_open = ~(snapped.is_known & ~good)
        guessed = is_open[:, None] & is_open[None, :] & ~is_real
        np.fill_diagonal(guessed, val=False)
        if guessed.any():
            guess = self.estimate.matrix(points, mode)
            np.copyto(seconds, guess.seconds, where=guessed)
            np.copyto(metres, guess.metres, where=guessed)
        np.fill_diagonal(seconds, 0)
        np.fill_diagonal(metres, 0)
        np.fill_diagonal(is_real, val=False)
        any_guess = bool(guessed.any())
        # A place alone on the network has no way to anywhere, and nothing about it is guessed.
        any_real = bool(is_real.any()) or (not any_guess and real is not None)
        label = self._label(any_real=any_real, any_guess=any_guess)
        return Matrix(seconds, metres, label, off_road)

    def _label(self, *, any_real: bool, any_guess: bool) -> Source:
        if not any_real:
            return "estimate"
        if any_guess:
            return "mixed"
        return self.source.name if self.source else "osrm"

    def _real(self, snapped: Snapped, good: BoolArray, mode: Mode) -> Table | None:
        """Travel between the good places as the roads say, `cache.UNKNOWN` where nobody knew."""
        if not good.any():
            return None
        if self.dataset is None:
            return self._asked(mode, snapped.places[good])
        ids, first, which = np.unique(snapped.ids[good], return_index=True, return_inverse=True)
        places = snapped.places[good][first]
        seconds, metres = cache.read(self.db, self.dataset.id, BIT[mode], ids)
        missing = seconds == cache.UNKNOWN
        if missing.any():
            seconds, metres = self._completed(ids, places, seconds, metres, mode)
        back = np.ix_(which, which)
        return Table(seconds[back], metres[back])

    def _completed(
        self,
        ids: NDArray[np.int64],
        places: FloatArray,
        seconds: NDArray[np.int32],
        metres: NDArray[np.int32],
        mode: Mode,
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """What the cache did not know, asked and kept; as it was when the engine is down."""
        dataset = self.dataset
        assert dataset is not None  # noqa: S101 - there are ids
        missing = seconds == cache.UNKNOWN
        new_rows = missing.all(axis=1)
        blocks = [(new_rows, np.ones(len(ids), bool))]
        if not new_rows.all():
            some = missing.any(axis=1) & ~new_rows
            blocks.append((some, missing[some].any(axis=0)))
        for rows, columns in blocks:
            if not rows.any() or not columns.any():
                continue
            whole = bool(rows.all() and columns.all())
            told = self._asked(mode, places[rows], None if whole else places[columns])
            if told is None:
                return seconds, metres
            block = np.ix_(rows, columns)
            seconds[block], metres[block] = told.seconds, told.metres
        cache.write(self.db, dataset.id, BIT[mode], ids, Table(seconds, metres))
        return seconds, metres

    def _asked(
        self, mode: Mode, starts: FloatArray, ends: FloatArray | None = None
    ) -> Table | None:
        """The engine's table, or None when it has no answer."""
        if self.source is None or not self.source.serves(mode):
            return None
        try:
            return self.source.table(mode, starts, ends)
        except (EngineDown, EngineRefused):
            return None

    # --- ways, snaps, areas -----------------------------------------------------------------

    def route(self, points: Sequence[Point], mode: Mode) -> Route:
        """The way through the points; see `TravelTimes.route`. Legs nobody knows are estimates."""
        places = coordinates(points)
        if self.source is None or len(places) < 2 or not self.source.serves(mode):
            return self.estimate.route(points, mode)
        snapped = self._snap(places, mode)
        if snapped is None or self.source is None:
            return self.estimate.route(points, mode)
        good = snapped.is_good
        is_real = good[:-1] & good[1:]
        legs: list[Route] = []
        first = 0
        while first < len(is_real):
            last = first
            while last + 1 < len(is_real) and is_real[last + 1] == is_real[first]:
                last += 1
            part = slice(first, last + 2)
            if is_real[first]:
                legs.extend(self._ways(mode, snapped.places[part], points[part]))
            else:
                legs.append(self.estimate.route(points[part], mode))
            first = last + 1
        return _joined(legs)

    def _ways(self, mode: Mode, places: FloatArray, points: Sequence[Point]) -> list[Route]:
        """The way through places on the network; where one leg has none, leg by leg."""
        assert self.source is not None  # noqa: S101 - route asked
        try:
            return [self.source.way(mode, places)]
        except EngineDown:
            return [self.estimate.route(points, mode)]
        except EngineRefused:
            if len(places) == 2:
                return [self.estimate.route(points, mode)]
        found: list[Route] = []
        for number in range(len(places) - 1):
            part = slice(number, number + 2)
            found.extend(self._ways(mode, places[part], points[part]))
        return found

    def nearest(self, points: Sequence[Point], mode: Mode) -> list[Snap]:
        """Where each point meets the roads; see `TravelTimes.nearest`."""
        snapped = self._snap(coordinates(points), mode)
        if snapped is None:
            return self.estimate.nearest(points, mode)
        return [snapped.snap(number) for number in range(len(points))]

    def reachable(self, point: Point, mode: Mode, minutes: float) -> Reach:
        """The area within some minutes; see `TravelTimes.reachable`."""
        places = coordinates([point])
        guess = self.estimate.reachable(point, mode, minutes)
        snapped = self._snap(places, mode)
        if self.source is None or snapped is None or not snapped.is_good[0]:
            return guess
        if not self.source.serves(mode):
            return guess
        lng, lat = snapped.places[0].tolist()
        try:
            if self.dataset is None:
                return Reach(self.source.reach(mode, (lng, lat), minutes), self.source.name)
            rings = reach_on_points(
                self.db, self.source, self.dataset, (lng, lat), mode=mode, minutes=minutes
            )
        except (EngineDown, EngineRefused):
            return guess
        return Reach(rings, self.source.name)

    def _snap(self, places: FloatArray, mode: Mode) -> Snapped | None:
        """Where places meet the roads, or None when no roads are known."""
        if self.dataset is not None:
            return self._snap_in_database(self.dataset, places, mode)
        if self.source is None or not self.source.serves(mode) or not len(places):
            return None
        try:
            found = self.source.nearest(mode, places)
        except EngineDown:
            return None
        return _snapped_by_engine(places, found)

    def _snap_in_database(self, dataset: Dataset, places: FloatArray, mode: Mode) -> Snapped | None:
        snapped = snap(self.db, dataset, places, mode)
        if not snapped.is_known.any() or snapped.is_good.any():
            return snapped
        # Not one pin on a road: perhaps the dataset is another one by now.
        now = datasets.by_digest(self.db, dataset.digest)
        if now == dataset:
            return snapped
        self.dataset = now
        if now is None:
            self.source = None  # its engines stand on data that is gone
            return None
        return snap(self.db, now, places, mode)


def _snapped_by_engine(places: FloatArray, found: Sequence[tuple[Point, float] | None]) -> Snapped:
    on_road, metres_off = places.copy(), np.zeros(len(places))
    for number, nearest in enumerate(found):
        if nearest is not None:
            on_road[number], metres_off[number] = nearest
    # Where it has no road at all its data may end: unknown, not far.
    is_known = np.array([nearest is not None for nearest in found], dtype=bool)
    faults = tuple("far" if off > SNAP_MAX_M else "" for off in metres_off)
    return Snapped(np.full(len(places), -1), on_road, metres_off, faults, is_known)  # type: ignore[arg-type]  # the words above


def _joined(parts: Sequence[Route]) -> Route:
    """Ways one after the other, as one."""
    if len(parts) == 1:
        return parts[0]
    line = [place for part in parts for place in part.geometry]
    legs = tuple(leg for part in parts for leg in part.legs)
    sources = {part.source for part in parts}
    source: Source = sources.pop() if len(sources) == 1 else "mixed"
    return Route((line[0], *(b for a, b in pairwise(line) if a != b)), legs, source)
