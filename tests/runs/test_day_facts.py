"""What volunteers and households say about a day, through the real planner to the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import second_of_day
from app.core.ids import new_id
from app.food.models import Movement
from app.planning.problem import Load, Visit, Window
from app.recipients.models import Recipient
from app.roads.estimate import Estimate
from app.roads.travel import Mode
from app.runs.building import build
from app.runs.day import Day, Driver, Rest, visit
from app.runs.models import CareAlert, Stop
from app.volunteers.models import Shift
from tests.runs.road import ledger_faults
from tests.runs.test_building import HUB, TODAY, errand
from tests.runs.test_way_of_food import plan_today, runs_of, stocked_hub
from tests.world import ZONE, World

ALL_DAY = {"window_from_minute": 0, "window_until_minute": 1440}
NOON, ONE = 12 * 60, 13 * 60


def door(world: World, n: int = 0, **facts: Any) -> UUID:
    return world.household(lng=121.44 + n / 400, lat=31.235, **ALL_DAY | facts)


def shift(world: World, volunteer_id: UUID, **minutes: int) -> None:
    with world.db() as db:
        row = Shift(id=new_id(), org_id=world.org_id, volunteer_id=volunteer_id, day=world.today)
        for name, value in ({"from_minute": 0, "until_minute": 1440} | minutes).items():
            setattr(row, name, value)
        db.add(row)


def resting(world: World, **minutes: int) -> UUID:
    """A volunteer with a lunch break of half an hour that begins between noon and one."""
    made = world.volunteer("volunteer", on_duty=False)
    lunch = {"break_from_minute": NOON, "break_until_minute": ONE, "break_minutes": 30}
    shift(world, made, **lunch | minutes)
    return made


def planned(world: World) -> dict[str, Any]:
    plan = plan_today(world)
    assert plan["state"] == "done", plan
    return plan


def kinds(run: dict[str, Any]) -> list[str]:
    return [stop["kind"] for stop in run["stops"]]


def driven(world: World) -> tuple[dict[str, Any], Any]:
    """Publish, claim and begin the day's only run; the run as its volunteer reads it."""
    day = {"day": str(world.today)}
    assert world.client("coordinator").post("/api/v1/plans/publish", json=day).status_code == 200
    phone = world.client("volunteer")
    (run,) = runs_of(phone, world)
    assert phone.post(f"/api/v1/runs/{run['id']}/claim").status_code == 200
    assert phone.post(f"/api/v1/runs/{run['id']}/begin").status_code == 200
    return phone.get(f"/api/v1/runs/{run['id']}/drive").json(), phone


def confirm(phone: Any, stop: dict[str, Any], **said: Any) -> Any:
    return phone.post(f"/api/v1/stops/{stop['id']}/confirm", json=said)


def a_day_across_noon(world: World) -> None:
    """One door in the late morning, one in the afternoon."""
    stocked_hub(world)
    door(world, 0, window_from_minute=11 * 60, window_until_minute=11 * 60 + 30)
    door(world, 4, window_from_minute=14 * 60, window_until_minute=15 * 60)


def test_a_volunteer_with_a_lunch_break_gets_it_in_the_plan(world: World) -> None:
    a_day_across_noon(world)
    resting(world)
    assert planned(world)["unserved"] == []
    (run,) = runs_of(world.client("coordinator"), world)
    assert kinds(run) == ["load", "deliver", "break", "deliver"]
    with world.db() as db:
        rest = db.scalars(select(Stop).where(Stop.kind == "break")).one()
        times = (rest.window_from, rest.planned_at, rest.window_until)
        opens, begins, closes = (second_of_day(at, world.today, ZONE) for at in times)
    assert (opens, closes, rest.service_s) == (NOON * 60, ONE * 60, 30 * 60)
    assert opens <= begins <= closes
    before, after = run["stops"][1], run["stops"][2]
    assert before["load_after_grams"] == after["load_after_grams"] > 0


