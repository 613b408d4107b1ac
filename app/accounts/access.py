"""Who is asking: the subject of a request, and what its roles allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.models import Organisation, Person
from app.core.clock import today_in
from app.core.db import Db
from app.core.ids import token_hash
from app.core.problems import NotAllowed, SignInNeeded
from app.core.tenancy import enter_organisation
from app.settings import settings

PLANNERS = ("coordinator", "organisation_admin")
STAFF = (*PLANNERS, "keeper")
CREW = (*STAFF, "volunteer")
EVERYONE = (*CREW, "visitor", "reviewer", "donor_contact", "auditor", "platform_admin")


@dataclass(frozen=True)
class Subject:
    """A signed-in person within their organisation."""

    person_id: UUID
    org_id: UUID
    session_id: UUID
    name: str
    roles: frozenset[str]
    donor_id: UUID | None
    zone: str

    def has(self, *roles: str) -> bool:
        """Whether any of these roles is theirs."""
        return not self.roles.isdisjoint(roles)

    @property
    def key(self) -> tuple[UUID, UUID]:
        """Organisation and person, as idempotency keys are kept."""
        return self.org_id, self.person_id

    @property
    def today(self) -> date:
        """The organisation's date."""
        return today_in(self.zone)


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to https; plain http has no such thing."""
    return "__Host-session" if settings().served_over_https else "session"


def subject_of(db: Session, token: str | None) -> Subject | None:
    """The subject behind a session token; enters their organisation. None if there is none."""
    if not token:
        return None
    found = db.execute(
        text("SELECT * FROM find_session(:hash)"), {"hash": token_hash(token)}
    ).one_or_none()
    if found is None:
        return None
    enter_organisation(db, found.org_id)
    person, organisation = (
        db.get_one(Person, found.person_id),
        db.get_one(Organisation, found.org_id),
    )
    return Subject(
        person_id=person.id,
        org_id=person.org_id,
        session_id=found.session_id,
        name=person.name,
        roles=frozenset(person.roles),
        donor_id=person.donor_id,
        zone=organisation.zone,
    )


def _anyone(request: Request, db: Db) -> Subject | None:
    return subject_of(db, request.cookies.get(cookie_name()))


Anyone = Annotated[Subject | None, Depends(_anyone)]


def allow(*roles: str) -> Callable[[Subject | None], Subject]:
    """A dependency: the signed-in subject, if one of `roles` is theirs (else 401 or 403)."""

    def gate(subject: Anyone) -> Subject:
        if subject is None:
            raise SignInNeeded
        if not subject.has(*roles):
            raise NotAllowed
        return subject

    return gate


Planner = Annotated[Subject, Depends(allow(*PLANNERS))]
Staff = Annotated[Subject, Depends(allow(*STAFF))]
Crew = Annotated[Subject, Depends(allow(*CREW))]
SignedIn = Annotated[Subject, Depends(allow(*EVERYONE))]
DonorContact = Annotated[Subject, Depends(allow("donor_contact"))]
