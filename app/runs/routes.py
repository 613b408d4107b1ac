"""The run page: claim, drive, confirm; and the care alerts that come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, File, UploadFile
from fastapi.responses import FileResponse
from sqlalchemy.orm import Session

from app.accounts.access import PLANNERS, Crew, Planner, Subject
from app.audit.service import record
from app.core.clock import now
from app.core.db import Db
from app.core.find import find
from app.core.idempotency import Fingerprint, Key, once
from app.core.problems import NotFound, Refused
from app.runs import care, drive_queries, driving, photos, queries, service, taking_back
from app.runs.models import CareAlert, Run, Stop
from app.runs.schemas import (
    ArriveIn,
    CareAlertOut,
    ConfirmIn,
    DriveOut,
    FollowUpIn,
    GiveBackIn,
    RunOut,
)

router = APIRouter(prefix="/api/v1", tags=["runs"])


@router.get("/my/runs")
def my_runs(subject: Crew, db: Db) -> list[RunOut]:
    """Today's runs that the signed-in volunteer has claimed."""
    return queries.runs(db, subject, None, queries.my_runs(db, subject, subject.today))


@dataclass(frozen=True)
class Phone:
    """Whose phone asks, in which transaction, and under which Idempotency-Key."""

    subject: Subject
    db: Session
    key: str | None
    fingerprint: bytes

    def once(self, act: Callable[[], Any]) -> dict[str, Any]:
        """Do it once; what is kept of the answer names nobody."""
        return once(self.db, self.subject.key, self.key, self.fingerprint, act)

    def run_after(self, run_id: UUID, act: Callable[[], object]) -> list[RunOut]:
        """Do something with a run once, and show the run as it is now."""

        def done() -> dict[str, str]:
            act()
            self.db.flush()
            return {"run_id": str(run_id)}

        self.once(done)
        return queries.runs(self.db, self.subject, None, [run_id])


def _phone(subject: Crew, db: Db, key: Key = None, fingerprint: Fingerprint = b"") -> Phone:
    return Phone(subject, db, key, fingerprint)


OnPhone = Annotated[Phone, Depends(_phone)]


@router.post("/runs/{run_id}/claim")
def claim(run_id: UUID, phone: OnPhone) -> list[RunOut]:
    """Take a published run."""
    return phone.run_after(run_id, lambda: service.claim(phone.db, phone.subject, run_id))


@router.post("/runs/{run_id}/release")
def release(run_id: UUID, phone: OnPhone) -> list[RunOut]:
    """Give a claimed run back."""
    return phone.run_after(run_id, lambda: service.release(phone.db, phone.subject, run_id))


@router.get("/runs/{run_id}/drive")
def drive(run_id: UUID, subject: Crew, db: Db) -> DriveOut:
    """The run with names and doors: only for its own volunteer today, or a planner. Logged."""
    return drive_queries.drive(db, subject, _todays(db, subject, run_id))


def _todays(db: Session, subject: Subject, run_id: UUID) -> Run:
    """One's own run of today; a planner's of any day. Raises NotFound."""
    run = service.drivers_run(db, subject, run_id, lock=False)
    if run.day != subject.today and not subject.has(*PLANNERS):
        raise NotFound
    return run


@router.post("/runs/{run_id}/begin")
def begin(run_id: UUID, phone: OnPhone) -> DriveOut:
    """Start driving."""
    phone.run_after(run_id, lambda: driving.begin(phone.db, phone.subject, run_id))
    return drive_queries.drive(phone.db, phone.subject, _todays(phone.db, phone.subject, run_id))


@router.post("/runs/{run_id}/complete")
def complete(run_id: UUID, phone: OnPhone) -> list[RunOut]:
    """Close the run: every stop confirmed, nothing aboard."""
    return phone.run_after(run_id, lambda: driving.complete(phone.db, phone.subject, run_id))


@router.post("/runs/{run_id}/give-back")
def give_back(run_id: UUID, body: GiveBackIn, phone: OnPhone) -> dict[str, int]:
    """Bring what was not handed over back to a hub."""
    return phone.once(
        lambda: {"grams": driving.give_back(phone.db, phone.subject, run_id, body.hub_id)}
    )


def _stop_answer(stop: Stop) -> dict[str, str]:
    return {
        "id": str(stop.id),
        "state": stop.state,
        "state_at": stop.state_at.isoformat(),
        "run_id": str(stop.run_id),
    }


@router.post("/stops/{stop_id}/arrive")
def arrive(stop_id: UUID, body: ArriveIn, phone: OnPhone) -> dict[str, str]:
    """The volunteer is there."""
    return phone.once(
        lambda: _stop_answer(driving.arrive(phone.db, phone.subject, stop_id, body.phone_time))
    )


@router.post("/stops/{stop_id}/confirm")
def confirm(stop_id: UUID, body: ConfirmIn, phone: OnPhone) -> dict[str, str]:
    """Done, or failed with a reason: the grams move, once for each Idempotency-Key."""
    said = driving.Confirmation(
        outcome=body.outcome,
        grams={weighed.item_id: weighed.grams for weighed in body.weighed},
        note=body.note,
        phone_time=body.phone_time,
    )
    return phone.once(lambda: _stop_answer(driving.confirm(phone.db, phone.subject, stop_id, said)))


@router.post("/stops/{stop_id}/take-back")
def take_back(stop_id: UUID, phone: OnPhone) -> dict[str, str]:
    """Take a confirmation back, within ten seconds; once for each Idempotency-Key."""
    return phone.once(lambda: _stop_answer(taking_back.take_back(phone.db, phone.subject, stop_id)))


@router.post("/stops/{stop_id}/photo", status_code=204)
def attach_photo(
    stop_id: UUID, photo: Annotated[UploadFile, File()], subject: Crew, db: Db
) -> None:
    """Keep a photo of the hand-over, stripped of place, time and camera."""
    photos.attach(db, subject, stop_id, photo.file.read())


@router.get("/stops/{stop_id}/photo", response_class=FileResponse)
def show_photo(stop_id: UUID, subject: Crew, db: Db) -> FileResponse:
    """The photo of a stop, for its volunteer and for planners."""
    stop = find(db, Stop, subject.org_id, stop_id)
    service.drivers_run(db, subject, stop.run_id, lock=False)
    path = photos.photo_path(stop.photo)
    if not stop.photo or not path.is_file():
        raise NotFound
    return FileResponse(path, media_type="image/jpeg")


@router.get("/care-alerts")
def care_alerts(subject: Planner, db: Db) -> list[CareAlertOut]:
    """Failed stops and worrying visits somebody must follow up."""
    return care.alerts(db, subject.org_id)


@router.post("/care-alerts/{alert_id}/follow-up", status_code=204)
def follow_up(alert_id: UUID, body: FollowUpIn, subject: Planner, db: Db) -> None:
    """Write down what was done."""
    alert = find(db, CareAlert, subject.org_id, alert_id, lock=True)
    if alert.followed_up_at is not None:
        raise Refused("这条提醒已经处理过了。", "This alert has been followed up already.")
    alert.followed_up_at, alert.followed_up_by_id, alert.follow_up = (
        now(),
        subject.person_id,
        body.follow_up,
    )
    record(db, subject.org_id, subject.person_id, "followed_up", ("care_alert", alert.id))
