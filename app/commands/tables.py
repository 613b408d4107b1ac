"""Every organisation's rows, out of the database and back into it, as PostgreSQL's COPY text.

The tables themselves come from the migrations; what is kept is data. Row-level security is
forced on the owner too, so only a role that passes it sees every organisation.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from app.commands.first import CommandRefused

Connection = psycopg.Connection[tuple[Any, ...]]
CHUNK_BYTES = 1 << 20
# Whoever is writing is waited for, but not for ever: meanwhile other writers wait too.
LOCK_TIMEOUT_MS = 30_000
# What lives now is not restored: the schema's own mark, and the workers that report in.
KEPT_APART = ["alembic_version", "procrastinate_workers"]
# What an extract gave: public, large, and built again from it by `foodmap roads build`.
FROM_EXTRACT = [
    "map_dataset", "ground_line", "ground_area", "ground_name", "gazetteer", "road_point", "road_row",
]  # fmt: skip
TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL (%s)
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  )
GROUP BY c.relname ORDER BY c.relname
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"


@dataclass(frozen=True)
class Kept:
    """One table of a backup: its columns in the file's order, and how many rows it has."""

    columns: tuple[str, ...]
    rows: int


@contextlib.contextmanager
def seeing_all(address: str) -> Iterator[Connection]:
    """A connection that sees every organisation, or says that it cannot. Raises CommandRefused."""
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            connection.execute("SET row_security = off")  # an error rather than half the rows
            connection.execute("SET statement_timeout = 0")
            connection.commit()
            yield connection
    except psycopg.Error as error:
        raise CommandRefused(_sentence(error)) from None


def _sentence(error: psycopg.Error) -> str:
    """What went wrong, without the data that PostgreSQL quotes."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return (
            "This role may not see or replace every organisation's rows: set "
            "DATABASE_BACKUP_URL to a superuser's address. Nothing was changed."
        )
    if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
        return "The system is in use just now, and nothing was changed. Please try again."
    if isinstance(error, psycopg.DataError | psycopg.IntegrityError):
        return "The backup's rows do not fit this database. Nothing was changed."
    if isinstance(error, psycopg.OperationalError):
        return f"The database cannot be reached: {str(error).strip().splitlines()[-1]}"
    return f"The database refused ({type(error).__name__}). Nothing was changed."


def columns_now(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The tables with data of ours, and their columns."""
    return {
        name: tuple(columns)
        for name, columns in connection.execute(TABLES, [KEPT_APART + FROM_EXTRACT]).fetchall()
    }


def sequences_now(connection: Connection) -> dict[str, int]:
    """The number each sequence gave last, where it gave one."""
    return {name: last for name, last in connection.execute(SEQUENCES).fetchall() if last}


def copy_out(
    connection: Connection, folder: Path, tick: Callable[[str, int], None]
) -> dict[str, Kept]:
    """Write one file a table, all of the same instant; `tick(table, number of tables)` before each."""
    tables = columns_now(connection)
    kept = {}
    for name, columns in tables.items():
        tick(name, len(tables))
        with connection.cursor() as cursor, (folder / name).open("wb") as file:
            with cursor.copy(_copy(name, columns, "TO STDOUT")) as copy:
                for chunk in copy:
                    file.write(chunk)
            kept[name] = Kept(columns, cursor.rowcount)
    return kept


def copy_in(
    connection: Connection,
    folder: Path,
    kept: dict[str, Kept],
    sequences: dict[str, int],
    tick: Callable[[str, int], None],
) -> None:
    """Empty the tables and fill them from the files, in the caller's transaction.

    Writers wait until it ends; readers go on seeing the old rows. (TRUNCATE would be quicker, but
    it keeps readers out too, and shows those who waited an empty table.)
    Raises CommandRefused, psycopg.Error.
    """
    connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(LOCK_TIMEOUT_MS))
    # Also past the triggers that keep ledger and balances: both come as they were kept.
    connection.execute("SET LOCAL session_replication_role = replica")
    names = sql.SQL(", ").join(sql.Identifier(name) for name in kept)
    connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(names))
    for name in kept:
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
    for name, table in kept.items():
        tick(name, len(kept))
        with connection.cursor() as cursor, (folder / name).open("rb") as file:
            with cursor.copy(_copy(name, table.columns, "FROM STDIN")) as copy:
                while chunk := file.read(CHUNK_BYTES):
                    copy.write(chunk)
            if cursor.rowcount != table.rows:
                raise CommandRefused(f"Rows are missing in {name}. Nothing was changed.")
    # Today's workers did not take yesterday's jobs: such a job is found stalled and done again.
    connection.execute("UPDATE procrastinate_jobs SET worker_id = NULL WHERE worker_id IS NOT NULL")
    _check_ledger(connection)
    for name, last in sequences.items():
        # Never backwards: a sequence does not come back when a transaction is undone.
        connection.execute(
            "SELECT setval(quote_ident(sequencename)::regclass, greatest(last_value, %s)) "
            "FROM pg_sequences WHERE schemaname = 'public' AND sequencename = %s",
            [last, name],
        )


def tidy(connection: Connection, tables: Iterable[str]) -> None:
    """Give back the room of the old rows, and let the query planner know the new ones."""
    connection.autocommit = True
    names = sql.SQL(", ").join(sql.Identifier(name) for name in tables)
    connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(names))


def _copy(table: str, columns: tuple[str, ...], direction: str) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    return sql.SQL("COPY {} ({}) {}").format(
        sql.Identifier("public", table), names, sql.SQL(direction)
    )


def _check_ledger(connection: Connection) -> None:
    found = connection.execute("SELECT count(*) FROM imbalance").fetchone()
    if found != (0,):
        raise CommandRefused("The backup's movements and balances disagree. Nothing was changed.")
