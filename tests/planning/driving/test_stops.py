"""Households behind one door are one stop."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.driving.stops import bundle
from app.planning.problem import Deliver, Load, Rescue, Task, Window
from tests.planning.town import BOX, DOOR, FAR, NINE, NOON, SITE, street, town, van


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
        Deliver(id="plain", place=DOOR),
        Deliver(id="first", place=DOOR, priority=3),
        Deliver(id="skilled", place=DOOR, skills=frozenset({"dialect"})),
        Rescue(id="one", place=DOOR, pickup_place=SITE),
        Rescue(id="other", place=DOOR, pickup_place=FAR),
    ]
    assert sizes(tasks) == [1] * 5


@given(st.integers(0, 200))
@settings(deadline=None)
def test_every_task_is_in_exactly_one_bundle(seed: int) -> None:
    problem = town(seed, 20, mixed=True)
    ids = [task.id for item in bundle(problem, problem.tasks) for task in item.tasks]
    assert sorted(ids) == sorted(problem.task_by_id)
