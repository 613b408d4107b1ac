"""Fresh statistics after much was loaded at once, without waiting for autovacuum.

A table analysed while its rows were still uncommitted counts as empty; joins were then planned as
nested loops over the whole ledger (seen: more than 20 s instead of 0.1 s).

Revision ID: statistics_1
Revises: guards_1
"""

from __future__ import annotations

from alembic import op

revision = "statistics_1"
down_revision = "guards_1"
branch_labels = None
depends_on = None

# Only the owner may ANALYZE; the list is fixed, nothing is passed in.
REFRESH = """
CREATE FUNCTION refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE donor, site, offer, hub, recipient, consent, volunteer, shift, lot, holder, movement, balance,
    allocation, run, stop, stop_item, care_alert, audit_entry;
END $$;
REVOKE ALL ON FUNCTION refresh_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_statistics() TO foodmap_app;
"""


def upgrade() -> None:
    op.execute(REFRESH)


def downgrade() -> None:
    op.execute("DROP FUNCTION refresh_statistics();")
