"""The map that travel times draw: near on the road is near on it."""

from __future__ import annotations

import numpy as np

from app.planning.parts.layout import drawn, layout
from app.planning.problem import Visit
from app.roads.estimate import Estimate
from app.roads.travel import UNREACHABLE, Mode
from tests.planning.town import DOOR, FAR, HUB, street, van


def test_near_places_lie_near_and_far_ones_far() -> None:
    luck = np.random.default_rng(1)
    points = [(121.4 + x * 0.1, 31.2 + y * 0.1) for x, y in luck.uniform(0, 1, (60, 2))]
    seconds = Estimate().matrix(points, Mode.CAR).seconds
    plane = drawn(seconds)
    apart = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    assert np.corrcoef(apart.ravel(), seconds.ravel())[0, 1] > 0.98


def test_a_street_is_a_line() -> None:
    plane = layout(street([van()], [Visit(id="far", place=FAR)]))
    along = plane[:, 0] * np.sign(plane[FAR, 0] - plane[HUB, 0])
    assert list(np.argsort(along)) == [0, 1, 2, 3, 4]
    assert np.allclose(np.diff(np.sort(along)), 600, rtol=0.01)


def test_places_behind_one_door_and_a_single_place_lie_on_each_other() -> None:
    assert not drawn(np.zeros((3, 3), dtype=np.int64)).any()
    assert drawn(np.zeros((1, 1), dtype=np.int64)).shape == (1, 2)


def test_an_island_lies_as_far_away_as_any_place_does() -> None:
    cells = street().travel[Mode.CAR].seconds.copy()
    cells[DOOR, :] = cells[:, DOOR] = UNREACHABLE
    cells[DOOR, DOOR] = 0
    plane = drawn(cells)
    assert np.isfinite(plane).all()
    assert np.abs(plane).max() < 10 * 2400
