"""A run may come back to the hub and load again; food on board is handed over whatever the trip."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.planning.driving.calls import order_of, trips_used
from app.planning.driving.schedule import Scheduled, schedule
from app.planning.plan import RELOAD
from app.planning.problem import Collect, Deliver, Load, Rescue, Task, Visit
from tests.planning.town import BOX, DOOR, FAR, HOME, HUB, NINE, SITE, street, van

ONE, TWO, THREE = (Load(n * 5_000, n, 0) for n in (1, 2, 3))
TASKS: list[Task] = [
    Deliver(id="d1", place=DOOR, load=ONE),
    Deliver(id="d2", place=FAR, load=TWO),
    Collect(id="c1", place=SITE, load=ONE),
    Collect(id="c2", place=DOOR, load=TWO),
    Visit(id="v", place=SITE),
    Rescue(id="r", pickup_place=SITE, place=FAR, load=ONE),
    Deliver(id="a", place=DOOR, load=TWO, aboard=True, only="van"),
]


def driven(order: Sequence[str], **facts: object) -> Scheduled:
    """An order in a van that may make many trips."""
    chosen = [task for task in TASKS if task.id in order]
    return schedule(street([van(**{"trips_max": 9, **facts})], chosen), "van", order)  # type: ignore[arg-type]


def test_food_on_board_counts_also_when_its_door_is_left_over() -> None:
    result = schedule(street([van(capacity=THREE)], TASKS), "van", ["d2"])
    assert outline(result) == [("load", 4), ("deliver", 2)]
    assert [fault.code for fault in result.violations] == ["overload"]


def outline(result: Scheduled) -> list[tuple[str, int]]:
    """What is done at each stop, and how many boxes are on board then."""
    return [(stop.kind, stop.load_after.boxes) for stop in result.route.stops]


def test_each_trip_loads_what_it_brings() -> None:
    assert outline(driven(["d1", RELOAD, "d2"])) == [
        ("load", 1),
        ("deliver", 0),
        ("load", 2),
        ("deliver", 0),
    ]


def test_between_two_trips_what_was_collected_is_unloaded_first() -> None:
    result = driven(["c1", "d1", RELOAD, "c2", "d2"])
    assert outline(result) == [
        ("load", 1),
        ("collect", 2),
        ("deliver", 1),
        ("unload", 0),
        ("load", 2),
        ("collect", 4),
        ("deliver", 2),
        ("unload", 0),
    ]
    assert trips_used(result.route) == 2


def test_unloading_and_loading_in_one_go_pay_the_setup_once() -> None:
    problem = street([van(trips_max=2, start_place=SITE)], TASKS, (600, 0, 0, 0, 0))
    unload, load = schedule(problem, "van", ["c1", RELOAD, "d1"]).route.stops[1:3]
    assert (unload.place, load.place) == (HUB, HUB)
    assert unload.start_s - unload.arrival_s == 600
    assert (load.arrival_s, load.start_s, load.leave_s) == (unload.leave_s,) * 3


@pytest.mark.parametrize(
    "order",
    [
        [RELOAD, "d1", "v"],
        ["d1", RELOAD, "v"],
        ["d1", "v", RELOAD],
        [RELOAD, RELOAD, "d1", RELOAD, "v", RELOAD],
    ],
)
def test_a_marker_where_the_hub_is_not_needed_means_nothing(order: list[str]) -> None:
    result = driven(order, trips_max=1)
    assert result.violations == ()
    assert result.route == driven(["d1", "v"]).route


def test_unloading_at_the_end_is_no_new_trip_but_between_stops_it_is() -> None:
    assert driven(["c1", RELOAD], trips_max=1).violations == ()
    (fault,) = driven(["c1", RELOAD, "v"], trips_max=1).violations
    assert (fault.code, fault.zh) == ("too_many_trips", "要跑 2 趟，最多 1 趟。")
    assert order_of(driven(["c1", RELOAD, "v"]).route) == ("c1", RELOAD, "v")


def test_loading_after_a_visit_counts_as_a_second_trip() -> None:
    result = driven(["v", RELOAD, "d1"], trips_max=1)
    assert [fault.code for fault in result.violations] == ["too_many_trips"]
    assert [kind for kind, _ in outline(result)] == ["visit", "load", "deliver"]


def test_a_rescue_may_ride_past_the_hub() -> None:
    assert outline(driven(["d1", "r", RELOAD, "d2", "r"])) == [
        ("load", 1),
        ("deliver", 0),
        ("collect", 1),
        ("load", 3),
        ("deliver", 0),
    ]


def test_food_on_board_counts_until_it_is_handed_over_and_needs_no_loading() -> None:
    result = driven(["d1", "a", RELOAD, "d2"])
    assert outline(result) == [("load", 3), ("deliver", 0), ("load", 2), ("deliver", 0)]
    assert outline(driven(["a"])) == [("deliver", 0)]
    assert outline(driven([RELOAD, "d1", RELOAD, "a"]))[:2] == [("load", 3), ("deliver", 0)]


def test_each_trip_has_the_whole_room_of_the_vehicle() -> None:
    narrow = Load(10_000, 2, 0)
    assert driven(["d1", RELOAD, "d2"], capacity=narrow).violations == ()
    assert [f.code for f in driven(["d1", "d2"], capacity=narrow).violations] == ["overload"]
    full = driven(["d1", RELOAD, "a"], capacity=narrow)
    assert [fault.code for fault in full.violations] == ["overload"]
    nothing = Load(1, 1, 1)
    assert "overload" in [fault.code for fault in driven(["a"], capacity=nothing).violations]


def test_food_that_expires_is_named_with_its_hour() -> None:
    soon = [Deliver(id="d", place=FAR, load=BOX, before_s=NINE + 1200)]
    (fault,) = schedule(street([van()], soon), "van", ["d"]).violations
    assert (fault.code, fault.task_id) == ("expired", "d")
    assert fault.zh == "d 09:50 才送到，食物 09:20 就过期了。"
    fetched = [Rescue(id="r", pickup_place=HOME, place=SITE, before_s=NINE + 600)]
    assert schedule(street([van()], fetched), "van", ["r", "r"]).violations == ()
