"""Phases of one budget: what share a phase may use, and how many iterations that will be."""

from __future__ import annotations

from app.planning.stopping import Stop

INFEASIBLE = 2**62
"""PyVRP's cost of an infeasible solution is the largest integer; anything below is feasible."""


class Until:
    """Stops at a share of a budget, or when the budget itself says so.

    `or_feasible`: also as soon as the best is feasible. `iterations` counts how often it was
    asked, which is how a search learns its own speed.
    """

    def __init__(self, stop: Stop, share: float, *, or_feasible: bool = False) -> None:
        self._stop, self._share, self._or_feasible = stop, share, or_feasible
        self._from = stop.used()
        self.iterations = 0

    def __call__(self, best_cost: int) -> bool:
        """Whether the phase is over."""
        self.iterations += 1
        over = self._stop(best_cost) or self._stop.used() >= self._share
        return over or (self._or_feasible and best_cost < INFEASIBLE)

    def used(self) -> float:
        """The share of this phase that is used."""
        whole = self._share - self._from
        return min(1.0, (self._stop.used() - self._from) / whole) if whole > 0 else 1.0

    @property
    def share_used(self) -> float:
        """The share of the whole budget that this phase has used."""
        return self._stop.used() - self._from
