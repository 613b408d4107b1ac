"""Which extract the map and the roads stand on.

Revision ID: datasets_1
Revises: statistics_1
"""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "datasets_1"
down_revision = "statistics_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "map_dataset",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "bounds",
            geoalchemy2.types.Geometry("POLYGON", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column(
            "begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "NOT live OR built_at IS NOT NULL", name=op.f("ck_map_dataset_live_is_built")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_dataset")),
        sa.UniqueConstraint("digest", name=op.f("uq_map_dataset_digest")),
    )
    op.create_index(
        "ix_map_dataset_only_one_live",
        "map_dataset",
        ["live"],
        unique=True,
        postgresql_where=sa.text("live"),
    )


def downgrade() -> None:
    op.drop_table("map_dataset")
