"""Streets, buildings, water, green, names and the gazetteer of a dataset.

Revision ID: ground_1
Revises: datasets_1
"""

from __future__ import annotations

revision = "ground_1"
down_revision = "datasets_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
