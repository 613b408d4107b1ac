"""How migrations reach the database: as its owner, one transaction, never waiting long for a lock."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from alembic import context
from sqlalchemy import create_engine, pool, text

from app.tables import metadata

# A migration that queues behind a long query makes every later query queue behind it.
LOCK_TIMEOUT = os.environ.get("MIGRATION_LOCK_TIMEOUT", "5s")


def owner_url() -> str:
    """Return the owner's address, or stop with a sentence."""
    url = os.environ.get("DATABASE_OWNER_URL", "")
    if not url:
        raise SystemExit("Set DATABASE_OWNER_URL: migrations run as the database's owner.")
    for bare in ("postgresql://", "postgres://"):
        if url.startswith(bare):
            return "postgresql+psycopg2://" + url.removeprefix(bare)
    return url


def is_ours(
    thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any | None
) -> bool:
    """Leave PostGIS's and procrastinate's own tables out of `alembic check`."""
    del thing, compare_to
    foreign = name is not None and (name == "spatial_ref_sys" or name.startswith("procrastinate_"))
    return not (kind == "table" and reflected and foreign)


def run() -> None:
    """Apply the migrations in one transaction; a failure leaves the tables as they were."""
    engine = create_engine(owner_url(), poolclass=pool.NullPool)
    options: Mapping[str, Any] = {"compare_type": True, "include_object": is_ours}
    with engine.begin() as connection:
        connection.execute(
            text("SELECT set_config('lock_timeout', :wait, false)"),
            {"wait": LOCK_TIMEOUT},
        )
        # Two starts at once: the second waits and then finds nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('foodmap migrations'))"))
        context.configure(connection=connection, target_metadata=metadata, **options)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: run without --sql.")
run()
