"""The real engine on the invented town, asked directly: each mode goes its own way."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.roads.engines import Engines
from app.roads.travel import Mode, Point
from tests.roads import town


def route(engines: Engines, mode: Mode, *points: Point) -> dict[str, Any]:
    places = ";".join(f"{lng},{lat}" for lng, lat in points)
    url = f"{engines.urls[mode]}/route/v1/driving/{places}?steps=true&overview=false"
    answer = httpx.get(url).json()
    assert answer["code"] == "Ok", answer
    return dict(answer["routes"][0])


def metres(engines: Engines, mode: Mode, *points: Point) -> float:
    return float(route(engines, mode, *points)["distance"])


def streets(engines: Engines, mode: Mode, *points: Point) -> set[str]:
    steps = route(engines, mode, *points)["legs"][0]["steps"]
    return {step["name"] for step in steps if step["name"]}


@pytest.mark.parametrize("mode", Mode)
def test_a_canal_turns_two_hundred_metres_into_almost_four_kilometres(
    town_engines: Engines, mode: Mode
) -> None:
    around = metres(town_engines, mode, town.SOUTH_BANK, town.NORTH_BANK)
    assert 3790 < around < (4700 if mode is Mode.CAR else 3850)  # a car gains by the motor road


def test_only_motor_vehicles_take_the_motor_road(town_engines: Engines) -> None:
    ends = (town.MOTOR_WEST, town.MOTOR_EAST)
    assert "环城快速路" in streets(town_engines, Mode.CAR, *ends)
    for mode in set(Mode) - {Mode.CAR}:
        assert "环城快速路" not in streets(town_engines, mode, *ends)


def test_a_one_way_street_is_walked_but_not_driven_backwards(town_engines: Engines) -> None:
    back = (town.ONE_WAY_EAST, town.ONE_WAY_WEST)
    assert metres(town_engines, Mode.FOOT, *back) == pytest.approx(600, rel=0.01)
    for mode in (Mode.CAR, Mode.TRIKE):
        assert metres(town_engines, mode, *back) > 900


def test_walkers_cross_the_park_and_trikes_go_round(town_engines: Engines) -> None:
    corners = (town.PARK_WEST, town.PARK_EAST)
    assert metres(town_engines, Mode.FOOT, *corners) == pytest.approx(283, rel=0.02)
    assert metres(town_engines, Mode.TRIKE, *corners) == pytest.approx(400, rel=0.02)


def test_steps_and_narrow_paths_are_not_for_trikes(town_engines: Engines) -> None:
    for ends in ((town.STEPS_SOUTH, town.STEPS_NORTH), (town.PATH_SOUTH, town.PATH_NORTH)):
        assert metres(town_engines, Mode.FOOT, *ends) == pytest.approx(200, rel=0.02)
        assert metres(town_engines, Mode.TRIKE, *ends) == pytest.approx(400, rel=0.02)
    path = (town.PATH_SOUTH, town.PATH_NORTH)
    assert metres(town_engines, Mode.EBIKE, *path) == pytest.approx(200, rel=0.02)


def test_behind_its_wall_a_compound_is_reached_by_its_gate_alone(town_engines: Engines) -> None:
    ends = (town.BEHIND_THE_WALL, town.COMPOUND_DOOR)
    for mode in Mode:
        assert metres(town_engines, mode, *ends) > 900


def test_who_is_quicker_than_whom(town_engines: Engines) -> None:
    ends = (town.crossing(0, 4), town.crossing(9, 6))
    seconds = {mode: route(town_engines, mode, *ends)["duration"] for mode in Mode}
    slowest_first = [Mode.FOOT, Mode.TRIKE, Mode.BICYCLE, Mode.EBIKE, Mode.CAR]
    assert sorted(seconds, key=lambda mode: -seconds[mode]) == slowest_first


def test_an_ebike_keeps_to_the_standards_limit_and_a_trike_to_the_laws(
    town_engines: Engines,
) -> None:
    ends = (town.crossing(0, 0), town.crossing(9, 0))
    for mode, kmh in ((Mode.EBIKE, 25), (Mode.TRIKE, 15)):
        way = route(town_engines, mode, *ends)
        assert kmh * 0.8 < way["distance"] / way["duration"] * 3.6 <= kmh
