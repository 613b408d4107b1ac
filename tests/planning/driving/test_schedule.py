"""An order made by hand gets its times and its faults."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.driving.schedule import schedule
from app.planning.driving.slots import slots
from app.planning.plan import clock_time
from app.planning.problem import Collect, Deliver, Load, Rescue, Visit, Window
from tests.planning.town import BOX, DOOR, FAR, HOME, HUB, NINE, NOON, SITE, TEN, street, town, van


def faults(
    order: list[str], tasks: list[Deliver | Rescue | Visit | Collect], **facts: object
) -> list[str]:
    """Codes of what is wrong with an order driven by the van."""
    result = schedule(street([van(**facts)], tasks), "van", order)
    assert all(fault.vehicle_id == "van" for fault in result.violations)
    return [fault.code for fault in result.violations]


def test_a_delivery_goes_by_the_hub_to_the_door_and_home() -> None:
    problem = street([van()], [Deliver(id="d", place=DOOR, load=BOX, service_s=300)], (120,) * 5)
    route = schedule(problem, "van", ["d"]).route
    load, door = route.stops
    assert (load.kind, load.place, load.load_after) == ("load", HUB, BOX)
    assert (load.arrival_s, load.leave_s) == (NINE + 600, NINE + 720)
    assert (door.arrival_s, door.start_s) == (NINE + 720 + 1800, NINE + 720 + 1920)
    assert (door.leave_s, door.load_after) == (NINE + 2940, Load())
    assert (route.end_s, route.distance_m) == (NINE + 2940 + 1200, 1000 + 3000 + 2000)
    assert route.order == ("d",)


def test_a_run_leaves_so_late_that_nobody_waits_at_the_door() -> None:
    visit = Visit(id="v", place=DOOR, windows=(Window(NOON, NOON + 600),))
    route = schedule(street([van()], [visit]), "van", ["v"]).route
    assert route.depart_s == NOON - 1200
    assert (route.stops[0].arrival_s, route.stops[0].start_s) == (NOON, NOON)


def test_an_early_promise_is_kept_though_a_later_stop_waits() -> None:
    early = Visit(id="a", place=SITE, windows=(Window(NINE, TEN),))
    late = Visit(id="b", place=DOOR, windows=(Window(NOON, NOON),))
    route = schedule(street([van()], [early, late]), "van", ["a", "b"]).route
    assert [stop.start_s for stop in route.stops] == [TEN, NOON]


def test_a_second_window_is_used_when_the_first_is_over() -> None:
    windows = (Window(NOON, NOON + 60), Window(NINE, NINE + 60))
    route = schedule(street([van()], [Visit(id="v", place=DOOR, windows=windows)]), "van", ["v"])
    assert route.route.stops[0].start_s == NOON
    assert route.violations == ()


def test_neighbours_share_one_stop_and_one_setup() -> None:
    tasks = [Deliver(id=id_, place=DOOR, load=BOX, service_s=60) for id_ in "ab"]
    route = schedule(street([van()], tasks, (0, 0, 0, 500, 0)), "van", ["a", "b"]).route
    assert route.stops[1].task_ids == ("a", "b")
    assert route.stops[1].leave_s - route.stops[1].arrival_s == 620


def test_neighbours_of_different_hours_are_two_stops_at_one_door() -> None:
    morning = Visit(id="a", place=DOOR, windows=(Window(TEN, TEN),))
    noon = Visit(id="b", place=DOOR, windows=(Window(NOON, NOON),))
    route = schedule(street([van()], [morning, noon], (0, 0, 0, 500, 0)), "van", ["a", "b"]).route
    assert [(stop.arrival_s, stop.start_s) for stop in route.stops] == [
        (TEN - 500, TEN),
        (TEN, NOON),
    ]


def test_an_empty_order_goes_straight_home() -> None:
    result = schedule(street([van(end_place=None)]), "van", [])
    assert (result.route.stops, result.route.duration_s, result.violations) == ((), 0, ())


def test_what_an_order_breaks_is_named() -> None:
    rescue = Rescue(id="r", pickup_place=SITE, place=FAR, max_ride_s=600)
    assert faults(["r", "r"], [rescue]) == ["ride_too_long"]
    assert faults(["r"], [rescue]) == ["pair_broken"]
    assert faults(["r", "r", "r"], [Rescue(id="r", pickup_place=SITE, place=DOOR)]) == [
        "task_twice"
    ]
    early = Visit(id="v", place=FAR, windows=(Window(0, NINE),))
    assert faults(["v", "v"], [early]) == ["task_twice", "late"]
    assert faults(["v"], [Visit(id="v", place=FAR)], shift=Window(NINE, NINE + 60)) == ["shift_end"]
    assert faults(["d"], [Deliver(id="d", place=FAR)], hub=None) == ["not_fit"]
    assert faults(["d"], [Deliver(id="d", place=FAR, hub=HOME)]) == ["not_fit"]
    assert faults(["v"], [Visit(id="v", place=FAR, skills=frozenset({"x"}))]) == ["not_fit"]
    assert faults(["d"], [Deliver(id="d", place=FAR, load=BOX)], capacity=Load()) == ["overload"]
    two = [Visit(id="a", place=FAR), Visit(id="b", place=DOOR)]
    assert faults(["a", "b"], two, max_stops=1) == ["too_many_stops"]
    assert faults(["a", "b"], two, max_stops=2) == []


def test_food_on_board_needs_no_loading_but_its_room() -> None:
    tasks = [Deliver(id="d", place=FAR, load=BOX, aboard=True, only="van")]
    assert faults(["d"], list(tasks), capacity=Load(1, 1, 1)) == ["overload"]
    route = schedule(street([van(hub=None)], tasks), "van", ["d"]).route
    assert [(stop.kind, stop.load_after) for stop in route.stops] == [("deliver", Load())]


def test_a_collection_ends_at_the_hub() -> None:
    route = schedule(street([van()], [Collect(id="c", place=SITE, load=BOX)]), "van", ["c"]).route
    assert [(stop.kind, stop.place, stop.load_after.boxes) for stop in route.stops] == [
        ("collect", SITE, 1),
        ("unload", HUB, 0),
    ]
    assert route.end_s - route.stops[-1].leave_s == 600


def test_an_unknown_vehicle_or_task_is_an_error() -> None:
    with pytest.raises(KeyError):
        schedule(street([van()]), "ghost", [])
    with pytest.raises(KeyError):
        schedule(street([van()]), "van", ["ghost"])


def test_hours_are_written_as_on_a_clock() -> None:
    assert [clock_time(s) for s in (0, 9 * 3600 + 59, 25 * 3600 + 90)] == [
        "00:00",
        "09:00",
        "25:01",
    ]


TIMELY = {"late", "shift_end"}


@given(st.integers(0, 300))
@settings(deadline=None)
def test_the_quick_look_finds_exactly_the_places_that_are_in_time(seed: int) -> None:
    problem = town(seed, 5, mixed=True)
    task = problem.tasks[-1]
    for vehicle in problem.vehicles:
        order: tuple[str, ...] = ()
        for other in problem.tasks[:-1]:
            order = next((slot.order for slot in slots(problem, vehicle, order, other)), order)
        found = {slot.order for slot in slots(problem, vehicle, order, task)}
        for tried in _everywhere(order, task):
            broken = {fault.code for fault in schedule(problem, vehicle.id, tried).violations}
            if "overload" not in broken:
                assert (tried in found) == (not broken & TIMELY)
            elif tried in found:
                assert not broken & TIMELY


def _everywhere(order: tuple[str, ...], task: object) -> list[tuple[str, ...]]:
    assert isinstance(task, Deliver | Rescue | Visit | Collect)
    places = range(len(order) + 1)
    if not isinstance(task, Rescue):
        return [(*order[:i], task.id, *order[i:]) for i in places]
    return [
        (*order[:i], task.id, *order[i:j], task.id, *order[j:])
        for i in places
        for j in places
        if j >= i
    ]
