"""A contest's problem: one depot, alike vehicles, customers or paired shipments.

Times and distances share one unit, that of the file; both are the Euclidean distance in double
precision unless a matrix is given (roads are no plane).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Kind = Literal["vrptw", "pdptw"]


@dataclass(frozen=True)
class Node:
    """One row of an instance.

    `demand` is handed over at a customer (VRPTW), taken up at a pickup (> 0) or put off at a
    delivery (< 0). `other` is the delivery of a pickup, the pickup of a delivery, else 0.
    """

    x: float
    y: float
    demand: int
    ready: float
    due: float
    service: float
    other: int = 0


@dataclass(frozen=True)
class Instance:
    """A depot (node 0) and what is to be visited; `matrix` (n × n) replaces the plane."""

    name: str
    kind: Kind
    vehicles_max: int
    capacity: int
    nodes: tuple[Node, ...]
    matrix: Matrix | None = None

    @cached_property
    def distances(self) -> Matrix:
        """Distance and travel time from row to column, shape (n, n)."""
        if self.matrix is not None:
            return self.matrix
        xy = np.array([(node.x, node.y) for node in self.nodes])
        away = xy[:, None, :] - xy[None, :, :]
        found: Matrix = np.sqrt((away**2).sum(axis=-1))
        return found

    @cached_property
    def pickups(self) -> tuple[int, ...]:
        """Node numbers of the pickups, in the file's order; none in a VRPTW."""
        if self.kind == "vrptw":
            return ()
        return tuple(rank for rank, node in enumerate(self.nodes) if rank and node.demand > 0)
