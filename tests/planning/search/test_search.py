"""Search over engine data: what must come out, whatever is inside."""

from __future__ import annotations

import sys
from dataclasses import replace
from io import BytesIO

import pytest
from pyvrp import (
    Activity,
    ActivityType,
    Client,
    ClientGroup,
    Depot,
    ProblemData,
    Route,
    Solution,
)

from app.planning.process.pipes import receive, send
from app.planning.search import polish as polishing
from app.planning.search import seeder as seeding
from app.planning.search import service, vroom_child
from app.planning.search.budget import INFEASIBLE, Until
from app.planning.search.fleet import _without, fewest, moved, with_fleet
from app.planning.search.parts import inner
from app.planning.search.polish import better, cost, descend, kicks, neighbours, polish, size
from app.planning.search.scale import Scaled
from app.planning.search.seeder import Seeder
from app.planning.search.service import search
from app.planning.search.vroom_words import solution_of, words
from app.planning.stopping import MaxIterations
from tests.planning.search.data import customers, pairs


def visits(solution: Solution) -> list[list[tuple[str, int]]]:
    """A solution as plain values, to compare."""
    return [[(str(a.type), a.idx) for a in route] for route in solution.routes()]


@pytest.mark.parametrize("data", [customers(60), pairs(25)], ids=["customers", "pairs"])
@pytest.mark.parametrize("fewest_vehicles", [False, True])
def test_everybody_is_served_and_the_same_seed_and_iterations_give_the_same(
    data: ProblemData, fewest_vehicles: bool
) -> None:
    found = [search(data, MaxIterations(60), 5, fewest_vehicles=fewest_vehicles) for _ in range(2)]
    assert found[0].is_feasible()
    assert visits(found[0]) == visits(found[1])


def test_fewer_vehicles_come_before_less_way() -> None:
    data = customers(60)
    usual = search(data, MaxIterations(80), 1)
    fewer = search(data, MaxIterations(80), 1, fewest_vehicles=True)
    assert fewer.num_routes() <= usual.num_routes()


def test_a_fleet_of_two_kinds_is_left_as_it_is_and_one_vehicle_is_not_lowered() -> None:
    data = customers(12)
    kind = data.vehicle_type(0)
    two = data.replace(vehicle_types=[kind, kind])
    start = descend(two, MaxIterations(20), 1, None)
    assert fewest(two, MaxIterations(20), 1, start, share=1.0) == (two, start)
    assert fewest(data, MaxIterations(20), 1, Solution(data, []), share=1.0)[0] is data
    one = with_fleet(customers(3), 1)
    alone = descend(one, MaxIterations(20), 1, None)
    assert fewest(one, MaxIterations(20), 1, alone, share=1.0) == (one, alone)


def test_a_fleet_is_lowered_until_the_loads_need_it_all() -> None:
    data = customers(40, vehicles=40)
    start = descend(data, MaxIterations(30), 1, None)
    capped, best = fewest(data, MaxIterations(150), 1, start, share=1.0)
    assert best.is_feasible()
    assert capped.num_vehicles == best.num_routes() <= start.num_routes()


def each_alone() -> tuple[ProblemData, Solution]:
    """Sixty customers with a vehicle each, though one could carry the loads of all."""
    data = customers(60, vehicles=60)
    data = data.replace(vehicle_types=[data.vehicle_type(0).replace(capacity=[10_000])])
    routes = [Route(data, [Activity(ActivityType.CLIENT, n)], 0) for n in range(60)]
    return data, Solution(data, routes)


def test_a_fleet_far_above_its_loads_falls_by_several_at_once() -> None:
    data, alone = each_alone()
    capped, best = fewest(data, MaxIterations(400), 1, alone, share=1.0)
    assert best.is_feasible()
    assert capped.num_vehicles == best.num_routes() < 20


def test_without_budget_a_fleet_stays_as_it_is() -> None:
    data, alone = each_alone()
    used_up = MaxIterations(1)
    used_up(1)
    used_up(1)
    _, best = fewest(data, used_up, 1, alone, share=0.5)
    assert visits(best) == visits(alone)


def test_a_fleet_too_small_for_the_hours_keeps_the_last_that_was_enough() -> None:
    data = customers(30, vehicles=30)
    kind = data.vehicle_type(0)
    roomy = data.replace(vehicle_types=[kind.replace(capacity=[10_000])])
    start = descend(roomy, MaxIterations(40), 1, None)
    assert start.is_feasible()
    capped, best = fewest(roomy, MaxIterations(120), 1, start, share=1.0)
    assert best.is_feasible()
    assert 1 < capped.num_vehicles == best.num_routes()


