"""Every entrant gets the same terms, answers with valid routes, and repeats itself when asked."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from app.planning.contest.best_known import Objective
from app.planning.contest.clock import CpuBudget, TreeClock
from app.planning.contest.entrants import ENGINES, Answer, NoAnswer, Terms, entrant
from app.planning.contest.entrants.pyvrp_alone import Watch
from app.planning.contest.entrants.pyvrp_words import pyvrp_data, routes_of, solution_of
from app.planning.contest.instances import Instance
from app.planning.contest.judge import judged
from app.planning.stopping import MaxIterations
from tests.bench.families import direct_rescue, li_lim_like, solomon_like
from tests.planning.contest.files import li_lim, solomon

# OR-Tools' own bindings warn when they are first imported into this Python.
pytestmark = pytest.mark.filterwarnings("ignore:builtin type:DeprecationWarning")

FEW = 40


def terms(objective: Objective = "vehicles", iterations: int | None = FEW) -> Terms:
    return Terms(objective, 0.5, 7, iterations)


def answers(engine: str, instance: Instance, asked: Terms) -> list[Answer]:
    return list(entrant(engine)(instance, asked, TreeClock()))


INSTANCES = {
    "customers": solomon(),
    "pairs": li_lim(),
    "a small RC1": solomon_like("RC", 1, 30, 1),
    "a small LR1": li_lim_like("R", 1, 30, 1),
    "a small rescue": direct_rescue(12, 3, 1),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("what", ["a small RC1", "a small LR1", "a small rescue"])
@pytest.mark.parametrize("objective", ["vehicles", "distance"])
def test_every_answer_is_valid_by_either_objective(
    engine: str, what: str, objective: Objective
) -> None:
    for answer in answers(engine, INSTANCES[what], terms(objective)):
        assert judged(INSTANCES[what], answer.routes)[1] > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_and_iterations_give_the_same_routes(engine: str) -> None:
    town = INSTANCES["a small RC1"]
    first, second = (answers(engine, town, terms()) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("engine", ["ours", "pyvrp"])
def test_a_single_van_is_found_to_be_enough(engine: str) -> None:
    (found,) = answers(engine, li_lim(), terms())
    assert len(found.routes) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_what_nobody_can_serve_is_said_to_be_without_a_plan(engine: str) -> None:
    far = replace(solomon().nodes[5], x=-500.0)
    impossible = replace(solomon(), nodes=(*solomon().nodes[:5], far))
    with pytest.raises(NoAnswer, match=r"no feasible plan|left 1 tasks out"):
        answers(engine, impossible, terms())


def test_pyvrps_descent_from_a_single_van_is_survived() -> None:
    alone = replace(li_lim(), vehicles_max=1)
    (found,) = answers("pyvrp", alone, terms())
    assert judged(alone, found.routes)[0] == 1


def test_vroom_shows_every_level_of_its_effort() -> None:
    shown = answers("vroom", solomon(), terms(iterations=None))
    assert [answer.effort for answer in shown] == [f"level {level}" for level in range(6)]
    (only,) = answers("vroom", solomon(), terms(iterations=2))
    assert only.effort == "level 2"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_plan_is_noted(engine: str) -> None:
    clock = TreeClock()
    list(entrant(engine)(solomon(), terms(), clock))
    assert clock.first_s is not None


def test_an_engine_that_is_not_installed_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = "app.planning.contest.entrants.ortools_alone"
    monkeypatch.delitem(sys.modules, ours, raising=False)
    monkeypatch.setitem(sys.modules, "ortools.constraint_solver", None)
    with pytest.raises(NoAnswer, match=r"ortools\S* is not installed.*--group dev"):
        entrant("ortools")


def test_terms_with_iterations_do_not_look_at_the_clock() -> None:
    assert isinstance(terms().stop(TreeClock()), MaxIterations)
    assert isinstance(terms(iterations=None).stop(TreeClock()), CpuBudget)


def test_the_watch_keeps_the_better_feasible_plan_of_either_objective() -> None:
    data = pyvrp_data(solomon(), 3)
    two = solution_of(solomon(), data, [[1, 2], [3, 4, 5]])
    three = solution_of(solomon(), data, [[1, 2], [3, 4], [5]])
    heavy = solution_of(solomon(), data, [[1, 2, 5], [3, 4]])
    for fewest in (True, False):
        watch = Watch(TreeClock(), fewest=fewest)
        watch.offer(heavy)
        assert watch.best is None
        for plan in (three, two, three):
            watch.offer(plan)
        best = min(two.distance(), three.distance())
        assert watch.best is (two if fewest or two.distance() == best else three)


@pytest.mark.parametrize("what", ["customers", "pairs"])
def test_routes_survive_pyvrps_words(what: str) -> None:
    instance = INSTANCES[what]
    routes = ((1, 2), (3, 4, 5)) if what == "customers" else ((3, 4), (1, 2))
    data = pyvrp_data(instance, 3)
    assert routes_of(instance, solution_of(instance, data, routes)) == routes


def test_an_unknown_engine_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        entrant("nobody")
