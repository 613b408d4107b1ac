"""A volunteer rests when it is due, and where it costs least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.driving.calls import Call, trips_of, whole_run
from app.planning.driving.schedule import schedule
from app.planning.plan import Route
from app.planning.problem import (
    Break,
    Collect,
    Deliver,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Visit,
    Window,
)
from tests.planning.driving.rich import LUNCH, rich_town, roomy, some_order
from tests.planning.town import (
    BOX,
    DOOR,
    FAR,
    FIVE,
    HOME,
    NINE,
    NOON,
    SITE,
    TEN,
    street,
    van,
)

HALF_HOUR = 1800
AT_NOON = Break(Window(NOON, NOON + HALF_HOUR), HALF_HOUR)


def driven(order: list[str], tasks: Sequence[Task], *breaks: Break, **facts: object) -> Route:
    """The run of an order that breaks no rule."""
    facts = {"end_place": None, **facts, "breaks": breaks}
    result = schedule(street([van(**facts)], tasks), "van", order)  # type: ignore[arg-type]
    assert result.violations == ()
    return result.route


def outline(route: Route) -> list[tuple[str, int]]:
    """Kind and beginning of each stop."""
    return [(stop.kind, stop.start_s) for stop in route.stops]


def talk(id_: str, place: int, hours: float, *windows: Window) -> Visit:
    """A visit that takes some hours."""
    return Visit(id=id_, place=place, service_s=int(hours * 3600), windows=windows)


def test_a_run_over_noon_rests_between_two_doors() -> None:
    begin = Window(NINE, NINE + 1200)
    tasks = [talk("a", DOOR, 3, begin), talk("b", FAR, 1)]
    route = driven(["a", "b"], tasks, AT_NOON)
    assert outline(route) == [
        ("visit", NINE + 1200),
        ("break", NOON + 1200),
        ("visit", NOON + 1200 + HALF_HOUR + 600),
    ]
    rest = route.stops[1]
    assert (rest.place, rest.arrival_s, rest.leave_s) == (DOOR, NOON + 1200, NOON + 3000)
    assert (rest.task_ids, rest.load_after) == ((), route.stops[0].load_after)


def test_a_short_run_before_or_after_noon_owes_no_rest() -> None:
    early = talk("a", DOOR, 1, Window(NINE, TEN))
    assert [kind for kind, _ in outline(driven(["a"], [early], AT_NOON))] == ["visit"]
    late = talk("a", DOOR, 1, Window(NOON + 3600, FIVE))
    route = driven(["a"], [late], AT_NOON)
    assert [kind for kind, _ in outline(route)] == ["visit"]
    assert route.depart_s > NOON


def test_rather_than_resting_before_setting_off_the_run_leaves_later() -> None:
    route = driven(["a"], [talk("a", DOOR, 4)], AT_NOON)
    assert (route.depart_s, [kind for kind, _ in outline(route)]) == (NOON + HALF_HOUR, ["visit"])


def test_waiting_for_a_window_is_used_to_rest() -> None:
    tasks = [
        talk("a", DOOR, 0.5, Window(TEN, TEN)),
        talk("b", DOOR, 0.5, Window(FIVE - 3600, FIVE)),
    ]
    lunch = Break(Window(NOON - 3600, NOON + 3600), 3600)
    with_rest = driven(["a", "b"], tasks, lunch)
    assert with_rest.duration_s == driven(["a", "b"], tasks).duration_s
    assert [kind for kind, _ in outline(with_rest)] == ["visit", "break", "visit"]


def test_of_equal_gaps_the_earliest_is_taken() -> None:
    talks = [talk(id_, DOOR + n % 2, 0.25) for n, id_ in enumerate("abcdefgh")]
    talks[0] = replace(talks[0], windows=(Window(TEN, TEN),))
    lunch = Break(Window(TEN + 1800, TEN + 7200), 600)
    route = driven(list("abcdefgh"), talks, lunch)
    kinds = [stop.kind for stop in route.stops]
    assert kinds.index("break") == 2
    assert route.stops[1].leave_s == route.stops[2].start_s == TEN + 2400


def test_food_that_must_not_ride_long_does_not_wait_through_the_rest() -> None:
    rescue = Rescue(id="r", pickup_place=SITE, place=FAR, max_ride_s=1500, service_s=3600)
    tasks: list[Task] = [talk("a", HOME, 2.5, Window(NINE, NINE)), rescue]
    route = driven(["a", "r", "r"], tasks, Break(Window(NOON - 1200, NOON + 1200), 3600))
    assert [stop.kind for stop in route.stops] == ["visit", "break", "collect", "deliver"]


def test_neighbours_are_not_torn_apart_by_a_rest() -> None:
    tasks: list[Task] = [
        talk("a", DOOR, 1.4, Window(TEN, TEN)),
        talk("b", DOOR, 1.4),
        talk("c", FAR, 1),
    ]
    lunch = Break(Window(NOON - 3600, NOON + 3600), 600)
    route = driven(["a", "b", "c"], tasks, lunch, max_stops=2)
    assert [stop.task_ids for stop in route.stops] == [("a", "b"), (), ("c",)]


def test_unloading_and_loading_at_the_hub_stay_one_visit() -> None:
    tasks: list[Task] = [
        Collect(id="c", place=HOME, load=BOX, service_s=3 * 3600, windows=(Window(NINE, NINE),)),
        Deliver(id="d", place=DOOR, load=BOX, service_s=3600),
    ]
    lunch = Break(Window(NOON + 600, NOON + 600), 600)
    route = driven(["c", "@reload", "d"], tasks, lunch, trips_max=2)
    assert [stop.kind for stop in route.stops] == ["collect", "unload", "load", "break", "deliver"]


def test_a_rest_interrupts_no_setup_at_the_same_door() -> None:
    tasks = [talk("a", DOOR, 3, Window(NINE + 1700, NINE + 1700)), talk("b", DOOR, 1)]
    problem = street([van(end_place=None, breaks=(AT_NOON,))], tasks, tuple(500 for _ in range(5)))
    route = schedule(problem, "van", ["a", "b"]).route
    assert [stop.start_s for stop in route.stops] == [
        NINE + 1700,
        NOON + 1700,
        NOON + 1700 + HALF_HOUR,
    ]


def test_two_rests_are_both_taken() -> None:
    hour = [talk(id_, DOOR + n % 2, 1) for n, id_ in enumerate("abcdef")]
    start = replace(hour[0], windows=(Window(TEN, TEN),))
    tea = Break(Window(14 * 3600, 15 * 3600), 900)
    route = driven(list("abcdef"), [start, *hour[1:]], tea, LUNCH, shift=Window(NINE, 20 * 3600))
    assert [stop.leave_s - stop.start_s for stop in route.stops if stop.kind == "break"] == [
        1800,
        900,
    ]


def test_a_rest_that_cannot_be_fitted_makes_somebody_late_and_says_so() -> None:
    pinned: list[Task] = [
        talk("a", DOOR, 2.9, Window(NINE + 1200, NINE + 1200)),
        talk("b", DOOR, 1, Window(NOON + 900, NOON + 900)),
    ]
    problem = street([van(breaks=(AT_NOON,))], pinned)
    assert {fault.code for fault in schedule(problem, "van", ["a", "b"]).violations} == {"late"}
    tight = replace(problem, vehicles=(replace(problem.vehicles[0], breaks=()),))
    assert schedule(tight, "van", ["a", "b"]).violations == ()


def test_two_rests_that_run_into_each_other_are_told() -> None:
    long_ = Break(Window(NOON, NOON + 60), 7200)
    soon = Break(Window(NOON + 600, NOON + 660), 600)
    tasks = [talk("a", DOOR, 2, Window(TEN, TEN)), talk("b", FAR, 3)]
    problem = street([van(breaks=(long_, soon))], tasks)
    codes = {fault.code for fault in schedule(problem, "van", ["a", "b"]).violations}
    assert "break_wrong" in codes


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=8)
def test_no_other_gap_keeps_the_rules_when_the_chosen_one_does_not(seed: int) -> None:
    problem, luck = roomy(rich_town(seed)), Random(seed)
    for vehicle in (replace(v, max_stops=None, trips_max=9) for v in problem.vehicles):
        world = replace(problem, vehicles=(vehicle,))
        order = some_order(world, vehicle, luck)
        result = schedule(world, vehicle.id, order)
        calls = whole_run(vehicle, trips_of(world, order)).calls
        gaps = product([None, *range(len(calls) + 1)], repeat=len(vehicle.breaks))
        leaving = range(vehicle.shift.start_s, vehicle.shift.end_s, 900)
        lasting = [
            seconds
            for placed in gaps
            for depart_s in leaving
            if (seconds := _lasts(world, vehicle, calls, placed, depart_s)) is not None
        ]
        assert not (lasting and result.violations)


def _lasts(
    problem: Problem,
    vehicle: Vehicle,
    calls: list[Call],
    placed: tuple[int | None, ...],
    depart_s: int,
) -> int | None:
    """Seconds of the run with each break in its gap, lived through; None when a rule breaks."""
    seconds = problem.travel[vehicle.mode].seconds
    now, here, parked = depart_s, vehicle.start_place, -1
    on_board: dict[str, int] = {}
    rests = sorted(
        (gap, rest) for gap, rest in zip(placed, vehicle.breaks, strict=True) if gap is not None
    )
    for k in range(len(calls) + 1):
        if k:
            call = calls[k - 1]
            now += int(seconds[here, call.place]) + problem.setup(call.place) * (
                parked != call.place
            )
            open_ = [
                max(now, w.start_s) for w in call.windows or (Window(0, now),) if w.end_s >= now
            ]
            if not open_ or (call.before_s is not None and min(open_) > call.before_s):
                return None
            task, begin_s = call.task, min(open_)
            fetched_s = on_board.setdefault(task.id if task else "", begin_s + call.service_s)
            limit_s = task.max_ride_s if isinstance(task, Rescue) else None
            if limit_s is not None and begin_s - fetched_s > limit_s:
                return None
            now, here, parked = begin_s + call.service_s, call.place, call.place
        for _, rest in (pair for pair in rests if pair[0] == k):
            now = max(now, rest.window.start_s)
            if now > rest.window.end_s:
                return None
            now += rest.duration_s
    if vehicle.end_place is not None:
        now += int(seconds[here, vehicle.end_place])
    owed = any(
        gap is None and depart_s <= rest.window.start_s and now > rest.window.end_s
        for gap, rest in zip(placed, vehicle.breaks, strict=True)
    )
    return None if owed or now > vehicle.shift.end_s else now - depart_s
