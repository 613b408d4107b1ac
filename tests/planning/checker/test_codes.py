"""The checker names each way in which a plan can be wrong, and nothing that is right."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import app.planning.checker
from app.planning.checker import check
from app.planning.plan import Plan, Route, Unserved
from app.planning.problem import (
    Break,
    Collect,
    Deliver,
    Load,
    Problem,
    Rescue,
    Vehicle,
    Visit,
    Window,
)
from app.roads.travel import UNREACHABLE, Matrix, Mode
from tests.planning.checker.edits import with_route, with_stop, with_task, with_vehicle
from tests.planning.checker.writing import Day, Step, together, written
from tests.planning.town import BOX, DOOR, FAR, FIVE, HOME, NINE, NOON, SITE, street, van

REST = Break(Window(NINE, NOON), 900)
ERRANDS = street(
    [
        van(breaks=(REST,), trips_max=2, max_stops=7, shift=Window(NINE, FIVE + 3600)),
        van("spare", shift=Window(NINE, FIVE + 3600)),
    ],
    [
        Deliver(id="soup", place=DOOR, load=BOX, aboard=True, only="van", hub=DOOR),
        Deliver(id="door", place=DOOR, load=BOX, service_s=300, windows=(Window(NINE, NOON),)),
        Deliver(id="neighbour", place=DOOR, load=BOX, service_s=300, before_s=NOON),
        Collect(id="gift", place=SITE, load=BOX, service_s=120),
        Deliver(id="cold", place=FAR, load=Load(1, 1, 1)),
        Rescue(id="rescue", pickup_place=SITE, place=FAR, load=BOX, pickup_service_s=60),
        Visit(id="talk", place=FAR, service_s=900),
    ],
    setup_s=(600, 60, 60, 60, 60),
)
VAN, SPARE = ERRANDS.vehicles
MORNING = [
    Step("load"),
    Step("deliver", DOOR, ("door", "soup", "neighbour")),
    Step("collect", SITE, ("gift",)),
    Step("break", rest_s=900),
]
TALK = Step("visit", FAR, ("talk",))
AFTERNOON = [
    Step("load"),
    Step("collect", SITE, ("rescue",)),
    Step("deliver", FAR, ("rescue", "cold")),
]
LATE = 16 * 3600


def driven(*steps: Step, also: tuple[Route, ...] = (), problem: Problem = ERRANDS) -> Plan:
    """The plan of the van's run in these steps, and other runs."""
    return together(problem, (written(problem, VAN, NINE, steps), *also))


GOOD = driven(*MORNING, Step("unload"), *AFTERNOON, TALK)
RUN = GOOD.routes[0]
TALK_AT = len(RUN.stops) - 1


def run(**facts: Any) -> Day:
    """The good plan with its run told otherwise."""
    return ERRANDS, with_route(GOOD, RUN, **facts)


def stop(n: int, **facts: Any) -> Day:
    """The good plan with one stop told otherwise."""
    return ERRANDS, with_stop(GOOD, RUN, n, **facts)


def task(id_: str, **facts: Any) -> Day:
    """The good plan under a task that asks otherwise."""
    return with_task(ERRANDS, ERRANDS.task_by_id[id_], **facts), GOOD


def car(**facts: Any) -> Day:
    """The good plan for a van with other limits."""
    return with_vehicle(ERRANDS, "van", **facts), GOOD


def left(id_: str, reason: str = "late") -> Unserved:
    """A task that is left over."""
    return Unserved(id_, reason, reason, reason)


def island() -> Day:
    """There is no way home to the van's bed, and the night is long."""
    seconds = ERRANDS.travel[Mode.CAR].seconds.copy()
    seconds[:, HOME] = UNREACHABLE
    np.fill_diagonal(seconds, 0)
    cars = Matrix(seconds, ERRANDS.travel[Mode.CAR].metres, "estimate")
    problem = replace(ERRANDS, travel={**ERRANDS.travel, Mode.CAR: cars})
    problem = with_vehicle(problem, "van", shift=Window(NINE, 2 * UNREACHABLE))
    return problem, driven(*MORNING, Step("unload"), *AFTERNOON, TALK, problem=problem)


def late(vehicle: Vehicle, step: Step) -> Route:
    """A run of its own for one stop, late in the day."""
    return written(ERRANDS, vehicle, LATE, [step])