def test_a_break_is_gone_through_without_a_gram_or_an_alert(world: World) -> None:
    a_day_across_noon(world)
    resting(world)
    planned(world)
    run, phone = driven(world)
    load, _, rest, _ = run["stops"]
    assert confirm(phone, load).status_code == 200
    assert confirm(phone, rest, outcome="other").status_code == 200
    assert phone.post(f"/api/v1/stops/{rest['id']}/take-back").status_code == 200
    assert confirm(phone, rest).json()["state"] == "done"
    with world.db() as db:
        assert list(db.scalars(select(Movement).where(Movement.stop_id == UUID(rest["id"])))) == []
        assert list(db.scalars(select(CareAlert))) == []
    assert ledger_faults(world) == []


def test_a_volunteer_on_foot_who_may_go_twice_loads_twice(world: World) -> None:
    stocked_hub(world)
    for n in range(3):
        door(world, n, need_grams=5_000)
    world.volunteer("volunteer", mode="foot", capacity_grams=10_000, capacity_boxes=8, trips_max=2)
    assert planned(world)["unserved"] == []
    (run,) = runs_of(world.client("coordinator"), world)
    assert kinds(run).count("load") == 2
    assert run["max_load_grams"] <= 10_000
    driving, phone = driven(world)
    for stop in driving["stops"]:
        answer = confirm(phone, stop)
        assert answer.status_code == 200, answer.text
    assert phone.post(f"/api/v1/runs/{run['id']}/complete").status_code == 200
    assert ledger_faults(world) == []


def test_who_goes_once_leaves_the_third_door_to_others(world: World) -> None:
    stocked_hub(world)
    for n in range(3):
        door(world, n, need_grams=5_000)
    world.volunteer("volunteer", mode="foot", capacity_grams=10_000, capacity_boxes=8)
    assert len(planned(world)["unserved"]) == 1


def test_a_volunteer_stops_as_often_as_they_said(world: World) -> None:
    stocked_hub(world)
    for n in range(3):
        door(world, n)
    world.volunteer("volunteer", max_stops=2)
    planned(world)
    (run,) = runs_of(world.client("coordinator"), world)
    assert kinds(run).count("deliver") == 2


def test_must_be_served_today_wins_over_a_longer_wait(world: World) -> None:
    stocked_hub(world)
    waited = world.today - timedelta(days=60)
    door(world, 0, registered_on=waited)
    # Fed yesterday, and yet today is the day.
    needed = door(world, 1, last_food_on=world.today - timedelta(days=1), must_serve_on=world.today)
    world.volunteer("volunteer", max_stops=1)
    plan = planned(world)
    assert [left["id"] for left in plan["unserved"]] != [str(needed)]
    (run,) = runs_of(world.client("coordinator"), world)
    (served,) = [stop["id"] for stop in run["stops"] if stop["kind"] == "deliver"]
    drive = world.client("coordinator").get(f"/api/v1/runs/{run['id']}/drive").json()
    (stop,) = [one for one in drive["stops"] if one["id"] == served]
    assert stop["doors"][0]["recipient_id"] == str(needed)


def test_who_must_be_served_gets_the_last_food_before_a_longer_wait(world: World) -> None:
    stocked_hub(world, 3_500)
    door(world, 0, registered_on=world.today - timedelta(days=60))
    yesterday = world.today - timedelta(days=1)
    needed = door(world, 1, last_food_on=yesterday, must_serve_on=world.today)
    world.volunteer("volunteer")
    planned(world)
    run, _ = driven(world)
    (stop,) = [one for one in run["stops"] if one["kind"] == "deliver"]
    assert [one["recipient_id"] for one in stop["doors"]] == [str(needed)]


def test_must_be_served_on_another_day_is_not_today(world: World) -> None:
    stocked_hub(world)
    tomorrow = world.today + timedelta(days=1)
    door(world, 0, last_food_on=world.today - timedelta(days=1), must_serve_on=tomorrow)
    door(world, 1)
    world.volunteer("volunteer")
    planned(world)
    (run,) = runs_of(world.client("coordinator"), world)
    assert kinds(run).count("deliver") == 1


