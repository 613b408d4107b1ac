"""One checkout's private installation: where its files lie and how its database is reached."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from app.cluster.account import cluster_account, cluster_home
from app.cluster.cluster import Cluster
from app.cluster.keys import Secrets, load_or_create

DATABASE = "foodmap"


@dataclass(frozen=True, slots=True)
class Databases:
    """Two addresses of one database: for serving, and for migrating (empty if not known)."""

    url: str
    owner_url: str


def private_cluster(var: Path, secrets: Secrets) -> Cluster:
    """Return this installation's cluster, running or not."""
    account = cluster_account()
    return Cluster(cluster_home(var, "pg", account), account, secrets.passwords)


def ensure_databases(var: Path, secrets: Secrets) -> Databases:
    """Return the operator's DATABASE_URL if it is set, else start the private cluster.

    Raises ClusterError when the private cluster cannot be made or started.
    """
    if os.environ.get("DATABASE_URL"):
        return operators_databases()
    return ensure_private(private_cluster(var, secrets))


def operators_databases() -> Databases:
    """Return the addresses that the operator set."""
    return Databases(os.environ["DATABASE_URL"], os.environ.get("DATABASE_OWNER_URL", ""))


def ensure_private(cluster: Cluster) -> Databases:
    """Start the private cluster if need be, and prepare its database."""
    cluster.start()
    cluster.create_database(DATABASE)
    return Databases(cluster.url(DATABASE, "app"), cluster.url(DATABASE, "owner"))


def read_secrets(var: Path) -> Secrets:
    """Read this installation's secrets, made on the first call."""
    return load_or_create(var / "secrets.json")
