"""The job worker: wiring only."""

from __future__ import annotations

import asyncio
import logging

import app.donors.tasks
import app.runs.forgetting
import app.runs.parts.tasks
import app.runs.replan.tasks
import app.runs.tasks  # a job is known once its module is imported
import app.tables  # noqa: F401 - every table is known before the first query
from app import listeners
from app.core import logs
from app.jobs.queue import worker_app
from app.settings import settings

SHUTDOWN_S = 5.0


async def work() -> None:
    """Run jobs until told to stop; a job cut short is rescued by the next worker."""
    queue, chosen = worker_app(), settings()
    async with queue.open_async():
        await queue.run_worker_async(
            concurrency=chosen.worker_concurrency,
            update_heartbeat_interval=chosen.heartbeat_s,
            stalled_worker_timeout=chosen.stalled_after_s,
            shutdown_graceful_timeout=SHUTDOWN_S,
            fetch_job_polling_interval=2.0,
        )


def main() -> None:
    """Start the worker."""
    logs.configure(settings().log_level)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    listeners.subscribe()
    asyncio.run(work())


if __name__ == "__main__":
    main()
