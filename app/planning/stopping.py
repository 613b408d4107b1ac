"""When a solver stops: one tiny class per rule, asked once per iteration with the best cost.

`MaxIterations` and `NoImprovement` keep a solve deterministic; `MaxSeconds` looks at the clock.
A rule keeps count, so use a new one for every solve.
"""

from __future__ import annotations

from time import perf_counter
from typing import Protocol


class Stop(Protocol):
    """Says True when it is enough."""

    def __call__(self, best_cost: int) -> bool:
        """Whether to stop now, given the best cost so far."""
        ...

    def used(self) -> float:
        """The share of the budget that is used up, 0 to 1 (0 for a rule that cannot know).

        A search divides its phases by it; under an iteration limit that is repeatable.
        """
        ...


class MaxIterations:
    """Stops after a number of iterations."""

    def __init__(self, iterations: int) -> None:
        self._all = self._left = max(0, iterations)

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002 - the rule's common signature
        """True once the iterations are used up."""
        self._left -= 1
        return self._left < 0

    def used(self) -> float:
        """Iterations done of those allowed."""
        return min(1.0, 1 - self._left / self._all) if self._all else 1.0


class MaxSeconds:
    """Stops after a number of seconds, counted from the first time it is asked."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start: float | None = None

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002 - the rule's common signature
        """True once the time is used up."""
        now = perf_counter()
        if self._start is None:
            self._start = now
        return now - self._start >= self._seconds

    def used(self) -> float:
        """Seconds gone of those allowed."""
        if self._start is None:
            return 0.0
        return min(1.0, (perf_counter() - self._start) / self._seconds) if self._seconds else 1.0


class NoImprovement:
    """Stops when the best cost has stayed the same for a number of iterations."""

    def __init__(self, iterations: int) -> None:
        self._iterations = iterations
        self._best: int | None = None
        self._idle = 0

    def __call__(self, best_cost: int) -> bool:
        """True once nothing has become better for long enough."""
        if self._best is None or best_cost < self._best:
            self._best, self._idle = best_cost, 0
            return self._iterations <= 0
        self._idle += 1
        return self._idle >= self._iterations

    def used(self) -> float:
        """Unknown: improvements may always come."""
        return 0.0


class AnyOf:
    """Stops as soon as one of several rules does; every rule is asked every time."""

    def __init__(self, *rules: Stop) -> None:
        self._rules = rules

    def __call__(self, best_cost: int) -> bool:
        """True when any rule says so."""
        answers = [rule(best_cost) for rule in self._rules]
        return any(answers)

    def used(self) -> float:
        """What the first rule says: it alone divides the search, the others only end it.

        So a limit of time beside one of iterations does not cost the answer its repeatability.
        """
        return self._rules[0].used() if self._rules else 0.0
