"""`foodmap roads build` on the invented town: live, again, broken, interrupted, two at once."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.roads.engines import LIVE
from app.roads.travel import Mode
from tests.commands.shell import ROOT, Terminal, spare_terminal
from tests.database import LentDatabase
from tests.roads import town

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def shell(database: LentDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    folder = tmp_path_factory.mktemp("operator")
    with spare_terminal(database, "roads", folder / "files") as terminal:
        terminal.extra["ROADS_DIR"] = str(folder / "roads")
        yield terminal


def roads_dir(shell: Terminal) -> Path:
    return Path(shell.extra["ROADS_DIR"])


def live(shell: Terminal) -> list[str]:
    return [row[0] for row in shell.ask("SELECT digest FROM map_dataset WHERE live")]


def live_file(shell: Terminal) -> str:
    return (roads_dir(shell) / LIVE).read_text("utf-8")


def left_behind(shell: Terminal) -> set[str]:
    return {thing.name for thing in roads_dir(shell).glob("*.part*")}


def test_an_extract_goes_live_once_with_engines_files_ground_and_street_points(
    shell: Terminal, town_file: Path
) -> None:
    answer = shell.answer("roads", "build", town_file)
    assert answer["name"] == "town.osm"
    assert answer["modes"] == [mode.value for mode in Mode]
    assert answer["bounds"] == pytest.approx(town.BOUNDS)
    assert live(shell) == [answer["digest"]]
    assert live_file(shell) == answer["digest"]
    assert (roads_dir(shell) / answer["digest"] / "trike.osrm.mldgr").is_file()
    assert shell.ask("SELECT count(*) > 50 FROM gazetteer") == [(True,)]
    assert shell.ask("SELECT count(*) > 50 FROM road_point") == [(True,)]
    again = shell.foodmap("roads", "build", town_file)
    assert "The roads of town.osm are live already." in again.stderr
    assert shell.ask("SELECT count(*) FROM map_dataset") == [(1,)]


def test_other_modes_make_another_dataset_whose_lost_files_are_made_again(
    shell: Terminal, town_file: Path
) -> None:
    (before,) = live(shell)
    after = shell.answer("roads", "build", town_file, "--modes", "foot, car")
    assert after["modes"] == ["foot", "car"]
    assert live(shell) == [after["digest"]]
    folders = {folder.name for folder in roads_dir(shell).iterdir() if folder.is_dir()}
    assert folders == {before, after["digest"]}, "the old one stays while it is served"
    number = shell.ask("SELECT id FROM map_dataset WHERE live")
    (roads_dir(shell) / after["digest"] / "built.json").unlink()
    mended = shell.answer("roads", "build", town_file, "--modes", "foot,car")
    assert not mended["was_there"]
    assert shell.ask("SELECT id FROM map_dataset WHERE live") == number
    assert (roads_dir(shell) / after["digest"] / "built.json").is_file()


def test_a_file_that_roads_cannot_be_built_of_changes_nothing(
    shell: Terminal, tmp_path: Path
) -> None:
    before = live(shell)
    (tmp_path / "letter.osm.pbf").write_text("Dear food bank, here is the map.", "utf-8")
    refusal = shell.refusal("roads", "build", tmp_path / "letter.osm.pbf")
    assert refusal.startswith("letter.osm.pbf is not a whole OpenStreetMap file")
    assert live(shell) == before == [live_file(shell)]
    assert left_behind(shell) == set()
    refusal = shell.refusal("roads", "build", tmp_path / "letter.osm.pbf", "--modes", "car,boat")
    assert "boat" in refusal
    assert "car, ebike, trike, bicycle, foot" in refusal


def started(shell: Terminal, file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "roads", "build", str(file), "--json"],
        cwd=ROOT, env=shell.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for_half_a_build(shell: Terminal, command: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not left_behind(shell):
        assert command.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)


def other_town(folder: Path, name: str) -> Path:
    drawing = town.draw()
    drawing.node((50, 50), {"shop": "bakery", "name": name})
    return drawing.write(folder / "other.osm")


def test_a_build_killed_half_way_leaves_the_live_roads_and_the_next_try_works(
    shell: Terminal, tmp_path: Path
) -> None:
    before = live(shell)
    file = other_town(tmp_path, "被打断的面包房")
    with started(shell, file) as command:
        wait_for_half_a_build(shell, command)
        command.kill()
    assert live(shell) == before == [live_file(shell)]
    answer = shell.answer("roads", "build", file)
    assert live(shell) == [answer["digest"]]
    assert left_behind(shell) == set()


def test_while_roads_are_built_a_second_build_is_told_to_wait(
    shell: Terminal, town_file: Path
) -> None:
    before = live(shell)
    with (roads_dir(shell) / "build.turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        refusal = shell.refusal("roads", "build", town_file)
    assert refusal == "Roads are being built here already: wait for that."
    assert live(shell) == before


def test_roads_that_are_not_built_yet_are_waited_for_until_one_is_told_to_stop(
    shell: Terminal, tmp_path: Path
) -> None:
    environment = shell.environment | {"ROADS_DIR": str(tmp_path / "roads")}
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", "roads", "serve"],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    ) as command:  # fmt: skip
        assert command.stderr is not None
        assert "There are no roads yet" in command.stderr.readline()
        command.terminate()
    assert command.returncode == 0
