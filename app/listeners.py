"""Which room listens to which event: wiring only."""

from __future__ import annotations

from app.core.events import listen
from app.donors.offers import OfferMoved
from app.runs.losses import offer_moved


def subscribe() -> None:
    """Subscribe every listener; doing it twice changes nothing."""
    listen(OfferMoved, offer_moved)
