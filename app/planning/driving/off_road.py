"""Pins that no vehicle at hand can drive up to: said plainly, so that somebody checks the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.planning.problem import Problem, Rescue, Task, may_serve, needs_hub
from app.roads.travel import Mode, Snap

Reason = tuple[str, str, str]
"""Code, Chinese sentence, English sentence."""

CODE = "off_road"
HERE, AT_SITE, AT_HUB, AT_START = (
    ("", ""),
    ("取货点", "Site: "),
    ("仓库", "Hub: "),
    ("出发点", "Start: "),
)


def off_road(problem: Problem, task: Task) -> Reason | None:
    """Why the task's place, its site or its hub cannot be driven to, if the pin is the reason.

    Only where every mode that could do the task finds the pin off its roads, and every hub.
    """
    if not any(_touches(task, problem, matrix.off_road) for matrix in problem.travel.values()):
        return None
    fit = [vehicle for vehicle in problem.vehicles if may_serve(vehicle, task)] or problem.vehicles
    modes = {vehicle.mode for vehicle in fit}
    snap = nowhere(problem, task.place, modes)
    if snap is not None:
        return reason(snap)
    if isinstance(task, Rescue):
        snap = nowhere(problem, task.pickup_place, modes)
        return reason(snap, AT_SITE) if snap else None
    hubs = {vehicle.hub for vehicle in fit if vehicle.hub is not None} if needs_hub(task) else ()
    snaps = [snap for hub in sorted(hubs) if (snap := nowhere(problem, hub, modes))]
    return reason(snaps[0], AT_HUB) if snaps and len(snaps) == len(hubs) else None


def _touches(task: Task, problem: Problem, pins: Mapping[int, Snap]) -> bool:
    """Whether any of the pins is a place of the task, or a hub where it needs one."""
    if not pins:
        return False
    hubs = {vehicle.hub for vehicle in problem.vehicles} if needs_hub(task) else set()
    site = {task.pickup_place} if isinstance(task, Rescue) else set()
    return not pins.keys().isdisjoint({task.place, *site, *hubs})


def nowhere(problem: Problem, place: int, modes: Iterable[Mode]) -> Snap | None:
    """How a place misses the roads of all these modes (the nearest miss); None when one meets it."""
    missed = [problem.travel[mode].off_road.get(place) for mode in modes]
    known = [snap for snap in missed if snap is not None]
    if not known or len(known) < len(missed):
        return None
    return min(known, key=lambda snap: snap.metres_off)


def reason(snap: Snap, where: tuple[str, str] = HERE) -> Reason:
    """The sentence for a pin that is off the road; `where` says what lies there."""
    zh, en = where
    if snap.fault == "island":
        return (
            CODE,
            f"{zh}在地图上和别的路不连通，请核对地图上的位置。",
            f"{en}no road leads on from here; please check its place on the map.",
        )
    metres = round(snap.metres_off)
    return (
        CODE,
        f"{zh}离最近的路有 {metres} 米，请核对地图上的位置。",
        f"{en}{metres} m from the nearest road; please check its place on the map.",
    )
