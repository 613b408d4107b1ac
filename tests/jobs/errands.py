"""Small tasks that only the tests' worker knows. Run as a program, this is that worker."""

from __future__ import annotations

import time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.audit.service import record
from app.core.db import transaction
from app.jobs.queue import enqueue, tasks

LONG_S = 120


def count(db: Session, about: UUID, action: str) -> int:
    """How often the errand wrote this down; row-level security decides what is seen."""
    written = (AuditEntry.subject_id == about) & (AuditEntry.action == action)
    return db.scalar(select(func.count()).where(written)) or 0


def _write(org_id: str, about: str, action: str) -> int:
    """Note one more; returns how many there were before."""
    with transaction(UUID(org_id)) as db:
        before = count(db, UUID(about), action)
        record(db, UUID(org_id), None, action, ("errand", UUID(about)))
        return before


@tasks.task(name="test_short")
def short(org_id: str, about: str) -> None:
    """Write down that it ran."""
    _write(org_id, about, "done")


@tasks.task(name="test_long_at_first")
def long_at_first(org_id: str, about: str) -> None:
    """Hang the first time, so that a test can cut the power; finish the second time."""
    if _write(org_id, about, "started") == 0:
        time.sleep(LONG_S)
    _write(org_id, about, "done")


@tasks.task(name="test_sends_another")
def sends_another(org_id: str, about: str) -> None:
    """Enqueue a job from inside a job."""
    with transaction(UUID(org_id)) as db:
        enqueue(db, short, org_id=org_id, about=about)


@tasks.task(name="test_one_waits", queueing_lock="test_one_waits", queue="nobody_works_here")
def one_waits(about: str) -> None:
    """Wait for ever: no worker takes this queue."""


@tasks.task(name="test_in_turn")
def in_turn(org_id: str, about: str) -> None:
    """Notice whether another of the same lock is under way."""
    if _write(org_id, about, "entered") != _count(org_id, about, "left"):
        _write(org_id, about, "overlapped")
    time.sleep(0.2)
    _write(org_id, about, "left")


def _count(org_id: str, about: str, action: str) -> int:
    with transaction(UUID(org_id)) as db:
        return count(db, UUID(about), action)


def main() -> None:
    """Start the real worker, which by now knows these tasks."""
    from app.worker import main as work  # noqa: PLC0415 - after the tasks are registered

    work()
