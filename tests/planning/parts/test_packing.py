"""A problem lies in a database as numbers and JSON, and comes back as it was."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.engines.day import solve
from app.planning.parts.packing import packed, unpacked
from app.planning.problem import Break, Load, Problem, Visit, Window
from app.planning.stopping import MaxIterations
from app.roads.travel import UNREACHABLE, Matrix, Mode, Snap
from tests.planning.parts.days import large_day
from tests.planning.town import NINE, NOON, van


def assert_same(one: Problem, other: Problem) -> None:
    assert (one.vehicles, one.tasks, one.setup_s) == (other.vehicles, other.tasks, other.setup_s)
    assert one.travel.keys() == other.travel.keys()
    for mode, matrix in one.travel.items():
        found = other.travel[mode]
        assert (matrix.seconds == found.seconds).all()
        assert (matrix.metres == found.metres).all()
        assert (matrix.source, matrix.off_road) == (found.source, found.off_road)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999), st.integers(0, 12))
def test_a_day_comes_back_as_it_was(seed: int, tasks: int) -> None:
    problem = large_day(seed, tasks=tasks, vehicles=3, hubs=2)
    found, incumbent = unpacked(packed(problem))
    assert_same(problem, found)
    assert incumbent is None


def test_everything_that_a_vehicle_and_a_task_may_say_comes_back() -> None:
    cells = np.array([[0, 3_000_000_000], [UNREACHABLE, 0]])
    snap = Snap((121.4, 31.2), 260.5, "far", is_known=True)
    problem = Problem(
        {Mode.FOOT: Matrix(cells, cells, "mixed", {1: snap})},
        (
            van(
                start_place=0,
                end_place=None,
                mode=Mode.FOOT,
                breaks=(Break(Window(NINE, NOON), 1800),),
                trips_max=3,
                fair_s=7200,
                skills=frozenset({"dialect", "lift"}),
            ),
        ),
        (
            Visit(
                id="家访",
                place=1,
                load=Load(1, 2, 3),
                windows=(Window(NINE, NOON),),
                before_s=NOON,
                only="van",
                prefers=frozenset({"van", "bike"}),
                prefer_s=300,
                must_serve=True,
            ),
        ),
    )
    assert_same(problem, unpacked(packed(problem))[0])


def test_the_plan_to_start_from_comes_along() -> None:
    problem = large_day(3, tasks=8, vehicles=2)
    plan = solve(problem, MaxIterations(1), 1)
    assert unpacked(packed(problem, plan))[1] == plan


def test_equal_problems_are_equal_bytes() -> None:
    problem = large_day(3, tasks=8)
    assert packed(problem) == packed(replace(problem))


@pytest.mark.parametrize("raw", [b"", b"x" * 100, pickle.dumps({"about": 1})])
def test_anything_else_is_refused_and_never_run(raw: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, EOFError)):
        unpacked(raw)
