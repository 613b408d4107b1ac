"""What every child of ours does with its pipes: whole messages, and an end with whoever asked."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from threading import Thread
from typing import IO, Any

ORPHANED = 3
"""Exit status of a child whose parent is gone."""


def packed(value: object) -> bytes:
    """One message: eight bytes of length, then its pickle (between own processes only)."""
    raw = pickle.dumps(value)
    return len(raw).to_bytes(8, "big") + raw


def send(pipe: IO[bytes], value: object) -> None:
    """Send one message at once."""
    pipe.write(packed(value))
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """The next message; raises EOFError when the other side is gone."""
    size = pipe.read(8)
    raw = pipe.read(int.from_bytes(size, "big"))
    return pickle.loads(raw)  # noqa: S301 - from our own process through a private pipe


def leave_all(status: int) -> None:  # pragma: no cover - ends the process; its tests see that
    """End this process, and all it started when it leads their group (as a child does)."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(status)


def end_with_parent(fd: int, leave: Callable[[int], object] = leave_all) -> Thread:
    """Leave, with all that was started, as soon as the pipe `fd` ends; no lock is waited for."""

    def watch() -> None:
        while os.read(fd, 1):
            pass
        leave(ORPHANED)

    thread = Thread(target=watch, daemon=True, name="end-with-parent")
    thread.start()
    return thread
