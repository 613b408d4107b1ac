"""A large day on one machine: a first plan, rounds that never make it worse, cancels, dead children."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from io import BytesIO, TextIOWrapper

import pytest

from app.planning.checker import check
from app.planning.engines.day import solve
from app.planning.parts import first_child
from app.planning.parts.join import Assembly, worth
from app.planning.parts.local import solve_in_parts
from app.planning.parts.part import Part
from app.planning.parts.rounds import Offer, first_plan, in_rounds
from app.planning.parts.split import split
from app.planning.plan import Plan, plan_from_dict
from app.planning.process.child import Order
from app.planning.process.parent import SolverDied
from app.planning.process.pipes import packed
from app.planning.stopping import MaxIterations
from tests.planning.parts.days import large_day


def one_after_another(parts: tuple[Part, ...], seconds: float, seed: int, offer: Offer) -> None:
    assert seconds > 0
    for part in parts:
        offer(part.number, solve(part.problem, MaxIterations(20), seed, part.incumbent))


def test_no_round_makes_the_day_worse_and_every_plan_on_the_way_is_good() -> None:
    problem = large_day(11, tasks=80, vehicles=8)
    first = first_plan(problem, 1, size=30)
    seen: list[Plan] = []
    best = in_rounds(
        problem,
        first,
        one_after_another,
        left_s=lambda: 10.0,
        seed=1,
        size=30,
        on_better=seen.append,
    )
    worths = [worth(problem, plan) for plan in (first, *seen, best)]
    assert worths == sorted(worths, reverse=True)
    assert worths[-1] < worths[0]
    assert [check(problem, plan) for plan in (first, *seen, best)] == [[]] * (len(seen) + 2)


def test_a_first_plan_that_goes_on_from_another_is_never_worse() -> None:
    problem = large_day(12, tasks=40, vehicles=5)
    known = solve(problem, MaxIterations(30), 1)
    plan = first_plan(problem, 1, size=15, incumbent=known)
    assert check(problem, plan) == []
    assert worth(problem, plan) <= worth(problem, known)


def test_the_first_round_keeps_the_parts_that_the_first_plan_was_made_in() -> None:
    problem = large_day(11, tasks=80, vehicles=8)
    first = first_plan(problem, 1, size=30)
    along_city = [part.places for part in split(problem, size=30)]
    assert [part.places for part in split(problem, size=30, plan=first)] == along_city
    assert [part.places for part in split(problem, size=30, plan=first, turn=1)] != along_city


def test_with_no_time_left_the_first_plan_stays() -> None:
    problem = large_day(11, tasks=20)
    first = first_plan(problem, 1)
    assert in_rounds(problem, first, one_after_another, left_s=lambda: 0.0, seed=1) is first


@pytest.mark.parametrize(("left_s", "rounds"), [(2.0, 1), (11.0, 2), (600.0, 3)])
def test_a_short_time_is_not_cut_into_rounds_that_are_over_before_they_begin(
    left_s: float, rounds: int
) -> None:
    problem = large_day(11, tasks=20)
    shares: list[float] = []

    def note(parts: tuple[Part, ...], seconds: float, seed: int, offer: Offer) -> None:
        shares.append(seconds)
        one_after_another(parts, seconds, seed, offer)

    in_rounds(problem, first_plan(problem, 1), note, left_s=lambda: left_s, seed=1)
    assert len(shares) == rounds
    assert shares[0] == left_s / rounds


def test_a_day_is_whole_only_when_every_part_has_a_plan() -> None:
    problem = large_day(5, tasks=40)
    parts = split(problem, size=20)
    heard: list[Plan] = []
    day = Assembly(problem, parts, heard.append)
    plans = [solve(part.problem, MaxIterations(1), 1) for part in parts]
    assert day.offer(0, plans[0])
    assert not day.is_whole
    assert heard == []
    with pytest.raises(ValueError, match="Part 1 has no plan"):
        day.whole()
    assert day.offer(1, plans[1])
    assert not day.offer(1, plans[1])  # not better than itself
    assert check(problem, heard[0]) == []
    assert check(problem, day.whole()) == []


def test_a_part_does_not_start_from_routes_that_forget_a_task() -> None:
    problem = large_day(5, tasks=40)
    yesterday = first_plan(replace(problem, tasks=problem.tasks[:-1]), 1)
    (part,) = split(problem, plan=yesterday)
    assert not Assembly(problem, (part,)).is_whole


def test_a_large_day_is_solved_by_two_children_at_a_time() -> None:
    problem = large_day(12, tasks=70, vehicles=8)
    seen: list[Plan] = []
    plan = solve_in_parts(
        problem, seconds=60, seed=1, size=25, rounds=2, iterations=3, on_incumbent=seen.append
    )
    assert check(problem, plan) == []
    assert worth(problem, plan) <= worth(problem, seen[0])
    again = solve_in_parts(problem, seconds=60, seed=1, size=25, rounds=2, iterations=3)
    assert again == plan


def test_going_on_from_a_plan_is_never_worse_than_it() -> None:
    problem = large_day(12, tasks=40, vehicles=5)
    known = solve(problem, MaxIterations(30), 1)
    plan = solve_in_parts(problem, seconds=60, seed=1, iterations=1, rounds=1, incumbent=known)
    assert worth(problem, plan) <= worth(problem, known)


def test_a_cancel_keeps_the_best_plan_so_far() -> None:
    problem = large_day(12, tasks=40, vehicles=5)
    seen: list[Plan] = []
    plan = solve_in_parts(
        problem, seconds=600, seed=1, on_incumbent=seen.append, should_cancel=lambda: bool(seen)
    )
    assert check(problem, plan) == []


def test_a_cancel_before_the_first_plan_leaves_none() -> None:
    with pytest.raises(SolverDied):
        solve_in_parts(large_day(12), seconds=600, seed=1, should_cancel=lambda: True)


def test_a_part_whose_child_dies_stays_as_it_was() -> None:
    problem = large_day(12, tasks=40, vehicles=5)
    seen: list[Plan] = []
    dead = (sys.executable, "-c", "raise SystemExit(1)")
    plan = solve_in_parts(problem, seconds=5, seed=1, on_incumbent=seen.append, command=dead)
    assert plan.routes == seen[0].routes


def test_the_first_childs_answer_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = large_day(3, tasks=20)
    answer = BytesIO()
    left: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdin", TextIOWrapper(BytesIO(packed(Order(problem, 1, 1.0)))))
        patch.setattr("sys.stdout", TextIOWrapper(answer))
        patch.setattr("app.planning.parts.first_child.end_with_parent", lambda _: None)
        first_child.main(left.append)
        (line,) = answer.getvalue().splitlines()
    assert check(problem, plan_from_dict(json.loads(line)["final"])) == []
    assert left == [0]
