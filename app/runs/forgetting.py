"""Plans of days long gone keep their figures, not who was visited when."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.core.clock import today_in
from app.core.db import transaction
from app.core.tenancy import organisation_ids
from app.jobs.queue import tasks
from app.runs.models import DayPlan
from app.runs.replan.models import Replan

KEPT_DAYS = 14


@tasks.periodic(cron="41 3 * * *")
@tasks.task(name="forget_results", queueing_lock="forget_results")
def forget_results(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Two weeks after the day nobody compares its plans any more: lines, labels and doors go."""
    with transaction() as db:
        org_ids = organisation_ids(db)
    for org_id in org_ids:
        with transaction(org_id) as db:
            _forget(db, db.get_one(Organisation, org_id))


def _forget(db: Session, organisation: Organisation) -> None:
    before = today_in(organisation.zone) - timedelta(days=KEPT_DAYS)
    db.execute(
        update(DayPlan)
        .where(DayPlan.org_id == organisation.id, DayPlan.day < before)
        .where(or_(DayPlan.has_result, DayPlan.unserved != []))
        .values(result={}, best={}, unserved=[], has_result=False)
    )
    db.execute(
        update(Replan)
        .where(Replan.org_id == organisation.id, Replan.day < before)
        .where(or_(Replan.sentence_zh != "", Replan.before != []))
        .values(
            before=[], after=[], changes={}, unserved=[], versions={}, about={},
            sentence_zh="", sentence_en="",
        )
    )  # fmt: skip
