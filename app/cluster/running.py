"""`var/running.json`: what runs here and how to sign in, for people's scripts and for the tests."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from app.cluster.processes import same_process

FILE_NAME = "running.json"


@dataclass(slots=True)
class Running:
    """The running system. `pids` by program; `started` holds their start times (s since 1970).

    `accounts`: one dictionary per role as the demo loader gives it.
    """

    base_url: str
    database_url: str
    database_owner_url: str
    pids: dict[str, int] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)
    accounts: list[dict[str, Any]] = field(default_factory=list)

    def note(self, name: str, pid: int) -> None:
        """Remember a program's process."""
        try:
            self.started[name] = psutil.Process(pid).create_time()
            self.pids[name] = pid
        except psutil.NoSuchProcess:
            self.forget(name)

    def forget(self, name: str) -> None:
        """Forget a program that has ended."""
        self.pids.pop(name, None)
        self.started.pop(name, None)

    def process(self, name: str) -> psutil.Process | None:
        """Return the noted process if it is still the same one."""
        if name not in self.pids:
            return None
        return same_process(self.pids[name], self.started.get(name, 0.0))

    def write(self, var: Path) -> None:
        """Write the file in one step; it holds passwords, so its owner alone reads it."""
        unfinished = var / f"{FILE_NAME}.{os.getpid()}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(asdict(self), stream, indent=2, ensure_ascii=False)
        unfinished.replace(var / FILE_NAME)


def read_running(var: Path) -> Running | None:
    """Return what the file says, or None when there is none (or half of one)."""
    try:
        return Running(**json.loads((var / FILE_NAME).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
