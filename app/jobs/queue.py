"""The job queue: procrastinate on the same PostgreSQL.

Web requests defer through psycopg2 inside their own transaction; the worker runs
jobs through psycopg 3, which procrastinate's worker needs.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import structlog
from procrastinate import App, Blueprint, PsycopgConnector
from procrastinate.contrib.sqlalchemy import SQLAlchemyPsycopg2Connector
from procrastinate.tasks import Task
from sqlalchemy.orm import Session

from app.core.clock import now
from app.settings import settings

log = structlog.get_logger()
# The worker says it is alive every 10 s; a job is called stalled well above that.
HEARTBEAT_S = 10.0
STALLED_AFTER_S = 35.0
KEEP_DONE_JOBS_H = 24 * 7

tasks = Blueprint()


def worker_app() -> App:
    """The app whose worker runs jobs (psycopg 3, async)."""
    conninfo = settings().database_url.replace("postgresql+psycopg2://", "postgresql://", 1)
    app = App(connector=PsycopgConnector(conninfo=conninfo, kwargs={"application_name": "foodmap worker"}))
    app.add_tasks_from(tasks, namespace="foodmap")
    return app


_deferring = App(connector=SQLAlchemyPsycopg2Connector())
_deferring_ready = False


def enqueue(db: Session, task: Task[Any, Any, Any], *, lock: str | None = None, **arguments: Any) -> int:
    """Enqueue a job in the caller's transaction: it commits, or vanishes, with it. Returns the job id."""
    global _deferring_ready  # noqa: PLW0603 - tasks exist only after every room is imported
    if not _deferring_ready:
        _deferring.add_tasks_from(tasks, namespace="foodmap")
        _deferring_ready = True
    known = cast("Task[Any, Any, Any]", _deferring.tasks[f"foodmap:{task.name}" if ":" not in task.name else task.name])
    return known.configure(lock=lock, connection=db.connection()).defer(**arguments)


@tasks.periodic(cron="*/15 * * * * *")
@tasks.task(name="rescue_stalled", queueing_lock="rescue_stalled", pass_context=True)
async def rescue_stalled(context: Any, timestamp: int) -> None:
    """Give jobs of workers that died (kill -9, power cut) back to the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        log.warning("job_rescued", task=job.task_name, job=job.id)
        await manager.retry_job(job, retry_at=now() + timedelta(seconds=1))


@tasks.periodic(cron="17 3 * * *")
@tasks.task(name="sweep_done", queueing_lock="sweep_done", pass_context=True)
async def sweep_done(context: Any, timestamp: int) -> None:
    """Forget finished jobs after a week."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_DONE_JOBS_H, include_failed=True)
