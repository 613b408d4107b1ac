"""Verbs on the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.fields import Point
from app.core.find import find
from app.core.ids import new_id
from app.core.problems import Malformed, Problem
from app.core.sealing import blind_index, seal
from app.places.address.checking import street_of
from app.places.datums import Datum, to_wgs84
from app.places.geocoding.book import remember_place
from app.places.geocoding.candidates import has_moved
from app.recipients import queries
from app.recipients.models import Consent, Recipient
from app.recipients.rules import RECIPIENT_MOVES, need_grams
from app.recipients.schemas import RecipientIn

CONSENT_PURPOSE, CONSENT_WORDING = "food_delivery", "2026-11"
SEALED = {"phone": "phone_sealed", "notes": "notes_sealed", "door_note": "door_note_sealed"}
NEEDS = (
    "need_every_days",
    "needs_chilled",
    "skills_needed",
    "must_serve_on",
    "visit_due_on",
    "visit_minutes",
)
DOORSTEP = (
    "floor",
    "has_lift",
    "two_people",
    "window_from_minute",
    "window_until_minute",
    "second_from_minute",
    "second_until_minute",
)


class AlreadyRegistered(Problem):
    """Same name, telephone and birth year."""

    type = "already-registered"
    sentence = (
        "登记册里已有同名、同电话、同出生年份的人。如果真的是另一个人，请勾选“确实是另一个人”。"
    )
    sentence_en = "Someone with this name, telephone and birth year is already registered."


def digits_of(phone: str) -> str:
    """A telephone number reduced to its digits, without the country code."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


@dataclass(frozen=True)
class Pin:
    """Where a person says the door is: in `datum`, and what it stands on."""

    point: Point
    datum: Datum = Datum.WGS84
    source: str = "person"
    confidence: float | None = None

    @property
    def wgs84(self) -> Point:
        """The same place in WGS-84."""
        lng, lat = to_wgs84(self.point.lng, self.point.lat, self.datum)
        return Point(lng=float(lng), lat=float(lat))


def _pin_of(body: RecipientIn) -> Pin | None:
    """The pin that the form brings, if it brings one."""
    if body.point is None:
        return None
    return Pin(body.point, Datum(body.point_datum), body.place_source, body.place_confidence)


def seal_fields(row: Recipient, fields: dict[str, str]) -> None:
    """Seal phone, notes and door note into the row; the phone's index and tail follow."""
    for field, column in SEALED.items():
        if field in fields:
            value = seal(
                fields[field], org_id=row.org_id, place=f"recipient|{field}", row_id=row.id
            )
            setattr(row, column, value)
    if "phone" in fields:
        digits = digits_of(fields["phone"])
        row.phone_index = blind_index(digits, org_id=row.org_id, field="phone")
        row.phone_tail = digits[-4:]


def _place(db: Session, row: Recipient, pin: Pin, by: UUID) -> None:
    """The place is certain from now on; who said so is kept, and the house is remembered."""
    point = pin.wgs84
    row.geom = point.to_geometry()
    row.place_state, row.place_confirmed_by_id = "confirmed", by
    row.source_datum = pin.datum.value
    row.raw_place = f"{pin.point.lng!r},{pin.point.lat!r}"
    row.place_source, row.place_confidence = pin.source, pin.confidence
    row.place_fault, row.place_off_m = "", 0
    remember_place(db, row.org_id, row.address, point, by=by, source=pin.source, datum=pin.datum)


def _fill(row: Recipient, body: RecipientIn) -> None:
    plain = (
        "kind",
        "name",
        "birth_year",
        "size",
        "tags",
        "allergens",
        "diets",
        "diet_text",
        "address",
    )
    for name in (*plain, *NEEDS):
        setattr(row, name, getattr(body, name))
    row.street = body.street or street_of(body.address)
    row.need_grams = body.need_grams or need_grams(body.size)
    for name in DOORSTEP:
        setattr(row, name, getattr(body.doorstep, name))
    seal_fields(
        row, {"phone": body.phone, "notes": body.notes, "door_note": body.doorstep.door_note}
    )


