"""/healthz (the process), /readyz (database, migrations, worker), /metrics."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import transaction
from app.core.fields import Schema

router = APIRouter(tags=["operation"])
WORKER_SILENCE_S = 60


class Health(Schema):
    """The process answers."""

    status: str


class Readiness(Schema):
    """Each part the system needs, and whether it is there."""

    database: bool
    migrated: bool
    worker: bool


@router.get("/healthz")
def healthz() -> Health:
    """The process is alive."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Readiness}})
def readyz(response: Response) -> Readiness:
    """Whether people can work: 200, or 503 with what is missing."""
    found = Readiness(database=False, migrated=False, worker=False)
    try:
        with transaction() as db:
            found.database = True
            found.migrated = (
                db.scalar(text("SELECT to_regclass('procrastinate_workers') IS NOT NULL")) or False
            )
            if found.migrated:
                silence = text(
                    "SELECT count(*) > 0 FROM procrastinate_workers "
                    "WHERE last_heartbeat > now() - make_interval(secs => :seconds)"
                )
                found.worker = db.scalar(silence, {"seconds": WORKER_SILENCE_S}) or False
    except SQLAlchemyError:
        pass  # the answer itself says so
    if not (found.database and found.migrated and found.worker):
        response.status_code = 503
    return found


@router.get("/metrics", response_class=PlainTextResponse)
def metrics() -> Response:
    """Prometheus text."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
