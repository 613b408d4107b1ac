"""Who may take which run, and from where it then begins."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.planning.problem import Load
from app.runs.models import Run, Stop
from app.runs.rules import peak_load
from tests.runs.road import Road, hub_road, own_profile
from tests.world import World

HOME = "SRID=4326;POINT(121.40 31.20)"
OTHERS_HOME = "SRID=4326;POINT(121.50 31.30)"


def published(world: World, **facts: Any) -> Road:
    """A run of 8 kg in 2 boxes, meant for somebody else."""
    meant_for = world.volunteer("keeper", name="别人", start_geom=OTHERS_HOME)
    world.volunteer("volunteer", **facts)
    road = hub_road(world, 2, state="published", volunteer_id=meant_for, start_geom=OTHERS_HOME)
    with world.db() as db:
        db.execute(text("UPDATE stop_item SET boxes = 2 WHERE recipient_id IS NULL"))
    return road


@pytest.mark.parametrize(
    "facts", [{"capacity_grams": 7_999}, {"capacity_boxes": 1}, {"capacity_grams": 1}]
)
def test_a_run_too_big_for_the_claimers_vehicle_is_refused_with_both_loads(
    world: World, facts: dict[str, int]
) -> None:
    road = published(world, **facts)
    refused = road.end("claim")
    assert refused.status_code == 409
    said = refused.json()
    assert said["title"].startswith("这条路线要装 8 公斤、2 箱，您登记的车能装 ")
    assert said["needed"] == {"grams": 8_000, "boxes": 2, "chilled_boxes": 0}
    allowed = {"capacity_grams": 60_000, "capacity_boxes": 8} | facts
    assert said["allowed"]["grams"] == allowed["capacity_grams"]
    assert said["allowed"]["boxes"] == allowed["capacity_boxes"]
    with world.db() as db:
        assert db.get_one(Run, road.run_id).state == "published"


def test_chilled_boxes_count_for_themselves(world: World) -> None:
    road = published(world)
    with world.db() as db:
        db.execute(text("UPDATE lot SET storage_class = 'chilled'"))
    refused = road.end("claim")
    assert "（冷藏 2 箱）" in refused.json()["title"]
    with world.db() as db:
        db.execute(text("UPDATE volunteer SET capacity_chilled_boxes = 2"))
    assert road.end("claim").status_code == 200


def test_a_run_taken_over_begins_at_the_claimers_home_and_hides_the_others(world: World) -> None:
    road = published(world, start_geom=HOME)
    (run,) = road.end("claim").json()
    assert run["geometry"][0] == [121.4, 31.2]
    assert [121.5, 31.3] not in run["geometry"]
    drive = road.phone.get(f"/api/v1/runs/{road.run_id}/drive").json()
    first = drive["stops"][0]["way"]
    assert (first["source"], first["steps"], first["metres"] > 1_000) == ("estimate", [], True)


def test_without_a_home_the_run_begins_at_its_first_stop(world: World) -> None:
    road = published(world)
    (run,) = road.end("claim").json()
    first = run["stops"][0]["point"]
    assert run["geometry"][0] == [first["lng"], first["lat"]]


def test_the_volunteer_it_was_meant_for_keeps_the_way_as_planned(world: World) -> None:
    own = own_profile(world)
    road = hub_road(world, 1, state="published", volunteer_id=own)
    with world.db() as db:
        db.execute(text("""UPDATE stop SET way = '{"metres": 7, "seconds": 7}'"""))
    assert road.end("claim").status_code == 200
    with world.db() as db:
        assert db.scalars(select(Stop.way).where(Stop.run_id == road.run_id)).first() == {
            "metres": 7,
            "seconds": 7,
        }
        assert db.scalar(select(func.count()).where(Run.volunteer_id == own)) == 1


def test_the_most_aboard_is_counted_at_each_moment() -> None:
    box = Load(1_000, 1, 1)
    two = box.plus(box)
    assert peak_load([]) == Load()
    assert peak_load([("load", two), ("deliver", box), ("deliver", box)]) == two
    trips = [("collect", two), ("unload", two), ("collect", box), ("visit", Load())]
    assert peak_load(trips) == two
    assert peak_load([("load", box), ("collect", two), ("deliver", box)]) == box.plus(two)
