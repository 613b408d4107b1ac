"""What a start does first."""

from __future__ import annotations

from pathlib import Path

from app.commands.first import first_steps


def test_roads_come_before_the_demo_that_is_planned_along_them() -> None:
    plain, with_roads = first_steps(), first_steps(Path("city.osm.pbf"))
    assert [step.title for step in with_roads] == [
        "Roads of city.osm.pbf",
        *(step.title for step in plain),
    ]
    assert not with_roads[0].when_serving
