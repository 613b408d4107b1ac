"""Road engines under supervision: one per mode, started again when they die, switched over whole.

A new dataset's engines start beside the old ones. When all of them answer, `engines.json` names
them; the old ones stay for a grace period, for whoever read the file a moment ago. So no question
goes unanswered.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.cluster.child import Child
from app.roads.engine_files import Built, Programs, programs, read_built
from app.roads.engine_run import LOOPBACK, answers, command, is_shared, unused_port
from app.roads.engines import ADDRESSES, Engines, live_digest, write
from app.roads.travel import Mode

Say = Callable[[str], None]
GRACE_S = 10.0
# An engine starts in a twentieth of a second; waiting long would only make estimates of roads.
LONGEST_PAUSE_S = 3.0
SETTLE_S = 20.0
LOOK_S = 0.05
EVERYWHERE = "0.0.0.0"  # noqa: S104 - for other containers, when asked for


@dataclass(slots=True)
class Generation:
    """The engines of one dataset, by mode, each with its port."""

    built: Built
    engines: dict[Mode, Child]
    ports: dict[Mode, int]
    # When it may be stopped, once another has taken over (s, monotonic).
    leaves_at: float = 0.0

    def stop(self) -> None:
        """Stop all of its engines."""
        for child in self.engines.values():
            child.stop()


@dataclass(slots=True)
class RoadEngines:
    """Looks after the engines of whatever dataset is live below `roads_dir`; call `look` often.

    `host` is how other processes reach this machine; anything but the loopback means that the
    engines listen on every address. `note` is told a program's name and its number, None when it
    has ended.
    """

    roads_dir: Path
    folder: Path
    log: Path
    say: Say
    host: str = LOOPBACK
    note: Callable[[str, int | None], None] = lambda _name, _pid: None
    serving: Generation | None = None
    coming: Generation | None = None
    leaving: list[Generation] = field(default_factory=list)
    turn: IO[str] | None = None
    refused: str = ""

    def look(self) -> None:
        """Do whatever is due now; never waits for long."""
        self._switch_over()
        for generation in (self.serving, self.coming):
            if generation is not None:
                self._mend(generation)
        for generation in [old for old in self.leaving if time.monotonic() >= old.leaves_at]:
            generation.stop()
            self.leaving.remove(generation)

    def settle(self) -> None:
        """Wait until the live dataset is served, or until it is clear that it will not be soon."""
        deadline = time.monotonic() + SETTLE_S
        self.look()
        while self.coming is not None and time.monotonic() < deadline:
            time.sleep(LOOK_S)
            self.look()

    def stop(self) -> None:
        """Stop every engine and say that none answers any more."""
        if self.turn is not None:
            (self.roads_dir / ADDRESSES).unlink(missing_ok=True)
        for generation in (self.serving, self.coming, *self.leaving):
            if generation is not None:
                generation.stop()
        self.serving = self.coming = None
        self.leaving = []
        if self.turn is not None:
            self.turn.close()
            self.turn = None

    def _switch_over(self) -> None:
        wanted = live_digest(self.roads_dir)
        if self.coming is not None and self.coming.built.digest != wanted:
            self.coming.stop()
            self.coming = None
        if self.coming is None and wanted and wanted != self._served():
            self._begin(wanted)
        if self.coming is not None and self._all_answer(self.coming):
            self._take_over(self.coming)

    def _served(self) -> str:
        return self.serving.built.digest if self.serving else ""

    def _begin(self, digest: str) -> None:
        """Start the engines of a dataset beside those that serve."""
        built, engine = read_built(self.roads_dir, digest), programs()
        if built is None or engine is None:
            missing = "its files are gone" if engine else "the road engine is not installed"
            self._complain(digest, f"The roads cannot be served: {missing}.")
        elif not self._alone():
            self._complain(digest, "Another program serves the roads of this folder.")
        else:
            self.refused = ""
            self.coming = Generation(built, {}, {})
            for mode in built.modes:
                self._start(self.coming, mode, engine)

    def _complain(self, digest: str, sentence: str) -> None:
        if self.refused != digest + sentence:
            self.refused = digest + sentence
            self.say(sentence)

    def _start(self, generation: Generation, mode: Mode, engine: Programs) -> None:
        port = unused_port()
        address = LOOPBACK if self.host == LOOPBACK else EVERYWHERE
        name = f"osrm-{mode}"
        child = Child(
            name,
            command(engine, generation.built, mode, port, address),
            self.folder,
            self.log / f"{name}.log",
            longest_pause_s=LONGEST_PAUSE_S,
        )
        child.start(engine.environment())
        generation.engines[mode], generation.ports[mode] = child, port

    def _all_answer(self, generation: Generation) -> bool:
        engine = programs()
        for mode, port in list(generation.ports.items()):
            if not answers(f"http://{LOOPBACK}:{port}", generation.built.digest):
                return False
            if engine is not None and is_shared(port):
                generation.engines[mode].stop()
                self._start(generation, mode, engine)
                return False
        return True

    def _take_over(self, generation: Generation) -> None:
        self._write(generation)
        if self.serving is not None:
            self.serving.leaves_at = time.monotonic() + GRACE_S
            self.leaving.append(self.serving)
            for child in self.serving.engines.values():
                self.note(child.name, None)
        self.serving, self.coming = generation, None
        for child in generation.engines.values():
            self._tell(child)
        modes = ", ".join(generation.built.modes)
        self.say(f"Roads of {generation.built.name} are served ({modes}).")

    def _write(self, generation: Generation) -> None:
        urls = {mode: f"http://{self.host}:{port}" for mode, port in generation.ports.items()}
        write(self.roads_dir, Engines(generation.built.digest, urls))

    def _tell(self, child: Child) -> None:
        self.note(child.name, child.process.pid if child.process else None)

    def _mend(self, generation: Generation) -> None:
        """Start again what died, on its old port, so that no address changes."""
        engine = programs()
        for mode, child in list(generation.engines.items()):
            if child.has_died():
                self._bury(generation, mode, child, engine)
            elif child.process is None and engine and time.monotonic() >= child.next_start_at:
                child.start(engine.environment())
                self._tell_if_serving(generation, child)
            else:
                child.rotate_log()

    def _bury(
        self, generation: Generation, mode: Mode, child: Child, engine: Programs | None
    ) -> None:
        keeps_dying = child.pause_s >= child.longest_pause_s
        status = child.process.returncode if child.process else None
        pause_s = child.plan_restart()
        self.say(f"{child.name} ended ({status}); starting it again in {pause_s:.1f} s.")
        if keeps_dying and engine is not None:  # perhaps another program has its port
            self._start(generation, mode, engine)
            if generation is self.serving:
                self._write(generation)
        self._tell_if_serving(generation, generation.engines[mode])

    def _tell_if_serving(self, generation: Generation, child: Child) -> None:
        if generation is self.serving:
            self._tell(child)

    def _alone(self) -> bool:
        """Hold the folder; two that serve it would overwrite each other's addresses."""
        if self.turn is not None:
            return True
        turn = (self.roads_dir / "serve.turn").open("a")
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.turn = turn
            (self.roads_dir / ADDRESSES).unlink(missing_ok=True)  # of one that was killed
            return True
        turn.close()
        return False


def operators_own_engine() -> bool:
    """Whether the operator's settings name an engine, so that none of ours is needed."""
    return bool(os.environ.get("OSRM_URL") or os.environ.get("VALHALLA_URL"))
