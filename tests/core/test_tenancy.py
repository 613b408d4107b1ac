"""Tenancy twice: the query filters, and the database would not show another's rows anyway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import scalar_row
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.models import Person, SignInSession
from app.accounts.sign_in import make_link
from app.core.db import engine, transaction
from app.core.ids import new_id, token_hash
from app.core.tenancy import enter_organisation
from app.tables import metadata
from tests.database import LentDatabase
from tests.world import World

OWNED = sorted(table.name for table in metadata.tables.values() if "org_id" in table.columns)
# The only ways to find something before the tenant is known; each has its test below.
LOOKUPS = {
    "find_session",
    "find_sign_in",
    "find_sign_in_link",
    "find_share_link",
    "find_tracking_code",
    "list_organisations",
}
LEDGER = {"keep_balance"}  # writes the balances that the application itself may not touch
# Looks at every organisation's rows, and tells nothing.
UPKEEP = {"refresh_statistics", "refresh_ground_statistics", "refresh_road_statistics"}


@pytest.fixture(scope="module")
def superuser(database: LentDatabase) -> Iterator[psycopg.Connection[object]]:
    address = database.superuser_url.replace("+psycopg2", "")
    with psycopg.connect(address, autocommit=True, row_factory=scalar_row) as connection:
        yield connection


def ask(superuser: psycopg.Connection[object], query: LiteralString) -> set[object]:
    return set(superuser.execute(query).fetchall())


def test_every_owned_table_is_guarded_even_against_its_owner(
    superuser: psycopg.Connection[object],
) -> None:
    forced = ask(
        superuser, "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    )
    owned = ask(
        superuser,
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE a.attname = 'org_id' AND c.relkind IN ('r', 'p') "
        "AND c.relnamespace = 'public'::regnamespace",
    )
    assert owned == set(OWNED)
    assert owned | {"organisation"} <= forced


def test_every_policy_compares_with_the_present_organisation(
    superuser: psycopg.Connection[object],
) -> None:
    sound = ask(
        superuser,
        "SELECT tablename FROM pg_policies WHERE policyname = 'own_organisation' "
        "AND cmd = 'ALL' AND qual LIKE '%current_org()%' AND with_check LIKE '%current_org()%'",
    )
    assert sound == {*OWNED, "organisation"}
    others = ask(
        superuser,
        "SELECT roles::text || cmd FROM pg_policies WHERE policyname <> 'own_organisation'",
    )
    assert others == {"{foodmap_owner}SELECT"}


def test_the_serving_role_is_neither_owner_nor_above_the_guards(
    superuser: psycopg.Connection[object],
) -> None:
    above = ask(
        superuser,
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'foodmap%' AND "
        "(rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)",
    )
    assert above == set()
    assert ask(superuser, "SELECT tableowner FROM pg_tables WHERE schemaname = 'public'") <= {
        "foodmap_owner",
        "postgres",  # spatial_ref_sys
    }
    member = ask(superuser, "SELECT pg_has_role('foodmap_app', 'foodmap_owner', 'MEMBER')")
    assert member == {False}


@pytest.mark.parametrize("table", [*OWNED, "organisation"])
def test_without_an_organisation_nothing_is_there(world: World, table: str) -> None:
    assert world.org_id
    with transaction() as db:
        assert db.scalar(text(f'SELECT count(*) FROM "{table}"')) == 0  # noqa: S608 - our own names


@pytest.mark.parametrize("table", OWNED)
def test_no_row_can_be_put_into_another_organisation(
    superuser: psycopg.Connection[object], world: World, other_world: World, table: str
) -> None:
    """The guard speaks before any other rule: no constraint, no missing column hides it."""
    appendable = superuser.execute(
        "SELECT has_table_privilege('foodmap_app', %s, 'INSERT')", [table]
    ).fetchone()
    with pytest.raises(ProgrammingError) as refused, world.db() as db:
        db.execute(
            text(f'INSERT INTO "{table}" (org_id) VALUES (:org)'),  # noqa: S608 - our own names
            {"org": other_world.org_id},
        )
    said = str(refused.value.orig)
    assert ("row-level security" in said) if appendable else ("permission denied" in said)


def test_another_organisation_sees_changes_and_deletes_nothing(
    world: World, other_world: World
) -> None:
    donor = world.donor()
    with other_world.db() as db:
        at = {"id": donor}
        assert db.scalar(text("SELECT count(*) FROM donor WHERE id = :id"), at) == 0
        renamed = db.execute(text("UPDATE donor SET name = 'x' WHERE id = :id RETURNING 1"), at)
        assert renamed.all() == []
        assert db.execute(text("DELETE FROM donor WHERE id = :id RETURNING 1"), at).all() == []
    with world.db() as db:
        assert db.scalar(text("SELECT name FROM donor WHERE id = :id"), at) != "x"


def test_a_row_cannot_be_given_away(world: World, other_world: World) -> None:
    donor = world.donor()
    with pytest.raises(ProgrammingError, match="row-level security"), world.db() as db:
        db.execute(
            text("UPDATE donor SET org_id = :org WHERE id = :id"),
            {"org": other_world.org_id, "id": donor},
        )


def test_the_setting_does_not_reach_the_next_transaction_on_the_same_connection(
    application: FastAPI, world: World
) -> None:
    assert application is not None
    one = create_engine(engine().url, pool_size=1, max_overflow=0)
    count = text("SELECT count(*), pg_backend_pid() FROM person")
    for leave in (Session.commit, Session.rollback):
        with Session(one) as db:
            enter_organisation(db, world.org_id)
            seen, first_pid = db.execute(count).one()
            leave(db)
        with Session(one) as db:
            seen_after, second_pid = db.execute(count).one()
        assert (seen, seen_after) == (len(world.people), 0)
        assert first_pid == second_pid
    one.dispose()


def test_a_setting_that_is_no_organisation_shows_nothing(world: World) -> None:
    assert world.org_id
    with transaction() as db:
        db.execute(text("SELECT set_config('foodmap.org_id', '', true)"))
        assert db.scalar(text("SELECT count(*) FROM person")) == 0


def test_the_application_cannot_take_down_the_guards(world: World) -> None:
    for attempt in (
        "ALTER TABLE person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_organisation ON person",
        "SET LOCAL ROLE foodmap_owner",
        "CREATE TABLE loot AS SELECT 1",
        "TRUNCATE audit_entry",
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET action = 'x'",
        "UPDATE balance SET grams = 1",
    ):
        with pytest.raises(ProgrammingError) as refused, world.db() as db:
            db.execute(text(attempt))
        assert isinstance(refused.value, ProgrammingError), attempt


# --- what is found before the tenant is known ------------------------------------


def test_only_the_named_functions_see_across_organisations(
    superuser: psycopg.Connection[object],
) -> None:
    ours = ask(
        superuser,
        "SELECT p.proname FROM pg_proc p WHERE p.prosecdef AND NOT EXISTS "
        "(SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') "
        "AND p.pronamespace = 'public'::regnamespace",
    )
    assert ours == LOOKUPS | LEDGER | UPKEEP
    loose = ask(
        superuser,
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
        "AND proname LIKE ANY ('{find%,list%,keep%,refresh%}') "
        "AND NOT coalesce(proconfig::text LIKE '%search_path=public, pg_temp%', false)",
    )
    assert loose == set()


def test_other_roles_may_not_call_them(database: LentDatabase) -> None:
    address = database.superuser_url.replace("+psycopg2", "")
    with psycopg.connect(address, autocommit=True) as connection, connection.transaction() as undo:
        connection.execute("CREATE ROLE foodmap_stranger")
        connection.execute("SET LOCAL ROLE foodmap_stranger")
        with pytest.raises(InsufficientPrivilege), connection.transaction():
            connection.execute("SELECT * FROM public.list_organisations()")
        raise psycopg.Rollback(undo)


def look_up(function: str, value: object) -> list[tuple[UUID, ...]]:
    with transaction() as db:
        return [
            tuple(row)
            for row in db.execute(text(f"SELECT * FROM {function}(:v)"), {"v": value})  # noqa: S608 - our own names
        ]


def test_find_session_knows_an_open_session_and_forgets_ended_expired_and_closed_ones(
    world: World,
) -> None:
    token = world.client("keeper").cookies["session"]
    hashed = token_hash(token)
    [(org_id, person_id, session_id)] = look_up("find_session", hashed)
    assert (org_id, person_id) == (world.org_id, world.people["keeper"])
    assert look_up("find_session", token_hash("another")) == []
    for change in (
        "UPDATE sign_in_session SET ended_at = now() WHERE id = :id",
        "UPDATE sign_in_session SET ended_at = NULL, expires_at = now() WHERE id = :id",
    ):
        with world.db() as db:
            db.execute(text(change), {"id": session_id})
        assert look_up("find_session", hashed) == []
    with world.db() as db:
        db.get_one(SignInSession, session_id).expires_at = world_end(db)
    assert len(look_up("find_session", hashed)) == 1
    with world.db() as db:
        db.get_one(Person, person_id).active = False
    assert look_up("find_session", hashed) == []


def world_end(db: Session) -> object:
    return db.scalar(text("SELECT now() + interval '1 day'"))


def test_find_sign_in_knows_the_exact_name_of_an_open_account(world: World) -> None:
    name = f"keeper.{world.org_id}"
    assert look_up("find_sign_in", name) == [(world.org_id, world.people["keeper"])]
    assert look_up("find_sign_in", "keeper.%") == []
    with world.db() as db:
        db.get_one(Person, world.people["keeper"]).active = False
    assert look_up("find_sign_in", name) == []


def test_find_sign_in_link_knows_token_and_code_until_used(world: World) -> None:
    with world.db() as db:
        link = make_link(db, db.get_one(Person, world.people["volunteer"]), None)
    for secret in (link.token, link.code):
        [(org_id, link_id)] = look_up("find_sign_in_link", token_hash(secret))
        assert org_id == world.org_id
    with world.db() as db:
        db.execute(text("UPDATE sign_in_link SET used_at = now() WHERE id = :id"), {"id": link_id})
    assert look_up("find_sign_in_link", token_hash(link.token)) == []


def test_find_share_link_knows_it_until_revoked_or_expired(world: World) -> None:
    for end in ("revoked_at = now()", "expires_at = now()"):
        with world.db() as db:
            made, token = accounts.share(
                db, world.subject("keeper"), scope="run_sheet", subject_id=new_id(), days=1
            )
            db.flush()
            link_id = made.id
        assert look_up("find_share_link", token_hash(token)) == [(world.org_id, link_id)]
        with world.db() as db:
            db.execute(text(f"UPDATE share_link SET {end} WHERE id = :id"), {"id": link_id})  # noqa: S608 - our own names
        assert look_up("find_share_link", token_hash(token)) == []


def test_find_tracking_code_tells_whose_offer_it_is_and_no_more(world: World) -> None:
    offer = world.offer(tracking_code=f"T{str(new_id())[-11:]}".upper())
    with world.db() as db:
        code = db.scalar(text("SELECT tracking_code FROM offer WHERE id = :id"), {"id": offer})
    assert look_up("find_tracking_code", code) == [(world.org_id, offer)]
    assert look_up("find_tracking_code", "NO SUCH CODE") == []


def test_list_organisations_tells_ids_and_slugs_only(world: World) -> None:
    with transaction() as db:
        rows = db.execute(text("SELECT * FROM list_organisations()")).mappings().all()
    assert world.org_id in {row["org_id"] for row in rows}
    assert set(rows[0]) == {"org_id", "slug"}
