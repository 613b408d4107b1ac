"""One supervised program: started, watched, started again when it dies, stopped with helpers."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.cluster.processes import end, is_gone, wait_until_gone

LEASH = Path(__file__).with_name("leash.py")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
# Whoever ran this long was healthy: the next pause is the first again.
HEALTHY_S = 60.0
PATIENCE_S = 10.0
LOG_LIMIT_BYTES = 10_000_000


@dataclass(slots=True)
class Child:
    """A program and how it fares. Its output goes to `log`, one older file is kept."""

    name: str
    command: list[str]
    folder: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    next_start_at: float = 0.0
    pause_s: float = field(default=FIRST_PAUSE_S)
    longest_pause_s: float = LONGEST_PAUSE_S

    def start(self, environment: dict[str, str]) -> None:
        """Start the program in a session of its own: Ctrl-C reaches it through us, in order."""
        self.rotate_log()
        command = [sys.executable, str(LEASH), str(os.getpid()), *self.command]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    def has_died(self) -> bool:
        """Whether it was started and has ended."""
        return self.process is not None and self.process.poll() is not None

    def plan_restart(self) -> float:
        """Note when to start it again; return the pause in seconds, doubled at each early death."""
        if time.monotonic() - self.started_at > HEALTHY_S:
            self.pause_s = FIRST_PAUSE_S
        pause_s = self.pause_s
        self.pause_s = min(self.pause_s * 2, self.longest_pause_s)
        self.next_start_at = time.monotonic() + pause_s
        self.stop()  # it has ended, its helpers may not have
        return pause_s

    def stop(self) -> None:
        """End the program and every helper it started, first kindly."""
        if self.process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            if self.process.poll() is None:
                end(psutil.Process(self.process.pid), signal.SIGTERM, PATIENCE_S)
        self.process.wait(PATIENCE_S)
        end_group(self.process.pid, self.folder)
        self.process = None

    def rotate_log(self) -> None:
        """Put a log that has grown long aside, in place, so that a running writer goes on."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.is_file() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
            os.truncate(self.log, 0)


def end_group(leader_pid: int, folder: Path) -> None:
    """End what a program left behind: members of its process group that work in our folder.

    A group's number is not given out again while it has members; the folder rules out strangers.
    """
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            ours = os.getpgid(process.pid) == leader_pid and process.cwd() == str(folder)
            if ours and not is_gone(process):
                process.terminate()
                members.append(process)
    for stubborn in wait_until_gone(members, PATIENCE_S / 2):
        with contextlib.suppress(psutil.NoSuchProcess):
            stubborn.kill()
