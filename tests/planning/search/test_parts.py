"""Parts of a solution: searched on their own, put back without loss."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from pyvrp import Activity, ActivityType, Depot, Location, ProblemData, Route, Solution, VehicleType

from app.planning.search.parts import groups_of_routes, inner, numbers_of, part_of, put_back
from app.planning.search.polish import cost, descend
from app.planning.stopping import MaxIterations
from tests.planning.search.data import customers, matrix, pairs

WHOLE = {
    "customers": customers(40, grouped=6),
    "pairs": pairs(16),
}
FOUND = {name: descend(data, MaxIterations(40), 1, None) for name, data in WHOLE.items()}


@given(st.sampled_from(sorted(WHOLE)), st.integers(4, 60), st.integers(0, 1000))
@settings(deadline=None, max_examples=40)
def test_every_route_is_in_one_group_and_putting_parts_back_changes_nothing(
    name: str, most: int, luck: int
) -> None:
    data, whole = WHOLE[name], FOUND[name]
    groups = groups_of_routes(data, whole, most, Random(luck))
    assert sorted(n for group in groups for n in group) == list(range(whole.num_routes()))
    again = whole
    for group in groups:
        chosen = numbers_of(again, [whole.routes()[n] for n in group])
        part = part_of(data, again, chosen)
        assert part.start.is_feasible()
        again = put_back(data, again, part, part.start)
    assert cost(again) == cost(whole)


def test_a_part_searched_on_its_own_serves_all_of_its_own() -> None:
    data, whole = WHOLE["customers"], FOUND["customers"]
    part = part_of(data, whole, [0, 1], spare=1)
    assert part.data.num_vehicles == 3
    found = descend(part.data, MaxIterations(30), 1, part.start)
    better = put_back(data, whole, part, found)
    assert better.is_feasible()
    assert cost(better) <= cost(whole)


def test_no_spare_vehicle_is_promised_twice() -> None:
    data, whole = WHOLE["pairs"], FOUND["pairs"]
    kind = data.vehicle_type(0).replace(num_available=whole.num_routes())
    tight = data.replace(vehicle_types=[kind])
    part = part_of(
        tight, Solution(tight, [Route(tight, inner(r), 0) for r in whole.routes()]), [0], spare=1
    )
    assert part.data.num_vehicles == 1


def test_a_second_loading_comes_along() -> None:
    base = customers(2)
    data = ProblemData(
        [Location(0, 0) for _ in range(3)],
        base.clients(),
        [Depot(0)],
        [VehicleType(1, [9], reload_depots=[0], tw_late=100_000)],
        [matrix(3, 1)],  # type: ignore[list-item]  # PyVRP's stubs name a shape of `int`
        [matrix(3, 1)],  # type: ignore[list-item]  # the same
    )
    kinds = (ActivityType.CLIENT, ActivityType.DEPOT, ActivityType.CLIENT)
    trips = [Activity(kind, number) for kind, number in zip(kinds, (0, 0, 1), strict=True)]
    whole = Solution(data, [Route(data, trips, 0)])
    part = part_of(data, whole, [0])
    again = put_back(data, whole, part, part.start)
    assert [route.num_trips() for route in again.routes()] == [2]
    assert groups_of_routes(data, whole, 10, Random(1)) == [[0]]


def test_nothing_has_no_groups() -> None:
    data = WHOLE["customers"]
    assert groups_of_routes(data, Solution(data, []), 10, Random(1)) == []
