"""The way from place to place in the invented town: its line, its legs, its sentences."""

from __future__ import annotations

import pytest
from shapely import LineString, Polygon
from shapely import Point as Dot

from app.roads.estimate import Estimate
from app.roads.travel import Mode, TravelTimes
from tests.roads import town

# About 15 m, in degrees.
NEAR = 1.5e-4


@pytest.mark.parametrize("mode", list(Mode))
def test_a_route_agrees_with_the_matrix_leg_by_leg(times: TravelTimes, mode: Mode) -> None:
    places = [town.crossing(0, 0), town.crossing(5, 6), town.NORTH_BANK, town.PARK_WEST]
    way, matrix = times.route(places, mode), times.matrix(places, mode)
    assert way.source == "osrm"
    for n, leg in enumerate(way.legs):
        assert leg.seconds == pytest.approx(matrix.seconds[n, n + 1], abs=2)
        assert leg.metres == pytest.approx(matrix.metres[n, n + 1], abs=3)
        assert sum(step.metres for step in leg.steps) == pytest.approx(leg.metres, abs=10)
        assert sum(step.seconds for step in leg.steps) == pytest.approx(leg.seconds, abs=10)


def test_the_line_follows_the_streets_over_the_bridge(times: TravelTimes) -> None:
    way = times.route([town.SOUTH_BANK, town.NORTH_BANK], Mode.FOOT)
    line = LineString(way.geometry)
    assert line.distance(Dot(town.BRIDGE)) < NEAR
    assert Dot(way.geometry[0]).distance(Dot(town.SOUTH_BANK)) < NEAR
    assert Dot(way.geometry[-1]).distance(Dot(town.NORTH_BANK)) < NEAR
    assert all(a != b for a, b in zip(way.geometry, way.geometry[1:], strict=False))


def test_the_way_is_told_in_sentences_with_street_names(times: TravelTimes) -> None:
    (leg,) = times.route([town.at(100, 0), town.at(1800, 500)], Mode.BICYCLE).legs
    assert leg.steps[0].zh == "向东出发，沿纬一路走"
    assert leg.steps[0].en == "Head east on 纬一路"
    assert any("左转，驶入经" in step.zh for step in leg.steps)
    assert leg.steps[-1].zh.startswith("到达")
    assert leg.steps[-1].metres == 0
    assert Dot(leg.steps[0].at).distance(Dot(town.at(100, 0))) < 3 * NEAR


def test_a_leg_to_a_pin_off_the_road_is_an_estimate_and_the_others_are_not(
    times: TravelTimes,
) -> None:
    places = [town.crossing(0, 0), town.crossing(2, 0), town.FIELD, town.crossing(9, 9)]
    way = times.route(places, Mode.CAR)
    guess = Estimate().route(places, Mode.CAR)
    assert way.source == "mixed"
    assert len(way.legs) == 3
    assert way.legs[0].steps
    assert way.legs[1:] == guess.legs[1:]
    assert town.FIELD in way.geometry


def test_outside_the_extract_a_way_is_a_straight_line(times: TravelTimes) -> None:
    way = times.route([town.ELSEWHERE, town.at(9500, 9000)], Mode.CAR)
    assert way.source == "estimate"
    assert len(way.geometry) == 2


def test_a_place_twice_is_a_leg_of_nothing(times: TravelTimes) -> None:
    way = times.route([town.crossing(1, 1)] * 3, Mode.CAR)
    assert [(leg.seconds, leg.metres) for leg in way.legs] == [(0, 0), (0, 0)]
    alone = times.route([town.crossing(1, 1)], Mode.CAR)
    assert alone.legs == ()
    with pytest.raises(ValueError, match="at least one"):
        times.route([], Mode.CAR)


def test_a_very_long_day_is_asked_in_parts(times: TravelTimes) -> None:
    places = [town.crossing(n % 10, n // 10 % 6) for n in range(150)]
    way = times.route(places, Mode.BICYCLE)
    assert len(way.legs) == 149
    assert way.source == "osrm"


@pytest.mark.parametrize("mode", [Mode.FOOT, Mode.CAR])
def test_what_can_be_reached_ends_at_the_canal(times: TravelTimes, mode: Mode) -> None:
    reach = times.reachable(town.SOUTH_BANK, mode, 4 if mode is Mode.FOOT else 1)
    assert reach.source == "osrm"
    shape = Polygon(reach.polygon[0], reach.polygon[1:])
    assert shape.is_valid
    assert shape.buffer(NEAR).contains(Dot(town.SOUTH_BANK))
    assert not shape.contains(Dot(town.NORTH_BANK))


def test_more_time_reaches_more(times: TravelTimes) -> None:
    areas = [
        Polygon(times.reachable(town.crossing(4, 4), Mode.FOOT, minutes).polygon[0]).area
        for minutes in (2, 5, 10)
    ]
    assert areas == sorted(areas)
    assert areas[0] > 0


def test_from_a_pin_off_the_road_the_area_is_an_estimate(times: TravelTimes) -> None:
    assert times.reachable(town.FIELD, Mode.FOOT, 5).source == "estimate"
    assert times.reachable(town.ELSEWHERE, Mode.FOOT, 5).source == "estimate"
