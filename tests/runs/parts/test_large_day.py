"""A day that is large becomes runs on the map like any other: planned in parts, seen while it improves."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.runs import tasks
from app.runs.parts.models import PlanPart
from tests.runs.test_planning import doors, nothing_twice, plan
from tests.runs.test_way_of_food import runs_of, stocked_hub
from tests.world import World


@pytest.fixture
def planned(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Ten doors, where already five are a large day."""
    monkeypatch.setattr(tasks, "LARGE", 5)
    stocked_hub(world, 100_000)
    doors(world, 10)
    world.volunteer("volunteer")
    world.volunteer("keeper", name="第二位")
    return plan(world, seconds=1)


def test_a_large_day_becomes_runs_and_leaves_no_part_behind(
    world: World, planned: dict[str, Any]
) -> None:
    assert planned["state"] == "done"
    stops = [stop for run in runs_of(world.client("keeper"), world) for stop in run["stops"]]
    assert sum(stop["households"] for stop in stops if stop["kind"] == "deliver") == 10
    nothing_twice(world)
    with world.db() as db:
        assert db.scalar(select(func.count()).select_from(PlanPart)) == 0


def test_a_large_day_shows_its_first_plan_before_it_improves(planned: dict[str, Any]) -> None:
    first, *_, last = planned["progress"]
    assert first["served"] == last["served"] == 10
    assert first["at_s"] <= last["at_s"]
