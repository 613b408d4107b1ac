"""The demo organisation: invented, and it says so. Loaded once, kept fresh for each day.

With an extract that does not hold the demo's Shanghai, a second demo is laid out in the extract:
the same invented people along that place's streets. The one in use is the one whose map is live.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.accounts.models import Organisation, Person
from app.accounts.sign_in import make_link
from app.core.clock import at_second, now, second_of_day, today_in
from app.core.db import transaction
from app.demo import later, loading
from app.demo.founding import PEOPLE, SEED, SLUG, choose, found, password, seed, sign_in_name
from app.donors.models import Site
from app.runs import service as runs
from app.runs.models import DayPlan, Run
from app.settings import settings
from app.volunteers.models import Shift, Volunteer

__all__ = ["PEOPLE", "SLUG"]

ZONE = "Asia/Shanghai"
# After this hour the demo's working day is tomorrow.
DAY_ENDS_S = 15 * 3600
PLAN_WAIT_S = 60.0


def in_use() -> tuple[str, UUID] | None:
    """Short name and id of the demo organisation in use, or None while there is none."""
    with transaction() as db:
        choice = choose(db)
    return (choice.slug, choice.org_id) if choice.org_id else None


def _org_id() -> UUID | None:
    known = in_use()
    return known[1] if known else None


def working_day(zone: str) -> date:
    """Today, or tomorrow once the working day is over."""
    today = today_in(zone)
    return today + timedelta(days=1) if second_of_day(now(), today, zone) > DAY_ENDS_S else today


def load(day: date | None = None) -> None:
    """Load the demo unless it is there; bring it forward to `day` (default: the working day).

    Its month goes on to yesterday, and the coming day has volunteers and offers. All in one
    transaction: whoever kills the loading leaves nothing half. Two who load at once wait for each
    other, and the second finds it done.
    """
    with transaction() as db:
        db.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": SEED})
        choice = choose(db)
        if choice.org_id is None:
            org_id = found(db, choice, day or working_day(ZONE))
        else:
            org_id = choice.org_id
            later.go_on(db, coordinator(db, org_id), seed(choice.slug, "later"))
        zone = db.get_one(Organisation, org_id).zone
        prepare_day(db, org_id, day or working_day(zone))


def prepare_day(db: Session, org_id: UUID, day: date) -> None:
    """Volunteers and offers for this day, unless it has some."""
    on_duty = select(Shift.id).where(Shift.org_id == org_id, Shift.day == day).limit(1)
    if db.scalar(on_duty) is not None:
        return
    organisation = db.get_one(Organisation, org_id)
    zone, dice = organisation.zone, Random(seed(organisation.slug, day))
    volunteers = list(
        db.scalars(select(Volunteer).where(Volunteer.org_id == org_id).order_by(Volunteer.id))
    )
    sites = list(db.scalars(select(Site).where(Site.org_id == org_id).order_by(Site.id)))
    loading.shifts(db, org_id, dice, volunteers, day)
    window = at_second(day, 9 * 3600, zone), at_second(day, 19 * 3600, zone)
    loading.offers(db, org_id, dice, sites, window, day, now())


def accounts() -> list[dict[str, Any]]:
    """One account per role: sign-in name, password, and a fresh one-time link."""
    known = in_use()
    if known is None:
        return []
    slug, org_id = known
    told = []
    with transaction(org_id) as db:
        by_name = {
            p.sign_in_name: p for p in db.scalars(select(Person).where(Person.org_id == org_id))
        }
        for role in PEOPLE:
            person = by_name[sign_in_name(slug, role)]
            link = make_link(db, person, None)
            told.append(
                {
                    "role": role,
                    "sign_in": person.sign_in_name,
                    "password": password(role),
                    "token": link.token,
                    "link": f"{settings().base_url.rstrip('/')}/signin#{link.token}",
                }
            )
    return told


def coordinator(db: Session, org_id: UUID) -> Subject:
    """The demo's coordinator as the one who acts."""
    organisation = db.get_one(Organisation, org_id)
    name = sign_in_name(organisation.slug, "coordinator")
    person = db.scalars(
        select(Person).where(Person.org_id == org_id, Person.sign_in_name == name)
    ).one()
    roles = frozenset(person.roles)
    return Subject(person.id, org_id, person.id, person.name, roles, None, organisation.zone)


def plan_first_day() -> None:
    """Plan and publish the coming day through the worker, unless somebody has begun to.

    Cut short and called again, it goes on where it was: its own plan is known by its seed.
    """
    org_id = _org_id()
    if org_id is None:
        return
    with transaction(org_id) as db:
        subject = coordinator(db, org_id)
        day = working_day(subject.zone)
        plan_id = _own_plan(db, subject, day)
    if plan_id is not None and _wait_for(org_id, plan_id):
        with transaction(org_id) as db:
            runs.publish_day(db, subject, day)


def _own_plan(db: Session, subject: Subject, day: date) -> UUID | None:
    """The plan to wait for, asked for if there is none; None when people have taken over."""
    begun = select(Run.id).where(Run.org_id == subject.org_id, Run.day == day, Run.state != "draft")
    if db.scalar(begun.limit(1)) is not None:
        return None
    plans = select(DayPlan).where(DayPlan.org_id == subject.org_id, DayPlan.day == day)
    newest = db.scalars(plans.order_by(DayPlan.id.desc()).limit(1)).first()
    if newest is not None:
        return newest.id if newest.seed == SEED else None
    runs.allocate_day(db, subject, day)
    return runs.start_plan(db, subject, day, seed=SEED).id


def _wait_for(org_id: UUID, plan_id: UUID) -> bool:
    deadline = time.monotonic() + PLAN_WAIT_S
    while time.monotonic() < deadline:
        with transaction(org_id) as db:
            state = db.get_one(DayPlan, plan_id).state
        if state not in ("queued", "solving"):
            return state == "done"
        time.sleep(0.3)
    return False
