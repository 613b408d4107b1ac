"""What a plan understands: trips, food aboard, known faces, fair shares, breaks, expiry, locks."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.driving.calls import order_of
from app.planning.plan import RELOAD, Plan
from app.planning.problem import Break, Collect, Load, Problem, Task, Vehicle, Visit, Window
from app.planning.service import check, solve
from app.planning.stopping import MaxIterations
from tests.planning.engines.busy import LUNCH, bike, busy_town, door, pair
from tests.planning.town import DOOR, FAR, FIVE, HOME, HUB, NINE, SITE, street, van


def solved(vehicles: list[Vehicle], tasks: list[Task], iterations: int = 80) -> Plan:
    """A plan of a day in the street, checked."""
    problem = street(vehicles, tasks, (60,) * 5)
    plan = solve(problem, MaxIterations(iterations), 1)
    assert check(problem, plan) == []
    return plan


def orders(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Who calls where in which order, hub visits between two trips included."""
    return {route.vehicle_id: order_of(route) for route in plan.routes}


@given(st.integers(0, 400))
@settings(deadline=None, max_examples=25)
def test_every_plan_of_a_busy_day_passes_the_checker(seed: int) -> None:
    problem = busy_town(seed)
    shown: list[Plan] = []
    plan = solve(problem, MaxIterations(40), seed, on_incumbent=shown.append)
    assert [check(problem, each) for each in (*shown, plan)] == [[]] * (len(shown) + 1)
    assert shown[-1] == plan


@given(st.integers(0, 400), st.integers(0, 3))
@settings(deadline=None, max_examples=15)
def test_a_day_solved_again_after_changes_passes_the_checker(seed: int, gone: int) -> None:
    problem = busy_town(seed)
    before = solve(problem, MaxIterations(20), seed)
    vehicles = problem.vehicles[min(gone, 2) :]
    known = {vehicle.id for vehicle in vehicles}
    changed = replace(
        problem,
        vehicles=vehicles,
        tasks=tuple(t for t in problem.tasks[gone:] if t.only is None or t.only in known),
    )
    plan = solve(changed, MaxIterations(20), seed, incumbent=before)
    assert check(changed, plan) == []


@given(st.integers(0, 100))
@settings(deadline=None, max_examples=5)
def test_a_busy_day_is_planned_alike_twice(seed: int) -> None:
    first = solve(busy_town(seed), MaxIterations(50), 3)
    plans = [solve(busy_town(seed), MaxIterations(50), 4, incumbent=first) for _ in range(2)]
    assert plans[0] == plans[1]


def test_a_small_bike_serves_more_in_several_trips() -> None:
    doors: list[Task] = [door(f"d{n}", place) for n, place in enumerate((SITE, DOOR, FAR) * 2)]
    assert len(solved([bike()], doors).unserved) == 4
    several = solved([bike(trips_max=3)], doors)
    assert several.unserved == ()
    assert orders(several)["bike"].count(RELOAD) == 2


def test_what_was_collected_is_unloaded_between_two_trips() -> None:
    box = Load(5_000, 1, 0)
    gifts: list[Task] = [
        Collect(id=f"c{n}", place=place, load=box) for n, place in enumerate((SITE, DOOR, FAR))
    ]
    plan = solved([bike(boxes=1, trips_max=3)], gifts)
    assert plan.unserved == ()
    kinds = [stop.kind for stop in plan.routes[0].stops]
    assert kinds == ["collect", "unload"] * 3


def test_food_aboard_stays_aboard_and_hub_food_is_loaded_on_the_way() -> None:
    under_way = van(start_place=FAR, end_place=HOME, trips_max=2)
    tasks: list[Task] = [
        door("aboard", DOOR, aboard=True, only="van"),
        door("new", SITE),
        door("other", HOME),
    ]
    plan = solved([under_way], tasks)
    assert plan.unserved == ()
    (route,) = plan.routes
    assert route.stops[0].task_ids == ("aboard",)
    assert [stop.kind for stop in route.stops].count("load") == 1


def test_food_aboard_is_brought_by_whoever_has_it() -> None:
    vehicles = [van("near", start_place=DOOR), van("far", start_place=HUB)]
    tasks: list[Task] = [door("a", FAR, aboard=True, only="far"), door("b", DOOR)]
    assert "a" in orders(solved(vehicles, tasks))["far"]


