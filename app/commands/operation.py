"""What the commands do: connect, demo, plan, describe the API."""

from __future__ import annotations

import base64
import os
import secrets
from datetime import date
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import text

from app.accounts.access import Subject
from app.accounts.models import Organisation
from app.cluster import read_running
from app.cluster.commands import ROOT
from app.cluster.installation import ensure_databases, read_secrets
from app.commands.first import CommandRefused
from app.core.clock import now
from app.core.db import transaction
from app.core.find import find
from app.core.ids import new_id
from app.core.problems import Problem


def connect() -> None:
    """Point this process at the running system, at DATABASE_URL, or at the private database."""
    if os.environ.get("DATABASE_URL"):
        return
    var = ROOT / "var"
    keys, running = read_secrets(var), read_running(var)
    if running is not None:
        urls = (running.database_url, running.database_owner_url)
    else:
        databases = ensure_databases(var, keys)
        urls = (databases.url, databases.owner_url)
    os.environ.setdefault("DATABASE_URL", urls[0])
    os.environ.setdefault("DATABASE_OWNER_URL", urls[1])
    os.environ.setdefault("FIELD_KEY", keys.field_key)
    os.environ.setdefault("FILES_DIR", str(var / "files"))


def organisation_id(slug: str) -> UUID:
    """The organisation with this short name. Raises CommandRefused with the names there are."""
    with transaction() as db:
        found = {
            row.slug: row.org_id for row in db.execute(text("SELECT * FROM list_organisations()"))
        }
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


def plan_day(slug: str, day: str, seconds: float, screen: Console) -> dict[str, Any]:
    """Allocate and plan one day in this process; the plan's state, figures and unserved."""
    from app.matching import service as matching  # noqa: PLC0415 - settings are read only now
    from app.runs.models import DayPlan  # noqa: PLC0415
    from app.runs.tasks import Solving  # noqa: PLC0415

    org_id = organisation_id(slug)
    subject = operator(org_id)
    try:
        chosen = date.fromisoformat(day) if day else subject.today
    except ValueError:
        raise CommandRefused(f"“{day}” is not a date like 2026-11-24.") from None
    with transaction(org_id) as db:
        matching.allocate_day(db, subject, chosen)
        plan = DayPlan(
            id=new_id(),
            org_id=org_id,
            day=chosen,
            state_at=now(),
            seconds=seconds,
            seed=secrets.randbelow(1_000_000),
        )
        db.add(plan)
    solving = Solving(org_id, plan.id)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        line = bar.add_task("Planning", total=seconds)
        solving.run(lambda: bar.update(line, advance=0.05))
    with transaction(org_id) as db:
        done = find(db, DayPlan, org_id, plan.id)
        last = done.progress[-1] if done.progress else {}
        return {
            "state": done.state,
            "day": str(chosen),
            "failure": done.failure,
            "unserved": done.unserved,
        } | last


def plan_sentence(found: dict[str, Any]) -> str:
    """A plan in one line."""
    if found["state"] != "done":
        return f"No plan: {found['failure']}"
    return (
        f"{found['day']}: {found['served']} of {found['asked']} doors, {found['distance_m'] / 1000:.1f} km, "
        f"{found['duration_s'] / 3600:.1f} h, estimated. Left over: {len(found['unserved'])}."
    )


def without_database() -> None:
    """Let settings be read where no database is needed."""
    os.environ.setdefault("DATABASE_URL", "postgresql+psycopg2://nobody@127.0.0.1/nothing")
    os.environ.setdefault("FIELD_KEY", base64.b64encode(bytes(32)).decode())


def refusal(problem: Problem) -> CommandRefused:
    """A domain refusal as a command's sentence."""
    return CommandRefused(problem.en)
