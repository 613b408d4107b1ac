"""Runs on the map: whose doors they are decides how precise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Organisation
from tests.tracking.story import Story, street_of
from tests.world import World

DOOR = [121.4612345, 31.2312345]
LINE = "SRID=4326;LINESTRING(121.41 31.21, 121.4612345 31.2312345)"


@pytest.fixture
def run(world: World) -> UUID:
    """A claimed run of today with three doors, of the signed-in volunteer."""
    volunteer = world.volunteer("volunteer")
    story = Story(world)
    return story.set_out(
        street_of(world, 3, "江宁路街道"), volunteer_id=volunteer, geometry=LINE, state="claimed"
    )


def shown(world: World, role: str, day: str = "today") -> list[dict[str, Any]]:
    answer = world.client(role).get("/api/v1/map/runs", params={"day": day})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def doors(found: dict[str, Any]) -> list[list[float]]:
    return [[stop["lng"], stop["lat"]] for stop in found["stops"] if stop["kind"] == "deliver"]


def test_planners_and_keepers_see_runs_exactly(world: World, run: UUID) -> None:
    for role in ("coordinator", "keeper"):
        (found,) = shown(world, role)
        assert found["id"] == str(run)
        assert doors(found) == [DOOR] * 3
        assert found["geometry"][1] == pytest.approx(DOOR, abs=1e-6)
        assert (found["stops_done"], found["stops_total"], found["exact"]) == (1, 4, True)
        assert found["source"] == "estimate"


def test_a_volunteer_sees_the_doors_of_their_own_run_today(world: World, run: UUID) -> None:
    (found,) = shown(world, "volunteer")
    assert found["id"] == str(run)
    assert found["exact"]
    assert doors(found) == [DOOR] * 3


@pytest.mark.parametrize(
    "fields",
    [{"volunteer_id": None, "state": "published"}, {"state": "published"}, {"state": "completed"}],
)
def test_other_runs_show_streets_and_squares_only(world: World, fields: dict[str, Any]) -> None:
    volunteer = world.volunteer("volunteer")
    Story(world).set_out(
        street_of(world, 3, "江宁路街道"), **{"volunteer_id": volunteer, "geometry": LINE} | fields
    )
    (found,) = shown(world, "volunteer")
    assert not found["exact"]
    assert doors(found) == [[121.4625, 31.2325]] * 3
    assert {s["label"] for s in found["stops"] if s["kind"] == "deliver"} == {"曹杨新村街道"}
    assert found["geometry"] == [[s["lng"], s["lat"]] for s in found["stops"]]
    # Neither a door nor the place where the volunteer sets out.
    assert "121.41" not in str(found["geometry"])


def test_a_volunteers_run_of_another_day_shows_no_doors(world: World) -> None:
    volunteer, tomorrow = world.volunteer("volunteer"), world.today + timedelta(days=1)
    Story(world).set_out(
        street_of(world, 2, "江宁路街道"), volunteer_id=volunteer, state="claimed", day=tomorrow
    )
    assert shown(world, "volunteer") == []
    (found,) = shown(world, "volunteer", str(tomorrow))
    assert not found["exact"]


def test_drafts_are_for_planners(world: World) -> None:
    Story(world).set_out(street_of(world, 2, "江宁路街道"), state="draft")
    assert len(shown(world, "coordinator")) == 1
    assert shown(world, "volunteer") == []


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("role", ["donor_contact", "auditor", "visitor", "reviewer"])
def test_nobody_else_sees_runs(world: World, role: str) -> None:
    assert shown(world, role) == []


@pytest.mark.usefixtures("run")
def test_another_organisation_sees_no_run(other_world: World) -> None:
    assert shown(other_world, "coordinator") == []


def test_the_day_must_be_a_day(world: World) -> None:
    answer = world.client("coordinator").get("/api/v1/map/runs", params={"day": "9999-01-01"})
    assert answer.status_code == 422


def test_the_plain_ground_names_the_districts(world: World) -> None:
    district = {"name_zh": "普陀区", "name_en": "Putuo", "lng": 121.39, "lat": 31.25}
    with world.db() as db:
        db.get_one(Organisation, world.org_id).districts = [district | {"more": 1}]
    assert world.client("volunteer").get("/api/v1/map/ground").json() == {
        "districts": [district],
        "tiles": None,
        "layer": None,
        "roads": "estimate",
    }
