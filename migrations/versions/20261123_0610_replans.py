"""A day that goes wrong: proposals of another rest of the day, accepted or refused.

Revision ID: replans_1
Revises: locks_1
"""

from __future__ import annotations

from alembic import op

revision = "replans_1"
down_revision = "locks_1"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE replan (
  id uuid NOT NULL CONSTRAINT pk_replan PRIMARY KEY,
  org_id uuid NOT NULL CONSTRAINT fk_replan_org_id REFERENCES organisation (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  day date NOT NULL,
  cause varchar NOT NULL CONSTRAINT ck_replan_cause_known CHECK (cause IN (
    'volunteer_out', 'nothing_to_collect', 'not_home', 'lot_recalled', 'running_late', 'again')),
  about jsonb NOT NULL,
  sentence_zh varchar NOT NULL,
  sentence_en varchar NOT NULL,
  state varchar NOT NULL CONSTRAINT ck_replan_state_known CHECK (state IN (
    'solving', 'proposed', 'accepted', 'refused', 'failed', 'outdated')),
  state_at timestamptz NOT NULL,
  state_by_id uuid,
  seconds double precision NOT NULL,
  seed integer NOT NULL,
  job_id integer,
  versions jsonb NOT NULL,
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  changes jsonb NOT NULL,
  unserved jsonb NOT NULL,
  answered_s double precision,
  failure varchar NOT NULL,
  source varchar NOT NULL CONSTRAINT ck_replan_source_known CHECK (
    source IN ('', 'estimate', 'osrm', 'valhalla', 'mixed')),
  CONSTRAINT uq_replan_org_id_id UNIQUE (org_id, id)
);
CREATE INDEX ix_replan_day ON replan (org_id, day);
CREATE UNIQUE INDEX ix_replan_open ON replan (org_id, day) WHERE state IN ('solving', 'proposed');
ALTER TABLE replan ENABLE ROW LEVEL SECURITY;
ALTER TABLE replan FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON replan
  USING (org_id = current_org()) WITH CHECK (org_id = current_org());
"""

KINDS = "'collect', 'load', 'deliver', 'visit', 'unload', 'break'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(TABLE)
    op.execute("ALTER TABLE stop ADD COLUMN from_run_id uuid")
    op.execute(
        "ALTER TABLE stop ADD CONSTRAINT fk_stop_org_id_from_run_id "
        "FOREIGN KEY (org_id, from_run_id) REFERENCES run (org_id, id)"
    )
    op.execute("ALTER TABLE stop_item ADD COLUMN taken_over_at_id uuid")
    op.execute("ALTER TABLE stop DROP CONSTRAINT ck_stop_kind_known")
    op.execute(
        f"ALTER TABLE stop ADD CONSTRAINT ck_stop_kind_known CHECK (kind IN ({KINDS}, 'take_over'))"
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
            "AND stop.kind = 'take_over'"
        )
    op.execute("DELETE FROM stop WHERE kind = 'take_over'")
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE stop DROP CONSTRAINT ck_stop_kind_known")
    op.execute(f"ALTER TABLE stop ADD CONSTRAINT ck_stop_kind_known CHECK (kind IN ({KINDS}))")
    op.execute("ALTER TABLE stop_item DROP COLUMN taken_over_at_id")
    op.execute("ALTER TABLE stop DROP COLUMN from_run_id")
    op.execute("DROP TABLE replan")
