"""How far an answer lies from the best ones that anybody has published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Objective = Literal["vehicles", "distance"]
BESIDE = "best_known.json"


@dataclass(frozen=True)
class Known:
    """The best known answer by one objective."""

    vehicles: int
    distance: float


def best_known(file: Path, objective: Objective) -> Known | None:
    """What `best_known.json` in the file's folder, or the one above, says of it.

    Keys are the files' names without their ending, whatever the case. Under `distance` the
    best by distance alone counts where it is given. A list that cannot be read says nothing.
    """
    folder = file.resolve().parent
    for place in (folder, folder.parent):
        row = _row(place / BESIDE, file.stem)
        if row is not None:
            return _known(row, objective)
    return None


def _row(path: Path, name: str) -> dict[str, Any] | None:
    try:
        rows = json.loads(path.read_text("utf-8"))
        found = {str(key).lower(): row for key, row in rows.items()}.get(name.lower())
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, dict) else None


def _known(row: dict[str, Any], objective: Objective) -> Known | None:
    try:
        if objective == "distance" and "bks_distance_only" in row:
            vehicles = row.get("bks_distance_only_vehicles", row["bks_vehicles"])
            return Known(int(vehicles), float(row["bks_distance_only"]))
        return Known(int(row["bks_vehicles"]), float(row["bks_distance"]))
    except (KeyError, TypeError, ValueError):
        return None


def gap_percent(distance: float, known: Known | None) -> float | None:
    """How much longer than the best known, in percent; None where nothing is known."""
    if known is None or known.distance <= 0:
        return None
    return 100 * (distance / known.distance - 1)
