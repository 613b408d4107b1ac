"""What a solver leaves broken or left over is mended; a run costs what people care about."""

from __future__ import annotations

import pytest

from app.planning.driving.calls import order_of
from app.planning.driving.cost import run_cost
from app.planning.driving.repair import repair
from app.planning.driving.schedule import schedule
from app.planning.plan import RELOAD
from app.planning.problem import Collect, Deliver, Load, Problem, Task, Visit, Window
from tests.planning.town import BOX, DOOR, FAR, FIVE, HOME, NINE, NOON, SITE, street, van

TWO = Load(10_000, 2, 0)


def doors(*places: int, **facts: object) -> list[Task]:
    """One box to each door."""
    return [
        Deliver(id=f"d{n}", place=place, load=BOX, **facts)  # type: ignore[arg-type]
        for n, place in enumerate(places)
    ]


def runs(problem: Problem, **orders: list[str]) -> dict[str, tuple[str, ...]]:
    """The orders of the mended day, whose runs break no rule."""
    day = repair(problem, orders)
    for route in day.routes.values():
        assert schedule(problem, route.vehicle_id, order_of(route)).violations == ()
    assert not set(day.left) & {id_ for route in day.routes.values() for id_ in route.order}
    return {id_: order_of(route) for id_, route in day.routes.items()}


def test_a_full_bike_goes_twice_where_it_may() -> None:
    problem = street([van(capacity=TWO, trips_max=2)], doors(SITE, DOOR, FAR))
    (order,) = runs(problem, van=["d0", "d1"]).values()
    assert (order.count(RELOAD), len(order)) == (1, 4)
    once = street([van(capacity=TWO)], doors(SITE, DOOR, FAR))
    assert [len(order) for order in runs(once).values()] == [2]


def test_a_new_trip_may_also_come_first() -> None:
    early = Deliver(id="early", place=SITE, load=TWO, windows=(Window(NINE, NINE + 3600),))
    late = Deliver(id="late", place=DOOR, load=TWO, windows=(Window(NOON, FIVE),))
    problem = street([van(capacity=TWO, trips_max=2)], [early, late])
    assert runs(problem, van=["late"]) == {"van": ("early", RELOAD, "late")}


def test_a_collection_too_many_is_fetched_in_a_second_trip() -> None:
    fetched: list[Task] = [Collect(id=f"c{n}", place=SITE, load=TWO) for n in range(2)]
    problem = street([van(capacity=TWO, trips_max=2)], fetched)
    (order,) = runs(problem, van=["c0"]).values()
    assert order in (("c0", RELOAD, "c1"), ("c1", RELOAD, "c0"))


def test_trips_beyond_what_is_allowed_are_joined_before_anybody_is_left_out() -> None:
    problem = street([van()], doors(SITE, DOOR))
    assert runs(problem, van=["d0", RELOAD, "d1"]) == {"van": ("d0", "d1")}


def test_from_a_run_too_long_the_farthest_door_is_taken_out() -> None:
    problem = street([van(shift=Window(NINE, NINE + 4000))], doors(FAR, HOME, SITE))
    assert runs(problem, van=["d0", "d1", "d2"]) == {"van": ("d1", "d2")}


def test_from_two_trips_of_which_one_is_too_full_that_one_gives() -> None:
    tasks = [*doors(SITE, SITE), Deliver(id="big", place=SITE, load=TWO)]
    problem = street([van(capacity=TWO, trips_max=2)], [*tasks, Deliver(id="more", place=SITE)])
    (order,) = runs(problem, van=["d0", "d1", RELOAD, "big", "more"]).values()
    assert set(order) == {"d0", "d1", RELOAD, "big", "more"}
    heavy = [*tasks, Deliver(id="more", place=SITE, load=BOX)]
    problem = street([van(capacity=TWO, trips_max=2)], heavy)
    (order,) = runs(problem, van=["d0", "d1", RELOAD, "big", "more"]).values()
    assert {"d0", "d1"} <= set(order)


def test_a_shift_without_room_even_for_the_way_home_leaves_everybody_over() -> None:
    problem = street([van(shift=Window(NINE, NINE), end_place=FAR)], doors(HOME))
    assert runs(problem, van=["d0", RELOAD]) == {}


def test_an_order_of_markers_alone_is_no_run() -> None:
    problem = street([van(shift=Window(NINE, NINE), end_place=FAR)], [])
    assert runs(problem, van=[RELOAD, RELOAD]) == {}


def test_a_task_that_two_runs_claim_stays_with_the_first() -> None:
    problem = street([van("a"), van("b")], doors(SITE, DOOR))
    assert runs(problem, a=["d0"], b=["d0", "d1"]) == {"a": ("d0",), "b": ("d1",)}


def test_who_is_known_at_the_door_goes_there_unless_it_is_far() -> None:
    wish = {"prefers": frozenset({"friend"}), "prefer_s": 900}
    near = [van("stranger"), van("friend")]
    assert set(runs(street(near, doors(DOOR, **wish)))) == {"friend"}
    far = [van("stranger"), van("friend", start_place=FAR, end_place=FAR, hub=0)]
    dear = {"prefers": frozenset({"friend"}), "prefer_s": 60}
    assert set(runs(street(far, doors(HOME, **dear)))) == {"stranger"}


def test_work_beyond_a_fair_share_goes_to_somebody_else() -> None:
    talks: list[Task] = [Visit(id=f"v{n}", place=DOOR, service_s=3600) for n in range(2)]
    busy, free = van("busy", fair_s=3600), van("free", start_place=FAR, end_place=FAR)
    assert runs(street([busy, free], talks), busy=["v0"]) == {"busy": ("v0",), "free": ("v1",)}
    calm = van("busy")
    assert runs(street([calm, free], talks), busy=["v0"])["busy"][-1] in ("v0", "v1")
    assert len(runs(street([calm, free], talks), busy=["v0"])) == 1


@pytest.mark.parametrize(
    ("facts", "task", "extra_s"),
    [
        ({}, {}, 0),
        ({"fair_s": 3000}, {}, 1000),
        ({"fair_s": 4000}, {}, 0),
        ({}, {"prefers": frozenset({"van"}), "prefer_s": 300}, 0),
        ({}, {"prefers": frozenset({"other"}), "prefer_s": 300}, 300),
        ({}, {"prefer_s": 300}, 0),
    ],
)
def test_a_run_costs_its_time_its_way_and_its_wishes(
    facts: dict[str, object], task: dict[str, object], extra_s: int
) -> None:
    problem = street([van(**facts)], [Visit(id="v", place=FAR, service_s=400, **task)])  # type: ignore[arg-type]
    route = schedule(problem, "van", ["v"]).route
    assert (route.duration_s, route.distance_m) == (4000, 6000)
    assert run_cost(problem, route) == 4000 + 600 + extra_s
