"""Whatever happens to an engine, there is an answer at once, and it says what it stands on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.core import logs
from app.core.db import transaction
from app.places.ground import datasets
from app.roads import asking, engine_files, engine_run, engines, service
from app.roads.engine_files import Built
from app.roads.engines import Engines
from app.roads.estimate import Estimate
from app.roads.real import RealRoads
from app.roads.service import RoadsState, roads_state, travel_times, travel_times_of
from app.roads.travel import Mode
from app.settings import settings
from tests.roads import town
from tests.roads.conftest import TownRoads
from tests.roads.lying import Answer, server, told

PLACES = [town.crossing(0, 0), town.crossing(3, 4), town.crossing(9, 8)]
GUESS = Estimate().matrix(PLACES, Mode.CAR)


@pytest.fixture(autouse=True)
def _nobody_is_known_to_be_down() -> Iterator[None]:
    asking._rests_until.clear()
    before = structlog.get_config()
    logs.configure("WARNING")  # an application started earlier in this process may hide warnings
    yield
    structlog.configure(**before)
    asking._rests_until.clear()


def test_a_killed_engine_costs_an_estimate_and_is_used_again_when_it_is_back(
    db: Session, town_built: Built, tmp_path: Path
) -> None:
    programs = engine_files.needed_programs()
    port = engine_run.unused_port()
    url = f"http://127.0.0.1:{port}"
    line = engine_run.command(programs, town_built, Mode.CAR, port)
    roads = travel_times_of(db, Engines(town_built.digest, {Mode.CAR: url}))
    log = tmp_path / "log"
    with engine_run._process(line, programs, log) as process:
        engine_run._wait(process, url, town_built.digest, log)
        assert roads.matrix(PLACES[:2], Mode.CAR).source == "osrm"
        process.kill()
        process.wait()
    with capture_logs() as lines:
        found = roads.matrix(PLACES[::-1], Mode.CAR)
        assert found.source == "mixed"  # the two places of before are in the cache
        assert (found.seconds[0] == GUESS.seconds[::-1, ::-1][0]).all()
        assert roads.route(PLACES, Mode.CAR).source == "estimate"
        assert roads.reachable(PLACES[0], Mode.CAR, 3).source == "estimate"
        assert roads.nearest(PLACES, Mode.CAR)[0].is_known  # the database knows the streets
    assert [entry["event"] for entry in lines if entry["log_level"] == "warning"] == [
        "road_engine_down"
    ]
    with engine_run._process(line, programs, log) as process:
        engine_run._wait(process, url, town_built.digest, log)
        gives_up = time.monotonic() + 10
        while roads.matrix(PLACES, Mode.CAR).source != "osrm" and time.monotonic() < gives_up:
            time.sleep(0.1)
        assert roads.matrix(PLACES, Mode.CAR).source == "osrm"
        assert roads.route(PLACES, Mode.CAR).source == "osrm"


def test_an_engine_that_is_down_is_not_asked_again_for_every_mode(
    db: Session, town_roads: TownRoads
) -> None:
    asked = []

    def counting(path: str, _: object) -> Answer:
        asked.append(path)
        return told({}, 503)

    with server(counting) as url:
        roads = travel_times_of(db, Engines(town_roads.engines.digest, dict.fromkeys(Mode, url)))
        for mode in Mode:
            assert roads.matrix(PLACES, mode).source == "estimate"
    assert len(asked) == 1


def _table(cells: Any, metres: Any = None) -> Answer:
    return told({"code": "Ok", "durations": cells, "distances": metres or cells})


SQUARE = [[0, 60, 90], [60, 0, 70], [90, 70, 0]]
LIES = {
    "no JSON": (200, b"<html>"),
    "half a JSON": (200, b'{"code": "Ok", "durations": [[0, 1'),
    "nothing": (200, b""),
    "a list": told([1, 2]),
    "another code": told({"code": "InvalidUrl"}, 400),
    "too many questions": told({"message": "slow down"}, 429),
    "a broken gateway": (502, b"bad gateway"),
    "a redirect": (302, b""),
    "no tables": told({"code": "Ok"}),
    "too few rows": _table(SQUARE[:2]),
    "too few columns": _table([row[:2] for row in SQUARE]),
    "ragged rows": _table([[0, 1, 2], [1, 0], [1]]),
    "words": _table([["a", "b", "c"]] * 3),
    "not a number": (200, b'{"code":"Ok","durations":[[NaN,1,1],[1,1,1],[1,1,1]]}'),
    "infinite": (200, json.dumps({"code": "Ok"}).encode()[:-1] + b',"durations":[[1e999]]}'),
    "years": _table([[0, 1e12, 5]] * 3),
    "back in time": _table([[0, -500, 5]] * 3),
    "an object in a cell": _table([[{}, [], 5]] * 3),
    "deep": (200, b"[" * 100_000),
    "too long": (200, b" " * 2_000_000),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_remote_engine_that_lies_never_breaks_a_plan(
    db: Session, town_roads: TownRoads, lie: str
) -> None:
    with server(lambda *_: LIES[lie]) as url:
        known = Engines(town_roads.engines.digest, {Mode.CAR: url})
        found = travel_times_of(db, known).matrix(PLACES, Mode.CAR)
        assert found.source == "estimate"
        assert (found.seconds == GUESS.seconds).all()
        asking._rests_until.clear()
        assert travel_times_of(db, known).route(PLACES, Mode.CAR).source == "estimate"
        asking._rests_until.clear()
        remote = travel_times_of(db, Engines("", {Mode.CAR: url}))
        assert remote.matrix(PLACES, Mode.CAR).source == "estimate"
        asking._rests_until.clear()
        assert remote.nearest(PLACES, Mode.CAR)[0].is_known is False


def test_cells_without_a_way_are_unreachable(db: Session, town_roads: TownRoads) -> None:
    with server(lambda *_: _table([[0, None, 9], [3, 0, 9], [3, 2, 0]])) as url:
        known = Engines(town_roads.engines.digest, {Mode.CAR: url})
        found = travel_times_of(db, known).matrix(PLACES, Mode.CAR)
    assert found.source == "osrm"
    assert (found.seconds > 10**9).sum() == 1
    assert ((found.seconds > 10**9) == (found.metres > 10**9)).all()


def test_a_remote_engine_that_never_finishes_is_left() -> None:
    def slowly(*_: object) -> Answer:
        time.sleep(0.6)
        return told({})

    with server(slowly) as url, pytest.raises(asking.EngineDown):
        asking.ask(f"{url}/", patience_s=0.2, bytes_max=1000)
    assert asking.is_resting(url)


def test_an_engine_that_takes_few_places_is_asked_in_parts(
    db: Session, town_roads: TownRoads
) -> None:
    """A public server's limit; the parts together are the whole."""
    asked: list[int] = []

    def limited(path: str, _: object) -> Answer:
        if path.startswith("/nearest"):
            return told({"code": "Ok", "waypoints": [{"location": PLACES[0], "distance": 1.0}]})
        answer = httpx.get(town_roads.engines.urls[Mode.FOOT] + path)
        table = answer.json()
        asked.append(len(table["durations"]) * len(table["durations"][0]))
        if asked[-1] > 6:
            return told({"code": "TooBig"}, 400)
        return answer.status_code, answer.content

    places = [town.crossing(column, column) for column in range(5)]
    whole = town_roads.times(db).matrix(places, Mode.FOOT)
    with server(limited) as url:
        source = service._source(Engines("", {Mode.FOOT: url}))
        parts = RealRoads(db, source, town_roads.dataset)
        db.execute(text("DELETE FROM road_row"))
        found = parts.matrix(places, Mode.FOOT)
    assert found.source == "osrm"
    assert len([cells for cells in asked if cells <= 6]) >= 5
    assert (found.seconds == whole.seconds).all()


