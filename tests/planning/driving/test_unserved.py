"""Whoever is left out is told the true reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.planning.engines.day import solve
from app.planning.problem import Collect, Deliver, Load, Rescue, Task, Vehicle, Visit, Window
from app.planning.stopping import MaxIterations
from app.roads.travel import UNREACHABLE, Matrix, Mode
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
    assert (
        reason(Deliver(id="t", place=DOOR, load=Load(10, 2, 0)), strong, roomy)[0]
        == "too_many_boxes"
    )


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
