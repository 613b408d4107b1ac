"""Whatever is handed to the checker as a plan, it answers with sentences, never with a crash."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.checker import check
from app.planning.plan import Plan, Route, Stop, Unserved, plan_from_dict, plan_to_dict
from app.planning.problem import Load, Visit
from tests.planning.checker.test_codes import ERRANDS, driven
from tests.planning.checker.toy import day
from tests.planning.town import FAR

JUNK: tuple[object, ...] = (
    None,
    True,
    1.0,
    float("nan"),
    "1",
    10**30,
    -(10**30),
    10**5000,
    [],
    {},
    (None,),
    b"x",
)
PARTS: tuple[type, ...] = (Plan, Route, Stop, Unserved)
PLACES = [(part, field.name) for part in PARTS for field in fields(part)]


def spoilt(plan: Plan, part: type, name: str, value: object) -> Plan:
    """The plan with one field of one part being something else."""
    other: dict[str, Any] = {name: value}
    if part is Plan:
        return replace(plan, **other)
    if part is Unserved:
        return replace(plan, unserved=(replace(Unserved("t", "a", "b", "c"), **other),))
    route = plan.routes[0]
    if part is Stop:
        other = {"stops": (replace(route.stops[0], **other), *route.stops[1:])}
    return replace(plan, routes=(replace(route, **other), *plan.routes[1:]))


@pytest.mark.parametrize(("part", "name"), PLACES)
def test_a_field_of_another_type_is_a_fault(part: type, name: str) -> None:
    problem, plan = day(7)
    for value in JUNK:
        faults = check(problem, spoilt(plan, part, name, value))
        is_text = isinstance(value, str) and name in ("engine", "zh", "en", "code")
        assert faults or is_text


@given(st.integers(0, 10**6), st.sampled_from(PLACES), st.data())
@settings(deadline=None)
def test_a_plan_read_from_any_json_is_judged(
    seed: int, where: tuple[type, str], data: st.DataObject
) -> None:
    problem, plan = day(seed)
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
    wild = spoilt(plan, *where, data.draw(anything))
    try:
        read = plan_from_dict(json.loads(json.dumps(plan_to_dict(wild))))
    except (TypeError, KeyError):
        return
    assert all(fault.zh and fault.en for fault in check(problem, read))


@pytest.mark.parametrize("amounts", [(1.0, 1, 1), (None, 1, 1), (True, 0, 0), (0, 10**30, 0)])
def test_a_load_of_no_whole_numbers_is_a_fault(amounts: tuple[Any, Any, Any]) -> None:
    problem, plan = day(7)
    wrong = spoilt(plan, Stop, "load_after", Load(*amounts))
    assert {fault.code for fault in check(problem, wrong)} == {"no_number"}


@pytest.mark.parametrize("value", [None, 3, "plan", (), {}])
def test_what_is_no_plan_at_all_is_a_fault(value: Any) -> None:
    (fault,) = check(day(7)[0], value)
    assert fault.code == "unreadable"


@pytest.mark.parametrize("value", [None, "x", 3])
def test_parts_that_are_none_are_faults(value: Any) -> None:
    problem, plan = day(7)
    route = replace(plan.routes[0], stops=(value,))
    for wrong in (
        replace(plan, routes=(value,)),
        replace(plan, unserved=(value,)),
        replace(plan, routes=(route,)),
    ):
        assert {fault.code for fault in check(problem, wrong)} == {"unreadable"}


def test_of_a_plan_that_is_all_wrong_no_more_is_told_than_anybody_reads() -> None:
    problem = replace(ERRANDS, tasks=tuple(Visit(id=f"t{n}", place=FAR) for n in range(500)))
    codes = [fault.code for fault in check(problem, driven(problem=problem))]
    assert codes == ["task_missing"] * 200
