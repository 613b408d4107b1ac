"""Engines get whole numbers in which whatever is feasible truly is."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.planning.contest.instances import Instance, Node
from app.planning.contest.judge import judged
from app.planning.contest.whole import SCALE, SUM_MAX, whole
from tests.planning.contest.files import solomon

coordinates = st.floats(0, 1000, allow_nan=False)
nodes = st.builds(
    Node,
    x=coordinates,
    y=coordinates,
    demand=st.just(1),
    ready=st.floats(0, 500),
    due=st.floats(500, 3000),
    service=st.floats(0, 20),
)


def test_whole_distances_stay_whole() -> None:
    told = whole(solomon())
    assert told.distances[0, 1] == told.durations[0, 1] == 10 * SCALE
    assert (told.nodes[3].early, told.nodes[3].late) == (40 * SCALE, 60 * SCALE)


def test_a_unit_so_small_that_sums_grow_large_is_told_less_finely() -> None:
    far = tuple(replace(node, x=node.x * 20_000, y=node.y * 20_000) for node in solomon().nodes)
    told = whole(replace(solomon(), nodes=far))
    assert told.distances[0, 1] == 200_000 * 100
    assert told.distances.max(axis=1).sum() <= SUM_MAX
    matrix = np.full((6, 6), 1e9)
    assert whole(replace(solomon(), matrix=matrix)).distances[0, 1] == 1e9


def test_a_leg_is_never_shorter_in_time_than_it_is() -> None:
    told = whole(solomon())
    true = solomon().distances * SCALE
    assert (told.durations >= true - 1e-5).all()
    assert (abs(told.distances - true) <= 0.5).all()


@given(st.lists(nodes, min_size=2, max_size=8))
def test_a_route_that_keeps_the_whole_windows_keeps_the_true_ones(drawn: list[Node]) -> None:
    depot = replace(drawn[0], demand=0, ready=0.0, due=9000.0, service=0.0)
    instance = Instance("drawn", "vrptw", 1, 99, (depot, *drawn[1:]))
    route = list(range(1, len(drawn)))
    if _keeps(instance, route):
        judged(instance, [route])


def _keeps(instance: Instance, route: list[int]) -> bool:
    told = whole(instance)
    clock = told.nodes[0].early
    for here, there in pairwise([0, *route, 0]):
        node = told.nodes[there]
        clock = max(clock + told.nodes[here].service + int(told.durations[here, there]), node.early)
        if clock > node.late:
            return False
    return True
