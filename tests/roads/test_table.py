"""What an engine's table may say."""

from __future__ import annotations

import pytest

from app.roads.source import table_of
from app.roads.travel import UNREACHABLE


def test_a_metre_below_nothing_between_neighbours_is_nothing() -> None:
    told = table_of([[0, 3.6], [None, 0]], [[0, -0.8], [12, 0]], (2, 2))
    assert told.metres.tolist() == [[0, 0], [UNREACHABLE, 0]]
    assert told.seconds.tolist() == [[0, 4], [UNREACHABLE, 0]]


@pytest.mark.parametrize("cell", [-6.0, 1e9])
def test_a_table_that_is_no_travel_is_not_believed(cell: float) -> None:
    with pytest.raises(ValueError, match="no travel"):
        table_of([[0, cell], [1, 0]], [[0, 1], [1, 0]], (2, 2))
