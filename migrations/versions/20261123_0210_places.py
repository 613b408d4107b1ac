"""The address book, and where a place came from.

Revision ID: places_1
Revises: roads_1
"""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "places_1"
down_revision = "roads_1"
branch_labels = None
depends_on = None

SOURCES = (
    "'person', 'sheet', 'address_book', 'gazetteer', 'amap', 'tencent', 'tianditu', 'nominatim'"
)


def _address_point() -> None:
    op.create_table(
        "address_point",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("district", sa.String(), server_default="", nullable=False),
        sa.Column(
            "geom",
            geoalchemy2.types.Geometry("POINT", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_datum", sa.String(), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("key <> ''", name=op.f("ck_address_point_names_a_house")),
        sa.CheckConstraint(f"source IN ({SOURCES})", name=op.f("ck_address_point_source_known")),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_address_point_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_point")),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_address_point_org_id_id")),
        sa.UniqueConstraint(
            "org_id", "key", "district", name=op.f("uq_address_point_org_id_key_district")
        ),
    )
    op.execute("ALTER TABLE address_point ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE address_point FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_organisation ON address_point USING (org_id = current_org())"
        " WITH CHECK (org_id = current_org())"
    )


def upgrade() -> None:
    _address_point()
    for table in ("recipient", "site"):
        op.add_column(
            table, sa.Column("place_source", sa.String(), server_default="", nullable=False)
        )
        op.create_check_constraint(
            op.f(f"ck_{table}_place_source_known"), table, f"place_source IN ('', {SOURCES})"
        )
    op.add_column("recipient", sa.Column("place_confidence", sa.REAL(), nullable=True))
    op.create_check_constraint(
        op.f("ck_recipient_place_confidence_share"),
        "recipient",
        "place_confidence BETWEEN 0 AND 1",
    )
    op.add_column("site", sa.Column("place_confirmed_by_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("site", "place_confirmed_by_id")
    op.drop_column("recipient", "place_confidence")
    for table in ("site", "recipient"):
        op.drop_column(table, "place_source")
    op.drop_table("address_point")
