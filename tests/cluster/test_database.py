"""What the superuser's bootstrap leaves behind."""

from __future__ import annotations

import socket

import psycopg
import pytest
from psycopg import errors

from tests.database import LentDatabase


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg2", ""), autocommit=True)


def test_the_serving_role_can_neither_make_tables_nor_bypass_row_security(
    database: LentDatabase,
) -> None:
    with connect(database.url) as session:
        row = session.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, False, False, False)
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute("CREATE TABLE intruder (id int)")


def test_the_owner_is_no_superuser(database: LentDatabase) -> None:
    with connect(database.owner_url) as session:
        row = session.execute(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False)


def test_the_serving_role_may_use_what_the_owner_makes(database: LentDatabase) -> None:
    with connect(database.owner_url) as owner, connect(database.url) as session:
        owner.execute("CREATE TABLE basket (id serial PRIMARY KEY, grams int)")
        try:
            session.execute("INSERT INTO basket (grams) VALUES (500)")
            session.execute("UPDATE basket SET grams = 400")
            assert session.execute("SELECT grams FROM basket").fetchall() == [(400,)]
            with pytest.raises(errors.InsufficientPrivilege):
                session.execute("TRUNCATE basket")
        finally:
            owner.execute("DROP TABLE basket")


def test_box_and_distance_comparisons_are_marked_leakproof(database: LentDatabase) -> None:
    with connect(database.url) as session:
        rows = session.execute(
            "SELECT proname, proleakproof FROM pg_proc WHERE oid IN ("
            "'geometry_overlaps(geometry,geometry)'::regprocedure,"
            "'geometry_distance_centroid(geometry,geometry)'::regprocedure) ORDER BY 1"
        ).fetchall()
    assert rows == [("geometry_distance_centroid", True), ("geometry_overlaps", True)]


def test_chinese_street_names_can_be_compared_by_likeness(database: LentDatabase) -> None:
    with connect(database.url) as session:
        row = session.execute("SELECT similarity('曹杨路一百弄', '曹杨路二百弄') > 0.2").fetchone()
    assert row == (True,)


def test_times_are_utc(database: LentDatabase) -> None:
    with connect(database.url) as session:
        assert session.execute("SHOW timezone").fetchone() == ("UTC",)


def test_a_test_cannot_reach_another_machine() -> None:
    with socket.socket() as way_out, pytest.raises(AssertionError, match="tried to reach"):
        way_out.connect(("192.0.2.1", 80))
