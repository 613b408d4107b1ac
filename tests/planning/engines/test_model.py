"""A day in PyVRP's words says what the day says, also where matrices would take too much room."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyvrp import Activity, Solution
from pyvrp import Route as PyRoute
from pyvrp import solve as pyvrp_solve

from app.planning.driving.calls import order_of
from app.planning.driving.schedule import schedule
from app.planning.driving.stops import bundle
from app.planning.driving.unserved import servable
from app.planning.engines.answers import earlier_orders, orders, warm_start
from app.planning.engines.model import Model, build
from app.planning.engines.rests import after_rest
from app.planning.plan import RELOAD, Route
from app.planning.problem import Problem, Task, Visit, Window
from app.planning.service import solve
from app.planning.stopping import MaxIterations
from tests.planning.engines.busy import LUNCH, bike, busy_town, door, pair
from tests.planning.town import DOOR, FAR, FIVE, NINE, SITE, street, van

NO_ROOM = 1


def model_of(problem: Problem, cells_max: int = 10**7) -> Model:
    """The model of all tasks that somebody could serve."""
    able = [task for task in problem.tasks if servable(problem, task)]
    return build(problem, bundle(problem, able), cells_max)


@given(st.integers(0, 300))
@settings(deadline=None, max_examples=20)
def test_a_plan_put_into_pyvrps_words_comes_back_as_it_was(seed: int) -> None:
    problem = busy_town(seed)
    plan = solve(problem, MaxIterations(20), seed)
    model = model_of(problem)
    start = warm_start(model, plan.routes)
    if start is None:
        assert plan.routes == ()
        return
    back = orders(model, start)
    for route in plan.routes:
        # Households of one door that two runs share go with the first of them.
        if _has_whole_bundles(model, route):
            assert _without_trips(back[route.vehicle_id]) == _without_trips(order_of(route))


def _without_trips(order: Sequence[str]) -> list[str]:
    return sorted(id_ for id_ in order if id_ != RELOAD)


def _has_whole_bundles(model: Model, route: Route) -> bool:
    mine = set(route.order)
    met = [{task.id for task in item.tasks} for item in model.bundles]
    return mine <= set().union(*met) and all(ids <= mine for ids in met if ids & mine)


def test_doors_of_a_run_come_back_in_their_order() -> None:
    tasks: list[Task] = [pair("p", DOOR, FAR), door("a", SITE), door("b", DOOR), door("c", FAR)]
    problem = street([bike(trips_max=3)], tasks)
    plan = solve(problem, MaxIterations(50), 1)
    model = model_of(problem)
    start = warm_start(model, plan.routes)
    assert start is not None
    assert orders(model, start)["bike"] == list(order_of(plan.routes[0]))
    assert start.is_feasible()


def test_an_earlier_run_goes_without_what_is_gone() -> None:
    tasks: list[Task] = [pair("p", DOOR, FAR), door("a", SITE), door("b", DOOR), door("c", FAR)]
    problem = street([bike(trips_max=3)], tasks)
    routes = solve(problem, MaxIterations(50), 1).routes
    fetched = street([bike(trips_max=1)], [door("p", FAR), door("b", DOOR)])
    assert sorted(earlier_orders(fetched, routes)["bike"]) == ["b", "p"]
    assert earlier_orders(street([van()], tasks), routes) == {}
    assert warm_start(model_of(street([van()], tasks)), routes) is None


def test_a_run_that_is_late_for_all_windows_is_no_start() -> None:
    passed = Visit(id="v", place=DOOR, windows=(Window(NINE, NINE + 600),))
    problem = street([van(start_place=DOOR)], [passed])
    late = schedule(problem, "van", ("v",)).route
    stop = replace(late.stops[0], start_s=FIVE)
    assert warm_start(model_of(problem), [replace(late, stops=(stop,))]) is None


def test_a_pair_that_rides_past_the_hub_stays_in_one_trip() -> None:
    tasks: list[Task] = [pair("p", DOOR, FAR), door("a", SITE), door("b", DOOR)]
    problem = street([bike(trips_max=2)], tasks)
    route = schedule(problem, "bike", ("p", "a", RELOAD, "p", "b")).route
    model = model_of(problem)
    start = warm_start(model, [route])
    assert start is not None
    assert orders(model, start) == {"bike": ["p", "a", "p", "b"]}


def test_doors_after_a_break_are_those_behind_it_in_their_run_or_later_than_others_rest() -> None:
    resting = van("resting", start_place=DOOR, breaks=(LUNCH,))
    visits: list[Task] = [
        Visit(id=f"v{n}", place=place, service_s=3600) for n, place in enumerate((DOOR, FAR) * 3)
    ]
    afternoon = Visit(id="late", place=DOOR, windows=(Window(FIVE - 3600, FIVE),))
    problem = street([resting, van("other")], [*visits, afternoon, Visit(id="left", place=SITE)])
    order = [task.id for task in visits]
    routes = [schedule(problem, "resting", order).route, schedule(problem, "other", ["late"]).route]
    bundles = [bundle(problem, [task])[0] for task in problem.tasks]
    after = after_rest(bundles, routes)
    assert after is not None
    assert after.tolist() == [False, False, False, True, True, True, True, False]
    assert after_rest(bundles, routes[1:]) is None


def _wished_by_two() -> Problem:
    tasks: list[Task] = [
        Visit(id="x", place=DOOR, prefers=frozenset({"a"}), prefer_s=500),
        Visit(id="y", place=FAR, only="b"),
        Visit(id="z", place=SITE, only="a"),
    ]
    return street([van("a"), van("b"), van("c")], tasks)


def test_wishes_are_on_the_cost_of_the_way_and_never_on_its_time() -> None:
    data = model_of(_wished_by_two()).data
    cost, seconds = data.distance_matrices(), data.duration_matrices()
    a, b, _ = (kind.profile for kind in data.vehicle_types())
    start = data.depot(data.vehicle_type(0).start_depot).location
    assert cost[b][start, 0] - cost[a][start, 0] == 500
    assert seconds[b][start, 0] == seconds[a][start, 0]


def test_matrices_without_room_for_wishes_still_hold_the_locks() -> None:
    problem = _wished_by_two()
    unlocked = replace(problem, tasks=problem.tasks[:2])
    full = model_of(unlocked).data
    assert full.num_profiles == 3
    data = model_of(unlocked, cells_max=2 * full.num_locations**2).data
    assert data.num_profiles == 2
    assert data.num_load_dimensions == full.num_load_dimensions
    assert np.ptp([cells[:, 0].max() for cells in data.distance_matrices()]) == 0


def _one_stop(model: Model, vehicle: int, bundle_number: int) -> bool:
    """Whether a run with one stop is allowed."""
    client = Activity(f"C{model.clients.index(bundle_number)}")
    return Solution(model.data, [PyRoute(model.data, [client], vehicle)]).is_feasible()


def test_locks_become_tokens_where_matrices_have_no_room_at_all() -> None:
    model = model_of(_wished_by_two(), NO_ROOM)
    assert model.data.num_profiles == 1
    allowed = [[_one_stop(model, k, number) for number in range(3)] for k in range(3)]
    assert allowed == [[True, False, True], [True, True, False], [True, False, False]]


def test_no_room_and_no_locks_is_no_wishes() -> None:
    problem = street([van("a"), van("b")], [Visit(id="x", place=DOOR, prefers=frozenset({"a"}))])
    assert model_of(problem, NO_ROOM).data.num_load_dimensions == 4


@given(st.integers(0, 200))
@settings(deadline=None, max_examples=10)
def test_locked_tasks_stay_with_their_volunteer_whatever_room_there_is(seed: int) -> None:
    problem = busy_town(seed)
    model = model_of(problem, NO_ROOM)
    best = pyvrp_solve(model.data, MaxIterations(60), seed, collect_stats=False).best
    if not best.is_feasible():
        return
    for vehicle_id, order in orders(model, best).items():
        bound = {problem.task_by_id[id_].only for id_ in order if id_ in problem.task_by_id}
        assert bound <= {None, vehicle_id}
