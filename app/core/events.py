"""In-process events: a lower room tells, a higher room listens, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

Listener = Callable[[Session, Any], None]
_listeners: dict[type, list[Listener]] = defaultdict(list)


def listen(event: type, listener: Listener) -> None:
    """Call `listener(db, event)` for each such event; subscribing twice is once."""
    if listener not in _listeners[event]:
        _listeners[event].append(listener)


def tell(db: Session, event: object) -> None:
    """Tell every listener now, inside the caller's transaction; their refusal is the caller's."""
    for listener in _listeners[type(event)]:
        listener(db, event)
