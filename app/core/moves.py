"""Small state machines: one table of allowed moves, each move stamped with who and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.core.problems import Refused


class Stamped(Protocol):
    """A row with one state."""

    state: str
    state_at: datetime
    state_by_id: UUID | None


@dataclass(frozen=True)
class Moves:
    """Verb → (states it may start from, the state it leads to)."""

    noun: str
    table: Mapping[str, tuple[tuple[str, ...], str]]

    def allowed(self, state: str) -> list[str]:
        """The verbs that are possible in `state`."""
        return [verb for verb, (sources, _) in self.table.items() if state in sources]

    def apply(self, row: Stamped, verb: str, *, by: UUID | None, at: datetime) -> None:
        """Move `row`, stamped. Raises Refused, which names what is allowed instead."""
        sources, target = self.table[verb]
        if row.state not in sources:
            raise Refused(
                "现在的状态不能做这一步，请刷新看看。",
                f"This {self.noun} is {row.state}; that step is not possible now.",
                state=row.state,
                allowed=self.allowed(row.state),
            )
        row.state, row.state_at, row.state_by_id = target, at, by
