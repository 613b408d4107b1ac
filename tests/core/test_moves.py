"""Small state machines: allowed moves are stamped, others say what is possible instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.core.ids import new_id
from app.core.moves import Moves
from app.core.problems import Refused

LIFT = Moves("lift", {"call": (("idle",), "called"), "stop": (("called", "moving"), "idle")})
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@dataclass
class Lift:
    state: str = "idle"
    state_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    state_by_id: UUID | None = None


def test_an_allowed_move_is_stamped_with_who_and_when() -> None:
    lift, who = Lift(), new_id()
    LIFT.apply(lift, "call", by=who, at=AT)
    assert (lift.state, lift.state_at, lift.state_by_id) == ("called", AT, who)


def test_a_refused_move_changes_nothing_and_names_what_is_allowed() -> None:
    lift = Lift()
    with pytest.raises(Refused) as refused:
        LIFT.apply(lift, "stop", by=None, at=AT)
    assert refused.value.extra == {"state": "idle", "allowed": ["call"]}
    assert lift == Lift()


def test_every_verb_is_allowed_exactly_in_its_sources() -> None:
    assert LIFT.allowed("called") == ["stop"]
    assert LIFT.allowed("moving") == ["stop"]
    assert LIFT.allowed("broken") == []
