"""Households behind one door are one stop."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.driving.stops import bundle
from app.planning.driving.unserved import servable
from app.planning.problem import Deliver, Load, Rescue, Task, Window
from tests.planning.driving.rich import rich_town
from tests.planning.town import BOX, DOOR, FAR, FIVE, NINE, NOON, SITE, TEN, street, town, van


def sizes(tasks: list[Task], **facts: object) -> list[int]:
    """How many tasks each bundle has."""
    return [len(item.tasks) for item in bundle(street([van(**facts)], tasks), tasks)]


def test_neighbours_are_served_in_one_go_and_others_are_not() -> None:
    here = [Deliver(id=f"d{n}", place=DOOR, load=BOX, service_s=60) for n in range(3)]
    assert sizes([*here, Deliver(id="far", place=FAR, load=BOX)]) == [3, 1]


def test_a_bundle_opens_only_when_every_member_may_begin() -> None:
    early = Deliver(id="a", place=DOOR, service_s=600, windows=(Window(NINE, NINE + 1200),))
    late = Deliver(id="b", place=DOOR, windows=(Window(NINE + 1500, NOON),))
    (both,) = bundle(street([van()], [early, late]), [late, early])
    assert [task.id for task in both.tasks] == ["a", "b"]
    assert both.windows == (Window(NINE + 900, NINE + 1200),)


def test_neighbours_whose_times_do_not_meet_are_two_stops() -> None:
    tasks: list[Task] = [
        Deliver(id="a", place=DOOR, windows=(Window(NINE, NINE + 60),)),
        Deliver(id="b", place=DOOR, windows=(Window(NOON, NOON + 60),)),
    ]
    assert sizes(tasks) == [1, 1]


def test_windows_that_touch_are_one() -> None:
    task = Deliver(id="a", place=DOOR, windows=(Window(NINE, NOON), Window(NOON, NOON + 60)))
    (item,) = bundle(street([van()], [task]), [task])
    assert item.windows == (Window(NINE, NOON + 60),)


def test_a_bundle_is_no_larger_than_the_smallest_vehicle_that_could_carry_one() -> None:
    tasks: list[Task] = [Deliver(id=f"d{n}", place=DOOR, load=BOX) for n in range(5)]
    assert sizes(tasks, capacity=Load(10_000, 40, 0)) == [2, 2, 1]
    assert sizes(tasks, capacity=Load(1, 40, 0)) == [1] * 5


def test_a_bundle_never_takes_longer_than_its_limit() -> None:
    tasks: list[Task] = [Deliver(id=f"d{n}", place=DOOR, service_s=1500) for n in range(3)]
    assert sizes(tasks) == [1, 1, 1]
    fetched: list[Task] = [
        Rescue(id=f"r{n}", place=DOOR, pickup_place=SITE, pickup_service_s=1500) for n in range(2)
    ]
    assert sizes(fetched) == [1, 1]


def test_what_differs_in_kind_is_not_bundled() -> None:
    tasks: list[Task] = [
        Deliver(id="on board", place=DOOR, aboard=True, only="van"),
        Deliver(id="bound", place=DOOR, only="van"),
        Deliver(id="known", place=DOOR, prefers=frozenset({"van"}), prefer_s=300),
        Deliver(id="well known", place=DOOR, prefers=frozenset({"van"}), prefer_s=600),
        Deliver(id="plain", place=DOOR),
        Deliver(id="first", place=DOOR, priority=3),
        Deliver(id="skilled", place=DOOR, skills=frozenset({"dialect"})),
        Rescue(id="one", place=DOOR, pickup_place=SITE),
        Rescue(id="other", place=DOOR, pickup_place=FAR),
    ]
    assert sizes(tasks) == [1] * 9


def test_neighbours_with_the_same_wish_are_one_stop_that_costs_all_their_wishes() -> None:
    wish = {"prefers": frozenset({"van"}), "prefer_s": 300}
    tasks = [Deliver(id=id_, place=DOOR, load=BOX, **wish) for id_ in "ab"]  # type: ignore[arg-type]
    (both,) = bundle(street([van()], tasks), tasks)
    assert both.prefer_s == 600


def test_a_bundle_is_handed_over_before_any_of_it_expires() -> None:
    tasks = [
        Deliver(id="a", place=DOOR, service_s=600, windows=(Window(NINE, NOON),), before_s=TEN),
        Deliver(id="b", place=DOOR, service_s=600, before_s=TEN + 60),
    ]
    (both,) = bundle(street([van()], tasks), tasks)
    assert both.windows == (Window(NINE, TEN + 60 - 600),)


def test_food_that_expires_before_anybody_is_home_keeps_its_hours() -> None:
    task = Deliver(id="a", place=DOOR, windows=(Window(TEN, NOON),), before_s=NINE)
    (item,) = bundle(street([van()], [task]), [task])
    assert item.windows == (Window(TEN, NOON),)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_a_bundle_may_begin_exactly_when_each_member_may(seed: int) -> None:
    problem = rich_town(seed, 20)
    for item in bundle(problem, problem.tasks):
        if not all(servable(problem, task) for task in item.tasks):
            continue
        for begin_s in range(NINE - 1800, FIVE, 450):
            clock_s, fine = begin_s, True
            for task in item.tasks:
                inside = any(w.start_s <= clock_s <= w.end_s for w in task.windows)
                fine &= (inside or not task.windows) and clock_s <= (task.before_s or clock_s)
                clock_s += task.service_s
            assert fine == any(w.start_s <= begin_s <= w.end_s for w in item.windows)


@given(st.integers(0, 200))
@settings(deadline=None)
def test_every_task_is_in_exactly_one_bundle(seed: int) -> None:
    problem = town(seed, 20, mixed=True)
    ids = [task.id for item in bundle(problem, problem.tasks) for task in item.tasks]
    assert sorted(ids) == sorted(problem.task_by_id)
