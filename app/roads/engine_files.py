"""The road engine's own files: its programs, the profiles, what a build makes of an extract."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from app.places.ground import datasets
from app.roads.engines import ADDRESSES, live_digest
from app.roads.travel import Mode

OWN_PROFILES = Path(__file__).with_name("profiles")
NOTE = "built.json"
DIGEST_LENGTH = 16
# A change in how extracts are built or loaded must give every file a new digest.
BUILD_FORMAT = 1
READ_BYTES = 1 << 20


class RoadsRefused(Exception):
    """One sentence for the person at the terminal: what is wrong with a file or the engine."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The engine as it was unpacked from its wheel."""

    folder: Path

    def program(self, name: str) -> str:
        """The path of one of them, such as `osrm-routed`."""
        return str(self.folder / "bin" / name)

    @property
    def wheels_profiles(self) -> Path:
        """The folder of the profiles that came along; ours are built on them."""
        return self.folder / "share" / "profiles"

    def profile(self, mode: Mode) -> Path:
        """The file that says where and how fast one moves in this mode: ours, else the wheel's."""
        own = OWN_PROFILES / f"{mode}.lua"
        return own if own.is_file() else self.wheels_profiles / f"{mode}.lua"

    def environment(self) -> dict[str, str]:
        """What the programs need to know: where our profiles find those they stand on."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "LUA_PATH": f"{self.wheels_profiles}/?.lua;;",
            "LC_ALL": "C.UTF-8",
        }

    def version(self) -> str:
        """What the engine calls itself. Raises RoadsRefused when it does not run here."""
        try:
            done = subprocess.run(
                [self.program("osrm-routed"), "--version"],
                capture_output=True,
                text=True,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise RoadsRefused(f"The road engine does not run on this machine: {error}.") from None
        return done.stdout.strip()


def programs(prefix: Path | None = None) -> Programs | None:
    """The engine that belongs to this Python (`.venv/osrm`), or None."""
    folder = (prefix or Path(sys.prefix)) / "osrm"
    return Programs(folder) if (folder / "bin" / "osrm-routed").is_file() else None


def needed_programs() -> Programs:
    """The engine. Raises RoadsRefused, saying how to get it."""
    found = programs()
    if found is None:
        raise RoadsRefused("The road engine is not here: `make up` or scripts/prepare.py fetch it.")
    return found


def digest_of(file: Path, modes: list[Mode], engine: Programs) -> str:
    """Stand for an extract and all that decides what is made of it."""
    formats = f"{BUILD_FORMAT} {datasets.VERSION}"
    version = f"{formats} {engine.version()} {' '.join(sorted(modes))}"
    digest = hashlib.sha256(version.encode())
    for profile in sorted(OWN_PROFILES.glob("*.lua")):
        digest.update(profile.read_bytes())
    with file.open("rb") as stream:
        while part := stream.read(READ_BYTES):
            digest.update(part)
    return digest.hexdigest()[:DIGEST_LENGTH]


@dataclass(frozen=True, slots=True)
class Built:
    """A folder of finished engine files, one network per mode."""

    folder: Path
    name: str
    modes: tuple[Mode, ...]

    @property
    def digest(self) -> str:
        """The dataset it belongs to; its answers carry it as `data_version`."""
        return self.folder.name

    def base(self, mode: Mode) -> Path:
        """The name that all files of a mode's network begin with."""
        return self.folder / f"{mode}.osrm"


def read_built(roads_dir: Path, digest: str) -> Built | None:
    """What was built under this digest, or None; half a build has no note."""
    if not digest or Path(digest).name != digest:
        return None
    folder = roads_dir / digest
    try:
        said = json.loads((folder / NOTE).read_text("utf-8"))
        return Built(folder, str(said["name"]), tuple(Mode(mode) for mode in said["modes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_note(folder: Path, name: str, modes: list[Mode]) -> None:
    """Say, as a build's last file, what it holds."""
    text = json.dumps({"name": name, "modes": [mode.value for mode in modes]}, ensure_ascii=False)
    (folder / NOTE).write_text(text, "utf-8")


def clear_old(roads_dir: Path, keep: int = 2) -> None:
    """Delete broken-off builds and all finished ones but the newest, the live and the served one.

    Only a build under its lock may call this.
    """
    needed = {live_digest(roads_dir), _served_digest(roads_dir)}
    built = sorted(roads_dir.glob(f"*/{NOTE}"), key=lambda note: note.stat().st_mtime_ns)
    needed |= {note.parent.name for note in built[-keep:]}
    for folder in roads_dir.iterdir():
        is_ours = folder.is_dir() and len(folder.name.removesuffix(".part")) == DIGEST_LENGTH
        if is_ours and folder.name not in needed:
            shutil.rmtree(folder, ignore_errors=True)


def _served_digest(roads_dir: Path) -> str:
    try:
        return str(json.loads((roads_dir / ADDRESSES).read_text("utf-8"))["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