def test_who_needs_a_dialect_waits_for_somebody_who_speaks_it(world: World) -> None:
    stocked_hub(world)
    door(world, 0, skills_needed=["dialect"])
    world.volunteer("volunteer")
    (left,) = planned(world)["unserved"]
    assert left["code"] == "skill"
    world.volunteer("keeper", name="乡音(虚构)", skills=["dialect"])
    assert planned(world)["unserved"] == []
    (run,) = runs_of(world.client("coordinator"), world)
    assert run["volunteer"] == "乡音(虚构)"


def test_a_second_window_is_as_good_as_the_first(world: World) -> None:
    stocked_hub(world)
    evening = {"second_from_minute": 17 * 60, "second_until_minute": 19 * 60}
    # It is ten already: the first window is over.
    door(world, 0, window_from_minute=8 * 60, window_until_minute=9 * 60, **evening)
    world.volunteer("volunteer")
    assert planned(world)["unserved"] == []
    with world.db() as db:
        stop = db.scalars(select(Stop).where(Stop.kind == "deliver")).one()
        times = (stop.window_from, stop.planned_at, stop.window_until)
        opens, begins, closes = (second_of_day(at, world.today, ZONE) for at in times)
    assert (opens, closes) == (17 * 3600, 19 * 3600)
    assert opens <= begins <= closes


def test_a_visit_is_planned_between_deliveries_and_done_without_a_gram(world: World) -> None:
    stocked_hub(world)
    door(world, 0, window_from_minute=10 * 60, window_until_minute=11 * 60)
    visited = door(
        world, 2, last_food_on=world.today, visit_due_on=world.today, visit_minutes=20,
        window_from_minute=12 * 60, window_until_minute=13 * 60, name="看望测试",
    )  # fmt: skip
    door(world, 4, window_from_minute=14 * 60, window_until_minute=15 * 60)
    world.volunteer("volunteer")
    assert planned(world)["unserved"] == []
    (run,) = runs_of(world.client("coordinator"), world)
    assert kinds(run) == ["load", "deliver", "visit", "deliver"]
    assert (run["shape"], run["stops"][2]["label"], run["stops"][2]["households"]) == (
        "distribution", "看**", 1,
    )  # fmt: skip
    driving, phone = driven(world)
    load, first, look_in, last = driving["stops"]
    assert (look_in["doors"][0]["name"], look_in["items"]) == ("看望测试", [])
    for stop in (load, first, look_in, last):
        assert confirm(phone, stop).status_code == 200
    assert phone.post(f"/api/v1/runs/{run['id']}/complete").status_code == 200
    with world.db() as db:
        assert db.get_one(Recipient, visited).visit_due_on is None
        assert db.get_one(Recipient, visited).last_food_on == world.today
    assert ledger_faults(world) == []


def a_visit(world: World) -> tuple[UUID, dict[str, Any], Any]:
    """Only a visit that has been due since yesterday, on a run under way."""
    stocked_hub(world)
    yesterday = world.today - timedelta(days=1)
    visited = door(world, 1, last_food_on=world.today, visit_due_on=yesterday)
    world.volunteer("volunteer")
    planned(world)
    run, phone = driven(world)
    return visited, run["stops"][0], phone


def test_a_visit_taken_back_is_due_again(world: World) -> None:
    visited, stop, phone = a_visit(world)
    confirm(phone, stop)
    assert phone.post(f"/api/v1/stops/{stop['id']}/take-back").status_code == 200
    with world.db() as db:
        assert db.get_one(Recipient, visited).visit_due_on == world.today


