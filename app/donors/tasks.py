"""What happens to offers by itself."""

from __future__ import annotations

import structlog

from app.core.clock import now
from app.core.db import transaction
from app.core.tenancy import organisation_ids
from app.donors.offers import expire_past
from app.jobs.queue import tasks

log = structlog.get_logger()


@tasks.periodic(cron="*/5 * * * *")
@tasks.task(name="expire_offers", queueing_lock="expire_offers")
def expire_offers(timestamp: int) -> None:  # noqa: ARG001 - procrastinate tells when it was due
    """Announced offers that nobody answered in time expire, in every organisation."""
    with transaction() as db:
        org_ids = organisation_ids(db)
    for org_id in org_ids:
        with transaction(org_id) as db:
            expired = expire_past(db, org_id, now())
        if expired:
            log.info("offers_expired", count=expired)
