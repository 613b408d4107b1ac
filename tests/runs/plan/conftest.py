"""The planned day that most tests of this room begin with."""

from __future__ import annotations

import pytest

from tests.runs.plan.days import Day
from tests.world import World


@pytest.fixture
def day(world: World) -> Day:
    return Day(world)
