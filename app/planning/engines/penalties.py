"""What breaking a rule costs while PyVRP searches, on the scale of this day's prizes.

PyVRP starts all penalties at one fixed figure per unit and caps them at another. With prizes far
above the cap, a vehicle that is one box over keeps the box for ever and no feasible plan is ever
seen; with 50,000 per gram the search could not move at all. Here the first
penalties follow the average prize, and a single unit may in the end cost more than any prize.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from pyvrp import PenaltyParams, ProblemData

LATE_S = 60
"""A minute of lateness weighs as much as one average prize, and so does
a tenth of an average load too much: tried at 0.1, 1, 10 and 100 times these, best here."""

LOADS = 10


@dataclass
class DayPenalties(PenaltyParams):
    """`PenaltyParams` whose first penalties fit the data they are asked for."""

    def midpoint_penalties(self, data: ProblemData) -> tuple[list[float], float, float]:
        """Initial penalties per unit of load (one per dimension), duration and distance."""
        prize = max(1.0, float(np.mean(_prizes(data))))
        loads = [float(amounts.mean()) for amounts in _amounts(data).T]
        return [LOADS * prize / max(1.0, load) for load in loads], prize / LATE_S, prize / LATE_S


def day_penalties(data: ProblemData) -> DayPenalties:
    """Penalties that can outgrow the largest prize in `data`."""
    known = DayPenalties()
    return replace(known, max_penalty=max(known.max_penalty, 2.0 * max(_prizes(data))))


def _prizes(data: ProblemData) -> list[int]:
    return [client.prize for client in data.clients()] + [s.prize for s in data.shipments()]


def _amounts(data: ProblemData) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Loads of every client and shipment, shape (tasks, dimensions)."""
    rows = [np.add(client.delivery, client.pickup) for client in data.clients()]
    rows += [np.array(shipment.amount) for shipment in data.shipments()]
    return np.array(rows, dtype=np.int64)
