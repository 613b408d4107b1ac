"""Runs on the real streets of the invented town: what is planned, drawn, told and left over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.fields import Point
from app.core.ids import new_id
from app.roads.travel import Point as Place
from app.runs.tasks import Solving, solve_day
from app.volunteers.models import Shift
from tests.food.lots import make_lot
from tests.jobs.workers import until, worker
from tests.roads import town
from tests.runs.conftest import ServedTown
from tests.world import World

DOORS = [town.crossing(2, 4), town.crossing(6, 2), town.NORTH_BANK, town.PARK_EAST]
START = town.crossing(3, 3)
ALL_DAY = {"window_from_minute": 0, "window_until_minute": 1440}


def at(place: Place) -> str:
    lng, lat = place
    return f"SRID=4326;POINT({lng} {lat})"


class Town:
    """An organisation in the invented town; everything is planned for tomorrow, whatever the hour."""

    def __init__(self, world: World) -> None:
        self.world = world
        lot_id, hub_id = make_lot(world, 100_000)
        assert lot_id is not None
        with world.db() as db:
            from app.food.models import Hub  # noqa: PLC0415 - only here

            lng, lat = town.crossing(4, 4)
            db.get_one(Hub, hub_id).geom = Point(lng=lng, lat=lat).to_geometry()
        self.desk = world.client("coordinator")

    @property
    def day(self) -> date:
        return self.world.today + timedelta(days=1)

    def household(self, place: Place, **facts: Any) -> UUID:
        lng, lat = place
        return self.world.household(lng=lng, lat=lat, **ALL_DAY | facts)

    def volunteer(self, start: Place | None = START, **facts: Any) -> UUID:
        geom = {"start_geom": at(start), "end_geom": at(start)} if start else {}
        made = self.world.volunteer("volunteer", on_duty=False, capacity_boxes=30, **geom | facts)
        with self.world.db() as db:
            shift = {"day": self.day, "from_minute": 480, "until_minute": 1080}
            db.add(Shift(id=new_id(), org_id=self.world.org_id, volunteer_id=made, **shift))
        return made

    def ask(self, seconds: float = 0.5) -> str:
        body = {"day": str(self.day), "seconds": seconds, "seed": 7}
        answer = self.desk.post("/api/v1/plans", json=body)
        assert answer.status_code == 202, answer.text
        plan_id: str = answer.json()["id"]
        return plan_id

    def found(self, plan_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.desk.get(f"/api/v1/plans/{plan_id}").json()
        return answer

    def plan(self) -> dict[str, Any]:
        plan_id = self.ask()
        solve_day(org_id=str(self.world.org_id), plan_id=plan_id)
        return self.found(plan_id)

    def runs(self) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.desk.get(
            "/api/v1/runs", params={"day": str(self.day)}
        ).json()
        return answer

    def drive(self) -> dict[str, Any]:
        (run,) = self.runs()
        answer: dict[str, Any] = self.desk.get(f"/api/v1/runs/{run['id']}/drive").json()
        return answer


@pytest.fixture
def place(world: World, served_town: ServedTown) -> Town:
    assert served_town.answers()
    return Town(world)


@pytest.mark.parametrize("mode", ["ebike", "trike", "car", "foot"])
def test_a_run_follows_the_streets_and_each_stop_knows_the_way_there(
    place: Town, mode: str
) -> None:
    for door in DOORS:
        place.household(door)
    place.volunteer(mode=mode)
    plan = place.plan()
    assert (plan["state"], plan["source"], plan["unserved"]) == ("done", "osrm", [])
    drive = place.drive()
    assert (drive["mode"], drive["source"]) == (mode, "osrm")
    assert len(drive["geometry"]) > 2 * len(drive["stops"])
    ways = [stop["way"] for stop in drive["stops"]]
    assert all(way["source"] == "osrm" and way["steps"] for way in ways)
    steps = [step for way in ways for step in way["steps"]]
    assert any("纬" in step["zh"] for step in steps)
    assert all(step["zh"] and step["en"] for step in steps)
    assert all(109.9 < step["at"][0] < 110.1 for step in steps)
    home = place.runs()[0]["distance_m"] - sum(way["metres"] for way in ways)
    assert home >= 0  # the way home has no stop at its end


def test_another_order_has_other_ways(place: Town) -> None:
    for door in DOORS[:3]:
        place.household(door)
    place.volunteer()
    place.plan()
    (run,) = place.runs()
    before = [stop["way"]["metres"] for stop in place.drive()["stops"]]
    ids = [stop["id"] for stop in run["stops"]]
    body = {"stop_ids": [ids[0], ids[1], *reversed(ids[2:])]}
    answer = place.desk.put(f"/api/v1/runs/{run['id']}/order", json=body)
    assert answer.status_code == 200, answer.text
    drive = place.drive()
    assert [stop["way"]["metres"] for stop in drive["stops"]] != before
    assert all(stop["way"]["steps"] for stop in drive["stops"])
    assert drive["source"] == "osrm"


def test_pins_off_the_road_are_left_over_and_wait_to_be_checked(place: Town) -> None:
    place.household(DOORS[0])
    field = place.household(town.FIELD, name="田中央")
    island = place.household(town.ISLAND, name="岛上人")
    garden = place.household(town.GARDEN, name="院里人")
    place.volunteer()
    plan = place.plan()
    left = {row["id"]: row for row in plan["unserved"]}
    assert left.keys() == {str(field), str(island)}
    assert {row["code"] for row in left.values()} == {"off_road"}
    assert left[str(field)]["zh"].startswith("离最近的路有 ")
    assert left[str(field)]["zh"].endswith(" 米，请核对地图上的位置。")
    params = {"which": "to_confirm"}
    listed = place.desk.get("/api/v1/recipients", params=params).json()["items"]
    faults = {row["id"]: (row["place_fault"], row["place_off_m"]) for row in listed}
    assert faults.keys() == {str(field), str(island)}
    assert faults[str(island)][0] == "island"
    kind, metres = faults[str(field)]
    assert (kind, 300 < metres < 500) == ("far", True)
    assert place.desk.get("/api/v1/desk").json()["to_confirm"] == 2
    lng, lat = DOORS[1]
    body = {"point": {"lng": lng, "lat": lat}}
    moved = place.desk.put(f"/api/v1/recipients/{field}/place", json=body).json()
    assert (moved["place_fault"], moved["place_off_m"]) == ("", 0)
    again = place.plan()
    assert [row["id"] for row in again["unserved"]] == [str(island)]
    assert str(garden) not in left


def test_a_pin_that_is_moved_while_its_old_place_is_looked_at_stays_good(place: Town) -> None:
    field = place.household(town.FIELD)
    place.household(DOORS[0])
    place.volunteer()
    solving = Solving(place.world.org_id, UUID(place.ask()))
    assert solving.begin()
    lng, lat = DOORS[1]
    body = {"point": {"lng": lng, "lat": lat}}
    assert place.desk.put(f"/api/v1/recipients/{field}/place", json=body).status_code == 200
    solving.measure()
    params = {"which": "to_confirm"}
    assert place.desk.get("/api/v1/recipients", params=params).json()["items"] == []
    solving.fail("")


def test_a_volunteer_who_starts_off_the_road_is_told_about_and_the_others_drive(
    place: Town,
) -> None:
    place.household(DOORS[0])
    lost = place.volunteer(town.FIELD, name="迷路的")
    alone = place.plan()
    assert alone["state"] == "failed"
    assert alone["failure"].startswith("迷路的：出发点离最近的路有 ")
    helper = place.world.volunteer("keeper", name="第二位", on_duty=False)
    with place.world.db() as db:
        shift = {"day": place.day, "from_minute": 480, "until_minute": 1080}
        db.add(Shift(id=new_id(), org_id=place.world.org_id, volunteer_id=helper, **shift))
    both = place.plan()
    assert both["state"] == "done"
    assert [(row["subject"], row["id"]) for row in both["unserved"]] == [("volunteer", str(lost))]
    assert place.runs()[0]["volunteer_id"] == str(helper)


def test_a_trip_from_far_off_the_road_is_refused_in_a_sentence(place: Town) -> None:
    lng, lat = town.crossing(5, 5)
    offer = place.world.offer(place.world.site(lng=lng, lat=lat), state="accepted")
    place.volunteer(None)
    lost_lng, lost_lat = town.FIELD
    body = {"offer_ids": [str(offer)], "start": {"lng": lost_lng, "lat": lost_lat}}
    refused = place.world.client("volunteer").post("/api/v1/trips/preview", json=body)
    assert refused.status_code == 409
    assert refused.json()["title"].startswith("出发点离最近的路有 ")


def test_a_trip_that_is_tried_out_is_measured_to_the_door_squares_middle(place: Town) -> None:
    lng, lat = town.crossing(5, 5)
    offer = place.world.offer(place.world.site(lng=lng, lat=lat), state="accepted")
    place.volunteer(None)
    # The square of the second door has its middle in the fields west of the town.
    told = []
    for door in (town.at(620, 20), town.at(-20, 0)):
        body = {"offer_ids": [str(offer)], "recipient_ids": [str(place.household(door))]}
        seen = place.world.client("volunteer").post("/api/v1/trips/preview", json=body).json()
        assert [stop["kind"] for stop in seen["stops"]] == ["collect", "deliver"]
        assert seen["violations"] == []
        assert 200 < seen["distance_m"] < 10_000
        told.append(seen["source"])
    assert told == ["osrm", "estimate"]


def test_a_plan_whose_engines_are_killed_ends_labelled_and_the_roads_come_back(
    place: Town, served_town: ServedTown
) -> None:
    for door in DOORS:
        place.household(door)
    place.volunteer()
    with worker():
        plan_id = place.ask(30)
        until(lambda: bool(place.found(plan_id)["progress"]))
        assert place.found(plan_id)["source"] == "osrm"
        served_town.kill()
        place.desk.post(f"/api/v1/plans/{plan_id}/stop", json={"keep": True})
        until(lambda: place.found(plan_id)["state"] == "done")
    assert place.found(plan_id)["source"] == "mixed"
    (run,) = place.runs()
    assert run["source"] == "mixed"
    assert [stop["way"]["source"] for stop in place.drive()["stops"]] == (
        ["estimate"] * len(run["stops"])
    )
    served_town.is_watched.set()
    until(served_town.answers)
    place.household(town.crossing(8, 8))
    assert place.plan()["source"] == "osrm"
    assert place.runs()[0]["source"] == "osrm"
