"""Ways along streets, and the cargo trike.

Revision ID: ways_1
Revises: places_1
"""

from __future__ import annotations

revision = "ways_1"
down_revision = "places_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
