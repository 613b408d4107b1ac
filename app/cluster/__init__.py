"""The private PostGIS of one checkout, and the supervisor of web and worker."""

from __future__ import annotations

from app.cluster.commands import down, reset, up
from app.cluster.doctor import Finding, doctor
from app.cluster.errors import ClusterError
from app.cluster.running import Running, read_running
from app.cluster.serving import serve_roads
from app.cluster.supervisor import Step

__all__ = [
    "ClusterError",
    "Finding",
    "Running",
    "Step",
    "doctor",
    "down",
    "read_running",
    "reset",
    "serve_roads",
    "up",
]
