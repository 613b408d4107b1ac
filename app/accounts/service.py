"""Verbs on organisations, people and share links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.access import Subject
from app.accounts.models import Organisation, Person, ShareLink
from app.accounts.sign_in import end_sessions_of, hash_password
from app.audit.service import record
from app.core.clock import now
from app.core.find import find
from app.core.ids import new_id, new_token, token_hash
from app.core.problems import NotAllowed, NotFound, Refused
from app.core.tenancy import enter_organisation

SHARE_SCOPES = ("run_sheet",)


def found_organisation(
    db: Session,
    name: str,
    slug: str,
    *,
    is_demo: bool = False,
    area: str | None = None,
    districts: Sequence[object] = (),
) -> Organisation:
    """Make an organisation and enter it. `area` is an EWKT polygon in WGS-84."""
    organisation = Organisation(
        id=new_id(),
        name=name,
        slug=slug,
        is_demo=is_demo,
        area=area,
        districts=list(districts),
        zone="Asia/Shanghai",
    )
    enter_organisation(db, organisation.id)
    db.add(organisation)
    db.flush()
    return organisation


def _sign_in_name_free(db: Session, name: str) -> bool:
    return db.execute(text("SELECT 1 FROM find_sign_in(:name)"), {"name": name}).first() is None


def add_person(
    db: Session,
    subject: Subject,
    *,
    name: str,
    sign_in_name: str,
    roles: Sequence[str],
    password: str | None = None,
    donor_id: UUID | None = None,
) -> Person:
    """Add a person. Raises NotAllowed for roles beyond one's own, Refused for a taken name."""
    if not rules.may_grant(subject.roles, frozenset(roles)):
        raise NotAllowed
    sign_in_name = sign_in_name.strip().lower()
    if not _sign_in_name_free(db, sign_in_name):
        raise Refused(
            "这个登录名有人用了，请换一个。", "This sign-in name is taken; choose another."
        )
    person = Person(
        id=new_id(),
        org_id=subject.org_id,
        name=name,
        sign_in_name=sign_in_name,
        roles=sorted(set(roles)),
        password_hash=hash_password(password) if password else None,
        donor_id=donor_id,
    )
    db.add(person)
    db.flush()
    record(
        db,
        subject.org_id,
        subject.person_id,
        "added_person",
        ("person", person.id),
        roles=person.roles,
    )
    return person


def set_password(db: Session, subject: Subject, person_id: UUID, password: str) -> None:
    """A coordinator mends a lost password; every open session of that person ends."""
    person = _person_to_change(db, subject, person_id)
    person.password_hash = hash_password(password)
    person.failed_attempts, person.locked_until = 0, None
    end_sessions_of(db, person_id)
    record(db, subject.org_id, subject.person_id, "set_password", ("person", person_id))


def set_active(db: Session, subject: Subject, person_id: UUID, *, active: bool) -> Person:
    """Close or reopen a person's account; closing signs them out everywhere."""
    person = _person_to_change(db, subject, person_id)
    if person_id == subject.person_id and not active:
        raise Refused("不能停用自己的账号。", "You cannot close your own account.")
    person.active = active
    person.version += 1
    if not active:
        end_sessions_of(db, person_id)
    record(
        db,
        subject.org_id,
        subject.person_id,
        "opened_account" if active else "closed_account",
        ("person", person_id),
    )
    return person


def _person_to_change(db: Session, subject: Subject, person_id: UUID) -> Person:
    person = find(db, Person, subject.org_id, person_id, lock=True)
    if not rules.may_grant(subject.roles, frozenset(person.roles)):
        raise NotAllowed
    return person


def share(
    db: Session, subject: Subject, *, scope: str, subject_id: UUID, days: int
) -> tuple[ShareLink, str]:
    """A link for whoever holds it, and its token (shown once)."""
    token = new_token()
    link = ShareLink(
        id=new_id(),
        org_id=subject.org_id,
        token_hash=token_hash(token),
        scope=scope,
        subject_id=subject_id,
        made_by_id=subject.person_id,
        expires_at=now() + timedelta(days=days),
    )
    db.add(link)
    record(db, subject.org_id, subject.person_id, "shared", (scope, subject_id), days=days)
    return link, token


def revoke_share(db: Session, subject: Subject, link_id: UUID) -> None:
    """End a share link now. Raises NotFound."""
    link = find(db, ShareLink, subject.org_id, link_id)
    link.revoked_at = link.revoked_at or now()
    record(db, subject.org_id, subject.person_id, "revoked_share", (link.scope, link.subject_id))


def follow_share(db: Session, token: str, *, scope: str) -> ShareLink:
    """The link behind a token; enters its organisation.

    Raises NotFound, one and the same for unknown, expired, revoked and made for another scope.
    """
    found = db.execute(
        text("SELECT * FROM find_share_link(:hash)"), {"hash": token_hash(token)}
    ).one_or_none()
    if found is None:
        raise NotFound
    enter_organisation(db, found.org_id)
    link = db.get_one(ShareLink, found.link_id)
    if link.scope != scope:
        raise NotFound
    return link
