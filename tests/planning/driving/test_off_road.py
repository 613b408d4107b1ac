"""A pin far from any road is said plainly; nobody is sent to another street instead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.planning.checker import check
from app.planning.driving.schedule import schedule
from app.planning.engines.day import solve
from app.planning.plan import Plan
from app.planning.problem import (
    Collect,
    Deliver,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Visit,
    Window,
    one_source,
)
from app.planning.stopping import MaxIterations
from app.roads.travel import UNREACHABLE, Matrix, Mode, Snap
from tests.planning.town import BOX, DOOR, FAR, HOME, HUB, SITE, street, van

GARDEN = Snap((121.4, 31.2), 230.4, "far")
HILL = Snap((121.4, 31.2), 410.0, "far")
ISLAND = Snap((121.4, 31.2), 12.0, "island")


def cut_off(matrix: Matrix, off_road: dict[int, Snap]) -> Matrix:
    """The same matrix without any way to and from these places, as a road source answers it."""
    seconds, metres = matrix.seconds.copy(), matrix.metres.copy()
    for place in off_road:
        seconds[place, :] = seconds[:, place] = UNREACHABLE
        metres[place, :] = metres[:, place] = UNREACHABLE
    np.fill_diagonal(seconds, 0)
    np.fill_diagonal(metres, 0)
    return Matrix(seconds, metres, "osrm", off_road)


def off(tasks: list[Task], vehicles: list[Vehicle], **off_road: dict[int, Snap]) -> Problem:
    """The straight street with pins off the road, by mode."""
    calm = street(vehicles, tasks)
    travel = {Mode(mode): cut_off(calm.travel[Mode(mode)], off_) for mode, off_ in off_road.items()}
    return replace(calm, travel=travel)


def left_over(problem: Problem) -> list[tuple[str, str]]:
    plan = solve(problem, MaxIterations(10), 1)
    assert check(problem, plan) == []
    assert all(left.en for left in plan.unserved)
    return [(left.code, left.zh) for left in plan.unserved]


def test_a_door_off_the_road_is_left_over_with_its_metres() -> None:
    near: Task = Deliver(id="near", place=DOOR, load=BOX)
    far: Task = Deliver(id="far", place=FAR, load=BOX)
    problem = off([near, far], [van()], car={FAR: GARDEN})
    assert left_over(problem) == [("off_road", "离最近的路有 230 米，请核对地图上的位置。")]


def test_a_door_on_an_island_is_told_apart() -> None:
    problem = off([Visit(id="t", place=FAR)], [van()], car={FAR: ISLAND})
    assert left_over(problem) == [("off_road", "在地图上和别的路不连通，请核对地图上的位置。")]


@pytest.mark.parametrize(
    ("task", "place", "said"),
    [
        (Rescue(id="t", place=DOOR, pickup_place=SITE), SITE, "取货点离最近的路有 230 米，"),
        (Deliver(id="t", place=DOOR, load=BOX), HUB, "仓库离最近的路有 230 米，"),
        (Collect(id="t", place=SITE, load=BOX), HUB, "仓库离最近的路有 230 米，"),
    ],
)
def test_a_site_or_hub_off_the_road_is_named_as_one(task: Task, place: int, said: str) -> None:
    ((code, zh),) = left_over(off([task], [van()], car={place: GARDEN}))
    assert (code, zh.startswith(said)) == ("off_road", True)


def test_where_any_mode_at_hand_gets_there_the_pin_is_not_to_blame() -> None:
    walker = van("walker", mode=Mode.FOOT)
    task: Task = Visit(id="t", place=DOOR)
    assert left_over(off([task], [van(), walker], car={DOOR: GARDEN}, foot={})) == []
    both = off([task], [van(), walker], car={DOOR: HILL}, foot={DOOR: GARDEN})
    ((code, zh),) = left_over(both)
    assert (code, "230 米" in zh) == ("off_road", True)


def test_one_of_two_hubs_off_the_road_blames_no_pin() -> None:
    task: Task = Deliver(id="t", place=DOOR, load=BOX, windows=(Window(0, 60),))
    two = [van("a"), van("b", hub=SITE)]
    assert [code for code, _ in left_over(off([task], two, car={HUB: HILL}))] == ["window_closed"]
    both = off([task], two, car={HUB: HILL, SITE: GARDEN})
    ((code, zh),) = left_over(both)
    assert (code, zh[:2]) == ("off_road", "仓库")


def test_a_rescue_between_good_pins_and_a_visit_without_hub_blame_no_pin() -> None:
    tasks: list[Task] = [
        Rescue(id="r", place=DOOR, pickup_place=SITE),
        Visit(id="v", place=DOOR),
        Deliver(id="d", place=DOOR, load=BOX),
    ]
    homeless = van(hub=None)
    assert [code for code, _ in left_over(off(tasks, [homeless], car={FAR: GARDEN}))] == ["hub"]


def test_an_order_by_hand_names_every_pin_that_is_off_the_road() -> None:
    tasks: list[Task] = [Visit(id="garden", place=FAR), Visit(id="near", place=DOOR)]
    problem = off(tasks, [van()], car={FAR: GARDEN})
    (fault,) = schedule(problem, "van", ["near", "garden"]).violations
    assert (fault.code, fault.task_id) == ("off_road", "garden")
    assert fault.zh == "garden：离最近的路有 230 米，请核对地图上的位置。"
    at_home = off([Deliver(id="d", place=DOOR, load=BOX)], [van()], car={HOME: GARDEN})
    (fault,) = schedule(at_home, "van", ["d"]).violations
    assert (fault.task_id, fault.zh[:3]) == (None, "出发点")
    at_hub = off([Deliver(id="d", place=DOOR, load=BOX)], [van()], car={HUB: GARDEN})
    (fault,) = schedule(at_hub, "van", ["d"]).violations
    assert (fault.task_id, fault.zh[:2]) == (None, "仓库")


def test_a_missing_way_between_good_pins_is_named_by_its_stop() -> None:
    calm = street([van()], [Visit(id="a", place=DOOR), Visit(id="b", place=FAR)])
    seconds = calm.travel[Mode.CAR].seconds.copy()
    seconds[DOOR, FAR] = UNREACHABLE
    one_way = replace(calm, travel={Mode.CAR: Matrix(seconds, seconds, "osrm")})
    (fault,) = schedule(one_way, "van", ["a", "b"]).violations
    assert (fault.code, fault.task_id) == ("unreachable", "b")
    assert schedule(one_way, "van", ["b", "a"]).violations == ()
    seconds = seconds.copy()
    seconds[:, HOME] = UNREACHABLE
    no_way_home = replace(calm, travel={Mode.CAR: Matrix(seconds, seconds, "osrm")})
    (fault,) = schedule(no_way_home, "van", ["a"]).violations
    assert (fault.task_id, fault.zh) == (None, "没有路可以回去，或到仓库。")


def test_a_plan_says_where_its_times_are_from() -> None:
    assert one_source([]) == "estimate"
    assert one_source(["valhalla", "valhalla"]) == "valhalla"
    assert one_source(["osrm", "estimate"]) == "mixed"
    walker = van("walker", mode=Mode.FOOT)
    two_modes = off([Visit(id="t", place=DOOR)], [van(), walker], car={}, foot={})
    travel = {**two_modes.travel, Mode.FOOT: street().travel[Mode.FOOT]}
    for problem, source in ((two_modes, "osrm"), (replace(two_modes, travel=travel), "mixed")):
        plan = solve(problem, MaxIterations(5), 1)
        assert plan.source == source
        assert check(problem, plan) == []
        lie: Plan = replace(plan, source="estimate")
        assert [fault.code for fault in check(problem, lie)] == ["source_wrong"]
