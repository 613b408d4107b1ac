"""Where the road engines answer now: this installation's own, or one that the operator set."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from app.roads.travel import Mode
from app.settings import Settings

ADDRESSES = "engines.json"
LIVE = "live"
PLACEHOLDER = "{mode}"


@dataclass(frozen=True)
class Engines:
    """Engines that answer, by mode, each address without a slash at its end.

    `digest` names the dataset they were built with (`places.ground.datasets.by_digest`; for some
    seconds after a build this is still the one before the live one) and is empty for an operator's
    own engine, about whose data nothing is known.
    """

    digest: str
    urls: Mapping[Mode, str]
    kind: Literal["osrm", "valhalla"] = "osrm"


def current(settings: Settings) -> Engines | None:
    """The engines to ask now, or None where there are none. Costs one look at a file's date."""
    if settings.osrm_url:
        return _operators_osrm(settings.osrm_url)
    if settings.valhalla_url:
        return Engines("", dict.fromkeys(Mode, settings.valhalla_url), "valhalla")
    file = settings.roads_dir / ADDRESSES
    try:
        known = file.stat()
        return _read(file, (known.st_ino, known.st_mtime_ns, known.st_size))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # not there, or not ours


def write(roads_dir: Path, engines: Engines) -> None:
    """Tell every process, in one step, where the engines answer."""
    named = {mode.value: url for mode, url in engines.urls.items()}
    text = json.dumps({"digest": engines.digest, "urls": named}, indent=1)
    write_in_one_step(roads_dir / ADDRESSES, text)


def live_digest(roads_dir: Path) -> str:
    """The digest of the dataset that engines are to be started for; empty where none was built."""
    try:
        return (roads_dir / LIVE).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def write_in_one_step(file: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one, never half."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(file)


def _operators_osrm(url: str) -> Engines:
    if PLACEHOLDER in url:
        return Engines("", {mode: url.replace(PLACEHOLDER, mode.value) for mode in Mode})
    return Engines("", {Mode.CAR: url})  # one OSRM knows one way of travel


@lru_cache(maxsize=4)
def _read(file: Path, version: tuple[int, int, int]) -> Engines:
    del version  # part of the key: a new file is read again
    said = json.loads(file.read_text("utf-8"))
    return Engines(
        str(said["digest"]), {Mode(mode): str(url) for mode, url in said["urls"].items()}
    )
