"""Whoever is left out is told the true reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.driving.alone import Fleet
from app.planning.driving.repair import repair
from app.planning.driving.schedule import schedule
from app.planning.driving.unserved import servable, unserved
from app.planning.engines.day import solve
from app.planning.problem import Break, Collect, Deliver, Load, Rescue, Task, Vehicle, Visit, Window
from app.planning.stopping import MaxIterations
from app.roads.travel import UNREACHABLE, Matrix, Mode
from tests.planning.driving.rich import rich_town
from tests.planning.town import BOX, DOOR, FAR, HOME, HUB, NINE, NOON, SITE, TEN, street, van

LUNCH = (Window(14 * 3600, 16 * 3600),)
WARM = Load(90_000, 9, 0)
COLD = Load(1_000, 1, 1)


def reason(task: Task, *vehicles: Vehicle) -> tuple[str, str]:
    """Code and Chinese sentence for the one task that is left over."""
    plan = solve(street(vehicles or (van(),), [task]), MaxIterations(5), 1)
    (left,) = plan.unserved
    assert left.task_id == task.id
    assert left.en.endswith(".")
    return left.code, left.zh


MORNING = van(shift=Window(NINE, NOON))
CASES: list[tuple[Task, Vehicle, str, str]] = [
    (Visit(id="t", place=DOOR, skills=frozenset({"手语"})), van(), "skill", "没有志愿者会“手语”。"),
    (Deliver(id="t", place=DOOR, hub=FAR), van(), "hub", "没有车从这个仓库出发。"),
    (
        Deliver(id="t", place=DOOR, load=COLD),
        van(capacity=WARM),
        "no_cold_vehicle",
        "没有装得下的冷藏车。",
    ),
    (
        Deliver(id="t", place=DOOR, load=Load(500_001, 1, 0)),
        van(),
        "too_heavy",
        "501 公斤，哪辆车都装不动。",
    ),
    (
        Deliver(id="t", place=DOOR, load=Load(1, 41, 0)),
        van(),
        "too_many_boxes",
        "41 箱，哪辆车都装不下。",
    ),
    (
        Deliver(id="t", place=DOOR, load=COLD, windows=LUNCH),
        MORNING,
        "window_closed",
        "14:00–16:00 之间没有冷藏车能到。",
    ),
    (
        Deliver(id="t", place=DOOR, load=BOX, windows=LUNCH),
        MORNING,
        "window_closed",
        "14:00–16:00 之间没有人能到。",
    ),
    (
        Rescue(id="t", place=DOOR, pickup_place=SITE, pickup_windows=LUNCH),
        MORNING,
        "window_closed",
        "14:00–16:00 之间没有人能到。",
    ),
    (
        Visit(id="t", place=DOOR, service_s=9 * 3600),
        van(),
        "shift_too_short",
        "班次太短，来不及往返。",
    ),
    (
        Rescue(id="t", place=FAR, pickup_place=SITE, max_ride_s=900),
        van(),
        "ride_too_long",
        "路上要超过 15 分钟，食物会坏。",
    ),
    (
        Rescue(id="t", place=FAR, pickup_place=SITE, max_ride_s=900, service_s=9 * 3600),
        van(),
        "several_rules",
        "时间和班次都对不上。",
    ),
    (
        Visit(id="t", place=DOOR, service_s=9 * 3600, windows=LUNCH),
        van(shift=Window(NINE, TEN)),
        "shift_too_short",
        "班次太短，来不及往返。",
    ),
]


@pytest.mark.parametrize(("task", "vehicle", "code", "sentence"), CASES)
def test_each_reason_has_its_sentence(
    task: Task, vehicle: Vehicle, code: str, sentence: str
) -> None:
    assert reason(task, vehicle) == (code, sentence)


def test_a_heavy_load_that_fits_one_van_and_boxes_that_fit_another() -> None:
    strong, roomy = van("a", capacity=Load(900_000, 1, 0)), van("b", capacity=Load(9, 99, 0))
    assert reason(Deliver(id="t", place=DOOR, load=Load(10_000, 2, 0)), strong, roomy) == (
        "no_room",
        "没有一辆车同时装得下 10 公斤和 2 箱。",
    )


WARM_ALL_DAY = van("warm", capacity=WARM)
COLD_MORNING = van("cold", shift=Window(NINE, NOON))
TALKS = frozenset({"手语"})


def test_the_one_trait_that_nobody_has_at_that_time_is_named() -> None:
    chilled = Deliver(id="t", place=DOOR, load=COLD, windows=LUNCH)
    assert reason(chilled, WARM_ALL_DAY, COLD_MORNING) == (
        "window_closed",
        "14:00–16:00 之间没有冷藏车能到。",
    )
    signed = Visit(id="t", place=DOOR, windows=LUNCH, skills=TALKS)
    assert reason(signed, WARM_ALL_DAY, replace(COLD_MORNING, skills=TALKS)) == (
        "window_closed",
        "14:00–16:00 之间没有会“手语”的人能到。",
    )
    heavy = Deliver(id="t", place=DOOR, load=Load(150_000, 1, 0), windows=LUNCH)
    assert reason(heavy, WARM_ALL_DAY, COLD_MORNING)[1] == "14:00–16:00 之间没有装得动的车能到。"
    many = Deliver(id="t", place=DOOR, load=Load(1000, 30, 0), windows=LUNCH)
    assert reason(many, WARM_ALL_DAY, COLD_MORNING)[1] == "14:00–16:00 之间没有装得下的车能到。"
    ours = Deliver(id="t", place=DOOR, load=BOX, hub=HUB, windows=LUNCH)
    away = replace(WARM_ALL_DAY, hub=FAR)
    assert reason(ours, away, COLD_MORNING)[1] == "14:00–16:00 之间没有这个仓库的车能到。"


def test_a_trait_whose_holders_have_neither_time_nor_shift_is_named() -> None:
    rescue = Rescue(
        id="t", place=FAR, pickup_place=SITE, skills=TALKS, max_ride_s=1500, pickup_service_s=60
    )
    walker = van("a", mode=Mode.FOOT, shift=Window(NINE, TEN), skills=TALKS)
    calm = street([walker, van("b")], [rescue])
    slow = calm.travel[Mode.FOOT].seconds * 3
    world = replace(calm, travel={**calm.travel, Mode.FOOT: Matrix(slow, slow, "estimate")})
    left = unserved(world, {}, rescue)
    assert (left.code, left.zh) == ("skill", "今天没有会“手语”的人赶得上。")


def test_food_that_would_arrive_after_it_expires_is_left_over_with_the_hour() -> None:
    soon = Deliver(id="t", place=FAR, load=BOX, before_s=NINE + 1800)
    assert reason(soon) == ("expired", "食物 09:30 过期，来不及送到。")


def test_a_household_that_is_home_only_while_everybody_rests() -> None:
    lunch = Break(Window(NOON, NOON), 7200)
    at_noon = Visit(id="t", place=FAR, windows=(Window(NOON + 60, NOON + 7200),), service_s=3600)
    early = van("early", breaks=(lunch,), shift=Window(NINE, NOON + 7200), end_place=None)
    assert reason(at_noon, early) == ("break", "那个时间志愿者要休息。")


def test_a_task_that_only_one_may_do_says_so_when_others_could() -> None:
    bound = Visit(id="t", place=DOOR, windows=LUNCH, only="cold")
    assert reason(bound, COLD_MORNING, WARM_ALL_DAY) == (
        "bound",
        "只能由指定的志愿者做，可是：14:00–16:00 之间没有人能到。",
    )
    assert reason(bound, COLD_MORNING)[0] == "window_closed"
    on_board = Deliver(id="t", place=DOOR, load=BOX, windows=LUNCH, aboard=True, only="cold")
    assert reason(on_board, COLD_MORNING, WARM_ALL_DAY)[0] == "window_closed"


def test_a_rescue_is_too_long_for_runs_of_one_stop() -> None:
    rescue = Rescue(id="t", place=DOOR, pickup_place=SITE)
    assert reason(rescue, van(max_stops=1))[0] == "too_few_stops"


def test_what_ran_out_is_named_stops_trips_or_room() -> None:
    doors: list[Task] = [
        Deliver(id=f"d{n}", place=n, load=BOX, service_s=100) for n in (1, 2, 3, 4)
    ]
    for facts, code in (
        ({"max_stops": 1}, "stops_used_up"),
        ({"capacity": BOX, "trips_max": 2}, "trips_used_up"),
        ({"capacity": BOX}, "capacity_used_up"),
        ({"shift": Window(NINE, NINE + 5100), "trips_max": 2}, "time_used_up"),
        ({"shift": Window(NINE, NINE + 5100)}, "time_used_up"),
    ):
        problem = street([van(**facts)], doors)
        day = repair(problem, {})
        assert day.left
        assert {unserved(problem, day.routes, d).code for d in doors if d.id in day.left} == {code}
    small, short = van("small", capacity=BOX), van("short", max_stops=1)
    problem = street([small, short], doors)
    day = repair(problem, {})
    (left, *_) = (d for d in doors if d.id in day.left)
    assert unserved(problem, day.routes, left).code == "all_used_up"
    fetched: list[Task] = [Collect(id=f"c{n}", place=n, load=BOX) for n in (1, 2, 3)]
    problem = street([van(capacity=BOX)], [*fetched, doors[0]])
    day = repair(problem, {})
    assert unserved(problem, day.routes, fetched[1]).code == "capacity_used_up"


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=80)
def test_a_task_alone_is_judged_as_the_scheduler_judges_it(seed: int) -> None:
    problem = rich_town(seed, 6)
    problem = replace(problem, vehicles=tuple(replace(v, breaks=()) for v in problem.vehicles))
    known = Fleet(problem)
    for task in problem.tasks:
        able = known.could(task) & known.in_time(task)
        order = [task.id] * (2 if isinstance(task, Rescue) else 1)
        # Alone: what else is on board may be handed over first.
        alone = replace(problem, tasks=(task,))
        fine = [not schedule(alone, v.id, order).violations for v in problem.vehicles]
        assert able.tolist() == fine
        assert servable(problem, task) == any(fine)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_everything_that_cannot_go_has_a_reason_and_what_can_go_alone_is_never_impossible(
    seed: int,
) -> None:
    problem = rich_town(seed, 10)
    day = repair(problem, {})
    for id_ in day.left:
        task = problem.task_by_id[id_]
        left = unserved(problem, day.routes, task)
        assert (left.task_id, left.zh[-1], left.en[-1]) == (id_, "。", ".")
        if servable(problem, task):
            assert left.code.endswith("used_up") or left.code == "bound"
        else:
            assert not left.code.endswith("used_up")


def test_a_full_day_is_named_by_what_ran_out() -> None:
    long_talks: list[Task] = [Visit(id=f"v{n}", place=DOOR, service_s=4 * 3600) for n in range(3)]
    plan = solve(street([van()], long_talks), MaxIterations(20), 1)
    assert {left.code for left in plan.unserved} == {"time_used_up"}
    doors: list[Task] = [Deliver(id=f"d{n}", place=DOOR, load=BOX) for n in range(3)]
    plan = solve(street([van(capacity=BOX)], doors), MaxIterations(20), 1)
    assert {left.zh for left in plan.unserved} == {"今天的车都装满了。"}


def test_one_long_job_with_an_idle_van_elsewhere_is_a_matter_of_time() -> None:
    talks: list[Task] = [Visit(id=f"v{n}", place=DOOR, service_s=7 * 3600) for n in range(2)]
    short = van("short", shift=Window(NINE, TEN))
    plan = solve(street([van(), short], talks), MaxIterations(20), 1)
    assert [left.code for left in plan.unserved] == ["time_used_up"]


@pytest.mark.parametrize(
    ("task", "facts"),
    [
        (Visit(id="t", place=FAR), {}),
        (Visit(id="t", place=FAR), {"end_place": None}),
        (Deliver(id="t", place=FAR, load=BOX), {}),
        (Deliver(id="t", place=FAR, load=BOX, aboard=True, only="van"), {}),
        (Collect(id="t", place=FAR, load=BOX), {"end_place": None}),
        (Rescue(id="t", place=FAR, pickup_place=SITE), {}),
    ],
)
def test_an_island_is_named_as_one(task: Task, facts: dict[str, object]) -> None:
    calm = street([van(**facts)], [task])
    seconds = calm.travel[Mode.CAR].seconds.copy()
    seconds[FAR, :FAR] = seconds[:FAR, FAR] = UNREACHABLE
    island = replace(calm, travel={Mode.CAR: Matrix(seconds, seconds, "osrm")})
    plan = solve(island, MaxIterations(5), 1)
    assert [(left.code, left.zh) for left in plan.unserved] == [
        ("unreachable", "没有路可以到那里。")
    ]
    assert plan.source == "osrm"


def test_a_day_with_one_island_still_serves_the_mainland() -> None:
    calm = street(
        [van()],
        [
            Visit(id="far", place=FAR),
            Visit(id="near", place=DOOR),
            Deliver(id="meal", place=HOME, load=BOX),
        ],
    )
    seconds = calm.travel[Mode.CAR].seconds.copy()
    seconds[FAR, :FAR] = seconds[:FAR, FAR] = UNREACHABLE
    island = replace(calm, travel={Mode.CAR: Matrix(seconds, seconds, "osrm")})
    plan = solve(island, MaxIterations(20), 1)
    assert [left.task_id for left in plan.unserved] == ["far"]
    assert plan.routes[0].stops[0].place == HUB
