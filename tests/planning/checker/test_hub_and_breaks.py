"""Trips, visits at the hub, food on board and breaks at the edges of their rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.planning.problem import Break, Load, Visit, Window
from app.roads.travel import Matrix, Mode
from tests.planning.checker.edits import with_stop, with_vehicle
from tests.planning.checker.test_codes import (
    AFTERNOON,
    ERRANDS,
    GOOD,
    MORNING,
    TALK,
    car,
    codes,
    driven,
)
from tests.planning.checker.writing import Step
from tests.planning.town import DOOR, FAR, HOME, NINE, NOON


def test_loading_before_unloading_in_one_visit_is_named() -> None:
    wrong = driven(*MORNING, AFTERNOON[0], Step("unload"), *AFTERNOON[1:], TALK)
    assert codes(ERRANDS, wrong) == {"load_order", "load_wrong"}


def test_a_hub_food_run_needs_a_vehicle_of_a_hub() -> None:
    assert codes(*car(hub=None)) == {"hub", "wrong_hub"}


def test_a_visit_at_the_hub_for_nothing_is_named() -> None:
    wrong = driven(*MORNING, Step("unload"), *AFTERNOON, TALK, Step("unload"))
    assert codes(ERRANDS, wrong) == {"unload_order"}


def test_unloading_and_loading_with_a_rest_between_are_one_visit() -> None:
    rests = driven(*MORNING[:3], Step("unload"), MORNING[3], *AFTERNOON, TALK)
    assert codes(ERRANDS, rests) == set()


def test_food_on_board_already_counts_from_the_start_whatever_the_trip() -> None:
    steps = [Step("load"), Step("deliver", DOOR, ("door",)), Step("deliver", DOOR, ("soup",))]
    problem = replace(ERRANDS, tasks=ERRANDS.tasks[:2])
    full = with_vehicle(problem, "van", capacity=Load(9_999, 2, 0), breaks=())
    assert codes(full, driven(*steps, problem=full)) == {"over_grams"}
    room = with_vehicle(full, "van", capacity=Load(10_000, 2, 0))
    assert codes(room, driven(*steps, problem=room)) == set()


def test_a_run_of_food_on_board_needs_no_hub() -> None:
    problem = replace(ERRANDS, tasks=ERRANDS.tasks[:1], setup_s=())
    problem = with_vehicle(problem, "van", hub=None, breaks=())
    plan = driven(Step("deliver", DOOR, ("soup",)), problem=problem)
    assert codes(problem, plan) == set()


LUNCH, TEA = Break(Window(NINE, NINE + 7200), 900), Break(Window(NINE, NOON), 900)


@pytest.mark.parametrize(
    ("rests", "faults"),
    [
        ([0, 0], set()),
        ([0], {"break_missing"}),
        ([0, 0, 0], {"break_wrong"}),
        ([7200, 0], set()),
        ([10_000], {"break_missing"}),
        ([10_000, 0], {"break_missing", "break_wrong"}),
    ],
)
def test_of_two_like_breaks_each_is_taken_once_in_its_time(
    rests: list[int], faults: set[str]
) -> None:
    tasks = (Visit(id="talk", place=FAR, service_s=3 * 3600),)
    problem = with_vehicle(replace(ERRANDS, tasks=tasks), "van", breaks=(TEA, LUNCH))
    steps = [Step("break", wait_s=wait, rest_s=900) for wait in rests]
    assert codes(problem, driven(*steps, TALK, problem=problem)) == faults


def test_the_earlier_rest_is_the_break_that_closes_first() -> None:
    morning, later = Break(Window(NINE, NINE + 7200), 900), Break(Window(NINE + 3600, NOON), 900)
    tasks = (Visit(id="talk", place=FAR, service_s=3 * 3600),)
    problem = with_vehicle(replace(ERRANDS, tasks=tasks), "van", breaks=(morning, later))
    rests = [Step("break", wait_s=600, rest_s=900), Step("break", wait_s=3600, rest_s=900)]
    assert codes(problem, driven(*rests, TALK, problem=problem)) == set()


def test_a_break_is_due_only_if_the_run_goes_on_beyond_its_window() -> None:
    tasks = (Visit(id="talk", place=FAR),)
    problem = replace(ERRANDS, tasks=tasks)
    plan = driven(TALK, problem=problem)
    end_s = plan.routes[0].end_s
    just = with_vehicle(problem, "van", breaks=(Break(Window(NINE, end_s), 60),))
    due = with_vehicle(problem, "van", breaks=(Break(Window(NINE, end_s - 1), 60),))
    before = with_vehicle(problem, "van", breaks=(Break(Window(NINE - 1, end_s - 1), 60),))
    assert (codes(just, plan), codes(due, plan)) == (set(), {"break_missing"})
    assert codes(before, plan) == set()


def test_a_rest_at_the_start_does_not_spare_the_setup_there() -> None:
    tasks = (Visit(id="talk", place=HOME),)
    problem = replace(ERRANDS, tasks=tasks)
    plan = driven(Step("break", rest_s=900), Step("visit", HOME, ("talk",)), problem=problem)
    assert codes(problem, plan) == set()
    arrival_s = plan.routes[0].stops[1].arrival_s
    spared = with_stop(plan, plan.routes[0], 1, start_s=arrival_s, leave_s=arrival_s)
    assert "start_wrong" in codes(problem, spared)


def test_sources_that_differ_are_mixed() -> None:
    foot = ERRANDS.travel[Mode.FOOT]
    other = {**ERRANDS.travel, Mode.FOOT: Matrix(foot.seconds, foot.metres, "osrm")}
    mixed = replace(ERRANDS, travel=other)
    assert codes(mixed, GOOD) == {"source_wrong"}
    assert codes(mixed, replace(GOOD, source="mixed")) == set()
