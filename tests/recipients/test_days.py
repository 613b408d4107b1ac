"""Days that matter to a household: must be served, to be visited, a second window, who may come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.recipients import service
from app.recipients.demand import demands, visits_due
from app.recipients.models import Recipient
from app.recipients.rules import climb_seconds, service_seconds
from tests.recipients.test_register import FORM
from tests.world import World

TWICE = {"second_from_minute": 15 * 60, "second_until_minute": 17 * 60}
MORNING = {"window_from_minute": 9 * 60, "window_until_minute": 11 * 60}


def saved(world: World, **fields: Any) -> Any:
    return world.client("coordinator").post("/api/v1/recipients", json=FORM | fields)


def test_the_days_and_skills_of_a_household_are_kept_and_shown(world: World) -> None:
    days = {
        "must_serve_on": str(world.today),
        "visit_due_on": str(world.today + timedelta(days=1)),
        "visit_minutes": 45,
        "skills_needed": ["dialect"],
    }
    made = saved(world, **days, doorstep=MORNING | TWICE)
    assert made.status_code == 201, made.text
    file = world.client("coordinator").get(f"/api/v1/recipients/{made.json()['id']}").json()
    assert {name: file[name] for name in days} == days
    assert {name: file["doorstep"][name] for name in TWICE} == TWICE


def test_saving_the_form_without_them_takes_them_away(world: World) -> None:
    made = saved(world, must_serve_on=str(world.today), doorstep=MORNING | TWICE).json()
    path = f"/api/v1/recipients/{made['id']}"
    desk = world.client("coordinator")
    headers = {"If-Match": desk.get(path).headers["etag"]}
    body = FORM | {"doorstep": MORNING}
    changed = desk.put(path, json=body, headers=headers).json()
    assert (changed["must_serve_on"], changed["doorstep"]["second_from_minute"]) == (None, None)


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"second_from_minute": 900}, "写全"),
        ({"second_until_minute": 900}, "写全"),
        ({"second_from_minute": 600, "second_until_minute": 900}, "第一段"),
        ({"second_from_minute": 660, "second_until_minute": 900}, "第一段"),
        ({"second_from_minute": 900, "second_until_minute": 900}, "最晚"),
    ],
)
def test_a_second_window_follows_the_first_or_is_refused(
    world: World, second: dict[str, int], told: str
) -> None:
    refused = saved(world, doorstep=MORNING | second)
    assert refused.status_code == 422
    assert told in str(refused.json()["errors"])


@pytest.mark.parametrize(
    "wrong",
    [{"visit_minutes": 4}, {"visit_minutes": 241}, {"skills_needed": ["Dialect!"]},
     {"must_serve_on": "9999-01-01"}, {"visit_due_on": "bald"}],
)  # fmt: skip
def test_nonsense_about_days_and_skills_is_refused(world: World, wrong: dict[str, Any]) -> None:
    assert saved(world, **wrong).status_code == 422


def test_the_database_keeps_a_second_window_before_the_first_out(world: World) -> None:
    with pytest.raises(IntegrityError, match="second_window_after"):
        world.household(**MORNING, second_from_minute=480, second_until_minute=500)


def test_must_be_served_makes_somebody_due_on_that_day_only(world: World) -> None:
    yesterday, tomorrow = (world.today + timedelta(days=n) for n in (-1, 1))
    needed = world.household(last_food_on=yesterday, must_serve_on=tomorrow)
    with world.db() as db:
        assert demands(db, world.org_id, world.today) == []
        (found,) = demands(db, world.org_id, tomorrow)
    assert (found.id, found.must_serve, found.is_due) == (needed, True, True)
    assert not found.clashes_with(tomorrow, [world.today])
    assert found.clashes_with(tomorrow, [tomorrow])


def test_who_got_food_today_need_not_be_served_again(world: World) -> None:
    world.household(last_food_on=world.today, must_serve_on=world.today)
    with world.db() as db:
        (found,) = demands(db, world.org_id, world.today)
    assert not found.is_due


def test_food_within_the_rhythm_clashes_for_everybody_else(world: World) -> None:
    world.household()
    with world.db() as db:
        (found,) = demands(db, world.org_id, world.today)
    assert found.clashes_with(world.today, [world.today + timedelta(days=6)])
    assert not found.clashes_with(world.today, [world.today + timedelta(days=7)])


def test_a_visit_is_due_until_it_is_done_also_before_somebody_is_approved(world: World) -> None:
    yesterday, tomorrow = (world.today + timedelta(days=n) for n in (-1, 1))
    late = world.household(visit_due_on=yesterday, approved_at=None)
    now = world.household(visit_due_on=world.today, floor=6, has_lift=False, visit_minutes=20)
    world.household(visit_due_on=tomorrow)
    world.household(visit_due_on=world.today, state="paused")
    world.household(visit_due_on=world.today, lng=None)
    world.household()
    with world.db() as db:
        found = visits_due(db, world.org_id, world.today)
        assert [person.id for person in found] == [late, now]
        assert found[1].visit_s == 20 * 60 + climb_seconds(6, has_lift=False)
        assert [p.id for p in visits_due(db, world.org_id, world.today, [now])] == [now]


def test_a_visit_that_was_done_is_due_no_more_and_again_when_it_was_not(world: World) -> None:
    home = world.household(visit_due_on=world.today)
    yesterday = world.today - timedelta(days=1)
    with world.db() as db:
        service.visited(db, world.org_id, home)
        assert visits_due(db, world.org_id, world.today) == []
        service.not_visited(db, world.org_id, home, world.today)
        service.not_visited(db, world.org_id, home, yesterday)
        assert db.get_one(Recipient, home).visit_due_on == yesterday


def test_another_organisation_sees_no_visit(world: World, other_world: World) -> None:
    world.household(visit_due_on=world.today)
    with other_world.db() as db:
        assert visits_due(db, other_world.org_id, world.today) == []


def test_boxes_go_up_one_by_one_and_two_people_carry_two() -> None:
    def fifth(boxes: int, *, two: bool = False) -> int:
        return service_seconds("household", 5, has_lift=False, boxes=boxes, two_people=two)

    assert [fifth(boxes) for boxes in (0, 1, 2, 3)] == [300, 300, 420, 540]
    assert [fifth(boxes, two=True) for boxes in (1, 2, 3)] == [420, 420, 540]
    assert service_seconds("household", 1, has_lift=None, boxes=9) == 180
