"""The address book, and where a place came from.

Revision ID: places_1
Revises: roads_1
"""

from __future__ import annotations

revision = "places_1"
down_revision = "roads_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