def test_a_run_under_way_that_may_not_come_back_loads_first_or_not_at_all() -> None:
    tasks: list[Task] = [door("a", DOOR, aboard=True, only="van"), door("b", DOOR)]
    plan = solved([van(start_place=FAR, trips_max=1)], tasks)
    assert "a" in orders(plan)["van"]
    assert RELOAD not in orders(plan)["van"]


def test_the_known_face_comes_when_it_costs_little_and_not_when_it_costs_much() -> None:
    vehicles = [
        van("stranger", start_place=DOOR, end_place=DOOR, hub=None),
        van("friend", start_place=SITE, end_place=SITE, hub=None),
    ]
    wish = Visit(id="v", place=DOOR, prefers=frozenset({"friend"}))
    near, dear = replace(wish, prefer_s=1_000), replace(wish, prefer_s=3_000)
    assert list(orders(solved(vehicles, [near]))) == ["stranger"]
    assert list(orders(solved(vehicles, [dear]))) == ["friend"]


def test_fair_shares_shorten_the_longest_run() -> None:
    visits: list[Task] = [Visit(id=f"v{n}", place=DOOR, service_s=3600) for n in range(6)]

    def longest(**facts: object) -> int:
        pair_ = [van(id_, start_place=DOOR, end_place=DOOR, **facts) for id_ in ("a", "b")]
        uneven = [pair_[0], replace(pair_[1], start_place=SITE, end_place=SITE)]
        return max(route.duration_s for route in solved(uneven, visits, 300).routes)

    assert longest() > longest(fair_s=4 * 3600)


def test_a_day_with_lunch_breaks_has_them() -> None:
    visits: list[Task] = [
        Visit(id=f"v{n}", place=place, service_s=3000) for n, place in enumerate((DOOR, FAR) * 3)
    ]
    plan = solved([van(breaks=(LUNCH,), start_place=DOOR, end_place=DOOR)], visits)
    assert plan.unserved == ()
    assert [stop.kind for stop in plan.routes[0].stops].count("break") == 1


def test_a_break_longer_than_the_shift_leaves_everything_with_a_reason() -> None:
    short = van(shift=Window(NINE, NINE + 1200), breaks=(Break(Window(NINE, NINE), 1200),))
    plan = solved([short], [Visit(id="v", place=DOOR)])
    assert [item.task_id for item in plan.unserved] == ["v"]


def test_what_spoils_soon_is_brought_first() -> None:
    soon = door("soon", FAR, before_s=NINE + 3 * 3600)
    late: list[Task] = [
        door(f"d{n}", DOOR, service_s=3000, windows=(Window(NINE, FIVE),)) for n in range(3)
    ]
    plan = solved([van(hub=HOME)], [*late, soon])
    assert plan.unserved == ()
    gone = solved([van(hub=HOME)], [replace(soon, before_s=NINE)])
    assert [item.task_id for item in gone.unserved] == ["soon"]


def test_pairs_whose_shared_hours_never_meet_are_two_stops() -> None:
    """One may be fetched early or brought late, the other the other way round."""
    early, late = Window(NINE, NINE + 3 * 3600), Window(FIVE - 3 * 3600, FIVE)
    whole = Window(NINE, FIVE)
    tasks: list[Task] = [
        replace(pair("p", DOOR, FAR), pickup_windows=(early, late), windows=(early, late)),
        replace(pair("q", DOOR, FAR), pickup_windows=(late,), windows=(whole,)),
        replace(pair("r", DOOR, FAR), pickup_windows=(whole,), windows=(early,)),
    ]
    assert solved([van("a"), van("b")], tasks).unserved == ()


def test_a_bound_task_stays_with_its_volunteer() -> None:
    vehicles = [van("a", start_place=DOOR, end_place=DOOR), van("b")]
    tasks: list[Task] = [pair("p", DOOR, FAR), replace(pair("q", DOOR, FAR), only="b")]
    plan = orders(solved(vehicles, tasks))
    assert set(plan["b"]) >= {"q"}


def test_a_plan_with_trips_goes_on_from_where_it_was() -> None:
    doors: list[Task] = [door(f"d{n}", place) for n, place in enumerate((SITE, DOOR, FAR) * 2)]
    problem: Problem = street([bike(trips_max=3)], doors, (60,) * 5)
    before = solve(problem, MaxIterations(80), 1)
    after = solve(problem, MaxIterations(0), 2, incumbent=before)
    assert (after.routes, after.unserved) == (before.routes, before.unserved)
    one_trip = replace(problem, vehicles=(bike(),))
    assert check(one_trip, solve(one_trip, MaxIterations(5), 2, incumbent=before)) == []
