"""The demo organisation's rows: the same on every machine, for the day it is loaded on."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy.orm import Session

from app.core.clock import at_second
from app.core.fields import Point
from app.core.ids import ALPHABET, TRACKING_CODE_LENGTH, new_id
from app.core.sealing import seal
from app.demo import city, people
from app.donors.models import Donor, Offer, Site
from app.food.models import Hub
from app.recipients.models import Consent, Recipient
from app.recipients.rules import need_grams
from app.recipients.service import CONSENT_PURPOSE, CONSENT_WORDING, seal_fields
from app.volunteers.models import Shift, Volunteer

HOUSEHOLDS, NEW_HOUSEHOLDS, TO_CONFIRM, PAUSED_SHARE = 600, 14, 8, 0.02
OFFICE_S = 10 * 3600  # the coordinator writes things down at ten
OFFERS, ACCEPTED_OFFERS = 15, 12
SCATTER_DEG = 0.0045  # about 450 m around a street's middle
PICKUP_HOURS = [[weekday, 8 * 60, 20 * 60] for weekday in range(7)]


def scatter(
    dice: Random, lng: float, lat: float, spread: float = SCATTER_DEG
) -> tuple[float, float]:
    """A point near another."""
    return round(dice.gauss(lng, spread / 2), 6), round(dice.gauss(lat, spread / 2.4), 6)


def point(place: tuple[float, float]) -> WKBElement:
    """As PostGIS takes it."""
    return Point(lng=place[0], lat=place[1]).to_geometry()


def hubs(db: Session, org_id: UUID) -> list[Hub]:
    """Three hubs."""
    rows = [
        Hub(
            id=new_id(),
            org_id=org_id,
            name=name,
            address=address,
            geom=point((lng, lat)),
            storage_classes=list(keeps),
        )
        for name, address, lng, lat, keeps in city.HUBS
    ]
    db.add_all(rows)
    return rows


def donors(db: Session, org_id: UUID, dice: Random) -> list[Site]:
    """Six donors with sixty sites."""
    sites = []
    for name, kind, stores, foods in city.DONORS:
        donor = Donor(
            id=new_id(), org_id=org_id, name=name, kind=kind, contact_name=people.name(dice)
        )
        donor.phone_sealed = seal(
            people.phone(dice), org_id=org_id, place="donor|phone", row_id=donor.id
        )
        db.add(donor)
        chilled = any(city.FOODS[food].storage_class == "chilled" for food in foods)
        for street, lng, lat, _ in dice.sample(city.STREETS, stores):
            sites.append(
                Site(
                    id=new_id(),
                    org_id=org_id,
                    donor_id=donor.id,
                    name=f"{name}({street.removesuffix('街道')}店)",
                    address=f"{street.removesuffix('街道')}示例路{dice.randrange(1, 400)}号",
                    street=street,
                    geom=point(scatter(dice, lng, lat)),
                    storage_class="chilled" if chilled else "ambient",
                    pickup_hours=PICKUP_HOURS,
                )
            )
    db.flush()
    db.add_all(sites)
    db.flush()
    return sites


def households(db: Session, org_id: UUID, dice: Random, today: date, zone: str) -> list[Recipient]:
    """Six hundred households and five community points."""
    weights = [row[3] for row in city.STREETS]
    rows = [
        _household(org_id, dice, dice.choices(city.STREETS, weights)[0], today, zone)
        for _ in range(HOUSEHOLDS)
    ]
    for row in rows[:NEW_HOUSEHOLDS]:
        _is_new(row, dice, today, zone)
    for row in rows[:TO_CONFIRM]:  # their places wait for somebody to drag the pin
        row.geom, row.place_state = None, "to_confirm"
    rows += [
        _community_point(org_id, name, street, grams, today, zone)
        for name, street, grams in city.COMMUNITY_POINTS
    ]
    db.add_all(rows)
    db.flush()
    db.add_all(
        Consent(
            org_id=org_id,
            recipient_id=row.id,
            purpose=CONSENT_PURPOSE,
            wording_version=CONSENT_WORDING,
            given_on=row.registered_on,
            given_by="self",
        )
        for row in rows
    )
    return rows


def _household(
    org_id: UUID, dice: Random, street: tuple[str, float, float, int], today: date, zone: str
) -> Recipient:
    name, lng, lat, _ = street
    size = dice.choices((1, 2, 3, 4), (55, 32, 9, 4))[0]
    text, allergens, diets = people.diet(dice)
    floor = dice.randrange(1, 7)
    row = Recipient(
        id=new_id(), org_id=org_id, kind="household", name=people.name(dice), street=name, size=size
    )
    row.geom, row.place_state = point(scatter(dice, lng, lat)), "confirmed"
    lane, number = dice.randrange(10, 400), dice.randrange(1, 60)
    row.address = (
        f"{name.removesuffix('街道')}示例路{lane}弄{number}号{floor}0{dice.randrange(1, 5)}室"
    )
    row.birth_year = today.year - dice.randrange(62, 97)
    row.tags = dice.sample(people.TAGS, dice.choices((1, 2), (70, 30))[0])
    row.diet_text, row.allergens, row.diets = text, list(allergens), list(diets)
    row.floor, row.has_lift = floor, dice.random() < 0.35
    row.two_people = floor >= 5 and not row.has_lift and size > 2
    row.needs_chilled = dice.random() < 0.45
    row.need_grams, row.need_every_days = need_grams(size), 7
    row.window_from_minute, row.window_until_minute = dice.choice(
        ((480, 1200), (480, 720), (840, 1140), (540, 1080))
    )
    row.registered_on = today - timedelta(days=dice.randrange(45, 900))
    row.approved_at = row.state_at = at_second(
        row.registered_on + timedelta(days=3), OFFICE_S, zone
    )
    row.state = "active"
    if dice.random() < PAUSED_SHARE:
        since = today - timedelta(days=dice.randrange(2, 9))
        row.state, row.state_reason, row.state_at = (
            "paused",
            "住院",
            at_second(since, OFFICE_S, zone),
        )
        row.paused_until = today + timedelta(days=9)
    note = dice.choice(("", "", "", "按门铃后多等一会儿", "听力不好,敲门要用力", "门禁码问门卫"))
    seal_fields(row, {"phone": people.phone(dice), "notes": "", "door_note": note})
    return row


def _is_new(row: Recipient, dice: Random, today: date, zone: str) -> None:
    """Registered these days, had nothing yet; half of them wait for the coordinator's yes."""
    row.registered_on = today - timedelta(days=dice.randrange(1, 7))
    row.state, row.state_reason, row.paused_until = "active", "", None
    row.state_at = at_second(row.registered_on, OFFICE_S, zone)
    row.approved_at = row.state_at if dice.random() < 0.5 else None


