"""The map's boxes are answered from the index, although row-level security stands in front."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.db import transaction
from tests.database import LentDatabase
from tests.world import World

PEOPLE_EACH = 20_000
BOX = text(
    "EXPLAIN SELECT id, ST_X(geom), ST_Y(geom) FROM recipient "
    "WHERE geom && ST_MakeEnvelope(121.45, 31.20, 121.47, 31.22, 4326) AND org_id = :org"
)


def plan(org_id: UUID) -> str:
    with transaction(org_id) as db:
        return "\n".join(db.scalars(BOX, {"org": org_id}))


@pytest.fixture(scope="module")
def towns(application: FastAPI, database: LentDatabase) -> Iterator[tuple[World, World]]:
    """Two organisations of 20,000 households each, thrown away afterwards."""
    both = World(application), World(application)
    address = database.superuser_url.replace("+psycopg2", "")
    with psycopg.connect(address, autocommit=True) as superuser:
        # Columns that are required but of no interest here get their plainest value.
        template = both[0].household()
        for town in both:
            superuser.execute(
                "INSERT INTO recipient SELECT (jsonb_populate_record(r, jsonb_build_object("
                "'id', gen_random_uuid(), 'org_id', %(org)s::text, 'geom', "
                "ST_SetSRID(ST_MakePoint(121 + random(), 30.7 + random() * 0.9), 4326)::text))).* "
                "FROM recipient r, generate_series(1, %(n)s) WHERE r.id = %(template)s",
                {"org": str(town.org_id), "n": PEOPLE_EACH, "template": template},
            )
        superuser.execute("ANALYZE recipient")
        yield both
        ids = [town.org_id for town in both]
        superuser.execute("DELETE FROM recipient WHERE org_id = ANY(%s)", [ids])


def test_a_box_on_the_map_reads_the_organisations_spatial_index(
    towns: tuple[World, World],
) -> None:
    for town in towns:
        assert "ix_recipient_org_geom" in plan(town.org_id)


def test_it_is_the_leakproof_mark_that_makes_it_so(
    towns: tuple[World, World], database: LentDatabase
) -> None:
    mark = "ALTER FUNCTION geometry_overlaps(geometry, geometry) {}LEAKPROOF"
    address = database.superuser_url.replace("+psycopg2", "")
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute(mark.format("NOT "))
        try:
            without = plan(towns[0].org_id)
        finally:
            superuser.execute(mark.format(""))
    assert not any("Index Cond" in line and "geom &&" in line for line in without.splitlines())


def test_a_box_shows_only_ones_own_households(towns: tuple[World, World]) -> None:
    world_wide = text("SELECT count(*), count(DISTINCT org_id) FROM recipient WHERE geom && :box")
    box = {"box": "SRID=4326;POLYGON((120 30,120 32,123 32,123 30,120 30))"}
    with transaction(towns[1].org_id) as db:
        assert tuple(db.execute(world_wide, box).one()) == (PEOPLE_EACH, 1)
