"""Road engines under supervision: killed, replaced, crowded, and never a question unanswered."""

from __future__ import annotations

import base64
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from app.cluster import engines as supervised
from app.cluster.engines import RoadEngines
from app.roads import engine_files, engine_run, engines
from app.roads.engine_files import Built
from app.roads.engines import LIVE, Engines
from app.roads.travel import Mode
from app.settings import Settings
from tests.roads import town

PATIENCE_S = 30.0
MODES = (Mode.CAR, Mode.FOOT)


@dataclass
class Roads:
    """A folder of roads and who looks after its engines."""

    folder: Path
    said: list[str] = field(default_factory=list)
    noted: dict[str, int | None] = field(default_factory=dict)

    def supervisor(self) -> RoadEngines:
        return RoadEngines(
            self.folder, self.folder.parent, self.folder.parent / "log", self.said.append,
            note=self.noted.__setitem__,
        )  # fmt: skip

    def go_live(self, built: Built) -> None:
        if not (self.folder / built.digest).exists():
            shutil.copytree(built.folder, self.folder / built.digest)
        engines.write_in_one_step(self.folder / LIVE, built.digest)

    def settings(self) -> Settings:
        key = base64.b64encode(bytes(32)).decode()
        return Settings(database_url="", field_key=key, roads_dir=self.folder)  # type: ignore[arg-type]

    def now(self) -> Engines:
        found = engines.current(self.settings())
        assert found is not None
        return found


@pytest.fixture
def roads(tmp_path: Path) -> Roads:
    (tmp_path / "roads").mkdir()
    return Roads(tmp_path / "roads")


@pytest.fixture
def watched(roads: Roads, first: Built) -> Iterator[RoadEngines]:
    roads.go_live(first)
    supervisor = roads.supervisor()
    supervisor.settle()
    yield supervisor
    supervisor.stop()


