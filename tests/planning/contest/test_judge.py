"""The judge accepts what keeps every rule, measures it, and names the rule that is broken."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.contest import judge
from app.planning.contest.instances import Instance, Node
from app.planning.contest.judge import BadAnswer, judged
from tests.planning.contest.files import li_lim, solomon

GOOD = [[1, 2], [3, 4, 5]]


def test_a_valid_answer_is_measured() -> None:
    vehicles, distance = judged(solomon(), GOOD)
    assert vehicles == 2
    assert distance == pytest.approx(40 + 20 + 500**0.5 + 10)
    vehicles, distance = judged(li_lim(), [[3, 4, 1, 2]])
    assert vehicles == 1
    assert distance == pytest.approx(20 + 500**0.5 + 10 + 20)


def test_an_unused_vehicle_does_not_count() -> None:
    assert judged(solomon(), [*GOOD, [], []]) == judged(solomon(), GOOD)


def refused(instance: Instance, routes: object) -> str:
    with pytest.raises(BadAnswer, match=r"\.$") as refusal:
        judged(instance, routes)  # type: ignore[arg-type]  # what an engine may say
    return str(refusal.value)


def test_every_node_comes_once() -> None:
    assert "1 nodes are missing, 0" in refused(solomon(), [[1, 2], [3, 4]])
    assert "0 nodes are missing, 1 come again" in refused(solomon(), [[1, 2], [3, 4, 5, 5]])
    assert "There is no node 6" in refused(solomon(), [[1, 2], [3, 4, 5, 6]])
    assert "There is no node 0" in refused(solomon(), [[1, 0, 2], [3, 4, 5]])
    assert "There is no node -1" in refused(solomon(), [[1, 2], [3, 4, 5, -1]])


def test_no_more_vehicles_than_there_are() -> None:
    assert "4 vehicles, but there are 3" in refused(solomon(), [[1], [2], [3], [4, 5]])


def test_a_van_carries_no_more_than_it_can() -> None:
    assert "25 on board" in refused(solomon(), [[3, 1, 2], [4, 5]])
    assert "25 on board, but a vehicle carries 20" in refused(li_lim(), [[1, 3, 4, 2]])


def test_nobody_is_late() -> None:
    late = replace(solomon().nodes[4], due=19.0)
    nodes = (*solomon().nodes[:4], late, solomon().nodes[5])
    assert "Node 4 is reached at" in refused(replace(solomon(), nodes=nodes), GOOD)
    early = replace(solomon().nodes[0], due=100.0)
    closed = replace(solomon(), nodes=(early, *solomon().nodes[1:]))
    assert "The depot is reached at 112.361, after 100" in refused(closed, GOOD)


def test_who_comes_early_waits() -> None:
    # 10 to node 3, waiting until 40, service until 50; 70 at node 4 by way of 10 more.
    nodes = list(solomon().nodes)
    nodes[4] = replace(nodes[4], due=60.0)
    assert judged(replace(solomon(), nodes=tuple(nodes)), GOOD)[0] == 2
    nodes[4] = replace(nodes[4], due=59.9)
    assert "Node 4 is reached at 60.000" in refused(replace(solomon(), nodes=tuple(nodes)), GOOD)


def test_food_is_fetched_before_it_is_brought_in_the_same_route() -> None:
    assert "Node 2 comes before its pickup" in refused(li_lim(), [[2, 1], [3, 4]])
    assert "What waits at node 1 is fetched and never" in refused(li_lim(), [[1], [2], [3, 4]])
    assert "Node 4 comes before" in refused(li_lim(), [[1, 2, 4], [3]])


def test_roads_that_go_one_way_count_as_they_are_driven() -> None:
    depot, there = Node(0, 0, 0, 0, 99, 0), Node(5, 0, 1, 0, 99, 0)
    matrix = np.array([[0.0, 7.0], [9.0, 0.0]])
    assert judged(Instance("roads", "vrptw", 1, 1, (depot, there), matrix), [[1]]) == (1, 16.0)


def test_a_matrix_without_a_way_lets_nobody_through() -> None:
    depot, there = Node(0, 0, 0, 0, 99, 0), Node(5, 0, 1, 0, 99, 0)
    island = np.array([[0.0, np.nan], [9.0, 0.0]])
    assert "Node 1 is reached at nan" in refused(
        Instance("island", "vrptw", 1, 1, (depot, there), island), [[1]]
    )


@given(st.permutations([1, 2, 3, 4, 5]), st.lists(st.integers(0, 5), max_size=2))
def test_whatever_is_accepted_serves_all_within_the_load(order: list[int], cuts: list[int]) -> None:
    marks = [0, *sorted(cuts), 5]
    routes = [order[a:b] for a, b in pairwise(marks)]
    try:
        vehicles, _ = judged(solomon(), routes)
    except BadAnswer:
        return
    assert vehicles >= 2
    assert all(sum(solomon().nodes[n].demand for n in route) <= 20 for route in routes)


def test_the_judge_shares_no_code_with_any_engine() -> None:
    tree = ast.parse(Path(judge.__file__).read_text("utf-8"))
    rooms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert rooms == {"__future__", "collections.abc", "app.planning.contest.instances"}
