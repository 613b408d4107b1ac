"""Which demo organisation is in use, and how one is founded."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from random import Random
from uuid import UUID

from geoalchemy2.shape import to_shape
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts import service as accounts_service
from app.accounts.models import Organisation, Person
from app.accounts.sign_in import hash_password
from app.core.db import refresh_statistics
from app.core.ids import new_id
from app.core.tenancy import enter_organisation
from app.demo import city, extract, history, loading
from app.demo.cast import Cast, places_of
from app.demo.laying import lay_out
from app.demo.town import Town
from app.places.ground.datasets import Box, Dataset, live
from app.settings import settings

SLUG, NAME = "demo", "示例食物银行(虚构)"
SEED = 20_261_122
# An extract that holds so much of a demo's places is where that demo lives.
COVERED_SHARE = 0.8
SLUG_LETTERS_MAX = 30
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


@dataclass(frozen=True)
class Choice:
    """The demo in use: founded (with its id) or still to be, in Shanghai or in the live extract."""

    slug: str
    org_id: UUID | None
    dataset: Dataset | None = None


def password(role: str) -> str:
    """The demo person's password: different on each installation, the same at every start."""
    digest = hmac.digest(settings().field_key_bytes, f"demo|{role}".encode(), hashlib.sha256)
    return base64.b32encode(digest)[:12].decode().lower()


def sign_in_name(slug: str, role: str) -> str:
    """What a demo person signs in with."""
    return f"{slug}.{role}"


def seed(slug: str, *more: object) -> str:
    """What a demo's dice are thrown from: two demos in one database share no tracking code."""
    words = [str(SEED), *([] if slug == SLUG else [slug]), *map(str, more)]
    return " ".join(words)


def choose(db: Session) -> Choice:
    """The demo that the live extract covers; without an extract, or over Shanghai, the first one.

    Enters that organisation when it is there.
    """
    known = {
        row.slug: UUID(str(row.org_id))
        for row in db.execute(text("SELECT org_id, slug FROM list_organisations()"))
        if row.slug == SLUG or row.slug.startswith(f"{SLUG}-")
    }
    dataset = live(db)
    chosen = Choice(SLUG, known.get(SLUG))
    if dataset is not None and _shanghai_share(dataset.bounds) < COVERED_SHARE:
        chosen = _laid_out(db, known, dataset)
    if chosen.org_id is not None:
        enter_organisation(db, chosen.org_id)
    return chosen


def _shanghai_share(box: Box) -> float:
    """How many of the first demo's households live within the box."""
    inside = sum(
        count
        for _, lng, lat, count in city.STREETS
        if box[0] <= lng <= box[2] and box[1] <= lat <= box[3]
    )
    return inside / sum(row[3] for row in city.STREETS)


def _laid_out(db: Session, known: dict[str, UUID], dataset: Dataset) -> Choice:
    """The demo that was laid out over this extract or a part of it, or a new name for one."""
    base = slug = f"{SLUG}-{_plain(dataset.name)}"
    for name, org_id in sorted(known.items(), key=lambda row: row[0] != base):
        if name != SLUG and _lives_within(db, org_id, dataset.bounds):
            return Choice(name, org_id, dataset)
    number = 2
    while slug in known:
        slug, number = f"{base}-{number}", number + 1
    return Choice(slug, None, dataset)


def _lives_within(db: Session, org_id: UUID, box: Box) -> bool:
    enter_organisation(db, org_id)
    row = db.get_one(Organisation, org_id)
    if not row.is_demo or row.area is None:
        return False
    west, south, east, north = to_shape(row.area).bounds
    width = max(0.0, min(east, box[2]) - max(west, box[0]))
    height = max(0.0, min(north, box[3]) - max(south, box[1]))
    return width * height >= COVERED_SHARE * (east - west) * (north - south)


def _plain(name: str) -> str:
    """An extract's name as a part of a short name: small letters and digits."""
    said = unicodedata.normalize("NFKD", extract.title(name)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", said.lower()).strip("-")[:SLUG_LETTERS_MAX] or "town"


def found(db: Session, choice: Choice, day: date) -> UUID:
    """Make the organisation, its people, a month behind it up to the day before `day`.

    Two demos have the same people; the one in an extract has them live there.
    """
    town = extract.read(db, choice.dataset) if choice.dataset else None
    organisation = _organisation(db, choice, town)
    org_id, zone = organisation.id, organisation.zone
    dice = Random(SEED)
    people = _people(db, org_id, choice.slug)
    hubs = loading.hubs(db, org_id)
    sites = loading.donors(db, org_id, dice)
    people["donor_contact"].donor_id = sites[0].donor_id
    recipients = loading.households(db, org_id, dice, day, zone)
    volunteers = loading.volunteers(db, org_id, dice, people["volunteer"].id)
    if town is not None:
        dice = Random(seed(choice.slug))
        lay_out(Cast(hubs, sites, recipients, volunteers, {}), town, dice)
        db.flush()
    cast = Cast(hubs, sites, recipients, volunteers, places_of(db, org_id))
    history.write(db, org_id, zone, dice, day, cast)
    db.flush()
    refresh_statistics(db)
    return org_id


def _organisation(db: Session, choice: Choice, town: Town | None) -> Organisation:
    """Shanghai's, or one that says in its name where it is."""
    if town is None:
        districts = [
            {"name_zh": zh, "name_en": en, "lng": lng, "lat": lat}
            for zh, en, lng, lat in city.DISTRICTS
        ]
        return accounts_service.found_organisation(
            db, NAME, choice.slug, is_demo=True, area=city.AREA, districts=districts
        )
    districts = [
        {"name_zh": part.name, "name_en": part.name_en, "lng": part.place[0], "lat": part.place[1]}
        for part in town.parts
    ]
    west, south, east, north = town.box
    ring = f"{west} {south}, {west} {north}, {east} {north}, {east} {south}, {west} {south}"
    return accounts_service.found_organisation(
        db, f"{town.name} · {NAME}", choice.slug, is_demo=True,
        area=f"SRID=4326;POLYGON(({ring}))", districts=districts,
    )  # fmt: skip


def _people(db: Session, org_id: UUID, slug: str) -> dict[str, Person]:
    rows = {
        role: Person(
            id=new_id(),
            org_id=org_id,
            name=name,
            sign_in_name=sign_in_name(slug, role),
            roles=[role],
            password_hash=hash_password(password(role)),
        )
        for role, name in PEOPLE.items()
    }
    db.add_all(rows.values())
    db.flush()
    return rows
