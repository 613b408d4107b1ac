"""Bad problems get a sentence, not a hang."""

from dataclasses import replace

import numpy as np
import pytest

from app.planning.problem import Deliver, Load, Problem, Rescue, Visit, Window
from app.planning.validation import MAX_TASKS, MAX_VEHICLES, InvalidProblem, validate
from app.roads.travel import Matrix, Mode
from tests.planning.town import DOOR, FAR, NINE, SITE, street, town, van

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
    "not whole numbers": travel(np.full((5, 5), np.nan), CALM),
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
