"""What nobody may forget: failed stops and worrying visits, until somebody says what was done."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.donors.models import Site
from app.recipients.models import Recipient
from app.recipients.rules import masked
from app.runs.models import CareAlert, Run, Stop
from app.runs.schemas import CareAlertOut
from app.volunteers.models import Volunteer


def alerts(db: Session, org_id: UUID) -> list[CareAlertOut]:
    """Failed stops and worrying visits that somebody must follow up, oldest first."""
    query = (
        select(CareAlert, Stop, Recipient, Site.donor_id, Volunteer.name)
        .join(Stop, (Stop.org_id == CareAlert.org_id) & (Stop.id == CareAlert.stop_id))
        .join(Run, (Run.org_id == Stop.org_id) & (Run.id == Stop.run_id))
        .outerjoin(
            Recipient,
            (Recipient.org_id == CareAlert.org_id) & (Recipient.id == CareAlert.recipient_id),
        )
        .outerjoin(Site, (Site.org_id == Stop.org_id) & (Site.id == Stop.site_id))
        .outerjoin(Volunteer, (Volunteer.org_id == Run.org_id) & (Volunteer.id == Run.volunteer_id))
        .where(CareAlert.org_id == org_id, CareAlert.followed_up_at.is_(None))
        .order_by(CareAlert.id)
    )
    return [_out(*row) for row in db.execute(query)]


def _out(
    alert: CareAlert,
    stop: Stop,
    person: Recipient | None,
    donor_id: UUID | None,
    volunteer: str | None,
) -> CareAlertOut:
    return CareAlertOut(
        id=alert.id,
        recipient_id=alert.recipient_id,
        donor_id=donor_id,
        kind=stop.kind,
        label=stop.label if person is None else _whose(person),
        street=stop.street if person is None else person.street,
        reason=alert.reason,
        note=alert.note,
        volunteer=volunteer or "",
        created_at=alert.created_at,
    )


def _whose(person: Recipient) -> str:
    return masked(person.name) if person.kind == "household" else person.name