@pytest.fixture(scope="module")
def first(town_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return town.build_town(town_file, tmp_path_factory.mktemp("first"), MODES)


@pytest.fixture(scope="module")
def second(town_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("second")
    newer = folder / "newer.osm"
    newer.write_text(town_file.read_text("utf-8").replace("孤岛路", "新岛路"), "utf-8")
    return town.build_town(newer, folder, MODES)


def look_until(supervisor: RoadEngines, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        supervisor.look()
        time.sleep(0.02)


def nearest_street(found: Engines, mode: Mode = Mode.CAR) -> str:
    lng, lat = town.ISLAND
    answer = httpx.get(f"{found.urls[mode]}/nearest/v1/driving/{lng},{lat}")
    return str(answer.json()["waypoints"][0]["name"])


def test_without_roads_nothing_is_started(roads: Roads) -> None:
    supervisor = roads.supervisor()
    supervisor.settle()
    assert supervisor.serving is None
    assert engines.current(roads.settings()) is None
    supervisor.stop()


def test_engines_answer_for_each_mode_and_are_noted_by_name(
    roads: Roads, watched: RoadEngines
) -> None:
    now = roads.now()
    assert set(now.urls) == set(MODES)
    assert set(roads.noted) == {"osrm-car", "osrm-foot"}
    for mode in MODES:
        assert engine_run.answers(now.urls[mode], now.digest)
        assert not engine_run.answers(now.urls[mode], "another dataset")
    assert watched.serving is not None


def test_engines_are_reached_from_this_machine_alone(roads: Roads, watched: RoadEngines) -> None:
    assert watched.serving is not None
    for mode, child in watched.serving.engines.items():
        assert roads.now().urls[mode].startswith("http://127.0.0.1:")
        assert "--ip 127.0.0.1" in " ".join(child.command)


def test_a_killed_engine_answers_again_at_its_old_address(
    roads: Roads, watched: RoadEngines
) -> None:
    before = roads.now()
    assert watched.serving is not None
    process = watched.serving.engines[Mode.CAR].process
    assert process is not None
    process.kill()
    process.wait()
    assert not engine_run.answers(before.urls[Mode.CAR], before.digest)
    assert engine_run.answers(before.urls[Mode.FOOT], before.digest)
    look_until(watched, lambda: engine_run.answers(before.urls[Mode.CAR], before.digest))
    assert roads.now() == before
    assert "osrm-car ended" in "".join(roads.said)
    new = watched.serving.engines[Mode.CAR].process
    assert new is not None
    assert roads.noted["osrm-car"] == new.pid != process.pid


def test_an_engine_that_keeps_dying_is_tried_at_another_port(
    roads: Roads, watched: RoadEngines
) -> None:
    assert watched.serving is not None
    child = watched.serving.engines[Mode.CAR]
    before = roads.now()
    child.pause_s = child.longest_pause_s
    assert child.process is not None
    child.process.kill()
    look_until(watched, lambda: roads.now().urls[Mode.CAR] != before.urls[Mode.CAR])
    look_until(watched, lambda: engine_run.answers(roads.now().urls[Mode.CAR], before.digest))


def test_new_roads_take_over_without_one_failed_question(
    roads: Roads, watched: RoadEngines, second: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervised, "GRACE_S", 0.5)
    stop, asked, failed = threading.Event(), set[str](), list[str]()

    def hammer() -> None:
        with httpx.Client() as client:
            while not stop.is_set():
                now = roads.now()
                lng, lat = town.ISLAND
                try:
                    answer = client.get(f"{now.urls[Mode.CAR]}/nearest/v1/driving/{lng},{lat}")
                    asked.add(answer.json()["waypoints"][0]["name"])
                except (httpx.HTTPError, ValueError) as error:
                    failed.append(repr(error))

    crowd = [threading.Thread(target=hammer) for _ in range(3)]
    for person in crowd:
        person.start()
    old = watched.serving
    roads.go_live(second)
    look_until(watched, lambda: watched.serving is not old and not watched.leaving)
    look_until(watched, lambda: "新岛路" in asked)
    stop.set()
    for person in crowd:
        person.join()
    assert failed == []
    assert asked == {"孤岛路", "新岛路"}
    assert roads.now().digest == second.digest


def test_roads_built_twice_in_a_row_serve_the_last(
    roads: Roads, watched: RoadEngines, first: Built, second: Built
) -> None:
    roads.go_live(second)
    watched.look()
    assert watched.coming is not None
    roads.go_live(first)
    look_until(watched, lambda: watched.coming is None)
    assert roads.now().digest == first.digest
    assert nearest_street(roads.now()) == "孤岛路"


def test_files_that_are_gone_leave_the_old_roads_and_are_told_once(
    roads: Roads, watched: RoadEngines
) -> None:
    engines.write_in_one_step(roads.folder / LIVE, "0123456789abcdef")
    for _ in range(3):
        watched.look()
    assert roads.said.count("The roads cannot be served: its files are gone.") == 1
    assert engine_run.answers(roads.now().urls[Mode.CAR], roads.now().digest)


def test_two_do_not_serve_one_folder(roads: Roads, watched: RoadEngines) -> None:
    other = roads.supervisor()
    other.settle()
    assert other.serving is None
    assert roads.said[-1] == "Another program serves the roads of this folder."
    before = roads.now()
    other.stop()
    assert roads.now() == before
    assert watched.serving is not None


def test_addresses_of_a_killed_supervisor_are_not_believed(roads: Roads, first: Built) -> None:
    engines.write(roads.folder, Engines(first.digest, {Mode.CAR: "http://127.0.0.1:1"}))
    roads.go_live(first)
    supervisor = roads.supervisor()
    supervisor.look()
    assert engines.current(roads.settings()) is None
    supervisor.settle()
    assert engine_run.answers(roads.now().urls[Mode.CAR], first.digest)
    supervisor.stop()
    assert engines.current(roads.settings()) is None


def test_an_engine_that_shares_its_port_with_another_is_moved(
    roads: Roads, first: Built, second: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_files.needed_programs()
    with engine_run.running(second, engine) as others:
        taken = int(others.urls[Mode.CAR].rpartition(":")[2])
        ports = iter([taken])
        free = engine_run.unused_port
        monkeypatch.setattr(supervised, "unused_port", lambda: next(ports, None) or free())
        roads.go_live(first)
        supervisor = roads.supervisor()
        supervisor.settle()
        assert roads.now().urls[Mode.CAR] != others.urls[Mode.CAR]
        assert nearest_street(roads.now()) == "孤岛路"
        assert nearest_street(others) == "新岛路"
        supervisor.stop()


def test_for_other_containers_engines_listen_everywhere(roads: Roads, first: Built) -> None:
    roads.go_live(first)
    supervisor = roads.supervisor()
    supervisor.host = "localhost"
    supervisor.settle()
    assert supervisor.serving is not None
    assert "--ip 0.0.0.0" in " ".join(supervisor.serving.engines[Mode.CAR].command)
    assert nearest_street(roads.now()) == "孤岛路"
    supervisor.stop()


def test_an_operators_engine_is_used_instead(roads: Roads) -> None:
    settings = roads.settings()
    osrm = settings.model_copy(update={"osrm_url": "https://roads.example/{mode}"})
    found = engines.current(osrm)
    assert found == Engines("", {mode: f"https://roads.example/{mode}" for mode in Mode})
    plain = settings.model_copy(update={"osrm_url": "https://roads.example"})
    assert engines.current(plain) == Engines("", {Mode.CAR: "https://roads.example"})
    valhalla = settings.model_copy(update={"valhalla_url": "https://roads.example"})
    found = engines.current(valhalla)
    assert found is not None
    assert found.kind == "valhalla"
    assert set(found.urls) == set(Mode)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"digest": "a", "urls": {"boat": "x"}}', "null"])
def test_a_broken_address_file_counts_as_none(roads: Roads, text: str) -> None:
    (roads.folder / engines.ADDRESSES).write_text(text, "utf-8")
    assert engines.current(roads.settings()) is None
