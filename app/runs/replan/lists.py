"""A route in the food bank's words: which stops a run would have, and what happens at each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from app.planning.plan import Route
from app.planning.plan import Stop as Planned
from app.runs.replan.chores import Chore
from app.runs.replan.facts import Place

TO_THE_HUB = ("c", "g", "b")


@dataclass(frozen=True)
class NewStop:
    """A stop that would be driven; `chores` are what is done there, by id."""

    kind: str
    chores: tuple[str, ...]
    place: Place
    start_s: int
    leave_s: int
    hub_id: UUID | None = None
    from_run_id: UUID | None = None


@dataclass(frozen=True)
class NewList:
    """The rest of one run's list; `run_id` None is a run that a helper would get."""

    run_id: UUID | None
    volunteer_id: UUID | None
    depart_s: int
    end_s: int
    distance_m: int
    stops: tuple[NewStop, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        raw: dict[str, Any] = _plain(asdict(self))
        return raw

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> NewList:
        """What `to_dict` wrote."""
        stops = tuple(
            NewStop(
                **stop
                | {
                    "chores": tuple(stop["chores"]),
                    "place": (stop["place"][0], stop["place"][1]),
                    "hub_id": _id(stop["hub_id"]),
                    "from_run_id": _id(stop["from_run_id"]),
                }
            )
            for stop in raw["stops"]
        )
        ids = {name: _id(raw[name]) for name in ("run_id", "volunteer_id")}
        return cls(**raw | ids | {"stops": stops})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, UUID) else value


def _id(raw: str | None) -> UUID | None:
    return UUID(raw) if raw else None


def stops_of(
    route: Route,
    chores: Mapping[str, Chore],
    places: tuple[Place, ...],
    hub_at: Mapping[Place, UUID],
) -> tuple[NewStop, ...]:
    """The route's stops as they would be stored.

    What the solver sees as one place may be two stops: a donor's site where another volunteer
    waits. Food brought back stands before what is unloaded anyway, and is one stop with it.
    """
    found: list[NewStop] = []
    for number, planned in enumerate(route.stops):
        place = places[planned.place]
        at = (place, planned.start_s, planned.leave_s)
        if planned.kind == "load":
            ids = _loaded_here(route, number, chores)
            hub_id = next((chores[id_].hub_id for id_ in ids), None)
            found.append(NewStop("load", ids, *at, hub_id))
        elif planned.kind == "unload":
            ids = _unloaded_here(route, number, chores)
            found.append(NewStop("unload", ids, *at, hub_at.get(place)))
        elif planned.kind == "break":
            found.append(NewStop("break", (), *at))
        else:
            found += _called_at(planned, chores, place)
    return _one_unloading(found)


def _loaded_here(route: Route, number: int, chores: Mapping[str, Chore]) -> tuple[str, ...]:
    ids: list[str] = []
    for stop in route.stops[number + 1 :]:
        if stop.kind == "load":
            break
        ids += [id_ for id_ in stop.task_ids if chores[id_].kind == "d"]
    return tuple(ids)


def _unloaded_here(route: Route, number: int, chores: Mapping[str, Chore]) -> tuple[str, ...]:
    ids: list[str] = []
    for stop in reversed(route.stops[:number]):
        if stop.kind == "unload":
            break
        ids = [id_ for id_ in stop.task_ids if chores[id_].kind in ("c", "g")] + ids
    return tuple(ids)


def _called_at(planned: Planned, chores: Mapping[str, Chore], place: Place) -> Iterable[NewStop]:
    """Sites, givers, doors and the hub among what the solver sees as one place."""
    groups: dict[tuple[str, UUID | None, UUID | None], list[str]] = {}
    for id_ in planned.task_ids:
        chore = chores[id_]
        kind: str = planned.kind
        if planned.kind == "collect" and chore.kind in ("t", "g"):
            kind = "take_over"
        elif chore.kind == "b":
            kind = "unload"
        hub_id = chore.hub_id if kind == "unload" else None
        giver_id = chore.giver_id if kind == "take_over" else None
        groups.setdefault((kind, hub_id, giver_id), []).append(id_)
    for (kind, hub_id, giver_id), ids in groups.items():
        yield NewStop(kind, tuple(ids), place, planned.start_s, planned.leave_s, hub_id, giver_id)


def _one_unloading(stops: list[NewStop]) -> tuple[NewStop, ...]:
    found: list[NewStop] = []
    for stop in stops:
        last = found[-1] if found else None
        if last and (last.kind, last.place, stop.kind) == ("unload", stop.place, "unload"):
            ids = last.chores + stop.chores
            hub_id = last.hub_id or stop.hub_id
            found[-1] = NewStop("unload", ids, stop.place, last.start_s, stop.leave_s, hub_id)
        else:
            found.append(stop)
    return tuple(found)
