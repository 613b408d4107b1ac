"""Which room listens to which event: wiring only."""

from __future__ import annotations


def subscribe() -> None:
    """Subscribe every listener; doing it twice changes nothing."""
