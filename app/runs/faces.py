"""Which volunteers a household knows: who has brought it food lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.runs.models import Run, Stop, StopItem
from app.runs.rules import AT_A_DOOR, DONE_WITH

REMEMBERED = timedelta(days=90)
FACES_MAX = 3


def known_faces(
    db: Session, org_id: UUID, recipient_ids: Sequence[UUID], day: date
) -> dict[UUID, frozenset[UUID]]:
    """The last three volunteers who handed over food to each, in the 90 days before `day`."""
    query = (
        select(StopItem.recipient_id, Run.volunteer_id, func.max(Run.day))
        .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
        .join(Run, (Run.org_id == Stop.org_id) & (Run.id == Stop.run_id))
        .where(
            StopItem.org_id == org_id,
            StopItem.recipient_id.in_(recipient_ids),
            StopItem.outcome.in_(DONE_WITH),
            Stop.kind.in_(AT_A_DOOR),
            Run.volunteer_id.is_not(None),
            Run.day >= day - REMEMBERED,
            Run.day < day,
        )
        .group_by(StopItem.recipient_id, Run.volunteer_id)
        .order_by(func.max(Run.day).desc(), Run.volunteer_id)
    )
    faces: dict[UUID, list[UUID]] = defaultdict(list)
    for recipient_id, volunteer_id, _ in db.execute(query):
        if recipient_id is not None and volunteer_id is not None:
            faces[recipient_id].append(volunteer_id)
    return {id_: frozenset(known[:FACES_MAX]) for id_, known in faces.items()}
