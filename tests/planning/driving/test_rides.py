"""Waiting is put where it harms nobody: before the pickup, or before setting off."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.driving.calls import trips_of, whole_run
from app.planning.driving.drive import drive
from app.planning.driving.rides import held, ride_excess_s
from app.planning.driving.schedule import Scheduled, schedule
from app.planning.problem import Rescue, Task, Visit, Window
from tests.planning.driving.rich import rich_town, some_order
from tests.planning.town import DOOR, FIVE, HOME, NINE, NOON, SITE, TEN, street, van

EARLY = (Window(NINE, NINE + 600),)


def driven(order: list[str], tasks: Sequence[Task], **facts: object) -> Scheduled:
    """An order driven by the van, which may end anywhere."""
    return schedule(street([van(end_place=None, **facts)], tasks), "van", order)  # type: ignore[arg-type]


def hot(**facts: object) -> Rescue:
    """A meal that may ride for half an hour to a door that opens at noon."""
    known: dict[str, object] = {"windows": (Window(NOON, FIVE),), "max_ride_s": 1800}
    return Rescue(id="hot", pickup_place=SITE, place=DOOR, **{**known, **facts})  # type: ignore[arg-type]


def test_a_meal_is_fetched_so_late_that_it_does_not_wait_on_board() -> None:
    first = Visit(id="v", place=HOME, windows=EARLY)
    result = driven(["v", "hot", "hot"], [first, hot()])
    assert result.violations == ()
    _, site, door = result.route.stops
    assert (site.start_s, door.arrival_s, door.start_s) == (NOON - 1800, NOON - 1200, NOON)


def test_a_site_that_closes_early_is_left_when_it_closes() -> None:
    first = Visit(id="v", place=HOME, windows=EARLY)
    closes = hot(pickup_windows=(Window(NINE, TEN),))
    result = driven(["v", "hot", "hot"], [first, closes])
    assert [fault.code for fault in result.violations] == ["ride_too_long"]
    assert result.route.stops[1].leave_s == TEN


def test_a_later_meal_is_not_spoilt_to_save_an_earlier_one() -> None:
    tasks: list[Task] = [
        Visit(id="v", place=HOME, windows=EARLY),
        Rescue(id="soup", pickup_place=HOME, place=SITE, max_ride_s=900),
        hot(),
    ]
    order = ["v", "soup", "hot", "soup", "hot"]
    timed = drive(
        problem := street([van(end_place=None)], tasks),
        problem.vehicles[0],
        whole_run(problem.vehicles[0], trips_of(problem, order)).calls,
        NINE,
    )
    assert ride_excess_s(held(timed)) <= ride_excess_s(timed)
    assert schedule(problem, "van", ["v", "soup", "soup", "hot", "hot"]).violations == ()


def test_of_two_windows_the_one_is_taken_that_saves_the_wait() -> None:
    twice = Visit(id="a", place=SITE, windows=(*EARLY, Window(NOON, FIVE)))
    late = Visit(id="b", place=DOOR, windows=(Window(NOON + 600, FIVE),))
    result = driven(["a", "b"], [twice, late], shift=Window(NINE - 3600, FIVE))
    assert [stop.start_s for stop in result.route.stops] == [NOON, NOON + 600]
    assert result.route.duration_s == 1200
    alone = driven(["a"], [twice], shift=Window(NINE - 3600, FIVE))
    assert alone.route.stops[0].start_s == NINE


def test_no_later_window_is_waited_for_when_the_food_would_expire() -> None:
    twice = Visit(id="a", place=SITE, windows=(*EARLY, Window(NOON, FIVE)), before_s=TEN)
    late = Visit(id="b", place=DOOR, windows=(Window(NOON + 600, FIVE),))
    result = driven(["a", "b"], [twice, late], shift=Window(NINE - 3600, FIVE))
    assert result.route.stops[0].start_s == NINE + 600


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_holding_back_a_pickup_changes_no_end_and_closes_no_window(seed: int) -> None:
    problem = rich_town(seed)
    for vehicle in problem.vehicles:
        order = some_order(problem, vehicle, Random(seed))
        calls = whole_run(vehicle, trips_of(problem, order)).calls
        timed = drive(problem, vehicle, calls, vehicle.shift.start_s)
        later = held(timed)
        assert later[-1].leave_s == timed[-1].leave_s
        assert ride_excess_s(later) <= ride_excess_s(timed)
        for was, is_ in zip(timed, later, strict=True):
            assert was.start_s <= is_.start_s
            assert is_.start_s - is_.wait_s >= is_.arrival_s
            assert is_.room_s == was.room_s - (is_.start_s - was.start_s)
            assert is_.room_s >= min(0, was.room_s)
