"""Where this machine keeps its PostgreSQL servers, and which of them has PostGIS."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.cluster.errors import ClusterError

DEBIAN_ROOT = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Postgres:
    """One installed PostgreSQL server: its major version, programs and shared files."""

    version: int
    programs: Path
    shared: Path

    @property
    def has_postgis(self) -> bool:
        """Whether CREATE EXTENSION postgis can work on this server."""
        return (self.shared / "extension" / "postgis.control").is_file()


def installed() -> list[Postgres]:
    """Every PostgreSQL server found on this machine, newest first.

    Debian and Ubuntu keep one folder per major version; elsewhere `pg_config` tells.
    """
    found = [
        Postgres(int(folder.name), folder / "bin", Path("/usr/share/postgresql") / folder.name)
        for folder in DEBIAN_ROOT.glob("*")
        if folder.name.isdigit() and (folder / "bin" / "initdb").is_file()
    ]
    if not found and (pg_config := shutil.which("pg_config")):
        found = _from_pg_config(pg_config)
    return sorted(found, key=lambda server: server.version, reverse=True)


def choose(data_version: int | None) -> Postgres:
    """Return the server to run: the one that made the data, else the newest with PostGIS.

    Raises ClusterError with what to install when there is none.
    """
    servers = installed()
    if not servers:
        raise ClusterError("PostgreSQL is not installed: run `python3 scripts/prepare.py`.")
    if data_version is not None:
        servers = [server for server in servers if server.version == data_version]
        if not servers:
            raise ClusterError(
                f"The data under var/ was made by PostgreSQL {data_version}, which is not "
                f"installed: install postgresql-{data_version} and its PostGIS, "
                "or start afresh with `make reset`."
            )
    for server in servers:
        if server.has_postgis:
            return server
    raise ClusterError(
        f"PostgreSQL {servers[0].version} is here but PostGIS is not: "
        "run `python3 scripts/prepare.py`."
    )


def _from_pg_config(pg_config: str) -> list[Postgres]:
    answers = [
        subprocess.run([pg_config, option], capture_output=True, text=True, check=False)
        for option in ("--version", "--bindir", "--sharedir")
    ]
    version, programs, shared = (answer.stdout.strip() for answer in answers)
    if not (Path(programs) / "initdb").is_file():
        return []
    major = version.removeprefix("PostgreSQL ").split(".")[0]
    return [Postgres(int(major), Path(programs), Path(shared))] if major.isdigit() else []
