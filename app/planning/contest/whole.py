"""An instance in whole numbers, the same ones for every engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.planning.contest.instances import Instance

SCALE = 1_000
"""Whole thousandths of the instance's unit: 0.001 of a leg never decides a public instance."""

SUM_MAX = 2_000_000_000
"""VROOM adds up the longest leg of every place in 32 bits; longer units are told less finely."""

CEIL_SLACK = 1e-6
"""A distance that is a whole number of thousandths must not be rounded up by its last digit."""


@dataclass(frozen=True)
class WholeNode:
    """A node's times in thousandths (or `scale`), the window no wider and the service no shorter than true."""

    early: int
    late: int
    service: int
    demand: int
    other: int


@dataclass(frozen=True)
class Whole:
    """Distances rounded, durations rounded up (n × n): what is feasible here truly is."""

    instance: Instance
    distances: NDArray[np.int64]
    durations: NDArray[np.int64]
    nodes: tuple[WholeNode, ...]


def whole(instance: Instance) -> Whole:
    """The instance in thousandths, or less finely where VROOM could not add it up."""
    scale = SCALE
    while scale > 1 and instance.distances.max(axis=1).sum() * scale > SUM_MAX:
        scale //= 10
    exact = instance.distances * scale

    def up(value: float) -> int:
        return int(np.ceil(value * scale - CEIL_SLACK))

    def down(value: float) -> int:
        return int(np.floor(value * scale + CEIL_SLACK))

    return Whole(
        instance,
        np.rint(exact).astype(np.int64),
        np.ceil(exact - CEIL_SLACK).astype(np.int64),
        tuple(
            WholeNode(up(n.ready), down(n.due), up(n.service), n.demand, n.other)
            for n in instance.nodes
        ),
    )
