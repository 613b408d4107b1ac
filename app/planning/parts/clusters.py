"""Points cut into balanced clusters that lie together, before any travel matrix exists.

The city is halved again and again, across its longest direction, at the line that leaves each
side its share of the load: one sort per cut, so the time grows as n log n.
"""

from __future__ import annotations

from math import ceil, pi

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TURN_RAD = 0.618 * pi
"""How far the cuts turn from one round to the next: no two of many rounds cut alike."""


def clusters(points: FloatArray, loads: FloatArray, size: int, turn: int = 0) -> IntArray:
    """The number of each point's cluster, counted from 0 without gaps.

    `points` has shape (n, 2) in any plane unit (degrees do inside one city), `loads` shape (n,),
    none below zero. Clusters are as few as `size` allows; where all loads are one, none is larger
    than `size`, else by less than twice its heaviest point. `turn` turns every cut.
    """
    if len(points) == 0:
        return np.zeros(0, dtype=np.int64)
    number = np.zeros(len(points), dtype=np.int64)
    todo = [(np.arange(len(points)), max(1, ceil(float(loads.sum()) / size)))]
    done = 0
    while todo:
        rows, parts = todo.pop()
        if parts == 1 or len(rows) == 1:
            number[rows] = done
            done += 1
            continue
        left, right = _cut(points, loads, rows, parts, turn)
        todo += [(half, count) for half, count in ((right, parts - parts // 2), (left, parts // 2))]
    return number


def _cut(
    points: FloatArray, loads: FloatArray, rows: IntArray, parts: int, turn: int
) -> tuple[IntArray, IntArray]:
    """Both sides of a line across the longest direction; the left one gets parts // 2 shares."""
    spread = points[rows] - points[rows].mean(axis=0)
    (xx, xy), (_, yy) = spread.T @ spread
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + TURN_RAD * turn
    along = np.argsort(spread @ np.array([np.cos(angle), np.sin(angle)]), kind="stable")
    reached = np.cumsum(loads[rows[along]])
    share = reached[-1] * (parts // 2) / parts
    at = 1 + int(np.abs(reached[:-1] - share).argmin())
    return rows[along[:at]], rows[along[at:]]
