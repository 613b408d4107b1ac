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


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
