"""Ways in and out: password, one-time link or code, session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.access import Subject
from app.accounts.models import Person, SignInLink, SignInSession
from app.audit.service import record
from app.core.clock import now
from app.core.find import find
from app.core.ids import clean_code, new_code, new_token, token_hash
from app.core.problems import Malformed, NotAllowed, NotFound, Problem
from app.core.tenancy import enter_organisation
from app.settings import settings

LINK_LIFE = timedelta(days=3)
LINK_CODE_LENGTH = 10  # 50 bits, three days, one use
_hasher = PasswordHasher()


class WrongPassword(Problem):
    """One answer for a wrong name and for a wrong password."""

    status, type = 401, "wrong-password"
    sentence = "名字或密码不对。忘了密码，请找协调员重新发一个登录码。"
    sentence_en = (
        "The name or the password is not right. "
        "If you forgot it, ask your coordinator for a new sign-in code."
    )


class LockedOut(Problem):
    """Too many wrong passwords."""

    status, type = 429, "locked-out"
    sentence = "密码输错太多次了，请过一会儿再试，或找协调员。"
    sentence_en = "Too many wrong passwords. Wait a little, or ask your coordinator."


class LinkSpent(Problem):
    """Unknown, used or expired: one and the same answer."""

    status, type = 404, "link-not-valid"
    sentence = "这个登录码不能用了（用过或过期）。请找协调员再要一个。"
    sentence_en = "This sign-in code is no longer valid. Ask your coordinator for a new one."


@dataclass(frozen=True)
class NewLink:
    """What the coordinator hands out; shown once."""

    token: str
    code: str
    expires_at: datetime


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash to verify against when the name is unknown, so that both take as long."""
    return _hasher.hash("nobody")


def hash_password(password: str) -> str:
    """Argon2id. Raises Malformed for a password too short or too long."""
    if not rules.PASSWORD_LENGTH_MIN <= len(password) <= rules.PASSWORD_LENGTH_MAX:
        raise Malformed("密码要 8 到 200 个字。", "A password has 8 to 200 characters.")
    return _hasher.hash(password)


def _verifies(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def sign_in_with_password(db: Session, name: str, password: str) -> str | Problem:
    """A new session's token, or the refusal (returned, so that the failed attempt is kept)."""
    found = db.execute(
        text("SELECT * FROM find_sign_in(:name)"), {"name": name.strip().lower()}
    ).one_or_none()
    if found is None:
        _verifies(None, password)
        return WrongPassword()
    enter_organisation(db, found.org_id)
    person = db.get_one(Person, found.person_id, with_for_update={"key_share": True})
    at = now()
    if person.locked_until is not None and person.locked_until > at:
        locked_out = LockedOut()
        locked_out.headers["Retry-After"] = str(
            max(1, int((person.locked_until - at).total_seconds()))
        )
        return locked_out
    if not _verifies(person.password_hash, password):
        person.failed_attempts += 1
        person.locked_until = rules.locked_until(person.failed_attempts, at)
        return WrongPassword()
    person.failed_attempts, person.locked_until = 0, None
    return open_session(db, person)


def sign_in_with_link(db: Session, typed: str) -> str:
    """Spend a one-time token or code; a new session's token. Raises LinkSpent."""
    for hashed in (token_hash(typed.strip()), token_hash(clean_code(typed))):
        found = db.execute(
            text("SELECT * FROM find_sign_in_link(:hash)"), {"hash": hashed}
        ).one_or_none()
        if found is None:
            continue
        enter_organisation(db, found.org_id)
        spent = db.execute(
            update(SignInLink)
            .where(SignInLink.id == found.link_id, SignInLink.used_at.is_(None))
            .values(used_at=now())
            .returning(SignInLink.person_id)
        ).scalar_one_or_none()
        if spent is not None and (person := db.get_one(Person, spent)).active:
            return open_session(db, person)
    raise LinkSpent


def open_session(db: Session, person: Person) -> str:
    """Open a session; the token goes into the cookie and nowhere else."""
    token = new_token()
    session = SignInSession(
        org_id=person.org_id,
        person_id=person.id,
        token_hash=token_hash(token),
        expires_at=now() + timedelta(days=settings().session_days),
    )
    db.add(session)
    record(db, person.org_id, person.id, "signed_in", ("person", person.id))
    return token


def end_session(db: Session, subject: Subject) -> None:
    """Sign out: this session only."""
    db.get_one(SignInSession, subject.session_id).ended_at = now()


def end_sessions_of(db: Session, person_id: UUID) -> None:
    """Sign a person out everywhere: a lost phone, a new password."""
    db.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
        .values(ended_at=now())
    )


def hand_out_link(db: Session, subject: Subject, person_id: UUID) -> NewLink:
    """A one-time way in for a person of one's own organisation.

    Raises NotFound; NotAllowed for a person whose roles one could not grant: whoever holds the
    link acts in their name.
    """
    person = find(db, Person, subject.org_id, person_id)
    if person_id != subject.person_id and not rules.may_grant(
        subject.roles, frozenset(person.roles)
    ):
        raise NotAllowed
    if not person.active:
        raise NotFound
    db.execute(
        update(SignInLink)
        .where(SignInLink.person_id == person_id, SignInLink.used_at.is_(None))
        .values(used_at=now())
    )
    link = make_link(db, person, subject.person_id)
    record(db, subject.org_id, subject.person_id, "handed_out_sign_in_link", ("person", person_id))
    return link


def make_link(db: Session, person: Person, made_by_id: UUID | None) -> NewLink:
    """Store a link's hashes; the token and the code exist only in the answer."""
    token, code, expires_at = new_token(), new_code(LINK_CODE_LENGTH), now() + LINK_LIFE
    db.add(
        SignInLink(
            org_id=person.org_id,
            person_id=person.id,
            made_by_id=made_by_id,
            token_hash=token_hash(token),
            code_hash=token_hash(code),
            expires_at=expires_at,
        )
    )
    return NewLink(token, code, expires_at)
