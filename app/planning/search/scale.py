"""What breaking a rule costs at first, on the scale of the data at hand.

PyVRP 0.14 starts every penalty at 50,000 per unit and lets it fall by a tenth every 500
iterations. Where a unit is a thousandth of a minute, a search of seconds never sees a penalty
that it may break to get somewhere; where a unit is a box and an arc costs a million, it sees none
that holds it. Here a second late costs what a second of driving costs, an average load too much a
few average arcs, and penalties follow five times as quickly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyvrp import PenaltyParams, ProblemData

NEAR = 20
"""An arc that a good plan uses leads to one of so many nearest places."""

ARCS_PER_LOAD = 5
PENALTY_MAX = 1e9
UPDATE_EVERY = 100


@dataclass
class Scaled(PenaltyParams):
    """`PenaltyParams` whose first penalties fit the data they are asked for."""

    solutions_between_updates: int = UPDATE_EVERY
    min_penalty: float = 0.01
    max_penalty: float = PENALTY_MAX
    weight: float = 1.0
    """How many times these; large where being feasible at all is what is looked for."""

    def midpoint_penalties(self, data: ProblemData) -> tuple[list[float], float, float]:
        """Initial penalties per unit of load (one per dimension), duration and distance."""
        kind = data.vehicle_type(0)
        metres, seconds = _near(data.distance_matrix(0)), _near(data.duration_matrix(0))
        arc = kind.unit_distance_cost * metres + kind.unit_duration_cost * seconds
        loads = [self.weight * ARCS_PER_LOAD * arc / max(1.0, load) for load in _mean_load(data)]
        return loads, self.weight * arc / max(1.0, seconds), self.weight


def _near(cells: Any) -> float:
    """Mean length of the arcs to the nearest places."""
    if len(cells) < 2:
        return 1.0
    near = min(NEAR, len(cells) - 1)
    return float(np.partition(cells, near, axis=1)[:, 1 : near + 1].mean())


def _mean_load(data: ProblemData) -> list[float]:
    rows = [np.add(client.delivery, client.pickup) for client in data.clients()]
    rows += [np.array(shipment.amount) for shipment in data.shipments()]
    return (
        [float(load) for load in np.array(rows, dtype=float).mean(axis=0)]
        if rows
        else [1.0] * data.num_load_dimensions
    )
