"""Travel between places of the invented town, as the real engine and the cache tell it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.places.ground.datasets import Dataset
from app.roads import cache
from app.roads.engines import Engines
from app.roads.estimate import Estimate
from app.roads.models import BIT, RoadRow
from app.roads.osrm import Osrm
from app.roads.real import RealRoads
from app.roads.service import travel_times_of
from app.roads.source import FloatArray, Table
from app.roads.travel import UNREACHABLE, Mode, Point, TravelTimes
from tests.roads import town
from tests.roads.conftest import TownRoads

SOME = [town.crossing(0, 0), town.crossing(4, 5), town.SOUTH_BANK, town.NORTH_BANK, town.GARDEN]
METRES = st.tuples(st.integers(-60, 1860), st.integers(-60, 1860)).map(lambda m: town.at(*m))
SLOWLY = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class CountingOsrm(Osrm):
    """The real engine; it is noted how many cells were asked for."""

    asked = 0

    def table(self, mode: Mode, starts: FloatArray, ends: FloatArray | None = None) -> Table:
        self.asked += len(starts) * len(starts if ends is None else ends)
        return super().table(mode, starts, ends)


def test_a_canal_costs_far_more_than_its_width(times: TravelTimes) -> None:
    banks = [town.SOUTH_BANK, town.NORTH_BANK]
    found = times.matrix(banks, Mode.FOOT)
    assert found.source == "osrm"
    assert found.metres[0, 1] == pytest.approx(3_800, rel=0.02)
    assert found.metres[0, 1] > 5 * Estimate().matrix(banks, Mode.FOOT).metres[0, 1]


def test_a_one_way_street_takes_longer_back_than_there(times: TravelTimes) -> None:
    ends = [town.ONE_WAY_WEST, town.ONE_WAY_EAST]
    driven, walked = (times.matrix(ends, mode) for mode in (Mode.TRIKE, Mode.FOOT))
    assert driven.metres[0, 1] == pytest.approx(600, rel=0.02)
    assert driven.metres[1, 0] > 900
    assert walked.metres[0, 1] == walked.metres[1, 0]


def test_a_pin_in_a_field_and_one_on_an_island_are_named_and_not_reached(
    times: TravelTimes,
) -> None:
    found = times.matrix([town.crossing(0, 0), town.FIELD, town.crossing(1, 1), town.ISLAND], "car")  # type: ignore[arg-type]  # the word itself
    assert {n: snap.fault for n, snap in found.off_road.items()} == {1: "far", 3: "island"}
    assert found.off_road[1].metres_off > 150
    for off in (1, 3):
        others = [n for n in range(4) if n != off]
        assert (found.seconds[off, others] == UNREACHABLE).all()
        assert (found.metres[others, off] == UNREACHABLE).all()
    assert (np.diag(found.seconds) == 0).all()
    assert 0 < found.seconds[0, 2] < UNREACHABLE
    assert found.source == "osrm"


def test_outside_the_extract_there_are_estimates_and_the_answer_says_so(
    times: TravelTimes,
) -> None:
    inside, outside = [town.crossing(0, 0), town.crossing(5, 5)], [town.ELSEWHERE]
    found, guess = times.matrix(inside + outside, Mode.CAR), Estimate()
    assert found.source == "mixed"
    assert not found.off_road
    expected = guess.matrix(inside + outside, Mode.CAR)
    assert (found.seconds[2] == expected.seconds[2]).all()
    assert (found.seconds[:2, :2] == times.matrix(inside, Mode.CAR).seconds).all()
    assert times.matrix(outside * 2, Mode.CAR).source == "estimate"


def test_no_points_and_one_point_are_answered(times: TravelTimes) -> None:
    assert times.matrix([], Mode.CAR).seconds.shape == (0, 0)
    alone = times.matrix([town.crossing(1, 1)], Mode.CAR)
    assert alone.seconds.tolist() == [[0]]
    assert alone.source == "osrm"


@SLOWLY
@given(points=st.lists(METRES, min_size=2, max_size=7), mode=st.sampled_from(list(Mode)))
def test_the_order_of_points_does_not_matter_and_the_cache_says_what_the_engine_said(
    town_roads: TownRoads, points: list[Point], mode: Mode
) -> None:
    with Session(town_roads.engine) as db:
        there = town_roads.times(db).matrix(points, mode)
        # All is in the cache now: the same again, backwards, with no engine.
        back = town_roads.from_the_cache(db).matrix(points[::-1], mode)
    assert (np.diag(there.seconds) == 0).all()
    assert (there.seconds == back.seconds[::-1, ::-1]).all()
    assert (there.metres == back.metres[::-1, ::-1]).all()
    assert there.source == back.source
    assert sorted(len(points) - 1 - n for n in back.off_road) == sorted(there.off_road)


@SLOWLY
@given(
    inside=st.lists(METRES, max_size=3),
    outside=st.lists(st.floats(0.2, 1).map(lambda d: (town.WEST + d, town.SOUTH)), max_size=3),
)
def test_the_label_tells_what_is_in_the_matrix(
    town_roads: TownRoads, inside: list[Point], outside: list[Point]
) -> None:
    with Session(town_roads.engine) as db:
        found = town_roads.times(db).matrix(inside + outside, Mode.FOOT)
    reached = len(inside) - len(found.off_road)
    # One place alone on the roads has nowhere to go on them.
    if not reached or (reached == 1 and outside):
        assert found.source == "estimate"
    else:
        assert found.source == ("mixed" if outside else "osrm")


def test_a_new_door_on_a_known_day_asks_only_for_itself(db: Session, town_roads: TownRoads) -> None:
    engine = CountingOsrm(town_roads.engines.urls)
    roads = RealRoads(db, engine, town_roads.dataset)
    known = [town.crossing(column, 3) for column in range(8)]
    roads.matrix(known, Mode.FOOT)
    assert engine.asked == 64
    found = roads.matrix([*known, town.crossing(8, 8)], Mode.FOOT)
    assert engine.asked == 64 + 9 + 8
    roads.matrix([*known, town.crossing(8, 8)], Mode.FOOT)
    assert engine.asked == 64 + 9 + 8
    # An old row still knows what the new day did not ask for.
    roads.matrix([known[0], town.crossing(9, 9)], Mode.FOOT)
    again = town_roads.from_the_cache(db).matrix(known, Mode.FOOT)
    assert again.source == "osrm"
    assert (again.seconds == found.seconds[:8, :8]).all()


def test_what_the_cache_half_knows_is_mixed_while_the_engines_are_down(
    db: Session, town_roads: TownRoads
) -> None:
    town_roads.times(db).matrix(SOME[:3], Mode.BICYCLE)
    found = town_roads.from_the_cache(db).matrix(SOME, Mode.BICYCLE)
    assert found.source == "mixed"
    guess = Estimate().matrix(SOME, Mode.BICYCLE)
    assert (found.seconds[3:] == guess.seconds[3:]).all()
    assert town_roads.from_the_cache(db).matrix(SOME, Mode.FOOT).source == "estimate"


def test_the_cache_knows_places_and_no_person(db: Session, town_roads: TownRoads) -> None:
    town_roads.times(db).matrix(SOME, Mode.FOOT)
    # Nine metres off the crossing: another door, the same road point, the same rows.
    moved = [(lng + 0.00005, lat) for lng, lat in SOME]
    found = town_roads.from_the_cache(db).matrix(moved, Mode.FOOT)
    assert found.source == "osrm"
    columns = {column.name for column in RoadRow.__table__.columns}
    assert columns == {"dataset_id", "mode", "origin", "packed"}


def test_rows_go_with_their_dataset(db: Session, town_roads: TownRoads) -> None:
    town_roads.times(db).matrix(SOME, Mode.FOOT)
    count = select(func.count()).select_from(RoadRow)
    assert db.scalar(count) == len(SOME)
    db.execute(text("DELETE FROM map_dataset WHERE id = :id"), {"id": town_roads.dataset.id})
    assert db.scalar(count) == 0


def test_a_second_planner_writes_nothing_and_waits_for_nobody(town_roads: TownRoads) -> None:
    with Session(town_roads.engine) as first, Session(town_roads.engine) as second:
        one = town_roads.times(first).matrix(SOME, Mode.FOOT)
        # The first is still under way and holds its rows.
        other = town_roads.times(second).matrix(SOME[::-1], Mode.FOOT)
        assert (one.seconds == other.seconds[::-1, ::-1]).all()
        assert second.scalar(select(func.count()).select_from(RoadRow)) == 0
        town_roads.times(second).matrix(SOME, Mode.CAR)
        assert second.scalar(select(func.count()).select_from(RoadRow)) == len(SOME)


def test_a_dataset_that_is_going_costs_the_rows_and_not_the_plan(town_roads: TownRoads) -> None:
    gone = Dataset(-5, "gone", "gone", town.BOUNDS)
    ids = np.array([1, 2])
    table = Table(np.zeros((2, 2), int), np.zeros((2, 2), int))
    with Session(town_roads.engine) as db:
        assert not cache.write(db, gone.id, BIT[Mode.CAR], ids, table)
        assert (
            RealRoads(db, Osrm(town_roads.engines.urls), gone).matrix(SOME, Mode.CAR).source
            == "estimate"
        )


def test_a_row_that_cannot_be_kept_leaves_the_transaction_whole(
    db: Session, town_roads: TownRoads
) -> None:
    ids, zeros = np.array([1, 1]), np.zeros((2, 2), int)  # twice the same origin: refused
    assert not cache.write(db, town_roads.dataset.id, 1, ids, Table(zeros, zeros))
    assert db.scalar(select(func.count()).select_from(RoadRow)) == 0


def test_a_matrix_beyond_a_rows_size_is_answered_and_not_kept(
    db: Session, town_roads: TownRoads
) -> None:
    ids = np.arange(1, cache.ROW_MAX + 2)
    cells = np.zeros((len(ids), len(ids)), np.int32)
    assert not cache.write(db, town_roads.dataset.id, 1, ids, Table(cells, cells))


def test_a_row_never_grows_beyond_its_size(db: Session, town_roads: TownRoads) -> None:
    half = cache.ROW_MAX // 2 + 100
    days = [np.arange(1, half), np.concatenate([[1], np.arange(5_000, 5_000 + half)])]
    for day in days:
        cells = np.full((len(day), len(day)), 7, np.int32)
        assert cache.write(db, town_roads.dataset.id, 1, day, Table(cells, cells))
    row = db.scalar(select(RoadRow.packed).where(RoadRow.origin == 1))
    assert row is not None
    assert len(row) == 12 * cache.ROW_MAX
    seconds, _ = cache.read(db, town_roads.dataset.id, 1, days[1])
    assert (seconds[0] == 7).all()  # the newest day is known in full


def test_a_mode_without_an_engine_is_estimated(db: Session, town_roads: TownRoads) -> None:
    only_cars = Engines(town_roads.engines.digest, {Mode.CAR: town_roads.engines.urls[Mode.CAR]})
    roads = travel_times_of(db, only_cars)
    assert roads.matrix(SOME, Mode.CAR).source == "osrm"
    assert roads.matrix(SOME, Mode.FOOT).source == "estimate"
    assert roads.route(SOME, Mode.FOOT).source == "estimate"


def test_a_dataset_that_came_back_under_another_number_is_found_again(
    db: Session, town_roads: TownRoads
) -> None:
    assert town_roads.times(db).matrix(SOME, Mode.FOOT).source == "osrm"
    stale = replace(town_roads.dataset, id=-7)
    roads = RealRoads(db, Osrm(town_roads.engines.urls), stale)
    assert roads.matrix(SOME, Mode.FOOT).source == "osrm"
    assert roads.dataset == town_roads.dataset
    # All pins off the road is no reason for doubt.
    assert len(roads.matrix([town.FIELD, town.ISLAND], Mode.FOOT).off_road) == 2
