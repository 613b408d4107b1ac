"""What every command stands on: the database it means, the organisation it acts for."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from app.accounts.access import Subject
from app.accounts.models import Organisation
from app.cluster import read_running
from app.cluster.commands import ROOT
from app.cluster.installation import ensure_databases, read_secrets
from app.cluster.migrate import migrate
from app.commands.first import DEMO_SLUG, CommandRefused
from app.core import logs
from app.core.db import transaction
from app.core.problems import Problem
from app.settings import settings


def connect() -> None:
    """Point this process at the running system, at DATABASE_URL, or at the private database.

    What it logs goes to stderr: stdout is for answers that a script reads.
    """
    logs.configure("WARNING")
    if os.environ.get("DATABASE_URL"):
        return
    var = ROOT / "var"
    keys, running = read_secrets(var), read_running(var)
    if running is not None:
        urls = (running.database_url, running.database_owner_url)
    else:
        databases = ensure_databases(var, keys)
        urls = (databases.url, databases.owner_url)
        migrate(ROOT, var, databases.owner_url)
    os.environ.setdefault("DATABASE_URL", urls[0])
    os.environ.setdefault("DATABASE_OWNER_URL", urls[1])
    os.environ.setdefault("FIELD_KEY", keys.field_key)
    os.environ.setdefault("FILES_DIR", str(var / "files"))
    os.environ.setdefault("ROADS_DIR", str(var / "roads"))


def organisation_id(slug: str) -> UUID:
    """The organisation with this short name. Raises CommandRefused with the names there are."""
    with transaction() as db:
        found = {
            row.slug: row.org_id for row in db.execute(text("SELECT * FROM list_organisations()"))
        }
    if slug == DEMO_SLUG and slug not in found:
        # Nobody named one: where the demo lives over another extract, that one is meant.
        slug = next((name for name in found if name.startswith(f"{DEMO_SLUG}-")), slug)
    if slug not in found:
        known = ", ".join(found) or "none yet: run `foodmap demo`"
        raise CommandRefused(f"There is no organisation “{slug}”. Known: {known}.")
    return UUID(str(found[slug]))


def operator(org_id: UUID) -> Subject:
    """Whoever sits at the server, as a coordinator of this organisation."""
    with transaction(org_id) as db:
        zone = db.get_one(Organisation, org_id).zone
    nobody = UUID(int=0)
    return Subject(
        nobody,
        org_id,
        nobody,
        "foodmap",
        frozenset(["organisation_admin", "coordinator"]),
        None,
        zone,
    )


def without_database() -> None:
    """Let settings be read where no database is needed."""
    logs.configure("WARNING")
    os.environ.setdefault("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1/nothing")
    os.environ.setdefault("FIELD_KEY", base64.b64encode(bytes(32)).decode())


def roads_dir() -> Path:
    """Where this installation's roads lie."""
    os.environ.setdefault("ROADS_DIR", str(ROOT / "var" / "roads"))
    return settings().roads_dir


def refusal(problem: Problem) -> CommandRefused:
    """A domain refusal as a command's sentence."""
    return CommandRefused(problem.en)
