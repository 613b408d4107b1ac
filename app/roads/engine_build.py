"""From an extract to the files that engines serve: one network per mode, two at a time.

MLD (`osrm-partition`, `osrm-customize`), not contraction: on a busy machine contraction takes
minutes where these take seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.roads.engine_files import Built, Programs, RoadsRefused, read_built, write_note
from app.roads.engine_input import Extract
from app.roads.travel import Mode

AT_ONCE = 2
LOOK_S = 0.02
STEPS = ("osrm-extract", "osrm-partition", "osrm-customize")
# What osrm-extract says of a file without any way for a mode.
NO_WAYS = ("no edges remaining", "no snappable edges")
# A build that is killed outright must not leave its helpers at work.
LEASH = Path(__file__).parents[1] / "cluster" / "leash.py"
OnProgress = Callable[[float], None]
"""Is told the share that is done, 0 to 1."""


def build(
    extract: Extract, modes: list[Mode], target: Path, engine: Programs, on_progress: OnProgress
) -> Built:
    """Make the engines' files in the folder `target`, whose name is the digest, all or nothing.

    They are made beside it and moved there when they are whole; what is there already is kept. Only
    one build at a time may run below a folder. Raises RoadsRefused.
    """
    there = read_built(target.parent, target.name)
    if there is not None and set(there.modes) == set(modes):
        on_progress(1.0)
        return there
    part = target.with_name(f"{target.name}.part")
    for leftover in (part, target):
        shutil.rmtree(leftover, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        _make_all(
            [_Network(mode, extract, part, target.name, engine) for mode in modes], on_progress
        )
        write_note(part, extract.file.name, modes)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Built(target, extract.file.name, tuple(modes))


def _make_all(waiting: list[_Network], on_progress: OnProgress) -> None:
    total, done = len(waiting) * len(STEPS), 0
    running: list[_Network] = []
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running.append(waiting.pop(0))
                running[-1].next_step()
            time.sleep(LOOK_S)
            for network in [network for network in running if network.step_is_done()]:
                done += 1
                on_progress(done / total)
                if not network.next_step():
                    running.remove(network)
    finally:
        for network in running:
            network.stop()


@dataclass
class _Network:
    """One mode's files in the making."""

    mode: Mode
    extract: Extract
    folder: Path
    digest: str
    engine: Programs
    steps: list[str] = field(default_factory=lambda: list(STEPS))
    step: str = ""
    process: subprocess.Popen[bytes] | None = None

    def next_step(self) -> bool:
        """Start the next program; False when there is none left."""
        if not self.steps:
            return False
        self.step = self.steps.pop(0)
        threads = max(1, (os.cpu_count() or 1) // AT_ONCE)
        command = [self.engine.program(self.step), *self._arguments(), "-t", str(threads)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(LEASH), str(os.getpid()), *command],
                cwd=self.folder,
                env=self.engine.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return True

    def step_is_done(self) -> bool:
        """Whether the program has ended well. Raises RoadsRefused when it ended badly."""
        status = self.process.poll() if self.process else None
        if status is None:
            return False
        if status != 0:
            raise RoadsRefused(self._fault(status))
        return True

    def stop(self) -> None:
        """End the program."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.mode}.log"

    def _arguments(self) -> list[str]:
        base = str(self.folder / f"{self.mode}.osrm")
        if self.step != "osrm-extract":
            return [base, "-l", "WARNING"]
        return [
            str(self.extract.file.absolute()),
            "-p", str(self.engine.profile(self.mode)),
            "-o", base,
            "--data_version", self.digest,
            "--small-component-size", str(self.extract.island_size),
            "-l", "WARNING",
        ]  # fmt: skip

    def _fault(self, status: int) -> str:
        said = self._log.read_text("utf-8", errors="replace").strip().splitlines()
        if any(sign in line for line in said for sign in NO_WAYS):
            others = f"leave {self.mode} out of --modes"
            return f"{self.extract.file.name} holds no ways for the mode {self.mode}: {others}."
        if status < 0 and not said:
            return f"{self.step} was killed at the mode {self.mode}: is there too little memory?"
        last = said[-1] if said else "it said nothing"
        return f"{self.step} failed at the mode {self.mode}: {last}"