@pytest.mark.parametrize("data", [customers(60), pairs(25)], ids=["customers", "pairs"])
def test_a_start_that_lacks_visits_gets_them_even_if_it_breaks_rules_then(
    data: ProblemData,
) -> None:
    whole = descend(data, MaxIterations(40), 1, None)
    assert whole.is_feasible()
    tight = with_fleet(data, 1)
    lacking = Solution(tight, [Route(tight, inner(whole.routes()[0]), 0)])
    assert lacking.num_routes() == 1
    assert not lacking.is_complete()
    assert descend(tight, MaxIterations(3), 1, lacking).is_complete()


def test_a_route_that_cannot_go_is_followed_by_another() -> None:
    data, alone = each_alone()
    tried = [_without(rank, 1, alone, data) for rank in (0, 1, 99)]
    assert [one.num_routes() for one in tried] == [59, 59, 59]
    assert len({str(visits(one)) for one in tried}) == 3


def test_a_large_problem_is_finished_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LARGE", 50)
    monkeypatch.setattr(service, "PART", 30)
    monkeypatch.setattr(service, "TURN_ITERATIONS", 60)
    data = customers(80, grouped=10)
    shown: list[int] = []
    found = search(
        data, MaxIterations(500), 3, on_better=lambda s: shown.append(cost(s)) if s else None
    )
    assert found.is_feasible()
    assert cost(found) == min(shown)
    assert search(data, MaxIterations(200), 3).is_feasible()


def test_a_large_problem_without_a_feasible_half_is_searched_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "LARGE", 5)
    impossible = with_fleet(customers(30), 1)
    assert not search(impossible, MaxIterations(40), 1).is_feasible()


def test_a_small_problem_is_searched_again_from_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polishing, "RUN_ITERATIONS", 40)
    data = customers(30)
    first = descend(data, MaxIterations(30), 2, None)
    assert cost(polish(data, MaxIterations(300), 2, first)) <= cost(first)


def test_a_solution_given_is_never_made_worse_and_is_told_first() -> None:
    data = customers(50)
    given = descend(data, MaxIterations(80), 4, None)
    told: list[Solution] = []
    found = search(data, MaxIterations(30), 9, start=given, on_better=told.append)
    assert cost(found) <= cost(given)
    assert visits(told[0]) == visits(given)


def test_what_cannot_be_driven_costs_more_than_anything_else() -> None:
    data = customers(20)
    good = descend(data, MaxIterations(30), 1, None)
    nothing = Solution(data, [])
    assert cost(nothing) == INFEASIBLE > cost(good)
    assert better(nothing, good) is good
    assert better(good, nothing) is good


def test_settings_follow_the_size() -> None:
    small, middle, large = customers(20), customers(200), customers(320)
    assert [size(d) for d in (small, middle, large)] == [20, 200, 320]
    assert neighbours(small) > neighbours(middle) > neighbours(large)
    assert kicks(small) > kicks(middle) > kicks(large)
    assert size(pairs(5)) == 10
    assert neighbours(pairs(5)) > neighbours(small) > neighbours(pairs(301))


def test_first_penalties_are_on_the_scale_of_the_data() -> None:
    data = customers(30)
    loads, late, _ = Scaled().midpoint_penalties(data)
    metres = [data.distance_matrix(0) * 1000]
    wide = data.replace(distance_matrices=metres, duration_matrices=metres)
    wide_loads, wide_late, _ = Scaled().midpoint_penalties(wide)
    assert wide_loads[0] == pytest.approx(1000 * loads[0])
    assert wide_late == pytest.approx(late)


def test_penalties_of_nearly_nothing_are_still_numbers() -> None:
    alone = customers(0)
    assert Scaled().midpoint_penalties(alone) == ([1.0 * 5], 1.0, 1.0)


def test_a_phase_ends_at_its_share_and_knows_how_much_of_it_is_used() -> None:
    whole = MaxIterations(100)
    phase = Until(whole, 0.5)
    answers = [phase(1) for _ in range(50)]
    assert answers == [False] * 49 + [True]
    assert phase.iterations == 50
    assert phase.used() == 1.0
    assert phase.share_used == pytest.approx(0.5)
    assert Until(whole, 0.2).used() == 1.0
    assert Until(MaxIterations(9), 1.0, or_feasible=True)(7)
    assert not Until(MaxIterations(9), 1.0, or_feasible=True)(INFEASIBLE)


def test_a_solution_of_a_larger_fleet_is_one_of_a_smaller() -> None:
    data = customers(20, vehicles=20)
    found = descend(data, MaxIterations(30), 1, None)
    capped = with_fleet(data, found.num_routes())
    assert cost(moved(capped, found)) == cost(found)


@pytest.fixture(scope="module")
def vroom() -> Seeder:
    with Seeder() as seeder:
        seeder.start()
        seeder.start()
        yield seeder  # type: ignore[misc]  # pytest's way of a fixture with an end