def register(db: Session, subject: Subject, body: RecipientIn) -> Recipient:
    """Add one household. Raises AlreadyRegistered for the same person again."""
    known = queries.same_person(
        db, subject.org_id, body.name, digits_of(body.phone), body.birth_year
    )
    if known is not None and not body.same_person_is_fine:
        raise AlreadyRegistered(id=str(known.id))
    at = now()
    row = Recipient(
        id=new_id(),
        org_id=subject.org_id,
        state_at=at,
        state_by_id=subject.person_id,
        approved_at=at,
    )
    row.registered_on = body.registered_on or subject.today
    _fill(row, body)
    pin = _pin_of(body)
    if pin is not None:
        _place(db, row, pin, subject.person_id)
    db.add(row)
    db.flush()
    db.add(
        Consent(
            org_id=subject.org_id,
            recipient_id=row.id,
            purpose=CONSENT_PURPOSE,
            wording_version=CONSENT_WORDING,
            given_on=subject.today,
            given_by=body.consent_given_by,
        )
    )
    record(db, subject.org_id, subject.person_id, "registered", ("recipient", row.id))
    return row


def amend(db: Session, subject: Subject, row: Recipient, body: RecipientIn) -> Recipient:
    """Save the form again."""
    _fill(row, body)
    pin = _pin_of(body)
    if pin is not None and has_moved(row.geom, pin.wgs84):
        _place(db, row, pin, subject.person_id)
    if body.registered_on is not None:
        row.registered_on = body.registered_on
    record(db, subject.org_id, subject.person_id, "amended", ("recipient", row.id))
    return row


def confirm_place(db: Session, subject: Subject, recipient_id: UUID, pin: Pin) -> Recipient:
    """A person dragged the pin: from now on this place is certain, and who said so is kept."""
    row = find(db, Recipient, subject.org_id, recipient_id, lock=True)
    _place(db, row, pin, subject.person_id)
    row.version += 1
    record(db, subject.org_id, subject.person_id, "confirmed_place", ("recipient", row.id))
    return row


def doubt_places(
    db: Session,
    org_id: UUID,
    faults: Mapping[UUID, tuple[str, int]],
    pins: Mapping[UUID, Point],
) -> None:
    """Planning looked at these pins: (fault "far" | "island" | "", metres off the road) by recipient.

    What has a fault is listed among the places to confirm until somebody moves the pin. Who moved
    it while planning looked at the old one (`pins`) is not contradicted.
    """
    known = select(Recipient).where(Recipient.org_id == org_id, Recipient.id.in_(faults))
    for row in db.scalars(known.order_by(Recipient.id)):
        if has_moved(row.geom, pins[row.id]):
            continue
        if (row.place_fault, row.place_off_m) != faults[row.id]:
            row.place_fault, row.place_off_m = faults[row.id]


def move(
    db: Session,
    subject: Subject,
    recipient_id: UUID,
    verb: str,
    *,
    reason: str = "",
    until: date | None = None,
) -> Recipient:
    """Approve, pause, resume, end or restore. Raises Refused, or Malformed without a reason."""
    row = find(db, Recipient, subject.org_id, recipient_id, lock=True)
    if verb in ("pause", "end") and not reason:
        raise Malformed(
            "请写明原因。",
            "Please give the reason.",
            errors=[{"field": "reason", "message": "必填"}],
        )
    if verb == "approve":
        row.approved_at = row.approved_at or now()
    else:
        RECIPIENT_MOVES.apply(row, verb, by=subject.person_id, at=now())
        row.state_reason, row.paused_until = reason, until if verb == "pause" else None
    row.version += 1
    record(db, subject.org_id, subject.person_id, verb, ("recipient", row.id))
    return row


def reveal(db: Session, subject: Subject, recipient_id: UUID) -> Recipient:
    """Open one file; who read whose data is kept."""
    row = find(db, Recipient, subject.org_id, recipient_id)
    record(db, subject.org_id, subject.person_id, "revealed", ("recipient", row.id))
    return row


def fed(db: Session, org_id: UUID, recipient_id: UUID, day: date) -> None:
    """Food was handed over on `day`; the wait starts anew."""
    row = find(db, Recipient, org_id, recipient_id, lock=True)
    row.last_food_on = max(row.last_food_on or day, day)


def visited(db: Session, org_id: UUID, recipient_id: UUID) -> None:
    """Somebody has looked in: no visit is due any more."""
    row = find(db, Recipient, org_id, recipient_id, lock=True)
    row.visit_due_on = None


def not_visited(db: Session, org_id: UUID, recipient_id: UUID, day: date) -> None:
    """The visit of `day` did not take place after all: it is due again."""
    row = find(db, Recipient, org_id, recipient_id, lock=True)
    row.visit_due_on = min(row.visit_due_on or day, day)
