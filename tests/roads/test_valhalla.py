"""A remote Valhalla, played by a small real server in the shape of its documented answers.

No real one: it comes as a container or a system build of several hundred megabytes, from no package
registry this project may use. The shapes below follow its API reference (matrix, turn-by-turn,
locate, isochrone); what its server would do beyond them stays untested here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app.roads import asking
from app.roads.engines import Engines
from app.roads.estimate import Estimate, straight_line_m
from app.roads.polyline import encode
from app.roads.service import travel_times_of
from app.roads.travel import UNREACHABLE, Mode, Point, TravelTimes
from app.roads.valhalla import Valhalla
from tests.roads.lying import Answer, server, told

PLACES: list[Point] = [(110.0, 30.0), (110.01, 30.0), (110.01, 30.01)]
FAR_AWAY: Point = (110.05, 30.05)
NO_EDGES: Point = (111.0, 31.0)


def _matrix(body: dict[str, Any]) -> Answer:
    if len(body["sources"]) * len(body["targets"]) > 9:
        return told({"error_code": 150, "error": "Exceeded max locations: 9"}, 400)
    ends = [np.array([[p["lon"], p["lat"]] for p in body[key]]) for key in ("sources", "targets")]
    km = straight_line_m(ends[0][:, None], ends[1][None, :]) / 1000
    rows = [
        [
            {"distance": round(d, 3), "time": round(d * 60), "from_index": i, "to_index": j}
            for j, d in enumerate(row)
        ]
        for i, row in enumerate(km.tolist())
    ]
    for row in rows:
        for cell in row:
            if cell["distance"] > 4:
                cell["distance"] = cell["time"] = None
    return told({"units": "kilometers", "sources_to_targets": rows})


def _route(body: dict[str, Any]) -> Answer:
    places = np.array([[p["lon"], p["lat"]] for p in body["locations"]])
    if (places == NO_EDGES).all(axis=1).any():
        return told({"error_code": 442, "error": "No path could be found for input"}, 400)
    turns = [
        {"type": 1, "street_names": ["曹杨路"], "length": 0.3, "time": 30, "begin_shape_index": 0},
        {"type": 15, "street_names": ["武宁路"], "length": 0.6, "time": 50, "begin_shape_index": 1},
        {"type": 26, "length": 0.1, "time": 5, "begin_shape_index": 1, "roundabout_exit_count": 2},
        {"type": 28, "street_names": ["渡线"], "length": 0.1, "time": 5, "begin_shape_index": 1},
        {"type": 99, "length": 0.0, "time": 0, "begin_shape_index": 1},
        {"type": 4, "length": 0.0, "time": 0, "begin_shape_index": 2},
    ]
    legs = []
    for start, end in itertools.pairwise(places):
        line = np.array([start, (start + end) / 2, end])
        summary = {"length": 1.1, "time": 90.4}
        legs.append({"shape": encode(line), "summary": summary, "maneuvers": turns})
    return told({"trip": {"legs": legs, "status": 0, "units": "kilometers"}})


def _locate(body: dict[str, Any]) -> Answer:
    rows = []
    for place in body["locations"]:
        point = (place["lon"], place["lat"])
        off = 400.0 if point == FAR_AWAY else 12.5
        edge = {"correlated_lon": point[0], "correlated_lat": point[1] + 1e-4, "distance": off}
        rows.append({"edges": None if point == NO_EDGES else [{**edge, "distance": 999.0}, edge]})
    return told(rows)


def _isochrone(body: dict[str, Any]) -> Answer:
    lng, lat = body["locations"][0]["lon"], body["locations"][0]["lat"]
    d = body["contours"][0]["time"] / 1000
    ring = [[lng - d, lat - d], [lng + d, lat - d], [lng, lat + d], [lng - d, lat - d]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    if d > 0.02:
        small = [[1.0, 1.0], [1.1, 1.0], [1.0, 1.0]]
        shape = {"type": "MultiPolygon", "coordinates": [[small], [ring]]}
    return told({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": shape}]})


def _answer(path: str, body: Any) -> Answer:
    if path == "/status":
        return told({"version": "3.5.1"})
    assert body["costing"] in ("auto", "bicycle", "pedestrian")
    answers = {
        "/sources_to_targets": _matrix,
        "/route": _route,
        "/locate": _locate,
        "/isochrone": _isochrone,
    }
    return answers[path](body)


@pytest.fixture
def url() -> Iterator[str]:
    asking._rests_until.clear()
    with server(_answer) as address:
        yield address
    asking._rests_until.clear()


@pytest.fixture
def remote(db: Session, url: str) -> TravelTimes:
    return travel_times_of(db, Engines("", dict.fromkeys(Mode, url), "valhalla"))


def test_its_matrix_is_ours_in_metres_and_seconds(remote: TravelTimes) -> None:
    found = remote.matrix(PLACES, Mode.CAR)
    assert found.source == "valhalla"
    expected = straight_line_m(np.array(PLACES)[:, None], np.array(PLACES)[None])
    assert abs(found.metres - expected).max() <= 1
    assert found.seconds[0, 1] == pytest.approx(expected[0, 1] * 0.06, abs=1)


def test_beyond_its_limit_it_is_asked_in_parts_and_pairs_without_a_way_stay_so(
    remote: TravelTimes,
) -> None:
    places = [*PLACES, (110.02, 30.0), (110.045, 30.0)]
    found = remote.matrix(places, Mode.EBIKE)
    assert found.source == "valhalla"
    assert found.seconds[0, 4] == UNREACHABLE
    assert found.metres[4, 0] == UNREACHABLE
    assert found.seconds[3, 4] < UNREACHABLE


def test_pins_far_from_its_roads_are_named(remote: TravelTimes) -> None:
    found = remote.matrix([*PLACES, FAR_AWAY, NO_EDGES], Mode.FOOT)
    assert {n: snap.fault for n, snap in found.off_road.items()} == {3: "far"}
    assert found.source == "mixed"  # where it knows no road at all its data may simply end
    assert [snap.metres_off for snap in remote.nearest(PLACES[:1], Mode.FOOT)] == [12.5]


def test_its_turns_are_told_in_our_words(remote: TravelTimes) -> None:
    way = remote.route(PLACES, Mode.BICYCLE)
    assert way.source == "valhalla"
    assert [(leg.seconds, leg.metres) for leg in way.legs] == [(90, 1100)] * 2
    assert [step.zh for step in way.legs[0].steps] == [
        "向北出发，沿曹杨路走",
        "左转，驶入武宁路",
        "进入环岛，从第 2 个出口出来",
        "乘渡轮“渡线”",
        "直行",
        "到达",
    ]
    assert len(way.geometry) == 5


def test_where_it_finds_no_way_that_leg_is_an_estimate(url: str) -> None:
    engine = Valhalla({Mode.CAR: url})
    with pytest.raises(asking.EngineRefused):
        engine.way(Mode.CAR, np.array([PLACES[0], NO_EDGES]))
    assert engine.answers()
    assert not engine.serves(Mode.FOOT)
    assert not Valhalla({}).answers()
    assert not Valhalla({Mode.CAR: "http://127.0.0.1:9"}).answers()


@pytest.mark.parametrize("minutes", [10, 30])
def test_it_draws_the_area_itself(remote: TravelTimes, minutes: int) -> None:
    reach = remote.reachable(PLACES[0], Mode.CAR, minutes)
    assert reach.source == "valhalla"
    assert len(reach.polygon[0]) == 4


@pytest.mark.parametrize(
    "lie",
    [
        told([]),
        told({}),
        told({"sources_to_targets": [[None]]}),
        told({"sources_to_targets": [[{"time": "x", "distance": 1}] * 3] * 3}),
        told({"error_code": 999}, 400),
        told({"trip": {"legs": []}}),
        told({"trip": {"legs": [{"shape": "~~~", "summary": {}, "maneuvers": []}] * 2}}),
        told({"features": []}),
        (500, b"oops"),
    ],
)
def test_nonsense_from_it_is_answered_with_estimates(db: Session, lie: Answer) -> None:
    def lying(path: str, body: Any) -> Answer:
        return _locate(body) if path == "/locate" else lie

    guess = Estimate()
    with server(lying) as address:
        remote = travel_times_of(db, Engines("", dict.fromkeys(Mode, address), "valhalla"))
        for ask, expected in (
            (lambda: remote.matrix(PLACES, Mode.CAR).source, "estimate"),
            (lambda: remote.route(PLACES, Mode.CAR).legs, guess.route(PLACES, Mode.CAR).legs),
            (lambda: remote.reachable(PLACES[0], Mode.CAR, 9).source, "estimate"),
        ):
            asking._rests_until.clear()
            assert ask() == expected
