"""The road engine is unpacked from exactly the wheel that the lock file names, or not at all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "fetch_engine.py"
WHEEL = "osrm_bindings-1.0-py312-none-any.whl"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Return a folder with a wheel for a newer Python, laid out as the engine's is."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    told = "osrm_bindings-1.0.dist-info"
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr("osrm/__init__.py", "")
        wheel.writestr("osrm/bin/osrm-routed", "#!/bin/sh\necho v1.0\n")
        wheel.writestr("osrm/share/profiles/lib/set.lua", "-- a set")
        wheel.writestr(
            f"{told}/METADATA", "Metadata-Version: 2.1\nName: osrm-bindings\nVersion: 1.0\n"
        )
        wheel.writestr(f"{told}/WHEEL", "Wheel-Version: 1.0\nTag: py312-none-any\n")
        wheel.writestr(f"{told}/licenses/LICENSE.TXT", "BSD-2")
        wheel.writestr(f"{told}/RECORD", "")
    return folder


def fetch(wheels: Path, hashed: bytes, target: Path) -> subprocess.CompletedProcess[str]:
    lock = wheels / "roads.lock"
    lock.write_text(f"osrm-bindings==1.0 --hash=sha256:{hashlib.sha256(hashed).hexdigest()}\n")
    options = ["--no-index", "--find-links", str(wheels)]
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(lock), str(target), *options],
        env={"PATH": os.environ["PATH"], "HOME": str(wheels)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_programs_profiles_and_licence_are_unpacked_ready_to_run(
    wheels: Path, tmp_path: Path
) -> None:
    target = tmp_path / "venv" / "osrm"
    for _ in range(2):  # the second replaces the first
        done = fetch(wheels, (wheels / WHEEL).read_bytes(), target)
        assert done.returncode == 0, done.stderr
        files = {str(file.relative_to(target)) for file in target.rglob("*") if file.is_file()}
        assert files == {"bin/osrm-routed", "share/profiles/lib/set.lua", "LICENSE"}
        assert subprocess.check_output([target / "bin" / "osrm-routed"], text=True) == "v1.0\n"
    assert [thing.name for thing in target.parent.iterdir()] == ["osrm"]


def test_another_wheel_than_the_locked_one_changes_nothing(wheels: Path, tmp_path: Path) -> None:
    target = tmp_path / "osrm"
    target.mkdir()
    (target / "old").touch()
    done = fetch(wheels, b"what was locked", target)
    assert done.returncode == 1
    assert "The road engine could not be fetched" in done.stderr
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert [file.name for file in target.iterdir()] == ["old"]