WRONG: dict[str, Day] = {
    "unreadable": (ERRANDS, replace(GOOD, routes=None)),  # type: ignore[arg-type]
    "no_number": run(distance_m=float("nan")),
    "too_large": run(stops=RUN.stops * 1000),
    "unknown_kind": stop(3, kind="nap"),
    "unknown_vehicle": run(vehicle_id="ghost"),
    "unknown_place": stop(2, place=99),
    "unknown_task": stop(1, task_ids=("door", "ghost")),
    "vehicle_twice": (
        ERRANDS,
        driven(*MORNING, Step("unload"), *AFTERNOON, also=(late(VAN, TALK),)),
    ),
    "task_twice": (ERRANDS, driven(*MORNING, Step("unload"), *AFTERNOON, TALK, TALK)),
    "task_missing": (ERRANDS, driven(*MORNING, Step("unload"), *AFTERNOON)),
    "served_and_left": (ERRANDS, replace(GOOD, unserved=(left("door"),))),
    "reason_missing": (
        ERRANDS,
        replace(
            driven(*MORNING, Step("unload"), *AFTERNOON),
            unserved=(left("talk", ""),),
        ),
    ),
    "empty_route": (
        ERRANDS,
        together(ERRANDS, (RUN, written(ERRANDS, SPARE, NINE, []))),
    ),
    "unload_order": (ERRANDS, driven(*MORNING, *AFTERNOON, TALK)),
    "load_order": (ERRANDS, driven(*MORNING[1:], Step("unload"), *AFTERNOON, TALK)),
    "wrong_hub": car(hub=HOME),
    "empty_stop": (
        ERRANDS,
        driven(*MORNING, Step("unload"), *AFTERNOON, TALK, Step("visit", FAR)),
    ),
    "too_many_trips": car(trips_max=1),
    "wrong_kind": stop(TALK_AT, kind="collect"),
    "wrong_place": (
        ERRANDS,
        driven(*MORNING, Step("unload"), *AFTERNOON, replace(TALK, place=SITE)),
    ),
    "pair_order": (
        ERRANDS,
        driven(*MORNING, Step("unload"), AFTERNOON[0], AFTERNOON[2], AFTERNOON[1], TALK),
    ),
    "pair_broken": (
        ERRANDS,
        driven(
            *MORNING,
            Step("unload"),
            *AFTERNOON[:2],
            Step("deliver", FAR, ("cold",)),
            TALK,
            also=(late(SPARE, Step("deliver", FAR, ("rescue",))),),
        ),
    ),
    "load_wrong": stop(2, load_after=Load()),
    "over_grams": car(capacity=Load(14_999, 40, 20)),
    "over_boxes": car(capacity=Load(200_000, 2, 20)),
    "over_cold": car(capacity=Load(200_000, 40, 0)),
    "skill": task("talk", skills=frozenset({"dialect"})),
    "bound": task("talk", only="spare"),
    "hub": task("door", hub=HOME),
    "too_many_stops": car(max_stops=4),
    "shift_start": car(shift=Window(NINE + 1, FIVE)),
    "shift_end": car(shift=Window(NINE, RUN.end_s - 1)),
    "arrival_wrong": stop(2, arrival_s=RUN.stops[2].arrival_s - 1),
    "start_wrong": (replace(ERRANDS, setup_s=(600, 60, 60, 60, 61)), GOOD),
    "leave_wrong": task("talk", service_s=901),
    "end_wrong": (
        ERRANDS,
        together(ERRANDS, [replace(RUN, end_s=RUN.end_s + 1, duration_s=RUN.duration_s + 1)]),
    ),
    "window": task("door", windows=(Window(NINE, NINE + 60), Window(NOON, FIVE))),
    "expired": task("neighbour", before_s=NINE + 60),
    "ride_too_long": task("rescue", max_ride_s=600 + 59),
    "break_wrong": car(breaks=(Break(Window(NINE, FIVE + 3600), 901),)),
    "break_missing": car(breaks=(REST, Break(Window(NINE, NINE + 3600), 900))),
    "unreachable": island(),
    "distance_wrong": (ERRANDS, replace(GOOD, distance_m=1)),
    "duration_wrong": (ERRANDS, replace(GOOD, duration_s=1)),
    "source_wrong": (ERRANDS, replace(GOOD, source="osrm")),
}
AS_WELL = {"pair_broken": {"pair_order"}}
"""A door without its site is also a door before its site."""


def codes(problem: Problem, plan: Plan) -> set[str]:
    """What the checker says."""
    return {fault.code for fault in check(problem, plan)}


def test_a_good_plan_of_every_kind_of_stop_passes() -> None:
    assert check(ERRANDS, GOOD) == []
    kinds = [stop.kind for stop in RUN.stops]
    assert kinds[3:6] == ["break", "unload", "load"]
    assert set(kinds) == {"load", "collect", "deliver", "visit", "unload", "break"}


@pytest.mark.parametrize("code", WRONG)
def test_each_wrong_plan_is_named_and_nothing_else(code: str) -> None:
    assert codes(*WRONG[code]) == {code} | AS_WELL.get(code, set())


def test_no_code_is_without_an_example() -> None:
    room = Path(app.planning.checker.__file__).parent
    told = {
        code
        for file in room.glob("*.py")
        for code in re.findall(r'\bbad\(\s*"(\w+)"', file.read_text())
    }
    assert told | {"over_grams", "over_boxes", "over_cold"} == WRONG.keys()


def test_faults_of_a_run_say_whose_it_is() -> None:
    (fault,) = check(*WRONG["skill"])
    assert (fault.vehicle_id, fault.task_id) == ("van", "talk")
    assert (fault.zh[-1], fault.en[-1]) == ("。", ".")


def test_a_runs_own_totals_are_worked_out_again() -> None:
    wrong = with_route(GOOD, RUN, distance_m=1, duration_s=1)
    assert codes(ERRANDS, wrong) == {"distance_wrong", "duration_wrong"}


def test_a_task_left_over_twice_is_named() -> None:
    wrong = replace(GOOD, unserved=(left("door"), left("door")))
    assert codes(ERRANDS, wrong) == {"task_twice"}
