"""Which drafts give way to a new plan, and what binds those who drive it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from app.core.ids import new_id
from app.food.supply import HubPlace
from app.planning.plan import RELOAD
from app.planning.problem import Deliver, Load, Problem, Vehicle, Window
from app.roads.travel import Matrix, Mode
from app.runs.day import Day, Driver, Errand
from app.runs.plan.present import IN_ZONE, OUT_OF_ZONE, Draft, bound, giving_way, incumbent
from app.runs.plan.wishes import Wish, wish_of

WANG, LI, ZHAO = (new_id() for _ in range(3))
WEST, EAST = (
    HubPlace(new_id(), name, lng, 31.2) for name, lng in (("西仓", 121.1), ("东仓", 121.9))
)


def draft(volunteer_id: UUID | None, *order: str, **facts: Any) -> Draft:
    defaults = {"hub_id": WEST.id, "is_locked": False, "locked": frozenset()}
    return Draft(run_id=new_id(), volunteer_id=volunteer_id, order=order, **defaults | facts)


def driver(volunteer_id: UUID) -> Driver:
    return Driver(volunteer_id, "某某(虚构)", Mode.CAR, "", Load(9, 9, 9), (0, 60), None, None)


def errand(task_id: str, hub: HubPlace | None = WEST) -> Errand:
    return Errand(task_id, None, None, hub, (), 1, 1, 0)


def day(*errands: Errand) -> Day:
    drivers = tuple(driver(id_) for id_ in (WANG, LI, ZHAO))
    return Day(date(2026, 11, 23), "Asia/Shanghai", drivers, (WEST, EAST), errands)


def test_a_locked_draft_stays_unless_locks_count_for_nothing() -> None:
    open_, locked = draft(WANG, "a"), draft(LI, "b", is_locked=True)
    assert giving_way([open_, locked], Wish()) == [open_]
    assert giving_way([open_, locked], Wish(keep_locked=False)) == [open_, locked]


def test_a_zone_takes_from_its_volunteers_and_from_whoever_has_a_stop_in_it() -> None:
    own, giver, other = draft(WANG, "a"), draft(LI, "b", "c"), draft(ZHAO, "d")
    wish = Wish("zone", zone_tasks=frozenset({"c"}), zone_volunteers=frozenset({WANG}))
    assert giving_way([own, giver, other], wish) == [own, giver]


def test_the_zones_volunteers_run_from_the_hubs_of_its_food_in_turn() -> None:
    zone = frozenset({WANG, LI})
    wish = Wish("zone", zone_tasks=frozenset({"a", "b", "c"}), zone_volunteers=zone)
    one = day(errand("a", EAST), errand("b", EAST), errand("c", WEST), errand("d", WEST))
    replaced = [draft(ZHAO, "a", "b", "c", "d")]
    drivers = {d.volunteer_id: d for d in bound(one, replaced, wish).drivers}
    assert [drivers[id_].hub_id for id_ in sorted(zone)] == [EAST.id, WEST.id]
    assert drivers[ZHAO].hub_id == WEST.id
    assert [drivers[id_].skills for id_ in (WANG, ZHAO)] == [{IN_ZONE}, {OUT_OF_ZONE}]
    sides = {e.task_id: e.needs for e in bound(one, replaced, wish).errands}
    assert sides == {id_: {IN_ZONE} for id_ in "abc"} | {"d": {OUT_OF_ZONE}}


def test_only_a_zone_whose_volunteers_leave_work_behind_calls_for_idle_ones() -> None:
    wish = Wish("zone", zone_tasks=frozenset({"a"}), zone_volunteers=frozenset({WANG}))
    one = day(errand("a", None), errand("b"))

    def drivers(*replaced: Draft) -> set[UUID]:
        return {d.volunteer_id for d in bound(one, replaced, wish).drivers}

    assert drivers(draft(WANG, "a", RELOAD), draft(LI, "b")) == {WANG, LI}
    assert drivers(draft(WANG, "a", "b")) == {WANG, LI, ZHAO}


def test_only_the_volunteers_of_the_chosen_runs_drive_them_again() -> None:
    chosen = draft(WANG, "a")
    wish = Wish("part", run_ids=frozenset({chosen.run_id}))
    assert [d.volunteer_id for d in bound(day(), [chosen], wish).drivers] == [WANG]


@pytest.mark.parametrize(
    ("wish", "hub_id", "only"),
    [
        (Wish(), EAST.id, WANG),
        (Wish(keep_locked=False), None, None),
        (Wish("improve", keep_locked=False), EAST.id, None),
        (Wish("improve"), EAST.id, WANG),
    ],
)
def test_whose_stop_is_locked_keeps_it_and_the_hub_it_comes_from(
    wish: Wish, hub_id: UUID | None, only: UUID | None
) -> None:
    replaced = [draft(WANG, "a", "b", hub_id=EAST.id, locked=frozenset({"a"}))]
    found = bound(day(errand("a"), errand("b")), replaced, wish)
    assert next(d for d in found.drivers if d.volunteer_id == WANG).hub_id == hub_id
    assert [e.only for e in found.errands] == [only, None]


def test_the_drafts_are_where_the_solver_begins_as_far_as_they_still_hold() -> None:
    seconds = np.zeros((2, 2), dtype=np.int64)
    matrix = Matrix(seconds, seconds.copy(), "estimate")
    van = Vehicle(str(WANG), Mode.CAR, Load(9, 9, 9), Window(0, 3600), 0, hub=0)
    tasks = (Deliver(id="a", place=1), Deliver(id="b", place=1))
    problem = Problem({Mode.CAR: matrix}, (van,), tasks)
    found = incumbent(problem, [draft(WANG, "a", "gone", "b"), draft(LI, "a"), draft(None, "b")])
    assert found is not None
    assert [route.order for route in found.routes] == [("a", "b")]
    assert incumbent(problem, [draft(WANG, "gone", RELOAD), draft(LI, "a")]) is None
    assert incumbent(replace(problem, vehicles=()), [draft(WANG, "a")]) is None


@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish("part", keep_locked=False, run_ids=frozenset({WANG})),
        Wish("zone", zone_tasks=frozenset({"a", "b"}), zone_volunteers=frozenset({LI})),
    ],
)
def test_a_wish_is_kept_with_the_plan_and_read_back(wish: Wish) -> None:
    assert wish_of(wish.kind, wish.as_json()) == wish
    assert wish_of("day", {}) == Wish()
