"""What a planner has locked: runs that stay as they are, stops that stay with their volunteer."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.find import find
from app.core.problems import Refused
from app.runs.models import Run, Stop
from app.runs.rules import CALLED_AT, CHANGEABLE_RUNS


def lock_run(db: Session, subject: Subject, run_id: UUID, *, locked: bool) -> Run:
    """Lock or unlock a run nobody has claimed. Raises Refused, NotFound."""
    run = _changeable(db, subject, run_id)
    if run.locked != locked:
        run.locked = locked
        run.version += 1
        verb = "locked" if locked else "unlocked"
        record(db, subject.org_id, subject.person_id, verb, ("run", run.id))
    return run


def lock_stop(db: Session, subject: Subject, stop_id: UUID, *, locked: bool) -> Stop:
    """Lock or unlock a site or door of a run nobody has claimed. Raises Refused, NotFound."""
    run = _changeable(db, subject, find(db, Stop, subject.org_id, stop_id).run_id)
    # Under the run's lock: somebody may have changed it meanwhile, then its stops are new ones.
    stop = find(db, Stop, subject.org_id, stop_id, lock=True)
    if stop.kind not in CALLED_AT:
        raise Refused(
            "装货、卸货和休息会跟着路线走，不用锁。",
            "Loading, unloading and breaks follow from the run; they need no lock.",
        )
    if stop.locked != locked:
        stop.locked = locked
        stop.version += 1
        run.version += 1
        verb = "locked" if locked else "unlocked"
        record(db, subject.org_id, subject.person_id, verb, ("stop", stop.id))
    return stop


def _changeable(db: Session, subject: Subject, run_id: UUID) -> Run:
    run = find(db, Run, subject.org_id, run_id, lock=True)
    if run.state not in CHANGEABLE_RUNS:
        raise Refused(
            "这条路线已经有人领了，不用再锁。",
            "This run is claimed already; it needs no lock.",
            state=run.state,
        )
    return run


def refuse_locked(run: Run) -> None:
    """Raises Refused when a planner has locked the run against changes."""
    if run.locked:
        raise Refused(
            "这条路线锁定了，先解锁再改。", "This run is locked; unlock it before you change it."
        )
