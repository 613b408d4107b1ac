"""What a solver answers: routes with their times, and what could not be served and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from app.planning.problem import Load

StopKind = Literal["load", "collect", "deliver", "visit", "unload", "break"]
AT_HUB: tuple[StopKind, ...] = ("load", "unload")

RELOAD = "@reload"
"""Stands in an order between two trips: back to the hub, unload what was collected, load again."""


@dataclass(frozen=True)
class Stop:
    """One place where the volunteer gets off.

    `start_s` is when the first hand-over begins (setup is done by then), `leave_s` when the last
    one is over; households behind one door are served in the order of `task_ids`.
    """

    kind: StopKind
    place: int
    task_ids: tuple[str, ...]
    arrival_s: int
    start_s: int
    leave_s: int
    load_after: Load


@dataclass(frozen=True)
class Route:
    """The run of one vehicle. `duration_s` counts from `depart_s` to `end_s`, waiting included."""

    vehicle_id: str
    stops: tuple[Stop, ...]
    depart_s: int
    end_s: int
    distance_m: int
    duration_s: int

    @property
    def order(self) -> tuple[str, ...]:
        """Task ids as they are called at; a rescue appears twice (site, then door)."""
        return tuple(
            id_
            for stop in self.stops
            if stop.kind not in ("load", "unload")
            for id_ in stop.task_ids
        )


@dataclass(frozen=True)
class Unserved:
    """A task that is left over, with the reason as a code and as a sentence."""

    task_id: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Plan:
    """Routes of the vehicles that drive, tasks left over, totals, and where it all comes from."""

    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]
    distance_m: int
    duration_s: int
    engine: str
    seed: int
    source: str


@dataclass(frozen=True)
class Violation:
    """A rule that a route or plan breaks, as a code and as a sentence."""

    code: str
    zh: str
    en: str
    vehicle_id: str | None = None
    task_id: str | None = None


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """A plan as plain JSON values."""
    return asdict(plan)


def plan_from_dict(raw: dict[str, Any]) -> Plan:
    """The plan that `plan_to_dict` wrote; raises KeyError or TypeError for anything else."""
    routes = tuple(
        Route(**{**route, "stops": tuple(_stop(stop) for stop in route["stops"])})
        for route in raw["routes"]
    )
    unserved = tuple(Unserved(**item) for item in raw["unserved"])
    return Plan(**{**raw, "routes": routes, "unserved": unserved})


def _stop(raw: dict[str, Any]) -> Stop:
    return Stop(
        **{**raw, "task_ids": tuple(raw["task_ids"]), "load_after": Load(*raw["load_after"])}
    )


def clock_time(second: int) -> str:
    """Seconds since midnight as HH:MM; hours go on beyond 24 for the night after."""
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"
