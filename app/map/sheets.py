"""Who gets a run's sheet, and what stands on it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.access import STAFF, Subject
from app.accounts.models import Organisation
from app.audit.service import record
from app.core.find import find
from app.core.problems import NotFound
from app.map.leaflet import inline_leaflet
from app.map.sheet import About, sheet, shown_by
from app.places.ground.queries import streets_in
from app.runs import drive_queries
from app.runs.models import Run
from app.settings import settings
from app.volunteers.models import Volunteer

SHARED_STATES = ("published", "claimed", "under_way")
# The map may be moved a little before its ground ends.
AROUND = 0.2
SHAPES_MAX = 900
THEIRS = ("claimed", "under_way")


def sheet_of(db: Session, subject: Subject, run_id: UUID, lang: str) -> tuple[Run, str]:
    """The run and its sheet. Raises NotFound.

    Planners and keepers get any run's, a volunteer the one they have claimed, today. Names
    and doors are shown, so each reading is logged as a reveal.
    """
    run = find(db, Run, subject.org_id, run_id)
    if run.state == "cancelled" or not (subject.has(*STAFF) or _is_theirs_today(db, subject, run)):
        raise NotFound
    return run, _written(db, subject, run, lang)


def shared_sheet(db: Session, token: str, lang: str) -> str:
    """The sheet behind a share link, until its run's day is over. Raises NotFound, one and the same.

    What is read is logged to whoever made the link.
    """
    link = accounts.follow_share(db, token, scope="run_sheet")
    if link.made_by_id is None:
        raise NotFound
    zone = db.get_one(Organisation, link.org_id).zone
    maker = Subject(
        person_id=link.made_by_id, org_id=link.org_id, session_id=link.id, name="",
        roles=frozenset({"keeper"}), donor_id=None, zone=zone,
    )  # fmt: skip
    run = find(db, Run, link.org_id, link.subject_id)
    if run.state not in SHARED_STATES or run.day < maker.today:
        raise NotFound
    record(db, link.org_id, None, "followed_share", ("share_link", link.id))
    return _written(db, maker, run, lang)


def _is_theirs_today(db: Session, subject: Subject, run: Run) -> bool:
    if run.day != subject.today or run.state not in THEIRS:
        return False
    query = select(Volunteer.id).where(
        Volunteer.org_id == subject.org_id,
        Volunteer.id == run.volunteer_id,
        Volunteer.person_id == subject.person_id,
    )
    return db.scalar(query) is not None


def _written(db: Session, subject: Subject, run: Run, lang: str) -> str:
    organisation = db.get_one(Organisation, subject.org_id)
    about = About(
        organisation=organisation.name,
        is_demo=organisation.is_demo,
        zone=organisation.zone,
        lang=lang,
        url=f"{settings().base_url.rstrip('/')}/run?run={run.id}",
    )
    drive = drive_queries.drive(db, subject, run)
    box = shown_by(drive).box(around=AROUND)
    streets = streets_in(db, (box.west, box.south, box.east, box.north), limit=SHAPES_MAX)
    return sheet(drive, about, inline_leaflet(), streets)
