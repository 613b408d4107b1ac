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
from app.core.db import transaction
from app.core.ids import new_id
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


def _org_id() -> UUID | None:
    with transaction() as db:
        found = db.execute(
            text("SELECT org_id FROM list_organisations() WHERE slug = :slug"), {"slug": SLUG}
        ).scalar()
    return UUID(str(found)) if found else None


def working_day(zone: str) -> date:
    """Today, or tomorrow once the working day is over."""
    today = today_in(zone)
    return today + timedelta(days=1) if second_of_day(now(), today, zone) > DAY_ENDS_S else today


def load() -> None:
    """Load the demo unless it is there; make sure the coming day has volunteers and offers."""
    org_id = _org_id()
    if org_id is None:
        with transaction() as db:
            org_id = _build(db)
    with transaction(org_id) as db:
        _prepare_day(db, org_id)


def _build(db: Session) -> UUID:
    dice, at = Random(SEED), now()
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
    recipients = loading.households(db, org_id, dice, day, at)
    volunteers = loading.volunteers(db, org_id, dice, people["volunteer"].id)
    history.write(
        db, org_id, zone, dice, day, sites, hubs, recipients, volunteers, _places(db, org_id)
    )
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


def _prepare_day(db: Session, org_id: UUID) -> None:
    """Volunteers and offers for the coming day, if it has none yet."""
    zone = db.get_one(Organisation, org_id).zone
    day = working_day(zone)
    if (
        db.scalar(select(Shift.id).where(Shift.org_id == org_id, Shift.day == day).limit(1))
        is not None
    ):
        return
    dice = Random(f"{SEED} {day}")
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
    """Plan and publish the coming day through the worker, unless it has runs already."""
    org_id = _org_id()
    if org_id is None:
        return
    with transaction(org_id) as db:
        subject = coordinator(db, org_id)
        day = working_day(subject.zone)
        if (
            db.scalar(select(Run.id).where(Run.org_id == org_id, Run.day == day).limit(1))
            is not None
        ):
            return
        if (
            db.scalar(
                select(DayPlan.id).where(DayPlan.org_id == org_id, DayPlan.day == day).limit(1)
            )
            is not None
        ):
            return
        matching.allocate_day(db, subject, day)
        plan_id = runs.start_plan(db, subject, day, seed=SEED).id
    if _wait_for(org_id, plan_id):
        with transaction(org_id) as db:
            runs.publish_day(db, subject, day)


def _wait_for(org_id: UUID, plan_id: UUID) -> bool:
    deadline = time.monotonic() + PLAN_WAIT_S
    while time.monotonic() < deadline:
        with transaction(org_id) as db:
            state = db.get_one(DayPlan, plan_id).state
        if state not in ("queued", "solving"):
            return state == "done"
        time.sleep(0.3)
    return False