def test_nobody_home_on_a_visit_is_followed_up_and_stays_due(world: World) -> None:
    visited, stop, phone = a_visit(world)
    assert confirm(phone, stop, outcome="not_home").status_code == 200
    with world.db() as db:
        assert db.scalars(select(CareAlert.recipient_id)).one() == visited
        assert db.get_one(Recipient, visited).visit_due_on == world.today - timedelta(days=1)


def test_a_visit_that_a_run_is_going_to_is_not_planned_twice(world: World) -> None:
    stocked_hub(world)
    door(world, 1, last_food_on=world.today, visit_due_on=world.today)
    door(world, 2)
    world.volunteer("volunteer")
    planned(world)
    day = {"day": str(world.today)}
    assert world.client("coordinator").post("/api/v1/plans/publish", json=day).status_code == 200
    world.volunteer("keeper", name="第二位(虚构)")
    door(world, 3)
    planned(world)
    runs = runs_of(world.client("coordinator"), world)
    assert sorted(kind for run in runs for kind in kinds(run)).count("visit") == 1


def test_a_visit_moves_to_another_run_by_hand_and_keeps_its_household(world: World) -> None:
    stocked_hub(world)
    visited = door(world, 1, last_food_on=world.today, visit_due_on=world.today)
    door(world, 2)
    world.volunteer("volunteer")
    planned(world)
    desk = world.client("coordinator")
    (run,) = runs_of(desk, world)
    wanted = [stop["id"] for stop in run["stops"]][::-1]
    assert desk.put(f"/api/v1/runs/{run['id']}/order", json={"stop_ids": wanted}).status_code == 200
    with world.db() as db:
        assert db.scalars(select(Stop.visits).where(Stop.kind == "visit")).one() == [visited]


def at_door(boxes: int, **facts: Any) -> int:
    """Seconds that the problem reckons for a door on the fifth floor."""
    one = errand()
    person = one.recipient
    assert person is not None
    for name, value in ({"floor": 5, "has_lift": False} | facts).items():
        object.__setattr__(person, name, value)
    object.__setattr__(one, "boxes", boxes)
    (task,) = problem_of(one).tasks
    seconds: int = task.service_s
    return seconds


def problem_of(one: Any, **facts: Any) -> Any:
    who = Driver(
        new_id(), "王某(虚构)", Mode.CAR, "", Load(9_000, 9, 9), (480, 1080), None, None, **facts
    )
    return build(Day(TODAY, ZONE, (who,), (HUB,), (one,)), Estimate()).problem


def test_stairs_lift_boxes_and_two_people_change_the_time_at_a_door() -> None:
    assert at_door(1) == 180 + 4 * 30
    assert at_door(1, has_lift=True) == 180 + 60
    assert at_door(3) == 180 + 3 * 4 * 30
    assert at_door(3, two_people=True) == 180 + 120 + 2 * 4 * 30
    assert at_door(3, kind="community_point") == 600


def test_a_visit_lasts_as_long_as_it_was_asked_for() -> None:
    person = errand().recipient
    assert person is not None
    object.__setattr__(person, "visit_s", 1_200)
    (task,) = problem_of(visit(person)).tasks
    assert isinstance(task, Visit)
    assert (task.service_s, task.load) == (1_200, Load())


def test_a_break_that_is_over_is_not_planned_any_more() -> None:
    lunch: tuple[Rest, ...] = ((NOON, ONE, 30),)

    def left(now_s: int) -> list[Window]:
        who = Driver(
            new_id(), "王某(虚构)", Mode.CAR, "", Load(9_000, 9, 9), (480, 1080), None, None,
            breaks=lunch,
        )  # fmt: skip
        day = Day(TODAY, ZONE, (who,), (HUB,), (errand(),), now_s)
        (vehicle,) = build(day, Estimate()).problem.vehicles
        return [rest.window for rest in vehicle.breaks]

    assert left(0) == [(NOON * 60, ONE * 60)]
    assert left(NOON * 60 + 600) == [(NOON * 60 + 600, ONE * 60)]
    assert left(ONE * 60 + 1) == []
