"""`foodmap roads build`: from a city's extract to live roads and ground, beside what is live now."""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from sqlalchemy import text

from app.commands.first import CommandRefused
from app.core.db import refresh_statistics, transaction
from app.places.ground import datasets, loading
from app.places.ground.reader import Unreadable, read_bounds
from app.roads import engine_build, engine_files, engine_input, engine_run, network
from app.roads.asking import EngineDown
from app.roads.engine_files import Built, Programs, RoadsRefused
from app.roads.engine_input import Extract
from app.roads.engines import LIVE, live_digest, write_in_one_step
from app.roads.travel import Mode
from app.settings import settings

OnProgress = Callable[[float], None]
# What each part of a build takes of the whole, roughly.
SHARES = {"Reading": 0.05, "Building": 0.35, "Ground": 0.4, "Streets": 0.2}


def parse_modes(typed: str) -> list[Mode]:
    """`car,ebike` as modes; all there are when left empty. Raises CommandRefused."""
    words = [word.strip() for word in typed.split(",") if word.strip()]
    try:
        return list(dict.fromkeys(Mode(word) for word in words)) or list(Mode)
    except ValueError as error:
        known = ", ".join(Mode)
        raise CommandRefused(f"{error.args[0]}: --modes takes {known}, with commas.") from None


def build(file: Path, modes: Sequence[Mode], screen: Console) -> dict[str, Any]:
    """Build an extract and make it the live one. Raises CommandRefused.

    A dictionary of what is live now: digest, name, modes, bounds (west, south, east, north),
    seconds it took (and its parts), and whether all of it was there before. A running system switches over by
    itself; until then, and whenever this fails, it keeps what it has.
    """
    began = time.monotonic()
    roads_dir = settings().roads_dir
    roads_dir.mkdir(parents=True, exist_ok=True)
    bar = Progress(
        TextColumn("{task.description:<9}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(), console=screen, transient=True,
    )  # fmt: skip
    try:
        with _only_one(roads_dir), bar:
            work = _Work(file, list(modes), roads_dir, bar, bar.add_task("Reading", total=1.0))
            answer = work.run()
    except (RoadsRefused, Unreadable) as refused:
        raise CommandRefused(str(refused)) from None
    except EngineDown as down:
        raise CommandRefused(f"The road engine ended while streets were read: {down}") from None
    return {**answer, "seconds": round(time.monotonic() - began, 1)}


def sentence(answer: dict[str, Any]) -> str:
    """What was built, for the person at the terminal."""
    if answer["was_there"]:
        return f"The roads of {answer['name']} are live already."
    modes = ", ".join(answer["modes"])
    return f"The roads of {answer['name']} are live ({modes}), after {answer['seconds']:.0f} s."


@contextlib.contextmanager
def _only_one(roads_dir: Path) -> Iterator[None]:
    """Build alone; the kernel lets go when we die, however we die."""
    with (roads_dir / "build.turn").open("a") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandRefused("Roads are being built here already: wait for that.") from None
        yield


@dataclass
class _Work:
    """One build, in the order in which things must happen."""

    file: Path
    modes: list[Mode]
    roads_dir: Path
    bar: Progress
    task: TaskID
    parts: dict[str, float] = field(default_factory=dict)
    part: str = "Reading"
    since: float = field(default_factory=time.monotonic)

    def run(self) -> dict[str, Any]:
        engine = engine_files.needed_programs()
        extract = engine_input.look_through(self.file)
        digest = engine_files.digest_of(self.file, self.modes, engine)
        bounds = read_bounds(self.file)
        answer = {
            "digest": digest,
            "name": self.file.name,
            "modes": [mode.value for mode in self.modes],
            "bounds": list(bounds),
        }
        with transaction() as db:
            known = datasets.live(db)
        is_loaded = known is not None and known.digest == digest
        if is_loaded and live_digest(self.roads_dir) == digest and self._built(digest):
            return {**answer, "was_there": True}
        built = self._engines_files(extract, digest, engine)
        if not is_loaded:
            self._load(built, engine, bounds)
        write_in_one_step(self.roads_dir / LIVE, digest)
        engine_files.clear_old(self.roads_dir)
        self._note_part("")
        return {**answer, "was_there": False, "parts": self.parts}

    def _built(self, digest: str) -> bool:
        return engine_files.read_built(self.roads_dir, digest) is not None

    def _engines_files(self, extract: Extract, digest: str, engine: Programs) -> Built:
        target = self.roads_dir / digest
        if not self._built(digest):
            engine_input.check_space(self.file, len(self.modes), self.roads_dir)
        on_progress = self._part("Building")
        return engine_build.build(extract, self.modes, target, engine, on_progress)

    def _load(self, built: Built, engine: Programs, bounds: datasets.Box) -> None:
        """Fill the tables of a new dataset that nobody sees, then make it the live one."""
        with transaction() as db:
            dataset_id = datasets.begin(db, built.digest, built.name, bounds)
        with transaction() as db:
            db.execute(text("SET LOCAL statement_timeout = 0"))
            loading.load(db, dataset_id, self.file, self._part("Ground"))
        with engine_run.running(built, engine) as engines, transaction() as db:
            db.execute(text("SET LOCAL statement_timeout = 0"))
            network.load(db, dataset_id, engines.urls, bounds, self._part("Streets"))
        with transaction() as db:
            db.execute(text("SET LOCAL statement_timeout = 0"))
            datasets.publish(db, dataset_id)
            datasets.clear_old(db)
            refresh_statistics(db)

    def _part(self, name: str) -> OnProgress:
        """How one part of the work moves the whole bar."""
        names = list(SHARES)
        before = sum(SHARES[earlier] for earlier in names[: names.index(name)])

        def on_progress(share: float) -> None:
            done = before + SHARES[name] * min(1.0, max(0.0, share))
            self.bar.update(self.task, description=name, completed=done)

        self._note_part(name)
        on_progress(0.0)
        return on_progress

    def _note_part(self, next_one: str) -> None:
        moment = time.monotonic()
        self.parts[self.part] = round(moment - self.since, 1)
        self.part, self.since = next_one, moment