def test_where_one_leg_has_no_way_only_that_leg_is_an_estimate(
    db: Session, town_roads: TownRoads
) -> None:
    # The whole way is refused, the first leg is answered by the real engine, the second refused.
    turns = iter(["refuse", "answer", "refuse"])

    def answering(path: str, _: object) -> Answer:
        if next(turns) == "refuse":
            return told({"code": "NoRoute"}, 400)
        answer = httpx.get(town_roads.engines.urls[Mode.CAR] + path)
        return answer.status_code, answer.content

    with server(answering) as url:
        known = Engines(town_roads.engines.digest, {Mode.CAR: url})
        way = travel_times_of(db, known).route(PLACES, Mode.CAR)
    assert way.source == "mixed"
    assert way.legs[0].steps
    assert way.legs[1] == Estimate().route(PLACES[1:], Mode.CAR).legs[0]


def test_an_operators_own_engine_is_asked_where_its_roads_are(
    db: Session, town_roads: TownRoads
) -> None:
    remote = travel_times_of(db, Engines("", town_roads.engines.urls))
    found = remote.matrix([*PLACES, town.FIELD], Mode.CAR)
    assert found.source == "osrm"
    assert found.off_road[3].fault == "far"
    ours = town_roads.times(db).matrix(PLACES, Mode.CAR)
    assert abs(found.seconds[:3, :3] - ours.seconds).max() <= 10
    assert remote.route(PLACES, Mode.CAR).source == "osrm"
    assert remote.reachable(PLACES[0], Mode.CAR, 3).source == "estimate"  # OSRM draws no areas
    assert db.execute(text("SELECT count(*) FROM road_row")).scalar_one() == len(PLACES)


