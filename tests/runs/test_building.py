"""What a day's facts become in the route problem: expiry, known faces, locks, shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.ids import new_id
from app.food.supply import HubPlace
from app.matching.queries import Promise
from app.planning.problem import Deliver, Load
from app.recipients.demand import Demand
from app.roads.estimate import Estimate
from app.roads.travel import Mode
from app.runs.building import CONTINUITY_S, build
from app.runs.day import Day, Driver, Errand

TODAY = date(2026, 11, 23)
HUB = HubPlace(new_id(), "示例仓(虚构)", 121.44, 31.25)


def driver(name: str) -> Driver:
    return Driver(new_id(), name, Mode.CAR, "", Load(9_000, 9, 9), (480, 720), None, None)


WANG, LI = driver("王某(虚构)"), driver("李某(虚构)")


def errand(best_before: date | None = None, **facts: Any) -> Errand:
    person = Demand(
        new_id(), "household", "李测试", "", 4_000, 7, 8, frozenset(), frozenset(), False,
        121.46, 31.23, (0, 1440), 180, False,
    )  # fmt: skip
    promise = Promise(new_id(), person.id, new_id(), None, 4_000, 1, "ambient", best_before)
    return Errand(f"d:{person.id}:{HUB.id}", person, None, HUB, (promise,), 4_000, 1, 0, **facts)


def built(one: Errand, **facts: Any) -> Deliver:
    day = Day(TODAY, "Asia/Shanghai", (WANG, LI), (HUB,), (one,), **facts)
    (task,) = build(day, Estimate()).problem.tasks
    assert isinstance(task, Deliver)
    return task


@pytest.mark.parametrize(("days", "until_s"), [(0, 82_800), (1, None), (30, None), (-1, 0)])
def test_food_is_handed_over_an_hour_before_its_last_day_ends(
    days: int, until_s: int | None
) -> None:
    assert built(errand(TODAY + timedelta(days=days))).before_s == until_s


def test_the_margin_is_the_operators_and_the_first_date_counts() -> None:
    later = errand(TODAY + timedelta(days=9))
    both = replace(later, promises=(*later.promises, *errand(TODAY).promises))
    assert built(both, expiry_margin_s=7_200).before_s == 79_200
    assert built(errand(None)).before_s is None


def test_only_known_faces_on_duty_are_wished_for() -> None:
    stranger = new_id()
    task = built(errand(prefers=frozenset({WANG.volunteer_id, stranger})))
    assert (task.prefers, task.prefer_s) == (frozenset({str(WANG.volunteer_id)}), CONTINUITY_S)
    task = built(errand(prefers=frozenset({stranger})))
    assert (task.prefers, task.prefer_s) == (frozenset(), 0)


def test_a_lock_binds_to_whoever_is_on_duty_and_needs_are_skills() -> None:
    assert built(errand(only=LI.volunteer_id)).only == str(LI.volunteer_id)
    assert built(errand(only=UUID(int=1))).only is None
    assert built(errand(needs=frozenset({"圈内"}))).skills == {"圈内"}


def test_several_volunteers_have_fair_shares_and_one_has_none() -> None:
    day = Day(TODAY, "Asia/Shanghai", (WANG, LI), (HUB,), (errand(),))
    assert all(v.fair_s for v in build(day, Estimate()).problem.vehicles)
    alone = build(replace(day, drivers=(LI,)), Estimate()).problem.vehicles
    assert [v.fair_s for v in alone] == [None]
