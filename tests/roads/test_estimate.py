"""What the estimate promises to whoever plans with it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roads.estimate import EARTH_RADIUS_M, Estimate, straight_line_m, travel
from app.roads.travel import MAX_POINTS, Mode

TABLE = {
    Mode.CAR: ((10, 18, 22), (2.0, 1.6, 1.5)),
    Mode.EBIKE: ((10.5, 12, 14.25), (1.5, 1.45, 1.4)),
    Mode.TRIKE: ((6.3, 7.2, 8.55), (1.5, 1.45, 1.4)),
    Mode.BICYCLE: ((7, 8, 9.5), (1.5, 1.45, 1.4)),
    Mode.FOOT: ((3.3, 3.7, 4.0), (1.5, 1.4, 1.3)),
}
LNG = st.floats(-180, 180, allow_nan=False)
LAT = st.floats(-90, 90, allow_nan=False)


@pytest.mark.parametrize("mode", list(Mode))
def test_the_measured_speeds_and_detours_hold_at_their_distances(mode: Mode) -> None:
    for km, kmh, detour in zip((0.5, 2.0, 6.0), *TABLE[mode], strict=True):
        seconds, metres = travel(np.array([km * 1000]), mode)
        assert seconds[0] == round(km / kmh * 3600)
        assert metres[0] == round(km * 1000 * detour)


@pytest.mark.parametrize("mode", list(Mode))
def test_the_end_values_hold_outside_the_table(mode: Mode) -> None:
    (slow, _, fast), (winding, _, direct) = TABLE[mode]
    seconds, metres = travel(np.array([100.0, 40_000.0]), mode)
    assert list(seconds) == [round(0.1 / slow * 3600), round(40 / fast * 3600)]
    assert list(metres) == [round(100 * winding), round(40_000 * direct)]


@given(st.lists(st.floats(0, 60_000), min_size=2, max_size=60), st.sampled_from(list(Mode)))
def test_a_longer_way_never_takes_less_time_nor_is_shorter(lines: list[float], mode: Mode) -> None:
    seconds, metres = travel(np.sort(np.array(lines)), mode)
    assert (np.diff(seconds) >= 0).all()
    assert (np.diff(metres) >= 0).all()


@pytest.mark.parametrize("mode", list(Mode))
def test_no_metre_of_the_first_ten_kilometres_breaks_the_order(mode: Mode) -> None:
    seconds, metres = travel(np.arange(0.0, 10_000.0), mode)
    assert (np.diff(seconds) >= 0).all()
    assert (np.diff(metres) >= 0).all()


@given(st.lists(st.tuples(LNG, LAT), max_size=12), st.sampled_from(list(Mode)))
def test_a_matrix_is_square_whole_and_the_same_both_ways(
    points: list[tuple[float, float]], mode: Mode
) -> None:
    matrix = Estimate().matrix(points, mode)
    for cells in (matrix.seconds, matrix.metres):
        assert cells.shape == (len(points), len(points))
        assert cells.dtype == np.int64
        assert (cells >= 0).all()
        assert (np.diag(cells) == 0).all()
        assert (cells == cells.T).all()
    assert matrix.source == "estimate"


def test_a_matrix_cannot_be_changed_afterwards() -> None:
    matrix = Estimate().matrix([(121.47, 31.23), (121.48, 31.24)], Mode.CAR)
    with pytest.raises(ValueError, match="read-only"):
        matrix.seconds[0, 1] = 5


def test_a_quarter_of_the_globe_is_a_quarter_of_its_girth() -> None:
    line = straight_line_m(np.array([0.0, 0.0]), np.array([90.0, 0.0]))
    assert line == pytest.approx(math.pi / 2 * EARTH_RADIUS_M)


def test_the_date_line_is_no_wall() -> None:
    line = straight_line_m(np.array([179.99, 0.0]), np.array([-179.99, 0.0]))
    assert line == pytest.approx(math.radians(0.02) * EARTH_RADIUS_M)


def test_an_ebike_is_half_as_fast_again_as_a_bicycle_on_the_same_way() -> None:
    points = [(121.47, 31.23), (121.50, 31.25)]
    ebike, bicycle = (Estimate().matrix(points, m) for m in (Mode.EBIKE, Mode.BICYCLE))
    assert (ebike.metres == bicycle.metres).all()
    assert bicycle.seconds[0, 1] == pytest.approx(1.5 * ebike.seconds[0, 1], abs=2)


def test_a_route_agrees_with_the_matrix_leg_by_leg() -> None:
    points = [(121.47, 31.23), (121.48, 31.24), (121.44, 31.20)]
    route = Estimate().route(points, Mode.FOOT)
    matrix = Estimate().matrix(points, Mode.FOOT)
    assert route.geometry == tuple(points)
    assert [leg.seconds for leg in route.legs] == [matrix.seconds[0, 1], matrix.seconds[1, 2]]
    assert [leg.metres for leg in route.legs] == [matrix.metres[0, 1], matrix.metres[1, 2]]
    assert route.duration_s == sum(leg.seconds for leg in route.legs)
    assert route.distance_m == sum(leg.metres for leg in route.legs)
    assert route.source == "estimate"


def test_a_route_of_one_point_has_no_legs_and_of_none_is_refused() -> None:
    assert Estimate().route([(121.47, 31.23)], Mode.CAR).legs == ()
    with pytest.raises(ValueError, match="at least one point"):
        Estimate().route([], Mode.CAR)


@pytest.mark.parametrize(
    ("point", "sentence"),
    [
        ((math.nan, 31.2), "not a finite coordinate"),
        ((121.4, math.inf), "not a finite coordinate"),
        ((31.2, 121.4), "looks swapped"),
        ((200.0, 31.2), "outside the earth"),
        ((121.4, -200.0), "outside the earth"),
        ((121.4, 31.2, 5.0), "not a .lng, lat. pair"),
        ("121.4,31.2", "not a .lng, lat. pair"),
        ((True, 31.2), "not a number"),
        (("121.4", 31.2), "not a number"),
    ],
)
def test_a_bad_point_is_refused_by_its_number(point: object, sentence: str) -> None:
    points = [(121.47, 31.23), point]
    with pytest.raises(ValueError, match=f"Point 2 .*{sentence}"):
        Estimate().matrix(points, Mode.CAR)  # type: ignore[arg-type]


def test_more_points_than_a_matrix_can_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        Estimate().matrix([(121.4, 31.2)] * (MAX_POINTS + 1), Mode.CAR)
