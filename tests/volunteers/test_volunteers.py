"""Volunteers: what they ride and carry, and when they are there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.core.ids import new_id
from app.volunteers import queries, rules
from app.volunteers.models import Shift
from tests.world import World

POINT = {"lng": 121.42, "lat": 31.22}


def new_volunteer(world: World, **fields: Any) -> Any:
    body = {"name": "顾测试", "mode": "ebike", "capacity_boxes": 6, "skills": ["lift_heavy"]}
    return world.client("coordinator").post("/api/v1/volunteers", json=body | fields)


def test_a_volunteer_is_registered_with_what_they_ride_and_where_they_start(world: World) -> None:
    made = new_volunteer(world, start=POINT, person_id=str(world.people["volunteer"]))
    assert made.status_code == 201, made.text
    shown = world.client("keeper").get(f"/api/v1/volunteers/{made.json()['id']}").json()
    assert (shown["start"], shown["end"], shown["mode"]) == (POINT, None, "ebike")


def test_one_person_is_one_volunteer(world: World) -> None:
    person = str(world.people["volunteer"])
    assert new_volunteer(world, person_id=person).status_code == 201
    assert new_volunteer(world, person_id=person).status_code == 409


def test_volunteers_change_their_own_vehicle_but_not_their_skills(world: World) -> None:
    path = f"/api/v1/volunteers/{world.volunteer('volunteer')}"
    phone = world.client("volunteer")
    changed = phone.patch(path, json={"mode": "car", "vehicle": "小面包车", "end": POINT})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["mode"], changed.json()["end"]) == ("car", POINT)
    assert phone.patch(path, json={"end": None}).json()["end"] is None
    assert phone.patch(path, json={"skills": ["two_people"]}).status_code == 403
    assert phone.patch(path, json={"active": False}).status_code == 403


def test_volunteers_open_themselves_only(world: World) -> None:
    other = world.volunteer()
    phone = world.client("volunteer")
    assert phone.get(f"/api/v1/volunteers/{other}").status_code == 404
    assert phone.patch(f"/api/v1/volunteers/{other}", json={"mode": "car"}).status_code == 404
    assert phone.get("/api/v1/volunteers").status_code == 403


def test_a_coordinator_changes_everything_and_an_old_version_is_refused(world: World) -> None:
    path = f"/api/v1/volunteers/{world.volunteer()}"
    desk = world.client("coordinator")
    etag = desk.get(path).headers["etag"]
    body = {"skills": ["two_people"], "active": False, "person_id": str(world.people["volunteer"])}
    changed = desk.patch(path, json=body, headers={"If-Match": etag})
    assert (changed.json()["skills"], changed.json()["active"]) == (["two_people"], False)
    assert desk.patch(path, json={"mode": "car"}, headers={"If-Match": etag}).status_code == 412
    assert world.client("keeper").patch(path, json={"mode": "car"}).status_code == 403


def test_volunteers_are_listed_by_name_page_by_page(world: World) -> None:
    made = {str(world.volunteer(name=f"志愿者{number}")) for number in range(3)}
    desk = world.client("coordinator")
    first = desk.get("/api/v1/volunteers", params={"limit": 2}).json()
    rest = desk.get("/api/v1/volunteers", params={"limit": 2, "cursor": first["next"]}).json()
    assert [row["name"] for row in first["items"] + rest["items"]] == [
        f"志愿者{number}" for number in range(3)
    ]
    assert {row["id"] for row in first["items"] + rest["items"]} == made
    assert len(desk.get("/api/v1/volunteers", params={"q": "者2"}).json()["items"]) == 1


def shift(world: World, volunteer_id: object, role: str = "coordinator", **fields: Any) -> Any:
    body = {"volunteer_id": str(volunteer_id), "from_minute": 540, "until_minute": 1020}
    body |= {"day": world.today.isoformat()} | fields
    return world.client(role).post("/api/v1/shifts", json=body)


def test_a_shift_is_made_listed_and_taken_away(world: World) -> None:
    volunteer_id = world.volunteer(on_duty=False)
    made = shift(world, volunteer_id)
    assert made.status_code == 201, made.text
    assert shift(world, volunteer_id).status_code == 409
    assert shift(world, volunteer_id, until_minute=540).status_code == 422
    desk = world.client("coordinator")
    assert [row["name"] for row in desk.get("/api/v1/shifts").json()] == ["顾测试"]
    tomorrow = (world.today + timedelta(days=1)).isoformat()
    assert desk.get("/api/v1/shifts", params={"day": tomorrow}).json() == []
    assert desk.delete(f"/api/v1/shifts/{made.json()['id']}").status_code == 204
    assert desk.get("/api/v1/shifts").json() == []


def test_volunteers_schedule_and_see_themselves_only(world: World) -> None:
    own, other = world.volunteer("volunteer", on_duty=False), world.volunteer()
    assert shift(world, own, "volunteer").status_code == 201
    tomorrow = (world.today + timedelta(days=1)).isoformat()
    assert shift(world, other, "volunteer", day=tomorrow).status_code == 404
    assert shift(world, other, "keeper", day=tomorrow).status_code == 403
    phone = world.client("volunteer")
    assert [row["volunteer_id"] for row in phone.get("/api/v1/shifts").json()] == [str(own)]


def test_the_planner_is_told_who_is_there_and_what_they_carry(world: World) -> None:
    made = new_volunteer(world, start=POINT).json()["id"]
    shift(world, made)
    world.volunteer(active=False)
    world.volunteer(on_duty=False)
    with world.db() as db:
        found = queries.on_duty(db, world.org_id, world.today)
    assert len(found) == 1
    there = found[0]
    assert (str(there.volunteer_id), there.start, there.end) == (made, (121.42, 31.22), None)
    assert (there.from_minute, there.until_minute) == (540, 1020)
    assert (there.mode, there.capacity_boxes, there.skills) == (
        "ebike",
        6,
        frozenset({"lift_heavy"}),
    )


def test_a_signed_in_person_is_found_as_a_volunteer(world: World) -> None:
    volunteer_id = world.volunteer("volunteer")
    with world.db() as db:
        found = queries.volunteer_of(db, world.org_id, world.people["volunteer"])
        assert found is not None
        assert found.id == volunteer_id
        assert queries.volunteer_of(db, world.org_id, world.people["keeper"]) is None


def test_another_organisation_finds_no_volunteer_and_no_shift(
    world: World, other_world: World
) -> None:
    volunteer_id = world.volunteer()
    shift_id = world.client("coordinator").get("/api/v1/shifts").json()[0]["id"]
    desk = other_world.client("coordinator")
    assert desk.get("/api/v1/volunteers").json()["items"] == []
    assert desk.get("/api/v1/shifts").json() == []
    assert desk.get(f"/api/v1/volunteers/{volunteer_id}").status_code == 404
    assert desk.patch(f"/api/v1/volunteers/{volunteer_id}", json={"name": "x"}).status_code == 404
    assert shift(other_world, volunteer_id).status_code == 404
    assert desk.delete(f"/api/v1/shifts/{shift_id}").status_code == 404
    theirs = new_volunteer(other_world, person_id=str(world.people["volunteer"]))
    assert theirs.status_code == 404
    with other_world.db() as db:
        assert queries.on_duty(db, other_world.org_id, world.today) == []


def test_own_fields_are_a_volunteers_to_change_and_all_fields_a_planners() -> None:
    volunteer, planner = frozenset({"volunteer"}), frozenset({"coordinator"})
    assert rules.may_edit(volunteer, {"mode", "start"}, is_own=True)
    assert not rules.may_edit(volunteer, {"mode"}, is_own=False)
    assert not rules.may_edit(volunteer, {"name"}, is_own=True)
    assert rules.may_edit(planner, {"name", "active"}, is_own=False)


@pytest.mark.parametrize(
    ("mode", "grams", "boxes"), [("trike", 120_000, 24), ("ebike", 40_000, 8), ("foot", 20_000, 4)]
)
def test_what_somebody_carries_follows_from_how_they_travel_unless_said(
    world: World, mode: str, grams: int, boxes: int
) -> None:
    desk = world.client("coordinator")
    body = {"name": "骑三轮的(虚构)", "mode": mode}
    usual = desk.post("/api/v1/volunteers", json=body).json()
    assert (usual["mode"], usual["capacity_grams"], usual["capacity_boxes"]) == (mode, grams, boxes)
    said = desk.post("/api/v1/volunteers", json=body | {"capacity_grams": 9_000}).json()
    assert (said["capacity_grams"], said["capacity_boxes"]) == (9_000, boxes)


LUNCH: dict[str, Any] = {"break_from_minute": 690, "break_until_minute": 750, "break_minutes": 30}


def test_a_shift_with_a_lunch_break_is_kept_and_shown(world: World) -> None:
    made = shift(world, world.volunteer(on_duty=False), **LUNCH)
    assert made.status_code == 201, made.text
    (shown,) = world.client("coordinator").get("/api/v1/shifts").json()
    assert {name: shown[name] for name in LUNCH} == LUNCH


def test_a_shift_without_a_break_has_none(world: World) -> None:
    shift(world, world.volunteer(on_duty=False))
    (shown,) = world.client("coordinator").get("/api/v1/shifts").json()
    assert [shown[name] for name in LUNCH] == [None, None, None]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"break_minutes": None}, "写全"),
        ({"break_from_minute": None}, "写全"),
        ({"break_until_minute": 689}, "之后"),
        ({"break_from_minute": 500}, "班次里"),
        ({"break_until_minute": 1000}, "班次里"),
        ({"break_minutes": 0}, "1"),
        ({"break_minutes": -30}, "1"),
        ({"break_minutes": 481}, "480"),
    ],
)
def test_a_break_that_does_not_fit_its_shift_is_refused(
    world: World, wrong: dict[str, Any], told: str
) -> None:
    refused = shift(world, world.volunteer(on_duty=False), **LUNCH | wrong)
    assert refused.status_code == 422
    assert told in str(refused.json()["errors"])
    assert world.client("coordinator").get("/api/v1/shifts").json() == []


def test_the_database_keeps_half_a_break_out_as_well(world: World) -> None:
    half = Shift(
        id=new_id(), org_id=world.org_id, volunteer_id=world.volunteer(on_duty=False),
        day=world.today, from_minute=540, until_minute=1020, break_minutes=30,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="break_whole"), world.db() as db:
        db.add(half)


def test_trips_and_stops_are_kept_changed_and_taken_back(world: World) -> None:
    made = new_volunteer(world, trips_max=3, max_stops=6)
    assert (made.json()["trips_max"], made.json()["max_stops"]) == (3, 6)
    path = f"/api/v1/volunteers/{made.json()['id']}"
    changed = world.client("coordinator").patch(path, json={"max_stops": None, "mode": "car"})
    assert (changed.json()["trips_max"], changed.json()["max_stops"]) == (3, None)
    usual = new_volunteer(world, name="平常(虚构)").json()
    assert (usual["trips_max"], usual["max_stops"]) == (1, None)


@pytest.mark.parametrize("wrong", [{"trips_max": 0}, {"trips_max": 6}, {"max_stops": 0}])
def test_no_trip_at_all_and_more_than_five_are_refused(world: World, wrong: dict[str, int]) -> None:
    assert new_volunteer(world, **wrong).status_code == 422


def test_volunteers_say_themselves_how_often_and_how_far_they_go(world: World) -> None:
    path = f"/api/v1/volunteers/{world.volunteer('volunteer')}"
    said = world.client("volunteer").patch(path, json={"trips_max": 2, "max_stops": 5})
    assert (said.status_code, said.json()["max_stops"]) == (200, 5)