@pytest.mark.usefixtures("application")
def test_pages_are_told_what_travel_times_stand_on(town_roads: TownRoads) -> None:
    roads_dir = settings().roads_dir
    with transaction() as db:
        assert roads_state(db) == RoadsState("estimate", "no_extract")
        assert travel_times(db).matrix(PLACES, Mode.CAR).source == "estimate"
        datasets.publish(db, town_roads.dataset.id)
        state = roads_state(db)
        assert (state.source, state.reason, state.dataset_name) == (
            "estimate",
            "no_answer",
            "town.osm",
        )
        engines.write(roads_dir, town_roads.engines)
        assert roads_state(db).source == "osrm"
        assert roads_state(db).built_at is not None
        assert travel_times(db).matrix(PLACES, Mode.CAR).source == "osrm"
        gone = Engines("of data that is gone", town_roads.engines.urls)
        assert travel_times_of(db, gone).matrix(PLACES[:1] * 2, Mode.BICYCLE).source == "estimate"
        down = dict.fromkeys(Mode, "http://127.0.0.1:9")
        engines.write(roads_dir, Engines(town_roads.engines.digest, down))
        assert roads_state(db).reason == "no_answer"
        (roads_dir / engines.ADDRESSES).unlink()
        db.rollback()


@pytest.mark.usefixtures("application")
def test_an_operators_address_is_told_as_such(
    town_roads: TownRoads, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = iter(
        [Engines("", town_roads.engines.urls), Engines("", {Mode.CAR: "http://127.0.0.1:9"})]
    )
    monkeypatch.setattr(engines, "current", lambda _: next(urls))
    with transaction() as db:
        assert roads_state(db) == RoadsState("osrm")
        assert roads_state(db) == RoadsState("estimate", "no_answer")


def test_an_address_with_a_key_is_not_written_down() -> None:
    with capture_logs() as lines, pytest.raises(asking.EngineDown):
        asking.ask("http://me:secret@127.0.0.1:9/key/x", patience_s=1, bytes_max=10)
    assert "secret" not in str(lines)
    assert "key" not in str(lines)
