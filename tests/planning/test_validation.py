"""Bad problems get a sentence, not a hang."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.problem import Break, Deliver, Load, Problem, Rescue, Visit, Window
from app.planning.validation import MAX_TASKS, MAX_VEHICLES, InvalidProblem, validate
from app.roads.travel import Matrix, Mode
from tests.planning.town import DOOR, FAR, FIVE, NINE, SITE, TEN, street, town, van

VISIT = Visit(id="v", place=DOOR)


def travel(seconds: object, metres: object) -> Problem:
    """One van in a world whose matrices are these."""
    return Problem(
        {Mode.CAR: Matrix(np.array(seconds), np.array(metres), "estimate")}, (van(),), ()
    )


def rescue(**facts: object) -> Problem:
    """One rescue with something wrong."""
    return street([van()], [Rescue(id="r", place=FAR, pickup_place=SITE, **facts)])  # type: ignore[arg-type]


def visit(**facts: object) -> Problem:
    """One visit with something wrong."""
    return street([van()], [replace(VISIT, **facts)])  # type: ignore[arg-type]


def rest(start_h: float, end_h: float, duration_s: int) -> Break:
    """A break that begins between two hours of the day."""
    return Break(Window(int(start_h * 3600), int(end_h * 3600)), duration_s)


def rests(*breaks: Break) -> Problem:
    """A van, at work from nine to five, with something wrong about its breaks."""
    return street([van(breaks=breaks)])


CALM = np.zeros((5, 5), dtype=np.int64)
BAD = {
    "no vehicle": street(),
    "At most 3000 tasks": street([van()], [VISIT] * (MAX_TASKS + 1)),
    "At most 500 vehicles": street([van()] * (MAX_VEHICLES + 1)),
    "Travel times for car are missing": Problem({}, (van(),), ()),
    "different sizes": Problem(
        {
            Mode.CAR: Matrix(CALM, CALM, "estimate"),
            Mode.FOOT: Matrix(CALM[:4, :4], CALM[:4, :4], "estimate"),
        },
        (van(),),
        (),
    ),
    "seconds for car is not a square": travel(CALM[:3], CALM),
    "metres for car is not a square": travel(CALM, np.zeros(5, dtype=int)),
    "cells that are no number .NaN.": travel(np.full((5, 5), np.nan), CALM),
    "infinite cells": travel(np.full((5, 5), np.inf), CALM),
    "not whole numbers": travel(np.zeros((5, 5)), CALM),
    "cells above 2000000000": travel(CALM + 2**40, CALM),
    "negative cells": travel(CALM, CALM - 1),
    "from a place to itself": travel(CALM + 1, CALM),
    "Seconds and metres for car are of different": travel(CALM, CALM[:4, :4]),
    "one setup time per place": street([van()], setup_s=(1, 2)),
    "A setup time is negative": street([van()], setup_s=(-1, 0, 0, 0, 0)),
    "Vehicle van is there 2 times": street([van(), van()]),
    "Task v is there 2 times": street([van()], [VISIT, VISIT]),
    "Vehicle van has a window that ends first": street([van(shift=Window(NINE, NINE - 1))]),
    "Vehicle van has a place outside": street([van(end_place=5)]),
    "Vehicle van has a capacity": street([van(capacity=Load(-1, 0, 0))]),
    "at least one stop": street([van(max_stops=0)]),
    "must make 1 to 10 trips": street([van(trips_max=0)]),
    "Vehicle van must make 1 to 10 trips": street([van(trips_max=11)]),
    "a fair share that is no sensible time": street([van(fair_s=-1)]),
    "more than 5 breaks": rests(*(rest(9 + n, 9.5 + n, 60) for n in range(6))),
    "break of no sensible length": rests(rest(12, 13, 0)),
    "Vehicle van's break has a window that ends first": rests(rest(13, 12, 600)),
    "Vehicle van's break has a time outside two days": rests(rest(-1, 12, 600)),
    "has a break outside its shift": rests(rest(6, 8, 600)),
    "Vehicle van has a break outside": rests(rest(16.9, 17, 1800)),
    "two breaks that overlap": rests(rest(12, 13, 600), rest(11, 12, 600)),
    "Task v is bound to a vehicle that is not there": visit(only="ghost"),
    "Task d is aboard, but of no vehicle": street([van()], [Deliver(id="d", place=1, aboard=True)]),
    "Task v has an expiry outside two days": visit(before_s=-1),
    "Task v has a wish of no sensible weight": visit(prefer_s=float("nan")),
    "Task v has more than 10 windows": visit(windows=(Window(0, 1),) * 11),
    "Task v has a time outside two days": visit(windows=(Window(0, 10**9),)),
    "Task v has a window that ends first": visit(windows=(Window(2, 1),)),
    "Task v has a place outside": visit(place=-1),
    "Task v has a load": visit(load=Load(0, 10**9, 0)),
    "Task v has a duration": visit(service_s=-5),
    "Task v has a priority": visit(priority=9),
    "Task r has a window that ends first": rescue(pickup_windows=(Window(2, 1),)),
    "Task r has a duration": rescue(max_ride_s=-1),
    "Task r has a place outside": street([van()], [Rescue(id="r", place=FAR, pickup_place=77)]),
}


@pytest.mark.parametrize("sentence", BAD)
def test_each_bad_problem_is_refused_in_a_sentence(sentence: str) -> None:
    with pytest.raises(InvalidProblem, match=sentence) as refusal:
        validate(BAD[sentence])
    assert refusal.value.zh.endswith("。")


def test_a_whole_float_or_a_truth_is_no_number_of_seconds() -> None:
    with pytest.raises(InvalidProblem, match="duration"):
        validate(visit(service_s=60.0))
    with pytest.raises(InvalidProblem, match="priority"):
        validate(visit(priority=True))


def test_a_thousand_faults_are_cut_to_a_page() -> None:
    tasks = [Deliver(id=f"d{n}", place=999) for n in range(1000)]
    with pytest.raises(InvalidProblem) as refusal:
        validate(street([van()], tasks))
    assert len(refusal.value.faults) == 20


def test_good_problems_pass() -> None:
    validate(street([van(max_stops=1)], [VISIT]))
    validate(town(1, mixed=True))
    validate(rests(rest(12, 13, 1800), rest(15, 15.5, 900)))
    validate(rests(rest(8, 9.5, 1800)))
    validate(street([van(trips_max=10, fair_s=0)], [replace(VISIT, only="van", before_s=TEN)]))


def test_a_wish_for_somebody_who_is_not_there_is_no_fault() -> None:
    validate(visit(prefers=frozenset({"ghost"}), prefer_s=600))


def test_a_bad_shift_is_named_once_and_its_breaks_are_not_judged_by_it() -> None:
    with pytest.raises(InvalidProblem) as refusal:
        validate(street([van(shift=Window(FIVE, NINE), breaks=(rest(12, 13, 600),))]))
    assert len(refusal.value.faults) == 1


@given(
    st.sampled_from(["service_s", "place", "priority", "before_s", "prefer_s", "load", "windows"]),
    st.one_of(
        st.floats(), st.integers(10**10, 10**40), st.integers(-(10**40), -1), st.text(max_size=3)
    ),
)
def test_no_value_of_a_task_makes_the_refusal_itself_fail(name: str, value: object) -> None:
    if name == "load":
        value = (0, value, 0)
    elif name == "windows":
        value = ((0, value),)
    with pytest.raises(InvalidProblem):
        validate(visit(**{name: value}))
