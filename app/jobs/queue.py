"""The job queue: procrastinate on the same PostgreSQL.

Web requests defer through psycopg2 inside their own transaction; the worker runs
jobs through psycopg 3, which procrastinate's worker needs.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

import structlog
from procrastinate import App, Blueprint, PsycopgConnector
from procrastinate.contrib.sqlalchemy import SQLAlchemyPsycopg2Connector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.clock import now
from app.settings import settings

log = structlog.get_logger()
KEEP_DONE_JOBS_H = 24 * 7

NAMESPACE = "foodmap"

tasks = Blueprint()


@lru_cache(maxsize=1)
def worker_app() -> App:
    """The app whose worker runs jobs (psycopg 3, async).

    Once per process: adding the tasks to an app renames them, a second time would again.
    """
    conninfo = settings().database_url.replace("postgresql+psycopg2://", "postgresql://", 1)
    app = App(
        connector=PsycopgConnector(conninfo=conninfo, kwargs={"application_name": "foodmap worker"})
    )
    app.add_tasks_from(tasks, namespace=NAMESPACE)
    return app


# Knows no tasks on purpose: a job that enqueues another runs beside the worker's app.
_deferring = App(connector=SQLAlchemyPsycopg2Connector())


def enqueue(
    db: Session, task: Task[Any, Any, Any], *, lock: str | None = None, **arguments: Any
) -> int:
    """Enqueue a job in the caller's transaction: it commits, or vanishes, with it.

    Returns the job's id. Where the task's queueing lock is held, that is the waiting job's.
    """
    connection = db.connection()
    name = f"{NAMESPACE}:{task.name.removeprefix(NAMESPACE + ':')}"
    deferrer = _deferring.configure_task(
        name,
        lock=lock or task.lock,
        queueing_lock=task.queueing_lock,
        queue=task.queue,
        priority=task.priority,
        connection=connection,
    )
    try:
        with connection.begin_nested():  # a refused insert must not spoil the caller's transaction
            return deferrer.defer(**arguments)
    except AlreadyEnqueued:
        waiting = text(
            "SELECT id FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo'"
        )
        return int(db.execute(waiting, {"lock": task.queueing_lock}).scalar_one())


# The sixth field is the seconds: every 15 s.
@tasks.periodic(cron="* * * * * */15")
@tasks.task(name="rescue_stalled", queueing_lock="rescue_stalled", pass_context=True)
async def rescue_stalled(context: Any, timestamp: int) -> None:  # noqa: ARG001 - cron gives it
    """Give jobs of workers that died (kill -9, power cut) back to the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=settings().stalled_after_s):
        log.warning("job_rescued", task=job.task_name, job=job.id)
        await manager.retry_job(job, retry_at=now() + timedelta(seconds=1))


@tasks.periodic(cron="17 3 * * *")
@tasks.task(name="sweep_done", queueing_lock="sweep_done", pass_context=True)
async def sweep_done(context: Any, timestamp: int) -> None:  # noqa: ARG001 - cron gives it
    """Forget finished jobs after a week."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_DONE_JOBS_H, include_failed=True)
