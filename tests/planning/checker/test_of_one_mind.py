"""Days written by hand, driven again by the scheduler: it and the checker are of one mind."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.checker import check
from app.planning.driving.schedule import schedule
from app.planning.plan import AT_HUB, RELOAD, Route, Unserved
from app.planning.problem import Break, Visit, Window
from tests.planning.checker.schemes import roomy
from tests.planning.checker.toy import day
from tests.planning.checker.writing import together
from tests.planning.town import FAR, NINE, SITE, street, van


def order_of(route: Route) -> list[str]:
    """Its tasks, with a reload where it passes by the hub."""
    order: list[str] = []
    for stop in route.stops:
        if stop.kind in AT_HUB and order and order[-1] != RELOAD:
            order.append(RELOAD)
        order += stop.task_ids
    return order


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=150)
def test_what_the_scheduler_lets_pass_the_checker_lets_pass_and_nothing_else(seed: int) -> None:
    luck = Random(seed)
    problem, plan = day(seed)
    if luck.random() < 0.5:
        problem, plan = roomy(problem, plan, luck)
    for route in plan.routes:
        order = order_of(route)
        for _ in range(luck.randrange(3)):
            moved = order.pop(luck.randrange(len(order)))
            order.insert(luck.randrange(len(order) + 1), moved)
        found = schedule(problem, route.vehicle_id, order)
        left = [Unserved(t.id, "x", "x", "x") for t in problem.tasks if t.id not in order]
        again = together(problem, [found.route], left)
        assert bool(check(problem, again)) == bool(found.violations)


def test_a_break_that_cannot_be_taken_beside_another_is_a_fault_and_no_crash() -> None:
    long, short = Break(Window(NINE, NINE + 7200), 600), Break(Window(NINE + 60, NINE + 120), 600)
    now = (Window(NINE + 600, NINE + 600),)
    tasks = [
        Visit(id="sharp", place=SITE, windows=now, service_s=600),
        Visit(id="talk", place=FAR, service_s=3 * 3600),
    ]
    problem = street([van(breaks=(long, short))], tasks)
    found = schedule(problem, "van", ["sharp", "talk"])
    assert [fault.code for fault in found.violations] == ["break_wrong"]
