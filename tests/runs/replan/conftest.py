"""A street for one test."""

from __future__ import annotations

import pytest

from tests.runs.replan.street import Street
from tests.world import World


@pytest.fixture
def street(world: World) -> Street:
    """Return a street in a fresh organisation."""
    return Street(world)
