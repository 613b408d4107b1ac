"""The run page: claim, drive, confirm; and the care alerts that come of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, UploadFile
from fastapi.responses import FileResponse

from app.accounts.access import Crew, Planner
from app.audit.service import record
from app.core.clock import now
from app.core.db import Db
from app.core.find import find
from app.core.idempotency import Fingerprint, Key, once
from app.core.problems import NotFound
from app.runs import driving, photos, queries, service
from app.runs.models import CareAlert, Stop
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


@router.post("/runs/{run_id}/claim")
def claim(run_id: UUID, subject: Crew, db: Db) -> list[RunOut]:
    """Take a published run."""
    run = service.claim(db, subject, run_id)
    db.flush()
    return queries.runs(db, subject, None, [run.id])


@router.post("/runs/{run_id}/release")
def release(run_id: UUID, subject: Crew, db: Db) -> list[RunOut]:
    """Give a claimed run back."""
    run = service.release(db, subject, run_id)
    db.flush()
    return queries.runs(db, subject, None, [run.id])


@router.get("/runs/{run_id}/drive")
def drive(run_id: UUID, subject: Crew, db: Db) -> DriveOut:
    """The run with names and doors: only for its own volunteer today, or a planner. Logged."""
    run = service.drivers_run(db, subject, run_id)
    if run.day != subject.today and not subject.has("coordinator", "organisation_admin"):
        raise NotFound
    return queries.drive(db, subject, run)


@router.post("/runs/{run_id}/begin")
def begin(run_id: UUID, subject: Crew, db: Db) -> DriveOut:
    """Start driving."""
    run = driving.begin(db, subject, run_id)
    db.flush()
    return queries.drive(db, subject, run)


@router.post("/runs/{run_id}/complete")
def complete(run_id: UUID, subject: Crew, db: Db) -> list[RunOut]:
    """Close the run: every stop confirmed, nothing aboard."""
    run = driving.complete(db, subject, run_id)
    db.flush()
    return queries.runs(db, subject, None, [run.id])


@router.post("/runs/{run_id}/give-back")
def give_back(run_id: UUID, body: GiveBackIn, subject: Crew, db: Db) -> dict[str, int]:
    """Bring what was not handed over back to a hub."""
    return {"grams": driving.give_back(db, subject, run_id, body.hub_id)}


def _stop_answer(stop: Stop) -> dict[str, object]:
    return {
        "id": str(stop.id),
        "state": stop.state,
        "state_at": stop.state_at.isoformat(),
        "run_id": str(stop.run_id),
    }


@router.post("/stops/{stop_id}/arrive")
def arrive(
    stop_id: UUID,
    body: ArriveIn,
    subject: Crew,
    db: Db,
    key: Key = None,
    fingerprint: Fingerprint = b"",
) -> dict[str, str]:
    """The volunteer is there."""
    answer = once(
        db,
        subject.key,
        key,
        fingerprint,
        lambda: _stop_answer(driving.arrive(db, subject, stop_id, body.phone_time)),
    )
    return {name: str(value) for name, value in answer.items()}


@router.post("/stops/{stop_id}/confirm")
def confirm(
    stop_id: UUID,
    body: ConfirmIn,
    subject: Crew,
    db: Db,
    key: Key = None,
    fingerprint: Fingerprint = b"",
) -> dict[str, str]:
    """Done, or failed with a reason: the grams move, once for each Idempotency-Key."""
    said = driving.Confirmation(
        outcome=body.outcome,
        grams={weighed.item_id: weighed.grams for weighed in body.weighed},
        note=body.note,
        phone_time=body.phone_time,
    )
    answer = once(
        db,
        subject.key,
        key,
        fingerprint,
        lambda: _stop_answer(driving.confirm(db, subject, stop_id, said)),
    )
    return {name: str(value) for name, value in answer.items()}


@router.post("/stops/{stop_id}/take-back")
def take_back(
    stop_id: UUID, subject: Crew, db: Db, key: Key = None, fingerprint: Fingerprint = b""
) -> dict[str, str]:
    """Take a confirmation back, within ten seconds; once for each Idempotency-Key."""
    answer = once(
        db,
        subject.key,
        key,
        fingerprint,
        lambda: _stop_answer(driving.take_back(db, subject, stop_id)),
    )
    return {name: str(value) for name, value in answer.items()}


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
    service.drivers_run(db, subject, stop.run_id)
    path = photos.photo_path(stop.photo)
    if not stop.photo or not path.is_file():
        raise NotFound
    return FileResponse(path, media_type="image/jpeg")


@router.get("/care-alerts")
def care_alerts(subject: Planner, db: Db) -> list[CareAlertOut]:
    """Visits somebody must follow up."""
    return queries.care_alerts(db, subject.org_id)


@router.post("/care-alerts/{alert_id}/follow-up", status_code=204)
def follow_up(alert_id: UUID, body: FollowUpIn, subject: Planner, db: Db) -> None:
    """Write down what was done."""
    alert = find(db, CareAlert, subject.org_id, alert_id, lock=True)
    alert.followed_up_at, alert.followed_up_by_id, alert.follow_up = (
        now(),
        subject.person_id,
        body.follow_up,
    )
    record(db, subject.org_id, subject.person_id, "followed_up", ("care_alert", alert.id))
