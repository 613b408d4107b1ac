"""Who takes part: each entrant turns an instance into routes within the same terms.

An entrant yields its answers one after another; the clock begins anew after each, so that an
engine without a time limit (VROOM) can be measured at every level of its effort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

from app.planning.contest.best_known import Objective
from app.planning.contest.clock import CpuBudget, TreeClock
from app.planning.contest.instances import Instance
from app.planning.stopping import MaxIterations, Stop

MODULES = {
    "ours": "ours",
    "pyvrp": "pyvrp_alone",
    "vroom": "vroom_alone",
    "ortools": "ortools_alone",
    "seeded": "seeded",
}
ENGINES = tuple(MODULES)


@dataclass(frozen=True)
class Terms:
    """What all entrants are given alike. With `iterations`, seconds do not count."""

    objective: Objective
    seconds: float
    seed: int
    iterations: int | None = None

    def stop(self, clock: TreeClock, share: float = 1.0) -> Stop:
        """A new stopping rule for the first `share` of the budget."""
        if self.iterations is not None:
            return MaxIterations(max(1, round(self.iterations * share)))
        return CpuBudget(clock, self.seconds * share)


@dataclass(frozen=True)
class Answer:
    """Routes as node numbers; `effort` says at which level, where an engine has levels."""

    routes: tuple[tuple[int, ...], ...]
    effort: str = ""


class NoAnswer(RuntimeError):
    """An entrant cannot take part, or found no feasible plan; a sentence says why."""


Entrant = Callable[[Instance, Terms, TreeClock], Iterator[Answer]]


def entrant(engine: str) -> Entrant:
    """An engine's entrant, imported now. Raises NoAnswer when the engine is not installed."""
    try:
        module = import_module(f"{__name__}.{MODULES[engine]}")
    except ModuleNotFoundError as missing:
        raise NoAnswer(
            f"{missing.name} is not installed: it comes with the dev group "
            "(pip install --group dev)."
        ) from None
    found: Entrant = module.answers
    return found
