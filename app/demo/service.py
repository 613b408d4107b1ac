"""The demo organisation: invented, and it says so. Loaded once, kept fresh for each day."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.accounts import service as accounts_service
from app.accounts.access import Subject
from app.accounts.models import Organisation, Person
from app.accounts.sign_in import hash_password, make_link
from app.core.clock import at_second, now, second_of_day, today_in
from app.core.db import refresh_statistics, transaction
from app.core.ids import new_id
from app.core.tenancy import enter_organisation
from app.demo import city, history, loading
from app.donors.models import Site
from app.food.models import Hub
from app.matching import service as matching
from app.recipients.models import Recipient
from app.runs import service as runs
from app.runs.models import DayPlan, Run
from app.settings import settings
from app.volunteers.models import Shift, Volunteer

SLUG, NAME = "demo", "示例食物银行(虚构)"
SEED = 20_261_122
# After this hour the demo's working day is tomorrow.
DAY_ENDS_S = 15 * 3600
PLAN_WAIT_S = 60.0
PEOPLE = {
    "coordinator": "周老师(虚构)",
    "keeper": "钱师傅(虚构)",
    "volunteer": "顾志愿(虚构)",
    "visitor": "方走访(虚构)",
    "reviewer": "郑审核(虚构)",
    "donor_contact": "何经理(虚构)",
    "auditor": "严审计(虚构)",
    "organisation_admin": "沈主任(虚构)",
}


def password(role: str) -> str:
    """The demo person's password: different on each installation, the same at every start."""
    digest = hmac.digest(settings().field_key_bytes, f"demo|{role}".encode(), hashlib.sha256)
    return base64.b32encode(digest)[:12].decode().lower()


def _find(db: Session) -> UUID | None:
    found = db.execute(
        text("SELECT org_id FROM list_organisations() WHERE slug = :slug"), {"slug": SLUG}
    ).scalar()
    return UUID(str(found)) if found else None


def _org_id() -> UUID | None:
    with transaction() as db:
        return _find(db)


def working_day(zone: str) -> date:
    """Today, or tomorrow once the working day is over."""
    today = today_in(zone)
    return today + timedelta(days=1) if second_of_day(now(), today, zone) > DAY_ENDS_S else today


def load() -> None:
    """Load the demo unless it is there; make sure the coming day has volunteers and offers.

    All in one transaction: whoever kills the loading leaves nothing half. Two who load at once
    wait for each other, and the second finds it done.
    """
    with transaction() as db:
        db.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": SEED})
        org_id = _find(db)
        if org_id is None:
            org_id = _build(db)
        else:
            enter_organisation(db, org_id)
        prepare_day(db, org_id, working_day(db.get_one(Organisation, org_id).zone))


def _build(db: Session) -> UUID:
    dice = Random(SEED)
    districts = [
        {"name_zh": zh, "name_en": en, "lng": lng, "lat": lat}
        for zh, en, lng, lat in city.DISTRICTS
    ]
    organisation = accounts_service.found_organisation(
        db, NAME, SLUG, is_demo=True, area=city.AREA, districts=districts
    )
    org_id, zone = organisation.id, organisation.zone
    day = working_day(zone)
    people = _people(db, org_id)
    hubs = loading.hubs(db, org_id)
    sites = loading.donors(db, org_id, dice)
    people["donor_contact"].donor_id = sites[0].donor_id
    recipients = loading.households(db, org_id, dice, day, zone)
    volunteers = loading.volunteers(db, org_id, dice, people["volunteer"].id)
    cast = history.Cast(hubs, sites, recipients, volunteers, _places(db, org_id))
    history.write(db, org_id, zone, dice, day, cast)
    db.flush()
    refresh_statistics(db)
    return org_id


def _people(db: Session, org_id: UUID) -> dict[str, Person]:
    rows = {
        role: Person(
            id=new_id(),
            org_id=org_id,
            name=name,
            sign_in_name=f"demo.{role}",
            roles=[role],
            password_hash=hash_password(password(role)),
        )
        for role, name in PEOPLE.items()
    }
    db.add_all(rows.values())
    db.flush()
    return rows


def _places(db: Session, org_id: UUID) -> dict[UUID, tuple[float, float]]:
    """Where everything is, by id."""
    found: dict[UUID, tuple[float, float]] = {}
    for table in (Site, Hub, Recipient):
        query = select(table.id, func.ST_X(table.geom), func.ST_Y(table.geom)).where(
            table.org_id == org_id
        )
        found |= {
            row[0]: (row[1], row[2]) for row in db.execute(query.where(table.geom.is_not(None)))
        }
    return found


def prepare_day(db: Session, org_id: UUID, day: date) -> None:
    """Volunteers and offers for this day, unless it has some."""
    on_duty = select(Shift.id).where(Shift.org_id == org_id, Shift.day == day).limit(1)
    if db.scalar(on_duty) is not None:
        return
    zone, dice = db.get_one(Organisation, org_id).zone, Random(f"{SEED} {day}")
    volunteers = list(
        db.scalars(select(Volunteer).where(Volunteer.org_id == org_id).order_by(Volunteer.id))
    )
    sites = list(db.scalars(select(Site).where(Site.org_id == org_id).order_by(Site.id)))
    loading.shifts(db, org_id, dice, volunteers, day)
    window = at_second(day, 9 * 3600, zone), at_second(day, 19 * 3600, zone)
    loading.offers(db, org_id, dice, sites, window, day, now())


def accounts() -> list[dict[str, Any]]:
    """One account per role: sign-in name, password, and a fresh one-time link."""
    org_id = _org_id()
    if org_id is None:
        return []
    found = []
    with transaction(org_id) as db:
        by_name = {
            p.sign_in_name: p for p in db.scalars(select(Person).where(Person.org_id == org_id))
        }
        for role in PEOPLE:
            person = by_name[f"demo.{role}"]
            link = make_link(db, person, None)
            found.append(
                {
                    "role": role,
                    "sign_in": person.sign_in_name,
                    "password": password(role),
                    "token": link.token,
                    "link": f"{settings().base_url.rstrip('/')}/signin#{link.token}",
                }
            )
    return found


def coordinator(db: Session, org_id: UUID) -> Subject:
    """The demo's coordinator as the one who acts."""
    person = db.scalars(
        select(Person).where(Person.org_id == org_id, Person.sign_in_name == "demo.coordinator")
    ).one()
    zone = db.get_one(Organisation, org_id).zone
    return Subject(person.id, org_id, person.id, person.name, frozenset(person.roles), None, zone)


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
    matching.allocate_day(db, subject, day)
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
