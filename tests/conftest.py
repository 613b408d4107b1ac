"""What every test gets: a database of its own process, and no way out of this machine."""

from __future__ import annotations

import base64
import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from tests.database import LentDatabase, lent_database
from tests.roads.town import town_built, town_engines, town_file  # noqa: F401 - for every room
from tests.world import World

# Whatever the shell points at, tests never touch it.
for setting in ("DATABASE_URL", "DATABASE_OWNER_URL", "FIELD_KEY", "BASE_URL"):
    os.environ.pop(setting, None)


class NetworkLeft(AssertionError):
    """A test tried to reach another machine."""


@pytest.fixture(scope="session")
def database() -> Iterator[LentDatabase]:
    """Lend one migrated PostGIS database to this test process."""
    with lent_database() as lent:
        yield lent


@pytest.fixture(scope="session")
def database_url(database: LentDatabase) -> str:
    """Return the address that the application serves from (not the owner, no BYPASSRLS)."""
    return database.url


@pytest.fixture(scope="session")
def owner_url(database: LentDatabase) -> str:
    """Return the address that migrations use."""
    return database.owner_url


def _stays_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket's path
    host = address[0]
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _nothing_leaves_this_machine() -> Iterator[None]:
    """Refuse every connection of this process that does not stay on the loopback."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        if not _stays_here(address):
            raise NetworkLeft(f"A test tried to reach {address}")
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        if not _stays_here(address):
            raise NetworkLeft(f"A test tried to reach {address}")
        return connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    patch.setattr(socket.socket, "connect_ex", guarded_ex)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def application(database: LentDatabase, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Return the real web application on this process's database."""
    os.environ.update(
        DATABASE_URL=database.url,
        DATABASE_OWNER_URL=database.owner_url,
        FIELD_KEY=base64.b64encode(bytes(range(32))).decode(),
        FILES_DIR=str(tmp_path_factory.mktemp("files")),
        # Engines of an installation in this checkout would answer, and only on this machine.
        ROADS_DIR=str(tmp_path_factory.mktemp("roads")),
        LOG_LEVEL="ERROR",
        PLAN_SECONDS="3",
    )
    from app.main import create_app  # noqa: PLC0415 - settings are read when it is built

    return create_app()


@pytest.fixture
def world(application: FastAPI) -> World:
    """Return a fresh organisation."""
    return World(application)


@pytest.fixture
def other_world(application: FastAPI) -> World:
    """Return a second fresh organisation, which must see nothing of the first."""
    return World(application)
