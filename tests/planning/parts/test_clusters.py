"""Clusters are balanced, lie together, and need no matrix."""

from __future__ import annotations

from math import ceil

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.parts.clusters import clusters

unhurried = settings(max_examples=50, deadline=None)


@unhurried
@given(st.integers(0, 400), st.integers(1, 60), st.integers(0, 5), st.integers(0, 99))
def test_no_cluster_is_larger_than_asked_and_none_more_than_needed(
    n: int, size: int, turn: int, seed: int
) -> None:
    points = np.random.default_rng(seed).uniform(0, 1, (n, 2))
    number = clusters(points, np.ones(n), size, turn)
    counts = np.bincount(number) if n else np.zeros(0)
    assert len(counts) == ceil(n / size)
    assert all(0 < count <= size for count in counts)


@unhurried
@given(st.lists(st.integers(0, 9), min_size=1, max_size=80), st.integers(1, 40))
def test_heavy_points_go_over_by_less_than_one_of_them(loads: list[int], size: int) -> None:
    points = np.random.default_rng(len(loads)).uniform(0, 1, (len(loads), 2))
    weights = np.array(loads, dtype=np.float64)
    number = clusters(points, weights, size)
    assert sorted(set(number)) == list(range(number.max() + 1))
    heaviest = max(float(weights[number == k].sum()) for k in set(number))
    assert heaviest < size + max(loads) + 1


def test_two_villages_are_two_clusters() -> None:
    luck = np.random.default_rng(3)
    villages = np.concatenate([luck.normal(0, 1, (50, 2)), luck.normal(100, 1, (50, 2))])
    number = clusters(villages, np.ones(100), 50)
    assert len(set(number[:50])) == len(set(number[50:])) == 1
    assert number[0] != number[99]


def test_the_next_turn_cuts_where_the_last_one_did_not() -> None:
    points = np.random.default_rng(5).uniform(0, 1, (400, 2))
    first, second = (clusters(points, np.ones(400), 100, turn) for turn in (0, 1))
    met = {(a, b) for a, b in zip(first, second, strict=True)}
    assert len(met) > 8  # four and four alike would meet four times


def test_many_points_at_one_door_are_cut_all_the_same() -> None:
    number = clusters(np.zeros((10, 2)), np.ones(10), 4)
    assert np.bincount(number).max() <= 4
