"""Reads on the register."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from app.core.fields import Point
from app.core.paging import cut_page, decode_cursor
from app.core.sealing import blind_index, unseal
from app.recipients.models import Recipient
from app.recipients.rules import RECIPIENT_MOVES, masked, waiting_days
from app.recipients.schemas import Doorstep, RecipientOut, RecipientRow, RegisterCounts

waits_since = func.coalesce(Recipient.last_food_on, Recipient.registered_on)
served = and_(Recipient.state == "active", Recipient.approved_at.is_not(None))
# Whom somebody waits for stands before those who want nothing now.
standing = case(
    (served, 0), (Recipient.state == "active", 1), (Recipient.state == "paused", 2), else_=3
)


def _filters(today: date) -> dict[str, ColumnElement[bool]]:
    current = Recipient.state != "ended"
    return {
        "all": current,
        "longest": and_(
            served, waits_since <= cast(literal(today), Date) - Recipient.need_every_days
        ),
        "no_lift": and_(current, Recipient.has_lift.is_(False), Recipient.floor > 1),
        "chilled": and_(current, Recipient.needs_chilled),
        "to_confirm": and_(
            current, or_(Recipient.place_state == "to_confirm", Recipient.place_fault != "")
        ),
        "unapproved": and_(current, Recipient.approved_at.is_(None)),
        "paused": Recipient.state == "paused",
        "ended": Recipient.state == "ended",
    }


def _matches(q: str, org_id: UUID) -> ColumnElement[bool]:
    """Name, street or address contains it; four digits are a telephone's end, more the whole number."""
    digits = "".join(sign for sign in q if sign.isdigit())
    if len(digits) == 4 and digits == q.strip():
        return or_(Recipient.phone_tail == digits, Recipient.address.contains(q, autoescape=True))
    if len(digits) >= 7:
        return Recipient.phone_index == blind_index(digits, org_id=org_id, field="phone")
    text = q.strip()
    return or_(
        *(
            column.contains(text, autoescape=True)
            for column in (Recipient.name, Recipient.street, Recipient.address)
        )
    )


def register(
    db: Session, org_id: UUID, today: date, *, which: str, q: str, cursor: str | None, limit: int
) -> tuple[list[RecipientRow], str | None]:
    """A page of the register: the served first, then new ones, then the paused; longest wait first."""
    query = select(Recipient).where(Recipient.org_id == org_id, _filters(today)[which])
    if q.strip():
        query = query.where(_matches(q, org_id))
    after = decode_cursor(cursor, 3)
    if after is not None:
        rank, since, row_id = (
            cast(literal(str(after[0])), Integer),
            cast(literal(str(after[1]), String), Date),
            cast(literal(str(after[2])), Recipient.id.type),
        )
        query = query.where(
            tuple_(standing, waits_since, Recipient.id) > tuple_(rank, since, row_id)
        )
    ranked = query.add_columns(standing).order_by(standing, waits_since, Recipient.id)
    rows: list[tuple[Recipient, int]] = [
        (found[0], found[1]) for found in db.execute(ranked.limit(limit + 1))
    ]
    page, following = cut_page(
        rows,
        limit,
        lambda found: (found[1], found[0].last_food_on or found[0].registered_on, found[0].id),
    )
    return [_row(row, today) for row, _ in page], following


def counts(db: Session, org_id: UUID, today: date) -> RegisterCounts:
    """How many rows each filter of the register holds."""
    columns = [
        func.count().filter(condition).label(name) for name, condition in _filters(today).items()
    ]
    return RegisterCounts(
        **db.execute(select(*columns).where(Recipient.org_id == org_id)).mappings().one()
    )


def _attention(row: Recipient) -> list[str]:
    """What somebody must mind, as codes the pages put into words."""
    notes = [*row.allergens, *row.diets]
    if row.has_lift is False and (row.floor or 1) > 1:
        notes.append("no_lift")
    if row.two_people:
        notes.append("two_people")
    if row.needs_chilled:
        notes.append("chilled")
    return notes


def _row(row: Recipient, today: date) -> RecipientRow:
    return RecipientRow(
        id=row.id,
        kind=row.kind,
        label=masked(row.name) if row.kind == "household" else row.name,
        size=row.size,
        age=today.year - row.birth_year if row.birth_year else None,
        street=row.street,
        state=row.state,
        approved=row.approved_at is not None,
        place_state=row.place_state,
        place_fault=row.place_fault,
        place_off_m=row.place_off_m,
        paused_until=row.paused_until,
        waiting_days=waiting_days(row.registered_on, row.last_food_on, today),
        attention=_attention(row),
        last_food_on=row.last_food_on,
    )


def point_of(db: Session, row: Recipient) -> Point | None:
    """The household's place in WGS-84, if it is known."""
    if row.geom is None:
        return None
    lng, lat = db.execute(
        select(func.ST_X(Recipient.geom), func.ST_Y(Recipient.geom)).where(Recipient.id == row.id)
    ).one()
    return Point(lng=lng, lat=lat)


def opened(row: Recipient, field: str, sealed: bytes | None) -> str:
    """One sealed field of this household in clear ("" when there is none)."""
    return unseal(sealed, org_id=row.org_id, place=f"recipient|{field}", row_id=row.id) or ""


def whole(db: Session, row: Recipient) -> RecipientOut:
    """The household's file."""
    plain: dict[str, Any] = {
        name: getattr(row, name)
        for name in RecipientOut.model_fields
        if name not in ("phone", "notes", "point", "doorstep", "approved", "allowed")
    }
    doorstep = Doorstep(
        floor=row.floor,
        has_lift=row.has_lift,
        two_people=row.two_people,
        door_note=opened(row, "door_note", row.door_note_sealed),
        window_from_minute=row.window_from_minute,
        window_until_minute=row.window_until_minute,
        second_from_minute=row.second_from_minute,
        second_until_minute=row.second_until_minute,
    )
    return RecipientOut(
        **plain,
        phone=opened(row, "phone", row.phone_sealed),
        notes=opened(row, "notes", row.notes_sealed),
        point=point_of(db, row),
        doorstep=doorstep,
        approved=row.approved_at is not None,
        allowed=RECIPIENT_MOVES.allowed(row.state),
    )


def same_person(
    db: Session, org_id: UUID, name: str, phone: str, birth_year: int | None
) -> Recipient | None:
    """Somebody of the register with the same name, telephone and birth year."""
    query = select(Recipient).where(
        Recipient.org_id == org_id,
        Recipient.name == name,
        Recipient.phone_index == blind_index(phone, org_id=org_id, field="phone"),
        Recipient.birth_year.is_not_distinct_from(birth_year),
        Recipient.state != "ended",
    )
    return db.scalars(query.limit(1)).first() if phone else None