def test_pairs_begin_with_the_seed(vroom: Seeder) -> None:
    data = pairs(20)
    told: list[Solution] = []
    found = search(data, MaxIterations(40), 1, seeder=vroom, on_better=told.append)
    assert found.is_feasible()
    assert told[0].is_feasible()
    assert cost(found) <= cost(told[0])
    assert search(data, MaxIterations(40), 1, seeder=vroom).is_feasible()


def test_several_windows_and_optional_customers_are_told_to_the_seeder(vroom: Seeder) -> None:
    data = customers(20, grouped=8)
    found = vroom.seed(data, MaxIterations(10), 0.5)
    assert found is not None
    assert found.is_feasible()
    optional = data.replace(
        clients=[
            Client(
                c.location,
                c.delivery,
                tw_early=c.tw_early,
                tw_late=c.tw_late,
                prize=rank,
                required=False,
                group=c.group,
            )
            for rank, c in enumerate(data.clients())
        ],
        groups=[ClientGroup(g.clients, required=False) for g in data.groups()],
    )
    assert vroom.seed(optional, MaxIterations(10), 0.5) is not None


def test_costs_too_large_for_vroom_are_told_on_a_coarser_scale(vroom: Seeder) -> None:
    data = pairs(10)
    far = [data.distance_matrix(0) * 3_000_000]
    found = vroom.seed(data.replace(distance_matrices=far), MaxIterations(10), 0.5)
    assert found is not None
    assert found.is_feasible()


@pytest.mark.parametrize("fault", ["reload", "depot", "both_ways"])
def test_what_vroom_cannot_be_told_has_no_seed(vroom: Seeder, fault: str) -> None:
    data = customers(5)
    if fault == "reload":
        kind = data.vehicle_type(0).replace(reload_depots=[0])
        data = data.replace(vehicle_types=[kind])
    elif fault == "depot":
        data = data.replace(depots=[Depot(0, service_duration=60)])
    else:
        data = data.replace(clients=[Client(1, [1], [1])])
    assert vroom.seed(data, MaxIterations(10), 0.5) is None


def test_a_seed_that_comes_too_late_is_not_waited_for() -> None:
    used_up = MaxIterations(1)
    used_up(1)
    used_up(1)
    with Seeder() as late:
        assert late.seed(pairs(10), used_up, 0.0) is None


class Ticking:
    """A budget of which each look at it uses a little."""

    def __init__(self, tick: float) -> None:
        self._tick, self._used = tick, 0.0

    def __call__(self, best_cost: int) -> bool:
        del best_cost
        return self.used() >= 1

    def used(self) -> float:
        self._used += self._tick
        return self._used


def test_of_many_pairs_a_few_tell_whether_all_would_be_late(
    vroom: Seeder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "SAMPLE_FROM", 5)
    monkeypatch.setattr(seeding, "SAMPLE", 4)
    data = pairs(16)
    assert vroom.seed(data, MaxIterations(10), 0.3) is not None
    assert vroom.seed(data, Ticking(0.03), 0.3) is None
    assert vroom.seed(data, MaxIterations(10), 0.3) is not None
    with Seeder(command=("true",)) as dead:
        assert dead.seed(data, MaxIterations(10), 0.5) is None


def test_a_dead_process_has_no_seed() -> None:
    with Seeder(command=("true",)) as dead:
        assert dead.seed(pairs(10), MaxIterations(10), 0.5) is None


def test_a_process_that_is_at_work_is_ended_all_the_same() -> None:
    busy = (
        "import pickle, sys, time\n"
        "said = pickle.dumps('ready')\n"
        "sys.stdout.buffer.write(len(said).to_bytes(8, 'big') + said)\n"
        "sys.stdout.flush()\n"
        "time.sleep(600)"
    )
    with Seeder(command=(sys.executable, "-c", busy)) as seeder:
        seeder.start()


def test_vroom_answers_until_nobody_asks_any_more() -> None:
    asked, told = BytesIO(), BytesIO()
    data = pairs(6)
    broken = replace(words(data, 0), vans=())
    for task in (words(customers(6), 0), broken, words(data, 0)):
        send(asked, task)
    asked.seek(0)
    vroom_child.main(asked, told)
    told.seek(0)
    ready, ordinary, refused, paired = (receive(told) for _ in range(4))
    assert (ready, refused) == ("ready", None)
    assert sorted(n for v in ordinary.values() for _, n, _ in v) == list(range(6))
    assert solution_of(data, words(data, 0).kinds, paired).is_feasible()


def test_without_a_seed_pairs_are_searched_all_the_same() -> None:
    with Seeder(command=("true",)) as dead:
        assert search(pairs(10), MaxIterations(60), 1, seeder=dead).is_feasible()


def test_activities_are_plain() -> None:
    found = descend(customers(5), MaxIterations(10), 1, None)
    inner = [a for route in found.routes() for a in route if not a.is_depot()]
    assert {a.type for a in inner} == {ActivityType.CLIENT}
    assert all(isinstance(a, Activity) for a in inner)
