"""Files that no roads can be built of, and engines that are not there: a sentence each."""

from __future__ import annotations

import bz2
import shutil
import sys
from pathlib import Path

import pytest

from app.roads import engine_build, engine_files, engine_input, engine_run
from app.roads.engine_files import RoadsRefused
from app.roads.travel import Mode
from tests.roads import town

NOT_WHOLE = "is not a whole OpenStreetMap file"
Usage = type(shutil.disk_usage("/"))


def test_a_whole_extract_tells_how_many_pieces_of_road_it_holds(town_file: Path) -> None:
    extract = engine_input.look_through(town_file)
    assert 200 < extract.segments < 400
    assert 8 < extract.island_size < 50, "four streets are an island, the town is none"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("nothing.osm.pbf", b"", "is empty"),
        ("letter.osm.pbf", b"Dear food bank, here is the map.", NOT_WHOLE),
        ("zeros.osm.pbf", bytes(5000), NOT_WHOLE),
        ("page.osm", b"<html><body>404</body></html>", NOT_WHOLE),
        ("half.osm", b'<osm version="0.6"><node id="1"', NOT_WHOLE),
        ("map.zip", b"PK", r"should end in \.osm\.pbf"),
        (
            "sea.osm",
            b'<osm version="0.6"><node id="1" version="1" lat="30" lon="110"/></osm>',
            "holds no streets",
        ),
    ],
)
def test_what_is_no_extract_is_named_and_refused(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RoadsRefused, match=f"^{name} .*{sentence}"):
        engine_input.look_through(tmp_path / name)


def test_a_file_that_was_cut_off_on_its_way_is_refused(town_file: Path, tmp_path: Path) -> None:
    whole = bz2.compress(town_file.read_bytes())
    (tmp_path / "cut.osm.bz2").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RoadsRefused, match=NOT_WHOLE):
        engine_input.look_through(tmp_path / "cut.osm.bz2")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(RoadsRefused, match="There is no file"):
        engine_input.look_through(tmp_path / "no.osm.pbf")
    with pytest.raises(RoadsRefused, match="is not a file"):
        engine_input.look_through(tmp_path)


def test_a_disk_that_would_run_full_is_seen_before(
    town_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine_input.check_space(town_file, 3, tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 1000))
    with pytest.raises(RoadsRefused, match=r"0\.1 GB are wanted, 0\.0 GB are free"):
        engine_input.check_space(town_file, 3, tmp_path)


def test_an_extract_without_ways_for_a_mode_says_which(tmp_path: Path) -> None:
    drawing = town.Drawing()
    drawing.way([(x, 0) for x in range(0, 2000, 50)], highway="footway", name="步行街")
    file = drawing.write(tmp_path / "walk.osm")
    sentence = r"^walk\.osm holds no ways for the mode car: leave car out of --modes\.$"
    with pytest.raises(RoadsRefused, match=sentence):
        town.build_town(file, tmp_path / "roads", (Mode.FOOT, Mode.CAR))
    assert list((tmp_path / "roads").iterdir()) == []


def test_the_digest_stands_for_the_file_the_modes_and_the_engine(
    town_file: Path, tmp_path: Path
) -> None:
    engine = engine_files.needed_programs()
    renamed = tmp_path / "renamed.osm"
    renamed.write_bytes(town_file.read_bytes())
    other = tmp_path / "other.osm"
    other.write_bytes(town_file.read_bytes() + b"\n")
    digest = engine_files.digest_of(town_file, [Mode.CAR, Mode.FOOT], engine)
    assert digest == engine_files.digest_of(renamed, [Mode.FOOT, Mode.CAR], engine)
    assert digest != engine_files.digest_of(other, [Mode.CAR, Mode.FOOT], engine)
    assert digest != engine_files.digest_of(town_file, [Mode.CAR], engine)


def test_what_is_built_already_is_kept(town_file: Path, tmp_path: Path) -> None:
    first = town.build_town(town_file, tmp_path, (Mode.CAR,))
    before = first.base(Mode.CAR).with_suffix(".osrm.mldgr").stat().st_mtime_ns
    assert town.build_town(town_file, tmp_path, (Mode.CAR,)) == first
    assert first.base(Mode.CAR).with_suffix(".osrm.mldgr").stat().st_mtime_ns == before


def test_old_builds_and_broken_off_ones_are_cleared(town_file: Path, tmp_path: Path) -> None:
    built = [town.build_town(town_file, tmp_path, modes) for modes in ((Mode.CAR,), (Mode.FOOT,))]
    newest = town.build_town(town_file, tmp_path, (Mode.CAR, Mode.FOOT))
    (tmp_path / "0123456789abcdef.part").mkdir()
    (tmp_path / "log").mkdir()
    engine_files.clear_old(tmp_path)
    kept = {folder.name for folder in tmp_path.iterdir()}
    assert kept == {built[1].digest, newest.digest, "log"}
    (tmp_path / "live").write_text(built[1].digest, "utf-8")
    town.build_town(town_file, tmp_path, (Mode.CAR,))
    engine_files.clear_old(tmp_path, keep=1)
    assert built[1].folder.exists(), "the live one stays, however old"
    assert not newest.folder.exists()


@pytest.mark.parametrize("digest", ["", "..", "a/b", "0123456789abcdef"])
def test_a_digest_that_names_no_build_finds_none(tmp_path: Path, digest: str) -> None:
    assert engine_files.read_built(tmp_path, digest) is None


def test_without_the_engine_one_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert engine_files.programs() is None
    with pytest.raises(RoadsRefused, match="fetch it"):
        engine_files.needed_programs()


def test_an_engine_for_another_machine_is_said_not_to_run(tmp_path: Path) -> None:
    (tmp_path / "osrm" / "bin").mkdir(parents=True)
    (tmp_path / "osrm" / "bin" / "osrm-routed").write_bytes(b"\x7fELF for a toaster")
    (tmp_path / "osrm" / "bin" / "osrm-routed").chmod(0o755)
    engine = engine_files.programs(tmp_path)
    assert engine is not None
    with pytest.raises(RoadsRefused, match="does not run on this machine"):
        engine.version()


def test_engines_files_that_lost_a_part_do_not_start(town_file: Path, tmp_path: Path) -> None:
    built = town.build_town(town_file, tmp_path, (Mode.CAR,))
    built.base(Mode.CAR).with_suffix(".osrm.mldgr").unlink()
    engine = engine_files.needed_programs()
    with (
        pytest.raises(RoadsRefused, match="The road engine does not start"),
        engine_run.running(built, engine),
    ):
        pass


def test_a_program_that_is_killed_at_its_work_leaves_nothing_half(
    town_file: Path, tmp_path: Path
) -> None:
    engine = engine_files.needed_programs()
    broken = tmp_path / "osrm"
    shutil.copytree(engine.folder, broken)
    (broken / "bin" / "osrm-partition").write_text("#!/bin/sh\nkill -9 $$\n", "utf-8")
    extract, target = engine_input.look_through(town_file), tmp_path / "roads" / "digest"
    with pytest.raises(RoadsRefused, match="osrm-partition was killed at the mode car"):
        engine_build.build(
            extract, [Mode.CAR], target, engine_files.Programs(broken), lambda _: None
        )
    assert list(target.parent.iterdir()) == []
    engine_build.build(extract, [Mode.CAR], target, engine, lambda _: None)
    assert (target / engine_files.NOTE).is_file()