def _community_point(
    org_id: UUID, name: str, street: str, grams: int, today: date, zone: str
) -> Recipient:
    lng, lat = next((row[1], row[2]) for row in city.STREETS if row[0] == street)
    row = Recipient(
        id=new_id(), org_id=org_id, kind="community_point", name=name, street=street, size=40
    )
    row.geom, row.place_state = point((lng + 0.001, lat - 0.001)), "confirmed"
    row.address, row.needs_chilled, row.floor = f"{street.removesuffix('街道')}示例路1号", True, 1
    row.need_grams, row.need_every_days = grams, 2
    row.window_from_minute, row.window_until_minute = 480, 1140
    row.registered_on = today - timedelta(days=400)
    row.approved_at = row.state_at = at_second(row.registered_on, OFFICE_S, zone)
    row.state = "active"
    return row


def volunteers(db: Session, org_id: UUID, dice: Random, person_id: UUID) -> list[Volunteer]:
    """Twenty-five volunteers; the first is the demo's signed-in volunteer."""
    rows = []
    for vehicle, mode, grams, boxes, chilled, count in people.VOLUNTEERS:
        for _ in range(count):
            # Walkers set out from a hub's own neighbourhood; the others live anywhere.
            near = dice.choice(city.HUBS)[2:4] if mode == "foot" else dice.choice(city.STREETS)[1:3]
            rows.append(
                Volunteer(
                    id=new_id(),
                    org_id=org_id,
                    name=people.name(dice),
                    vehicle=vehicle,
                    mode=mode,
                    capacity_grams=grams,
                    capacity_boxes=boxes,
                    capacity_chilled_boxes=chilled,
                    start_geom=point(scatter(dice, *near)),
                )
            )
    rows[7].person_id, rows[7].name = person_id, "顾志愿(虚构)"
    db.add_all(rows)
    db.flush()
    return rows


def shifts(db: Session, org_id: UUID, dice: Random, rows: list[Volunteer], day: date) -> None:
    """Who is on duty, for half a day each: sixteen of them, the demo's volunteer always."""
    chosen = {7, *dice.sample(range(len(rows)), 15)}
    for number in sorted(chosen):
        begins, ends = dice.choice(((510, 780), (540, 810), (540, 840), (780, 1050), (810, 1080)))
        db.add(
            Shift(
                org_id=org_id,
                volunteer_id=rows[number].id,
                day=day,
                from_minute=begins,
                until_minute=ends,
            )
        )


def code(dice: Random) -> str:
    """A tracking code that is the same on every machine."""
    return "".join(dice.choice(ALPHABET) for _ in range(TRACKING_CODE_LENGTH))


def foods_at(site: Site) -> tuple[str, ...]:
    """What this site usually has left."""
    return next(foods for name, _, _, foods in city.DONORS if site.name.startswith(name))


def gift_grams(dice: Random, food: str) -> int:
    """What somebody gives of it at a time: whole kilograms, in grams."""
    return dice.randrange(*city.FOODS[food].gift_kg) * 1000


def food_columns(food: str, day: date) -> dict[str, Any]:
    """A food of this day, as the columns that an offer and a lot share."""
    kind = city.FOODS[food]
    return {
        "food": food,
        "storage_class": kind.storage_class,
        "allergens": list(kind.allergens),
        "unfit_for": list(kind.unfit_for),
        "best_before": day + timedelta(days=kind.keeps_days),
    }


def offers(
    db: Session,
    org_id: UUID,
    dice: Random,
    sites: list[Site],
    window: tuple[datetime, datetime],
    day: date,
    at: datetime,
) -> None:
    """The day's surplus: a dozen accepted, three still to answer."""
    for number, site in enumerate(dice.sample(sites, OFFERS)):
        food = dice.choice(foods_at(site))
        facts, grams = food_columns(food, day), gift_grams(dice, food)
        opens = window[0] + timedelta(minutes=dice.choice((0, 30, 60, 120)))
        db.add(
            Offer(
                id=new_id(),
                org_id=org_id,
                site_id=site.id,
                grams=grams,
                boxes=-(-grams // 10_000),
                ready_from=opens,
                ready_until=min(window[1], opens + timedelta(hours=dice.choice((5, 7, 9)))),
                tracking_code=code(dice),
                state="accepted" if number < ACCEPTED_OFFERS else "announced",
                state_at=at,
                **facts,
            )
        )
