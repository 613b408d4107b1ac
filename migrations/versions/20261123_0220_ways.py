"""Ways along streets, the cargo trike, pins far from any road.

Revision ID: ways_1
Revises: places_1
"""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "ways_1"
down_revision = "places_1"
branch_labels = None
depends_on = None

SOURCES = "'estimate', 'osrm', 'valhalla', 'mixed'"


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def _point(name: str) -> sa.Column[object]:
    return sa.Column(name, geoalchemy2.types.Geometry("POINT", srid=4326, spatial_index=False))


def upgrade() -> None:
    _trike("'car', 'ebike', 'trike', 'bicycle', 'foot'")
    op.add_column("day_plan", _words("source"))
    op.add_column("day_plan", sa.Column("beat_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_day_plan_source_known"), "day_plan", f"source IN ('', {SOURCES})"
    )
    op.add_column("run", _point("start_geom"))
    op.add_column("run", _point("end_geom"))
    op.create_check_constraint(
        op.f("ck_run_travel_source_known"), "run", f"travel_source IN ({SOURCES})"
    )
    # Until now a run's line began exactly where its volunteer sets off.
    _in_every_organisation(
        "run", "UPDATE run SET start_geom = ST_StartPoint(geometry) WHERE geometry IS NOT NULL"
    )
    op.add_column(
        "stop",
        sa.Column("way", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("recipient", _words("place_fault"))
    op.add_column(
        "recipient", sa.Column("place_off_m", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_recipient_place_fault_known"), "recipient", "place_fault IN ('', 'far', 'island')"
    )


def downgrade() -> None:
    for column in ("place_fault", "place_off_m"):
        op.drop_column("recipient", column)
    op.drop_column("stop", "way")
    op.drop_constraint(op.f("ck_run_travel_source_known"), "run")
    for column in ("start_geom", "end_geom"):
        op.drop_column("run", column)
    for column in ("source", "beat_at"):
        op.drop_column("day_plan", column)
    _in_every_organisation("volunteer", "UPDATE volunteer SET mode = 'ebike' WHERE mode = 'trike'")
    _trike("'car', 'ebike', 'bicycle', 'foot'")


def _in_every_organisation(table: str, statement: str) -> None:
    """Row-level security is forced on the owner too, who then sees no row at all."""
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(statement)
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _trike(modes: str) -> None:
    op.drop_constraint(op.f("ck_volunteer_mode_known"), "volunteer")
    op.create_check_constraint(op.f("ck_volunteer_mode_known"), "volunteer", f"mode IN ({modes})")
