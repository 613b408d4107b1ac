"""Nothing spoilt slips past the checker: tight days, each spoilt in one of seventy ways."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.planning.checker import check
from app.planning.plan import Plan
from app.planning.problem import Problem
from app.planning.service import solve
from app.planning.stopping import MaxIterations
from tests.planning.checker.oracle import drivable
from tests.planning.checker.schemes import SCHEMES
from tests.planning.checker.slips import SLIPS
from tests.planning.checker.squeezes import SQUEEZES
from tests.planning.checker.toy import day
from tests.planning.town import town

WAYS = {**SLIPS, **SQUEEZES}


def is_named(way: str, problem: Problem, plan: Plan) -> bool:
    """Whether the checker refuses the day with the code that the way promises."""
    found = {fault.code for fault in check(problem, plan)}
    code = way.split(":", maxsplit=1)[0]
    return bool(found) if code == "refused" else code in found


@cache
def solved(seed: int) -> tuple[Problem, Plan]:
    """A day of the planner's own."""
    problem = town(seed, households=14, mixed=True)
    return problem, solve(problem, MaxIterations(40), seed)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_a_day_written_by_hand_is_good_to_both(seed: int) -> None:
    problem, plan = day(seed)
    assert check(problem, plan) == []
    assert drivable(problem, plan)


@pytest.mark.parametrize("way", WAYS)
@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=12)
def test_every_spoilt_day_is_refused_for_what_was_done(way: str, seed: int) -> None:
    spoilt = WAYS[way](*day(seed), Random(seed))
    assume(spoilt is not None)
    assert spoilt is not None
    assert is_named(way, *spoilt)


@given(st.integers(0, 7), st.sampled_from(sorted(WAYS)), st.integers(0, 10**6))
@settings(deadline=None, max_examples=150)
def test_a_solved_day_is_good_and_refused_once_it_is_spoilt(seed: int, way: str, luck: int) -> None:
    problem, plan = solved(seed)
    assert check(problem, plan) == []
    spoilt = WAYS[way](problem, plan, Random(luck))
    assume(spoilt is not None)
    assert spoilt is not None
    assert is_named(way, *spoilt)


@given(st.integers(0, 10**6), st.lists(st.sampled_from(SCHEMES), max_size=4))
@settings(deadline=None, max_examples=200)
def test_checker_and_oracle_never_differ(seed: int, schemes: list[object]) -> None:
    problem, plan = day(seed)
    luck = Random(seed)
    for scheme in schemes:
        assert callable(scheme)
        problem, plan = scheme(problem, plan, luck) or (problem, plan)
    assert (check(problem, plan) == []) == drivable(problem, plan)
