"""This project's own search."""

from __future__ import annotations

from collections.abc import Iterator

from app.planning.contest.clock import TreeClock
from app.planning.contest.entrants import Answer, Terms
from app.planning.contest.entrants.pyvrp_alone import answers as plain
from app.planning.contest.instances import Instance


def answers(instance: Instance, terms: Terms, clock: TreeClock) -> Iterator[Answer]:
    """One answer: the best by the terms' objective."""
    yield from plain(instance, terms, clock)
