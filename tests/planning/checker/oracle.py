"""A second opinion: lives every run through second by second, parcel by parcel.

Written differently from the checker on purpose: it never adds up, it watches. Only for days of a
few hundred seconds (see `toy`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import permutations

from app.planning.plan import Plan, Route, Stop
from app.planning.problem import Break, Collect, Deliver, Problem, Rescue, Task, Vehicle, Visit

PATIENCE_S = 3_000
"""Longer than any toy day: whoever waits beyond it waits for something impossible."""
LETTERS = {"load": "H", "unload": "H", "break": "", "collect": "S", "deliver": "S", "visit": "S"}


class Wrong(Exception):
    """Something cannot be lived through as written."""


def need(truth: bool) -> None:
    """Stop the day unless it is so."""
    if not truth:
        raise Wrong


def drivable(problem: Problem, plan: Plan) -> bool:
    """Whether every run can be lived as written and nothing is forgotten or told wrong."""
    try:
        _each_task_once(problem, plan)
        need(len({route.vehicle_id for route in plan.routes}) == len(plan.routes))
        metres = [Volunteer.live(problem, route) for route in plan.routes]
        need(plan.distance_m == sum(metres))
        need(plan.duration_s == sum(route.end_s - route.depart_s for route in plan.routes))
        need(plan.source == problem.source)
    except Wrong:
        return False
    return True


def _each_task_once(problem: Problem, plan: Plan) -> None:
    marks: dict[str, list[str]] = {task.id: [] for task in problem.tasks}
    for route in plan.routes:
        for stop in route.stops:
            for id_ in stop.task_ids:
                marks[id_].append(f"{route.vehicle_id} {stop.kind}")
    for item in plan.unserved:
        marks[item.task_id].append("left")
        need(bool(item.code and item.zh and item.en))
    for id_, found in marks.items():
        task = problem.task_by_id[id_]
        wanted = ["collect", "deliver"] if isinstance(task, Rescue) else [job(task)]
        drivers = {mark.split()[0] for mark in found}
        need(found == ["left"] or (len(drivers) == 1 and [m.split()[-1] for m in found] == wanted))


def job(task: Task) -> str:
    """The one thing that is done for a task at its place."""
    return {Collect: "collect", Deliver: "deliver", Rescue: "deliver", Visit: "visit"}[type(task)]


@dataclass
class Volunteer:
    """Somebody who drives one run and looks at the clock and into the boot all the time."""

    problem: Problem
    vehicle: Vehicle
    route: Route
    now: int
    here: int
    parked_at: int | None = None
    boot: list[str] = field(default_factory=list)
    ride_s: dict[str, int] = field(default_factory=dict)
    metres: int = 0

    @classmethod
    def live(cls, problem: Problem, route: Route) -> int:
        """The metres of the whole run; raises Wrong."""
        (vehicle,) = (v for v in problem.vehicles if v.id == route.vehicle_id)
        self = cls(problem, vehicle, route, route.depart_s, vehicle.start_place)
        names = [id_ for stop in route.stops for id_ in stop.task_ids]
        self.boot = [
            task.id
            for task in problem.tasks
            if isinstance(task, Deliver) and task.aboard and task.only == vehicle.id
        ]
        self.look()
        for n, stop in enumerate(route.stops):
            self.do(stop, route.stops[n + 1 :])
        need(not set(self.boot) & set(names))
        if vehicle.end_place is not None:
            self.travel_to(vehicle.end_place)
        need(self.now == route.end_s and self.metres == route.distance_m)
        need(route.duration_s == len(range(route.depart_s, self.now)))
        self.count()
        return self.metres

    def task(self, name: str) -> Task:
        """By its name."""
        return next(task for task in self.problem.tasks if task.id == name)

    def tick(self, until: int) -> None:
        """Let the clock run, and everything that rides ride with it."""
        need(self.now <= until <= self.now + PATIENCE_S)
        while self.now < until:
            self.look()
            self.now += 1
            for name in self.ride_s:
                self.ride_s[name] += 1
        self.look()

    def look(self) -> None:
        """On shift, and the boot not overfull."""
        need(self.vehicle.shift.start_s <= self.now <= self.vehicle.shift.end_s)
        for d, most in enumerate(self.vehicle.capacity):
            need(sum(self.task(name).load[d] for name in self.boot) <= most)

    def travel_to(self, place: int) -> None:
        """Go there."""
        matrix = self.problem.travel[self.vehicle.mode]
        self.tick(self.now + int(matrix.seconds[self.here][place]))
        self.metres += int(matrix.metres[self.here][place])
        self.here = place

    def do(self, stop: Stop, later: tuple[Stop, ...]) -> None:
        """Everything that happens at one stop."""
        if stop.kind == "break":
            need(stop.place == self.here and not stop.task_ids)
        self.travel_to(stop.place)
        need(self.now == stop.arrival_s)
        if stop.kind != "break":
            if self.parked_at != stop.place and self.problem.setup_s:
                self.tick(self.now + self.problem.setup_s[stop.place])
            self.parked_at = stop.place
        self.tick(stop.start_s)
        if stop.kind in ("load", "unload"):
            self.handle_at_hub(stop, later)
        elif stop.kind == "break":
            self.tick(stop.leave_s)
        else:
            need(len(stop.task_ids) > 0)
            for name in stop.task_ids:
                self.serve(stop, self.task(name))
        need(self.now == stop.leave_s)
        self.look()
        in_boot = [self.task(name).load for name in self.boot]
        need(stop.load_after == tuple(sum(load[d] for load in in_boot) for d in range(3)))

    def handle_at_hub(self, stop: Stop, later: tuple[Stop, ...]) -> None:
        """Take parcels for what comes until the hub again; put off all that was collected."""
        need(stop.place == self.vehicle.hub and not stop.task_ids)
        brought = [name for name in self.boot if isinstance(self.task(name), Collect)]
        if stop.kind == "unload":
            need(bool(brought))
            self.boot = [name for name in self.boot if name not in brought]
            return
        need(not brought)
        parcels = []
        for coming in later:
            if coming.kind in ("load", "unload"):
                break
            tasks = [self.task(name) for name in coming.task_ids]
            parcels += [t.id for t in tasks if isinstance(t, Deliver) and not t.aboard]
        need(bool(parcels))
        self.boot += parcels

    def serve(self, stop: Stop, task: Task) -> None:
        """One household or site."""
        need(task.skills <= self.vehicle.skills)
        need(task.only is None or task.only == self.vehicle.id)
        if isinstance(task, Collect) or (isinstance(task, Deliver) and not task.aboard):
            need(self.vehicle.hub is not None and task.hub in (None, self.vehicle.hub))
        if isinstance(task, Rescue) and stop.kind == "collect":
            need(stop.place == task.pickup_place)
            need(self.is_welcome(task.pickup_windows))
            self.tick(self.now + task.pickup_service_s)
            self.boot.append(task.id)
            self.ride_s[task.id] = 0
            return
        need(stop.place == task.place and stop.kind == job(task) and self.is_welcome(task.windows))
        need(task.before_s is None or self.now <= task.before_s)
        if stop.kind == "deliver":
            need(task.id in self.boot)
        if isinstance(task, Rescue):
            ridden = self.ride_s.pop(task.id)
            need(task.max_ride_s is None or ridden <= task.max_ride_s)
        self.tick(self.now + task.service_s)
        if stop.kind == "deliver":
            self.boot.remove(task.id)
        if stop.kind == "collect":
            self.boot.append(task.id)

    def is_welcome(self, windows: tuple[tuple[int, int], ...]) -> bool:
        """Whether somebody is there now."""
        return not windows or any(self.now in range(a, b + 1) for a, b in windows)

    def count(self) -> None:
        """Stops, trips and rests of the whole run."""
        word = "".join(LETTERS[stop.kind] for stop in self.route.stops)
        need("S" in word)
        need(self.vehicle.max_stops is None or word.count("S") <= self.vehicle.max_stops)
        need(len(re.findall("S+", word)) <= self.vehicle.trips_max)
        rests = [stop for stop in self.route.stops if stop.kind == "break"]
        need(any(self.is_rested(rests, told) for told in permutations(self.vehicle.breaks)))

    def is_rested(self, rests: list[Stop], told: tuple[Break, ...]) -> bool:
        """Whether the rests are the first of `told`, one by one, and none of the others is due."""
        fit = [
            stop.start_s in range(rest.window.start_s, rest.window.end_s + 1)
            and len(range(stop.start_s, stop.leave_s)) == rest.duration_s
            for stop, rest in zip(rests, told, strict=False)
        ]
        on_duty = range(self.route.depart_s, self.route.end_s)
        skipped = [rest.window for rest in told[len(rests) :]]
        due = [w for w in skipped if w.start_s >= on_duty.start and w.end_s < on_duty.stop]
        return len(fit) == len(rests) and all(fit) and not due
