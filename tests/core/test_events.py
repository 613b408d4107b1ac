"""A lower room tells, a higher room listens, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.core.events import listen, tell
from app.core.problems import Refused


@dataclass(frozen=True)
class BellRang:
    floor: int


@dataclass(frozen=True)
class Silence:
    pass


class NobodyHome(Refused):
    """The listener will not have it."""


def test_each_listener_hears_each_event_once_however_often_it_subscribed() -> None:
    heard: list[int] = []

    def porter(_db: Session, event: Any) -> None:
        heard.append(event.floor)

    listen(BellRang, porter)
    listen(BellRang, porter)
    with Session() as db:
        tell(db, BellRang(3))
        tell(db, Silence())
    assert heard == [3]


def test_a_listeners_refusal_is_the_callers() -> None:
    def refuses(_db: Session, _event: Any) -> None:
        raise NobodyHome

    listen(Silence, refuses)
    with Session() as db, pytest.raises(NobodyHome):
        tell(db, Silence())
