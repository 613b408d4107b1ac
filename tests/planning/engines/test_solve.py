"""What the solver must bring about, whatever is inside it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.plan import Plan, plan_from_dict, plan_to_dict
from app.planning.problem import (
    Collect,
    Deliver,
    Load,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Visit,
    Window,
)
from app.planning.service import InvalidProblem, check, order_stops, solve
from app.planning.stopping import MaxIterations
from app.roads.travel import Mode
from tests.planning.town import (
    BIG,
    BOX,
    DOOR,
    FAR,
    HOME,
    HUB,
    NINE,
    NOON,
    SITE,
    TEN,
    street,
    town,
    van,
)


def solved(vehicles: list[Vehicle], tasks: list[Task], setup_s: tuple[int, ...] = ()) -> Plan:
    """A plan of a day in the street, checked."""
    problem = street(vehicles, tasks, setup_s)
    plan = solve(problem, MaxIterations(60), 1)
    assert check(problem, plan) == []
    return plan


def driver_of(plan: Plan, task_id: str) -> str | None:
    """Who serves a task, if anybody."""
    return next((r.vehicle_id for r in plan.routes if task_id in r.order), None)


@given(st.integers(0, 60), st.booleans())
@settings(deadline=None, max_examples=25)
def test_every_plan_shown_or_final_passes_the_checker(seed: int, mixed: bool) -> None:
    problem = town(seed, 12, mixed)
    shown: list[Plan] = []
    plan = solve(problem, MaxIterations(30), seed, on_incumbent=shown.append)
    assert [check(problem, each) for each in (*shown, plan)] == [[]] * (len(shown) + 1)
    assert shown[-1] == plan


def test_the_same_seed_gives_the_same_plan() -> None:
    plans = [solve(town(3, 14, mixed=True), MaxIterations(80), 5) for _ in range(2)]
    assert plans[0] == plans[1]
    assert (plans[0].engine, plans[0].seed, plans[0].source) == ("pyvrp", 5, "estimate")


def test_a_plan_survives_being_written_down() -> None:
    plan = solve(town(1, 14, mixed=True), MaxIterations(5), 1)
    assert plan.unserved
    assert plan_from_dict(plan_to_dict(plan)) == plan


def test_a_day_without_tasks_is_an_empty_plan() -> None:
    plan = solved([van()], [])
    assert (plan.routes, plan.unserved, plan.distance_m) == ((), (), 0)


def test_a_bad_problem_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="no vehicle"):
        solve(street(), MaxIterations(1), 1)


def test_a_row_of_doors_is_driven_in_its_order() -> None:
    doors: list[Task] = [Visit(id=str(place), place=place) for place in (FAR, SITE, DOOR)]
    problem = street([van(end_place=None)], doors)
    plan = order_stops(problem, MaxIterations(60), 1)
    assert plan.routes[0].order == ("2", "3", "4")
    with pytest.raises(ValueError, match="one vehicle"):
        order_stops(replace(problem, vehicles=(van("a"), van("b"))), MaxIterations(1), 1)


def test_a_chilled_box_goes_with_the_cold_van_and_a_skill_with_who_has_it() -> None:
    plan = solved(
        [
            van("warm", capacity=Load(99_000, 9, 0)),
            van("cold", start_place=FAR),
            van(
                "fluent",
                start_place=FAR,
                capacity=Load(99_000, 9, 0),
                skills=frozenset({"dialect"}),
            ),
        ],
        [
            Deliver(id="fish", place=SITE, load=Load(2_000, 1, 1)),
            Deliver(id="talk", place=SITE, load=BOX, skills=frozenset({"dialect"})),
        ],
    )
    assert (driver_of(plan, "fish"), driver_of(plan, "talk")) == ("cold", "fluent")


def test_food_of_two_hubs_goes_with_the_runs_of_each() -> None:
    plan = solved(
        [van("north", hub=HUB), van("south", hub=FAR)],
        [
            Deliver(id="n", place=DOOR, hub=HUB),
            Deliver(id="s", place=SITE, hub=FAR),
            Collect(id="c", place=SITE, hub=FAR),
        ],
    )
    assert [driver_of(plan, id_) for id_ in "nsc"] == ["north", "south", "south"]


def test_the_urgent_is_served_when_not_all_can_be() -> None:
    tasks: list[Task] = [
        Deliver(id="may wait", place=SITE, load=BOX, priority=0),
        Deliver(id="urgent", place=FAR, load=BOX, priority=3),
    ]
    plan = solved([van(capacity=BOX)], tasks)
    assert driver_of(plan, "urgent") == "van"
    assert [(item.task_id, item.code) for item in plan.unserved] == [
        ("may wait", "capacity_used_up")
    ]


def test_who_must_be_served_comes_before_every_priority() -> None:
    tasks: list[Task] = [
        Deliver(id="first", place=SITE, load=BOX, priority=3),
        Deliver(id="must", place=FAR, load=BOX, priority=0, must_serve=True),
    ]
    assert driver_of(solved([van(capacity=BOX)], tasks), "must") == "van"


def test_a_limit_on_stops_counts_doors_not_households() -> None:
    tasks: list[Task] = [Deliver(id=f"d{n}", place=DOOR, load=BOX) for n in range(4)]
    tasks.append(Deliver(id="far", place=FAR, load=BOX))
    plan = solved([van(max_stops=1)], tasks)
    assert [item.task_id for item in plan.unserved] == ["far"]
    assert plan.unserved[0].code == "stops_used_up"


def test_a_full_bundle_does_not_keep_out_the_one_that_still_fits() -> None:
    tasks: list[Task] = [Deliver(id=f"d{n}", place=DOOR, load=BOX) for n in range(5)]
    plan = solved([van(capacity=Load(15_000, 40, 0)), van("small", capacity=BOX)], tasks)
    assert len(plan.unserved) == 1


def test_chilled_food_never_rides_longer_than_allowed() -> None:
    tasks: list[Task] = [
        Rescue(id=f"r{n}", pickup_place=SITE, place=place, load=BOX, max_ride_s=most)
        for n, (place, most) in enumerate([(FAR, 1300), (HUB, 1300), (DOOR, 700), (HOME, 700)])
    ]
    assert solved([van()], tasks, (60,) * 5).unserved == ()


def test_a_second_window_serves_who_was_out_in_the_morning() -> None:
    busy = Visit(id="busy", place=DOOR, windows=(Window(TEN, TEN + 60),), service_s=7200)
    twice = Visit(
        id="twice", place=FAR, windows=(Window(TEN, TEN + 60), Window(14 * 3600, 15 * 3600))
    )
    plan = solved([van()], [busy, twice])
    assert plan.unserved == ()


def test_a_plan_under_way_goes_on_from_where_it_is() -> None:
    here = van("under way", start_place=DOOR, end_place=None, shift=Window(NOON, 17 * 3600))
    left: list[Task] = [
        Deliver(id="next", place=FAR, load=BOX, aboard=True, only="under way"),
        Deliver(id="new", place=FAR, load=BOX, only="fresh"),
    ]
    plan = solved([here, van("fresh")], left)
    assert [stop.kind for stop in plan.routes[0].stops] == ["deliver"]
    assert driver_of(plan, "new") == "fresh"


def test_an_earlier_plan_is_never_made_worse() -> None:
    problem = town(8, 14, mixed=True)
    before = solve(problem, MaxIterations(100), 1)
    after = solve(problem, MaxIterations(0), 2, incumbent=before)
    assert (after.routes, after.unserved) == (before.routes, before.unserved)


def test_an_earlier_plan_may_know_people_and_tasks_that_are_gone() -> None:
    problem = town(8, 14, mixed=True)
    before = solve(problem, MaxIterations(20), 1)
    smaller = replace(problem, tasks=problem.tasks[:9], vehicles=problem.vehicles[:1])
    assert check(smaller, solve(smaller, MaxIterations(5), 1, incumbent=before)) == []
    emptied = replace(problem, tasks=(Visit(id="other", place=5),))
    assert solve(emptied, MaxIterations(5), 1, incumbent=before).unserved == ()


def test_an_earlier_plan_may_be_late_for_a_window_that_changed() -> None:
    visit = Visit(id="v", place=DOOR, windows=(Window(TEN, NOON),))
    before = solve(street([van()], [visit]), MaxIterations(5), 1)
    earlier = street([van()], [replace(visit, windows=(Window(NINE, NINE + 1300),))])
    assert check(earlier, solve(earlier, MaxIterations(5), 1, incumbent=before)) == []
    passed = street([van()], [replace(visit, windows=(Window(NINE, NINE + 1200),))])
    late = replace(
        before,
        routes=(
            replace(before.routes[0], stops=(replace(before.routes[0].stops[0], start_s=NOON),)),
        ),
    )
    assert solve(passed, MaxIterations(5), 1, incumbent=late).unserved == ()


def test_a_shift_too_short_for_the_way_home_is_no_crash() -> None:
    problem = street(
        [van(start_place=FAR, end_place=HUB, shift=Window(NINE, NINE + 60))],
        [Visit(id="v", place=FAR)],
    )
    far_home = solve(
        street([van(start_place=FAR, end_place=HUB)], [Visit(id="v", place=FAR)]),
        MaxIterations(5),
        1,
    )
    plan = solve(problem, MaxIterations(5), 1, incumbent=far_home)
    assert [item.code for item in plan.unserved] == ["shift_too_short"]


def test_walkers_and_vans_share_a_day() -> None:
    plan = solved(
        [van(), van("walker", mode=Mode.FOOT, capacity=BOX, end_place=None)],
        [Collect(id="gift", place=SITE, load=BIG), Deliver(id="meal", place=DOOR, load=BOX)],
    )
    assert plan.unserved == ()


def test_a_problem_of_one_place_is_no_crash() -> None:
    problem: Problem = street([van(start_place=HUB, end_place=HUB)], [Visit(id="v", place=HUB)])
    assert solve(problem, MaxIterations(5), 1).distance_m == 0
