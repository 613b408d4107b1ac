"""What a road engine can be asked, whichever it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from app.roads.asking import EngineRefused
from app.roads.travel import UNREACHABLE, Mode, Point, Route

FloatArray = NDArray[np.float64]
CELLS_MAX = 2_500_000
"""One question's cells: more is asked in parts, so that no answer needs more than ~100 MB."""
TRAVEL_MAX = 1e8
"""No way in one extract takes or measures more; an engine that says so is broken."""
NOISE = 5.0
"""Between two places on one street OSRM's tables say up to -0.8 m (seen in real cities): that is 0."""


@dataclass(frozen=True, eq=False)
class Table:
    """Whole seconds and metres of shape (starts, ends), `UNREACHABLE` where no way leads."""

    seconds: NDArray[np.integer[Any]]
    metres: NDArray[np.integer[Any]]


class RoadSource(Protocol):
    """A road engine. Places are float arrays of shape (n, 2): (lng, lat) in degrees, WGS-84.

    All methods raise `EngineDown` when there is no usable answer.
    """

    name: Literal["osrm", "valhalla"]

    def serves(self, mode: Mode) -> bool:
        """Whether it knows the roads of this mode."""
        ...

    def table(self, mode: Mode, starts: FloatArray, ends: FloatArray | None = None) -> Table:
        """Travel from each start to each end; without ends between all starts."""
        ...

    def way(self, mode: Mode, places: FloatArray) -> Route:
        """The way through at least two places. Raises `EngineRefused` when there is none."""
        ...

    def nearest(self, mode: Mode, places: FloatArray) -> list[tuple[Point, float] | None]:
        """The nearest place on a road and the metres to it; None where there is no road at all."""
        ...

    def reach(self, mode: Mode, place: Point, minutes: float) -> tuple[tuple[Point, ...], ...]:
        """Rings around what can be reached in so many minutes, the first the outer one."""
        ...

    def answers(self) -> bool:
        """Whether it answers at all; quick."""
        ...


AskBlock = Callable[[FloatArray, FloatArray | None], Table]


def in_blocks(ask: AskBlock, starts: FloatArray, ends: FloatArray | None) -> Table:
    """Ask for a table whole, or in parts where it is too big for the engine or for our memory."""
    columns = len(starts if ends is None else ends)
    if len(starts) * columns <= CELLS_MAX:
        try:
            return ask(starts, ends)
        except EngineRefused as refusal:
            if refusal.code != "TooBig" or max(len(starts), columns) < 2:
                raise
    ends = starts if ends is None else ends
    if len(starts) >= columns:
        half = len(starts) // 2
        parts = [in_blocks(ask, part, ends) for part in (starts[:half], starts[half:])]
        axis = 0
    else:
        half = columns // 2
        parts = [in_blocks(ask, starts, part) for part in (ends[:half], ends[half:])]
        axis = 1
    return Table(
        np.concatenate([part.seconds for part in parts], axis),
        np.concatenate([part.metres for part in parts], axis),
    )


def table_of(seconds: object, metres: object, shape: tuple[int, int]) -> Table:
    """An engine's two lists of rows, checked. Raises ValueError when they are no such table.

    None stands for "no way"; a pair without a time has no distance either.
    """
    # None becomes NaN; JSON itself cannot carry one.
    cells = [np.array(rows, dtype=np.float64) for rows in (seconds, metres)]
    for cell in cells:
        if cell.shape != shape:
            raise ValueError(f"A table of {cell.shape} instead of {shape}.")
        if not (np.isnan(cell) | ((cell >= -NOISE) & (cell < TRAVEL_MAX))).all():
            raise ValueError("A table with cells that are no travel.")
    nowhere = np.isnan(cells[0]) | np.isnan(cells[1])
    whole = [
        np.where(nowhere, UNREACHABLE, np.rint(np.maximum(cell, 0))).astype(np.int64)
        for cell in cells
    ]
    return Table(*whole)
