"""Road points and packed matrix rows of a dataset.

Revision ID: roads_1
Revises: ground_1
"""

from __future__ import annotations

revision = "roads_1"
down_revision = "ground_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
