"""Road points and packed matrix rows of a dataset.

Revision ID: roads_1
Revises: ground_1
"""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "roads_1"
down_revision = "ground_1"
branch_labels = None
depends_on = None

# Only the owner may ANALYZE; the list is fixed, nothing is passed in.
REFRESH = """
CREATE FUNCTION refresh_road_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE road_point;
END $$;
REVOKE ALL ON FUNCTION refresh_road_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_road_statistics() TO foodmap_app;
"""

# A function keeps its plan from one call to the next: planning took longer than finding.
# The box comes first: it bounds the search where a mode has few roads, or none. A car's bit stands
# in the text, for an index on some roads only is not used for a parameter.
SNAP = """
CREATE FUNCTION snap_to_roads(wanted integer, way integer, xs float8[], ys float8[], reaches float8[])
RETURNS TABLE (n bigint, point_id integer, x float8, y float8) LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF way = 1 THEN
    RETURN QUERY
    SELECT p.n, r.id, ST_X(r.geom), ST_Y(r.geom)
    FROM unnest(xs, ys, reaches) WITH ORDINALITY AS p(x, y, reach, n)
    CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(p.x, p.y), 3857) AS pin) AS q
    CROSS JOIN LATERAL (
      SELECT k.id, k.geom FROM road_point k
      WHERE k.dataset_id = wanted AND k.modes & 1 <> 0 AND k.islands & 1 = 0
        AND k.geom && ST_Expand(q.pin, p.reach)
      ORDER BY k.geom <-> q.pin LIMIT 1
    ) AS r;
  ELSE
    RETURN QUERY
    SELECT p.n, r.id, ST_X(r.geom), ST_Y(r.geom)
    FROM unnest(xs, ys, reaches) WITH ORDINALITY AS p(x, y, reach, n)
    CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(p.x, p.y), 3857) AS pin) AS q
    CROSS JOIN LATERAL (
      SELECT k.id, k.geom FROM road_point k
      WHERE k.dataset_id = wanted AND k.modes & way <> 0 AND k.islands & way = 0
        AND k.geom && ST_Expand(q.pin, p.reach)
      ORDER BY k.geom <-> q.pin LIMIT 1
    ) AS r;
  END IF;
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "road_point",
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("modes", sa.SmallInteger(), nullable=False),
        sa.Column("islands", sa.SmallInteger(), nullable=False),
        sa.Column(
            "geom",
            geoalchemy2.types.Geometry("POINT", srid=3857, spatial_index=False),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["map_dataset.id"],
            name=op.f("fk_road_point_dataset_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dataset_id", "id", name=op.f("pk_road_point")),
    )
    op.create_index("ix_road_point_geom", "road_point", ["geom"], postgresql_using="gist")
    op.create_index(
        "ix_road_point_geom_car",
        "road_point",
        ["geom"],
        postgresql_using="gist",
        postgresql_where=sa.text("modes & 1 <> 0"),
    )
    op.create_table(
        "road_row",
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.SmallInteger(), nullable=False),
        sa.Column("origin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["map_dataset.id"],
            name=op.f("fk_road_row_dataset_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dataset_id", "mode", "origin", name=op.f("pk_road_row")),
    )
    # Travel times do not compress well, and trying costs more than asking the engine again.
    op.execute("ALTER TABLE road_row ALTER COLUMN packed SET STORAGE EXTERNAL")
    op.execute(REFRESH)
    op.execute(SNAP)


def downgrade() -> None:
    op.execute("DROP FUNCTION snap_to_roads(integer, integer, float8[], float8[], float8[])")
    op.execute("DROP FUNCTION refresh_road_statistics()")
    op.drop_table("road_row")
    op.drop_index("ix_road_point_geom_car", table_name="road_point", postgresql_using="gist")
    op.drop_index("ix_road_point_geom", table_name="road_point", postgresql_using="gist")
    op.drop_table("road_point")
