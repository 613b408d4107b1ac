"""Terminals for the commands' tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts.models import Organisation
from tests.commands.shell import Terminal, terminal
from tests.database import LentDatabase
from tests.world import World


@pytest.fixture
def shell(database: LentDatabase, tmp_path: Path) -> Terminal:
    """Return a terminal on this process's database."""
    return terminal(database, tmp_path / "files")


@pytest.fixture
def slug(world: World) -> str:
    """Return the short name by which commands know the world's organisation."""
    with world.db() as db:
        return db.scalars(select(Organisation.slug).where(Organisation.id == world.org_id)).one()
