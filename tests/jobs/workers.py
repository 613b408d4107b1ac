"""Real worker processes for tests, and ways to see what became of a job."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from app.core.db import transaction
from app.jobs.queue import enqueue
from tests.jobs import errands
from tests.world import World

ROOT = Path(__file__).parents[2]
START = "from tests.jobs import errands; errands.main()"
PATIENCE_S = 90
Worker = subprocess.Popen[bytes]


@contextlib.contextmanager
def worker() -> Iterator[Worker]:
    """A worker process of its own, which notices dead colleagues after three seconds."""
    environment = os.environ | {"HEARTBEAT_S": "1", "STALLED_AFTER_S": "3", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", START], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)


def until(done: Callable[[], bool]) -> None:
    """Wait for something another process does."""
    give_up = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < give_up, "nobody did it"
        time.sleep(0.1)


def written(world: World, about: UUID, action: str) -> int:
    with world.db() as db:
        return errands.count(db, about, action)


def state_of(job_id: int) -> str | None:
    with transaction() as db:
        status = text("SELECT status::text FROM procrastinate_jobs WHERE id = :id")
        state: str | None = db.scalar(status, {"id": job_id})
    return state


def send(world: World, about: UUID, name: str = "short", **options: str) -> int:
    with world.db() as db:
        task = getattr(errands, name)
        return enqueue(db, task, **options, org_id=str(world.org_id), about=str(about))
