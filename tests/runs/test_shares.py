"""How a day is divided: hubs by what starts there, work by the hours that people offer."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import new_id
from app.food.supply import HubPlace
from app.planning.problem import Load, Problem, Rescue, Vehicle, Visit, Window
from app.roads.travel import UNREACHABLE, Matrix, Mode
from app.runs.day import Day, Driver, Errand
from app.runs.shares import FAIR_S_MIN, fair_shares, share_hubs

HOUR_S = 3600


def line(places: int, apart_s: int = 600) -> Matrix:
    """Places along one street."""
    at = np.arange(places) * apart_s
    seconds = np.abs(at[:, None] - at[None, :]).astype(np.int64)
    return Matrix(seconds, seconds * 4, "estimate")


def van(id_: str, hours: int, **facts: Any) -> Vehicle:
    return Vehicle(id_, Mode.CAR, Load(), Window(0, hours * HOUR_S), 0, **facts)


def visits(count: int) -> tuple[Visit, ...]:
    return tuple(Visit(id=str(n), place=n, service_s=1_200) for n in range(count))


def test_who_offers_twice_the_hours_has_twice_the_share() -> None:
    problem = Problem({Mode.CAR: line(40)}, (van("a", 8), van("b", 4)), visits(40))
    shares = fair_shares(problem)
    assert shares == {"a": round((40 * 1_800) * 2 / 3), "b": round((40 * 1_800) / 3)}


def test_setups_hubs_and_sites_are_work_too() -> None:
    rescue = Rescue(id="r", place=1, pickup_place=2, service_s=100, pickup_service_s=50)
    vehicles = (van("a", 10, hub=0), van("b", 10, hub=0))
    bare = Problem({Mode.CAR: line(3, 20_000)}, vehicles, (rescue,))
    with_setup = Problem({Mode.CAR: line(3, 20_000)}, vehicles, (rescue,), (600, 60, 240))
    extra = fair_shares(with_setup)["a"] - fair_shares(bare)["a"]
    assert extra == (60 + 240 + 2 * 600) // 2
    assert fair_shares(bare)["a"] == (150 + 2 * 20_000) // 2


def test_nobody_alone_and_nobody_idle_has_a_share() -> None:
    assert fair_shares(Problem({Mode.CAR: line(3)}, (van("a", 8),), visits(3))) == {}
    assert fair_shares(Problem({Mode.CAR: line(3)}, (van("a", 8), van("b", 8)), ())) == {}


def test_an_island_adds_no_endless_way() -> None:
    seconds = np.full((2, 2), UNREACHABLE, dtype=np.int64)
    np.fill_diagonal(seconds, 0)
    cut_off = Matrix(seconds, seconds.copy(), "osrm")
    problem = Problem({Mode.CAR: cut_off}, (van("a", 8), van("b", 8)), visits(2))
    assert set(fair_shares(problem).values()) == {FAIR_S_MIN}


@given(hours=st.lists(st.integers(1, 12), min_size=2, max_size=6), doors=st.integers(1, 30))
def test_shares_are_at_least_an_hour_and_grow_with_the_hours(hours: list[int], doors: int) -> None:
    vehicles = tuple(van(str(n), h) for n, h in enumerate(hours))
    shares = fair_shares(Problem({Mode.CAR: line(doors)}, vehicles, visits(doors)))
    assert all(share >= FAIR_S_MIN for share in shares.values())
    by_hours = sorted(shares, key=lambda id_: hours[int(id_)])
    assert [shares[id_] for id_ in by_hours] == sorted(shares.values())


def hub(lng: float) -> HubPlace:
    return HubPlace(new_id(), "示例仓(虚构)", lng, 31.2)


def driver(lng: float | None, hub_id: UUID | None = None) -> Driver:
    start = (lng, 31.2) if lng is not None else None
    return Driver(
        new_id(), "某某(虚构)", Mode.CAR, "", Load(1, 1, 1), (0, 60), start, None, hub_id=hub_id
    )


def day(drivers: list[Driver], hubs: list[HubPlace], starts: list[HubPlace]) -> Day:
    errands = tuple(Errand(str(n), None, None, at, (), 1, 1, 0) for n, at in enumerate(starts))
    return Day(date(2026, 11, 23), "Asia/Shanghai", tuple(drivers), tuple(hubs), errands)


def test_each_hub_gets_its_part_of_the_volunteers_the_nearest_first() -> None:
    west, east = hub(121.0), hub(122.0)
    near_west, near_east, nowhere = driver(121.1), driver(121.9), driver(None)
    homes = share_hubs(day([near_west, near_east, nowhere], [west, east], [west, east]))
    assert homes[near_west.volunteer_id] == west
    assert homes[near_east.volunteer_id] == east
    assert nowhere.volunteer_id in homes


def test_who_runs_from_a_hub_already_keeps_it() -> None:
    west, east = hub(121.0), hub(122.0)
    far = [driver(121.9, west.id) for _ in range(2)]
    free = driver(121.0)
    homes = share_hubs(day([*far, free], [west, east], [west, east]))
    assert [homes[d.volunteer_id] for d in far] == [west, west]
    assert homes[free.volunteer_id] == east
    gone = driver(121.9, new_id())
    assert share_hubs(day([gone], [west, east], []))[gone.volunteer_id] == east


def test_without_a_hub_nobody_has_one() -> None:
    assert share_hubs(day([driver(121.0)], [], [])) == {}
