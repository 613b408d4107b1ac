"""Volunteers as PyVRP's vehicle types, and the depots where their trips begin and end.

A start depot is a place and the hub passed first to load; an end depot is a place and the hub
passed last to unload; both hubs are folded into the depot's arcs, so that PyVRP sees the true
times and an ordinary run is one trip. Vehicles that leave from and return to the same places
share them. A hub where runs may load again is a depot of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from pyvrp import VehicleType

from app.planning.driving.stops import Bundle
from app.planning.engines.doors import BoolArray, is_hub_food
from app.planning.problem import Collect, Deliver, Problem, Vehicle, may_serve


class Start(NamedTuple):
    """From `place`, by `hub` to load if there is one; with food aboard only on the way to hub food."""

    place: int
    hub: int | None
    under_way: bool


class End(NamedTuple):
    """By `hub` to unload if there is one, to `place` (None: the run ends where it is)."""

    place: int | None
    hub: int | None


class Fleet:
    """What each vehicle may do, and its depots: first all starts, then all ends, then hubs."""

    def __init__(
        self, problem: Problem, bundles: Sequence[Bundle], after_rest: BoolArray | None = None
    ) -> None:
        self._problem, self._bundles, self.after_rest = problem, bundles, after_rest
        self._hub_food = np.array([is_hub_food(item) for item in bundles], dtype=bool)
        self._aboard = np.array([_is_aboard(item) for item in bundles], dtype=bool)
        self._collects = np.array([isinstance(b.first, Collect) for b in bundles], dtype=bool)
        self.allowed = allowed_rows(problem, bundles)
        self.under_way = [bool((may & self._aboard).any()) for may in self.allowed]
        self._start_of = [self._start(k) for k in range(len(problem.vehicles))]
        self._end_of = [self._end(k) for k in range(len(problem.vehicles))]
        self.starts = list(dict.fromkeys(self._start_of))
        self.ends = list(dict.fromkeys(self._end_of))
        self.hubs = list(
            dict.fromkeys(
                vehicle.hub
                for k, vehicle in enumerate(problem.vehicles)
                if vehicle.hub is not None and self.reloads(k)
            )
        )

    @property
    def depots(self) -> int:
        """How many depots there are."""
        return len(self.starts) + len(self.ends) + len(self.hubs)

    def reloads(self, k: int) -> int:
        """How often vehicle k may come back to its hub between two trips."""
        useful = (self.allowed[k] & (self._hub_food | self._collects)).any()
        return self._problem.vehicles[k].trips_max - 1 if useful else 0

    def rest_on_arcs(self, k: int) -> int:
        """Seconds of rest on vehicle k's arcs from a door before it to a door after it.

        A run that comes back to its hub may do so before or after its break: no arc is sure to
        be crossed once.
        """
        if self.after_rest is None or self.reloads(k):
            return 0
        return rest_s(self._problem.vehicles[k])

    def hub_depot(self, hub: int) -> int:
        """The number of the depot where runs of `hub` load again."""
        return len(self.starts) + len(self.ends) + self.hubs.index(hub)

    def vehicle_type(self, k: int, profile: int, tokens: list[int]) -> VehicleType:
        """Vehicle k with the travel times of `profile`; `tokens` are more dimensions of its room."""
        vehicle = self._problem.vehicles[k]
        stops = vehicle.max_stops if vehicle.max_stops is not None else len(self._bundles)
        reloads = self.reloads(k)
        # Where no arc holds the breaks they come out of the morning: until its break everything
        # is then earlier than PyVRP thinks and after it as PyVRP thinks. Out of the evening,
        # every afternoon would be late.
        early_s = rest_s(vehicle) if not self.rest_on_arcs(k) else 0
        begin = min(vehicle.shift.end_s, vehicle.shift.start_s + early_s)
        usable = vehicle.shift.end_s - begin
        share = usable
        if vehicle.fair_s is not None:
            share = min(usable, max(0, vehicle.fair_s - early_s))
        return VehicleType(
            num_available=1,
            capacity=[*vehicle.capacity, stops, *tokens],
            start_depot=self.starts.index(self._start_of[k]),
            end_depot=len(self.starts) + self.ends.index(self._end_of[k]),
            tw_early=begin,
            tw_late=vehicle.shift.end_s,
            shift_duration=share,
            max_overtime=usable - share,
            unit_overtime_cost=1 if share < usable else 0,
            unit_distance_cost=1,
            unit_duration_cost=1,
            reload_depots=[self.hub_depot(vehicle.hub)]
            if reloads and vehicle.hub is not None
            else [],
            max_reloads=reloads,
            profile=profile,
        )

    def _start(self, k: int) -> Start:
        vehicle = self._problem.vehicles[k]
        loads = (self.allowed[k] & self._hub_food).any()
        return Start(vehicle.start_place, vehicle.hub if loads else None, self.under_way[k])

    def _end(self, k: int) -> End:
        vehicle = self._problem.vehicles[k]
        unloads = (self.allowed[k] & self._collects).any()
        return End(vehicle.end_place, vehicle.hub if unloads else None)


def allowed_rows(
    problem: Problem, bundles: Sequence[Bundle], *, bonds: bool = True
) -> list[BoolArray]:
    """Per vehicle which bundles it may serve; loads are not looked at, `only` if `bonds`."""
    firsts = [item.first if bonds else replace(item.first, only=None) for item in bundles]
    bound = {task.only for task in firsts}
    rows: dict[tuple[object, ...], BoolArray] = {}
    found = []
    for vehicle in problem.vehicles:
        key = (vehicle.skills, vehicle.hub, vehicle.id if vehicle.id in bound else None)
        if key not in rows:
            may = [may_serve(vehicle, task) for task in firsts]
            rows[key] = np.array(may, dtype=bool)
        found.append(rows[key])
    return found


def rest_s(vehicle: Vehicle) -> int:
    """Seconds of the breaks that a run of the whole shift must take."""
    shift = vehicle.shift
    return sum(
        rest.duration_s
        for rest in vehicle.breaks
        if shift.start_s <= rest.window.start_s and rest.window.end_s < shift.end_s
    )


def _is_aboard(item: Bundle) -> bool:
    return isinstance(item.first, Deliver) and item.first.aboard
