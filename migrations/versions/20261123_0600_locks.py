"""Stops and runs that a person has locked; what a plan looked like, so that two can be compared.

Revision ID: locks_1
Revises: follow_ups_1
"""

from __future__ import annotations

from alembic import op

revision = "locks_1"
down_revision = "follow_ups_1"
branch_labels = None
depends_on = None

KINDS = "'collect', 'load', 'deliver', 'visit', 'unload'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE run ADD COLUMN locked boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE run ALTER COLUMN locked DROP DEFAULT")
    op.execute("ALTER TABLE day_plan ADD COLUMN kind varchar NOT NULL DEFAULT 'day'")
    op.execute("ALTER TABLE day_plan ALTER COLUMN kind DROP DEFAULT")
    op.execute("ALTER TABLE day_plan ADD COLUMN origin_id uuid")
    op.execute(
        "ALTER TABLE day_plan ADD CONSTRAINT fk_day_plan_org_id_origin_id "
        "FOREIGN KEY (org_id, origin_id) REFERENCES day_plan (org_id, id)"
    )
    for name in ("wish", "result"):
        op.execute(f"ALTER TABLE day_plan ADD COLUMN {name} jsonb NOT NULL DEFAULT '{{}}'")
        op.execute(f"ALTER TABLE day_plan ALTER COLUMN {name} DROP DEFAULT")
    op.execute("ALTER TABLE day_plan ADD COLUMN has_result boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE day_plan ALTER COLUMN has_result DROP DEFAULT")
    op.execute(
        "ALTER TABLE day_plan ADD CONSTRAINT ck_day_plan_kind_known "
        "CHECK (kind IN ('day', 'improve', 'part', 'zone', 'restored'))"
    )
    op.execute("ALTER TABLE stop DROP CONSTRAINT ck_stop_kind_known")
    op.execute(
        f"ALTER TABLE stop ADD CONSTRAINT ck_stop_kind_known CHECK (kind IN ({KINDS}, 'break'))"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Row-level security is forced on the owner too, who then sees no row at all.
    tables = ("stop", "stop_item", "care_alert")
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for table in tables[1:]:
        op.execute(
            f"DELETE FROM {table} USING stop WHERE stop.id = {table}.stop_id "
            "AND stop.kind = 'break'"
        )
    op.execute("DELETE FROM stop WHERE kind = 'break'")
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE stop DROP CONSTRAINT ck_stop_kind_known")
    op.execute(f"ALTER TABLE stop ADD CONSTRAINT ck_stop_kind_known CHECK (kind IN ({KINDS}))")
    op.execute("ALTER TABLE day_plan DROP CONSTRAINT ck_day_plan_kind_known")
    for name in ("has_result", "result", "wish", "origin_id", "kind"):
        op.execute(f"ALTER TABLE day_plan DROP COLUMN {name}")
    op.execute("ALTER TABLE run DROP COLUMN locked")
