"""A problem as bytes that may lie in a database: numbers and JSON, nothing that could run.

One npz archive: an array of UTF-8 bytes with everything but the matrices as JSON, and two arrays
per mode. Read with pickle refused.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.planning.plan import Plan, plan_from_dict, plan_to_dict
from app.planning.problem import (
    Break,
    Collect,
    Deliver,
    Load,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Visit,
    Window,
)
from app.roads.travel import IntArray, Matrix, Mode, Snap

KINDS: dict[str, type[Task]] = {
    "collect": Collect,
    "deliver": Deliver,
    "rescue": Rescue,
    "visit": Visit,
}
NAMES = {kind: name for name, kind in KINDS.items()}
SMALL = np.iinfo(np.int32).max


def packed(problem: Problem, incumbent: Plan | None = None) -> bytes:
    """A problem, and the plan to start from, as `unpacked` reads them."""
    about = {
        "vehicles": [_plain(vehicle) for vehicle in problem.vehicles],
        "tasks": [{"kind": NAMES[type(task)], **_plain(task)} for task in problem.tasks],
        "setup_s": problem.setup_s,
        "travel": {mode: _about(matrix) for mode, matrix in problem.travel.items()},
        "incumbent": plan_to_dict(incumbent) if incumbent else None,
    }
    text = json.dumps(about).encode()
    arrays: dict[str, NDArray[Any]] = {"about": np.frombuffer(text, dtype=np.uint8)}
    for mode, matrix in problem.travel.items():
        arrays[f"{mode}_seconds"] = _narrow(matrix.seconds)
        arrays[f"{mode}_metres"] = _narrow(matrix.metres)
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=False, **arrays)
    return archive.getvalue()


def unpacked(raw: bytes) -> tuple[Problem, Plan | None]:
    """What `packed` was given. Raises KeyError, TypeError or ValueError for anything else."""
    with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        travel = {
            Mode(mode): Matrix(
                arrays[f"{mode}_seconds"].astype(np.int64),
                arrays[f"{mode}_metres"].astype(np.int64),
                told["source"],
                {int(place): _snap(snap) for place, snap in told["off_road"].items()},
            )
            for mode, told in about["travel"].items()
        }
    problem = Problem(
        travel,
        tuple(_vehicle(item) for item in about["vehicles"]),
        tuple(_task(item) for item in about["tasks"]),
        tuple(about["setup_s"]),
    )
    return problem, plan_from_dict(about["incumbent"]) if about["incumbent"] else None


def _narrow(cells: IntArray) -> NDArray[Any]:
    """Half the bytes, where no cell needs more."""
    return cells.astype(np.int32) if cells.max(initial=0) <= SMALL else cells


def _plain(item: Vehicle | Task) -> dict[str, Any]:
    """A vehicle's or task's facts; sets as sorted lists, so that equal problems are equal bytes."""
    facts = {field.name: getattr(item, field.name) for field in fields(item)}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in facts.items()
    }


def _about(matrix: Matrix) -> dict[str, Any]:
    off = {
        place: [snap.point, snap.metres_off, snap.fault, snap.is_known]
        for place, snap in matrix.off_road.items()
    }
    return {"source": matrix.source, "off_road": off}


def _snap(raw: list[Any]) -> Snap:
    (lng, lat), metres_off, fault, is_known = raw
    return Snap((lng, lat), metres_off, fault, is_known)


def _vehicle(raw: Mapping[str, Any]) -> Vehicle:
    facts = dict(raw)
    facts["mode"] = Mode(facts["mode"])
    facts["capacity"] = Load(*facts["capacity"])
    facts["shift"] = Window(*facts["shift"])
    facts["skills"] = frozenset(facts["skills"])
    facts["breaks"] = tuple(Break(Window(*window), rest_s) for window, rest_s in facts["breaks"])
    return Vehicle(**facts)


def _task(raw: Mapping[str, Any]) -> Task:
    facts = dict(raw)
    kind = KINDS[facts.pop("kind")]
    facts["load"] = Load(*facts["load"])
    for name in ("skills", "prefers"):
        facts[name] = frozenset(facts[name])
    for name in ("windows", "pickup_windows"):
        if name in facts:
            facts[name] = tuple(Window(*window) for window in facts[name])
    return kind(**facts)
