"""Parts of a large day, solved by whichever worker is free.

Revision ID: plan_parts_1
Revises: replans_1
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "plan_parts_1"
down_revision = "replans_1"
branch_labels = None
depends_on = None

STATES = "'todo', 'solving', 'done', 'failed'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "plan_part",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), server_default="todo", nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_by_id", sa.Uuid(), nullable=True),
        sa.Column("seconds", sa.Double(), server_default="0", nullable=False),
        sa.Column("worker", sa.String(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results", sa.Integer(), server_default="0", nullable=False),
        sa.Column("result", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_plan_part_state_known")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_plan_part_org_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "plan_id"],
            ["day_plan.org_id", "day_plan.id"],
            name=op.f("fk_plan_part_org_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_part")),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_plan_part_org_id_id")),
        sa.UniqueConstraint(
            "org_id",
            "plan_id",
            "round",
            "number",
            name=op.f("uq_plan_part_org_id_plan_id_round_number"),
        ),
    )
    op.execute("ALTER TABLE plan_part ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE plan_part FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_organisation ON plan_part USING (org_id = current_org())"
        " WITH CHECK (org_id = current_org())"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("plan_part")
