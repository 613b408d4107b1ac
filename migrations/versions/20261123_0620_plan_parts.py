"""Parts of a large day, solved by whichever worker is free.

Revision ID: plan_parts_1
Revises: replans_1
"""

from __future__ import annotations

from alembic import op

revision = "plan_parts_1"
down_revision = "replans_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
