"""A map drawn by the travel times alone: what is near on the road lies near on it.

Landmark multidimensional scaling (de Silva & Tenenbaum 2004, "Sparse multidimensional scaling
using landmark points"): a few places far from each other are laid out in the plane so that their
mutual travel times are kept best, all others are placed by their times to these.
"""

from __future__ import annotations

import numpy as np

from app.planning.parts.clusters import FloatArray, IntArray
from app.planning.problem import Collect, Deliver, Problem, Rescue, Task, Vehicle
from app.roads.travel import UNREACHABLE

LANDMARKS = 16


def layout(problem: Problem) -> FloatArray:
    """Every place in a plane of seconds, shape (places, 2), by the mode that most vehicles use.

    Places that cannot be reached lie as far away as any place does.
    """
    modes = sorted({v.mode for v in problem.vehicles})
    usual = max(modes, key=lambda mode: sum(v.mode == mode for v in problem.vehicles))
    return drawn(problem.travel[usual].seconds)


def drawn(seconds: IntArray) -> FloatArray:
    """Points in the plane for a matrix of travel times, shape (n, 2)."""
    n = len(seconds)
    farthest = float(np.max(seconds, where=seconds < UNREACHABLE, initial=0))
    chosen: list[int] = [0]
    rows = [_both_ways(seconds, 0, farthest)]
    nearest = rows[0].copy()
    while len(chosen) < min(LANDMARKS, n) and nearest.max() > 0:
        chosen.append(int(nearest.argmax()))
        rows.append(_both_ways(seconds, chosen[-1], farthest))
        nearest = np.minimum(nearest, rows[-1])
    squares = np.array(rows) ** 2
    among = squares[:, chosen]
    centred = -0.5 * (among - among.mean(axis=0) - among.mean(axis=1, keepdims=True) + among.mean())
    values, vectors = np.linalg.eigh(centred)
    best = np.argsort(values)[::-1][:2]
    plane = np.zeros((n, 2))
    for axis, k in enumerate(best):
        if values[k] > 1e-6:
            vector = vectors[:, k] * np.sign(vectors[np.abs(vectors[:, k]).argmax(), k])
            pull = among.mean(axis=1, keepdims=True) - squares
            plane[:, axis] = 0.5 * (vector / np.sqrt(values[k])) @ pull
    return plane


def _both_ways(seconds: IntArray, place: int, farthest: float) -> FloatArray:
    """Seconds between a place and all others, the mean of there and back."""
    there = np.minimum(seconds[place], farthest) + np.minimum(seconds[:, place], farthest)
    return np.asarray(there / 2, dtype=np.float64)


def spot_of(task: Task, plane: FloatArray) -> FloatArray:
    """Where a task lies: at its door, a rescue between its site and its door."""
    if isinstance(task, Rescue):
        return np.asarray((plane[task.place] + plane[task.pickup_place]) / 2)
    return np.asarray(plane[task.place])


def spots_of(tasks: tuple[Task, ...], plane: FloatArray) -> FloatArray:
    """Where the tasks lie, shape (tasks, 2)."""
    return np.array([spot_of(task, plane) for task in tasks]).reshape(-1, 2)


def places_of(tasks: tuple[Task, ...], vehicles: tuple[Vehicle, ...]) -> tuple[int, ...]:
    """Every place that these tasks and vehicles name, in ascending order."""
    found: set[int | None] = set()
    for task in tasks:
        found.add(task.place)
        if isinstance(task, Rescue):
            found.add(task.pickup_place)
        if isinstance(task, Collect | Deliver):
            found.add(task.hub)
    for vehicle in vehicles:
        found |= {vehicle.start_place, vehicle.end_place, vehicle.hub}
    return tuple(sorted(place for place in found if place is not None))
