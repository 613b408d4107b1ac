"""Streets, buildings, water, green, names and the gazetteer of a dataset; the tile they make.

Revision ID: ground_1
Revises: datasets_1
"""

from __future__ import annotations

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "ground_1"
down_revision = "datasets_1"
branch_labels = None
depends_on = None

# One level for each band of zooms: 0 for 8-10, 1 for 11-12, 2 for 13-14, 3 for 15-16 (and nearer,
# which pages draw from 16). Roads reach half a line's width beyond a tile's edge (buffer 128 of
# 4096); names stand in one tile only. NULLs are left out of a tile, so a page reads "not there".
LAYERS = """
CREATE FUNCTION ground_layers(dataset integer, z integer, x integer, y integer, below real)
RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  tile geometry := ST_TileEnvelope(z, x, y);
  wide geometry := ST_TileEnvelope(z, x, y, margin => 0.03125);
  band smallint := CASE WHEN z <= 10 THEN 0 WHEN z <= 12 THEN 1 WHEN z <= 14 THEN 2 ELSE 3 END;
BEGIN
  RETURN (
    SELECT ST_AsMVT(t, 'water', 4096, 'geom') FROM (
      SELECT kind, name, name_en, ST_AsMVTGeom(geom, tile, 4096, 128) AS geom FROM ground_area
      WHERE geom && wide AND dataset_id = dataset AND level = band AND layer = 'water' AND rank < below
      UNION ALL
      SELECT kind, name, name_en, ST_AsMVTGeom(geom, tile, 4096, 128) FROM ground_line
      WHERE geom && wide AND dataset_id = dataset AND level = band AND layer = 'water' AND rank < below
    ) t WHERE t.geom IS NOT NULL
  ) || (
    SELECT ST_AsMVT(t, 'green', 4096, 'geom') FROM (
      SELECT kind, name, name_en, ST_AsMVTGeom(geom, tile, 4096, 128) AS geom FROM ground_area
      WHERE geom && wide AND dataset_id = dataset AND level = band AND layer = 'green' AND rank < below
    ) t WHERE t.geom IS NOT NULL
  ) || CASE WHEN z < 14 THEN ''::bytea ELSE (
    SELECT ST_AsMVT(t, 'building', 4096, 'geom') FROM (
      SELECT kind, name, number AS house_number, ST_AsMVTGeom(geom, tile, 4096, 128) AS geom FROM ground_area
      WHERE geom && wide AND dataset_id = dataset AND level = band AND layer = 'building' AND rank < below
    ) t WHERE t.geom IS NOT NULL
  ) END || (
    SELECT ST_AsMVT(t, 'road', 4096, 'geom') FROM (
      SELECT kind, name, name_en, oneway, bridge, tunnel, ST_AsMVTGeom(geom, tile, 4096, 128) AS geom FROM ground_line
      WHERE geom && wide AND dataset_id = dataset AND level = band AND layer = 'road' AND rank < below
    ) t WHERE t.geom IS NOT NULL
  ) || (
    SELECT ST_AsMVT(t, 'place', 4096, 'geom') FROM (
      SELECT kind, name, name_en, weight AS rank, ST_AsMVTGeom(geom, tile, 4096, 0) AS geom FROM ground_name
      WHERE geom && tile AND dataset_id = dataset AND layer = 'place' AND rank < below
    ) t WHERE t.geom IS NOT NULL
  ) || CASE WHEN z < 16 THEN ''::bytea ELSE (
    SELECT ST_AsMVT(t, 'house', 4096, 'geom') FROM (
      SELECT number, ST_AsMVTGeom(geom, tile, 4096, 0) AS geom FROM ground_name
      WHERE geom && tile AND dataset_id = dataset AND layer = 'house' AND rank < below
    ) t WHERE t.geom IS NOT NULL
  ) END;
END $$;
"""
# A tile too heavy for a phone loses its least important things: those of the highest ranks, as many
# as their corners say. The second look is rare; each round aims lower, so it ends.
TILE = """
CREATE FUNCTION ground_tile(dataset integer, z integer, x integer, y integer)
RETURNS bytea LANGUAGE plpgsql STABLE PARALLEL SAFE
SET max_parallel_workers_per_gather = 0 SET jit = off AS $$
DECLARE
  most_bytes CONSTANT integer := 64 * 1024;
  body bytea := ground_layers(dataset, z, x, y, z + 1);
  whole CONSTANT integer := octet_length(body);
  share double precision := 0.97 * most_bytes / greatest(whole, 1);
  below real;
BEGIN
  WHILE octet_length(body) > most_bytes AND share > 0.005 LOOP
    SELECT min(rank) INTO below FROM (
      SELECT rank, sum(corners) OVER (ORDER BY rank) AS so_far, sum(corners) OVER () AS total
      FROM ground_weights(dataset, z, x, y)) weighed
    WHERE so_far > share * total;
    body := ground_layers(dataset, z, x, y, below);
    share := share * 0.8;
  END LOOP;
  RETURN body;
END $$;
"""
WEIGHTS = """
CREATE FUNCTION ground_weights(dataset integer, z integer, x integer, y integer)
RETURNS TABLE (rank real, corners bigint) LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH seen AS (
    SELECT ST_TileEnvelope(z, x, y) AS tile,
      CASE WHEN z <= 10 THEN 0 WHEN z <= 12 THEN 1 WHEN z <= 14 THEN 2 ELSE 3 END::smallint AS band)
  SELECT a.rank, 4 + ST_NPoints(ST_ClipByBox2D(a.geom, tile)) FROM seen, ground_area a
    WHERE a.geom && tile AND dataset_id = dataset AND level = band AND a.rank < z + 1
  UNION ALL
  SELECT l.rank, 4 + ST_NPoints(ST_ClipByBox2D(l.geom, tile)) FROM seen, ground_line l
    WHERE l.geom && tile AND dataset_id = dataset AND level = band AND l.rank < z + 1
  UNION ALL
  SELECT n.rank, 8 FROM seen, ground_name n
    WHERE n.geom && tile AND dataset_id = dataset AND n.rank < z + 1
$$;
"""
# Only the owner may ANALYZE; nothing is passed in.
REFRESH = """
CREATE FUNCTION refresh_ground_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE ground_line, ground_area, ground_name, gazetteer;
END $$;
REVOKE ALL ON FUNCTION refresh_ground_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_ground_statistics() TO foodmap_app;
"""


