"""A failed stop at a donor's or a hub must be followed up too, though no household is there.

Revision ID: follow_ups_1
Revises: ways_1
"""

from __future__ import annotations

from alembic import op

revision = "follow_ups_1"
down_revision = "ways_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE care_alert ALTER COLUMN recipient_id DROP NOT NULL")
    op.execute("CREATE INDEX ix_allocation_recipient ON allocation (org_id, recipient_id)")
    # Undoing an import looked through these tables once for each household that it took out.
    op.execute("CREATE INDEX ix_care_alert_recipient ON care_alert (org_id, recipient_id)")
    op.execute("CREATE INDEX ix_consent_recipient ON consent (org_id, recipient_id)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_consent_recipient")
    op.execute("DROP INDEX ix_care_alert_recipient")
    op.execute("DROP INDEX ix_allocation_recipient")
    op.execute("DELETE FROM care_alert WHERE recipient_id IS NULL")
    op.execute("ALTER TABLE care_alert ALTER COLUMN recipient_id SET NOT NULL")
