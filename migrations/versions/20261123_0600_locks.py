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


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