def _drawn(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("rank", sa.REAL(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column(
            "geom",
            geoalchemy2.types.Geometry("GEOMETRY", srid=3857, spatial_index=False),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["map_dataset.id"],
            name=op.f(f"fk_{table}_dataset_id_map_dataset"),
            ondelete="CASCADE",
        ),
    )


def _ground() -> None:
    _drawn(
        "ground_line",
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("layer", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("oneway", sa.SmallInteger(), nullable=True),
        sa.Column("bridge", sa.Boolean(), nullable=True),
        sa.Column("tunnel", sa.Boolean(), nullable=True),
    )
    _drawn(
        "ground_area",
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("layer", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
    )
    _drawn(
        "ground_name",
        sa.Column("layer", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("weight", sa.SmallInteger(), nullable=True),
    )
    for table, columns in (
        ("ground_line", ["dataset_id", "level", "geom"]),
        ("ground_area", ["dataset_id", "level", "geom"]),
        ("ground_name", ["dataset_id", "geom"]),
    ):
        op.create_index(f"ix_{table}_geom", table, columns, postgresql_using="gist")


def _gazetteer() -> None:
    op.create_table(
        "gazetteer",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column(
            "geom",
            geoalchemy2.types.Geometry("POINT", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('street', 'house', 'place', 'compound', 'poi', 'station')",
            name=op.f("ck_gazetteer_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["map_dataset.id"],
            name=op.f("fk_gazetteer_dataset_id_map_dataset"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer")),
    )
    op.create_index(
        "ix_gazetteer_geom", "gazetteer", ["dataset_id", "geom"], postgresql_using="gist"
    )
    op.create_index("ix_gazetteer_exact", "gazetteer", ["dataset_id", "key"])
    op.create_index(
        "ix_gazetteer_houses",
        "gazetteer",
        ["dataset_id", "street"],
        postgresql_ops={"street": "text_pattern_ops"},
        postgresql_where=sa.text("kind = 'house'"),
    )
    op.create_index(
        "ix_gazetteer_key",
        "gazetteer",
        ["key"],
        postgresql_using="gin",
        postgresql_ops={"key": "gin_trgm_ops"},
    )


def upgrade() -> None:
    _ground()
    _gazetteer()
    for statement in (LAYERS, WEIGHTS, TILE, REFRESH):
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "DROP FUNCTION refresh_ground_statistics(), ground_tile(integer, integer, integer, integer),"
        " ground_weights(integer, integer, integer, integer),"
        " ground_layers(integer, integer, integer, integer, real)"
    )
    for table in ("gazetteer", "ground_name", "ground_area", "ground_line"):
        op.drop_table(table)
