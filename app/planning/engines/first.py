"""A first plan within moments: each volunteer in turn goes to whom it can serve soonest.

It is what people look at while the search proper begins. Waiting counts like driving, a class of
priority like `CLASS_S` of it. An order may break a rule here and there (a break, stops counted
by door); it is repaired like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.planning.driving.stops import Bundle
from app.planning.engines.doors import BoolArray, is_hub_food, strange_s
from app.planning.engines.fleet import allowed_rows, rest_s
from app.planning.plan import RELOAD
from app.planning.problem import Collect, Deliver, Problem, Rescue, Vehicle, Window
from app.roads.travel import IntArray, Matrix

CLASS_S = 1200
NEVER_S = 1 << 40


def first_orders(problem: Problem, bundles: Sequence[Bundle]) -> dict[str, list[str]]:
    """Orders per vehicle id; whom nobody reaches in time is in none."""
    table = _Table(problem, bundles)
    left = np.ones(len(bundles), dtype=bool)
    found: dict[str, list[str]] = {}
    for vehicle, may in zip(problem.vehicles, allowed_rows(problem, bundles), strict=True):
        run = _Run(problem, vehicle, table, may & left)
        run.drive()
        left[run.done] = False
        if run.order:
            found[vehicle.id] = run.order
    return found


class _Table:
    """Bundles in columns, one row each; windows in arrays of shape (bundles, windows)."""

    def __init__(self, problem: Problem, bundles: Sequence[Bundle]) -> None:
        first = [item.first for item in bundles]
        self.bundles = bundles
        self.door = np.array([task.place for task in first], dtype=np.intp)
        sites = [t.pickup_place if isinstance(t, Rescue) else t.place for t in first]
        self.site = np.array(sites, dtype=np.intp)
        self.is_rescue = np.array([isinstance(t, Rescue) for t in first], dtype=bool)
        self.is_hub_food = np.array([is_hub_food(item) for item in bundles], dtype=bool)
        self.is_collect = np.array([isinstance(t, Collect) for t in first], dtype=bool)
        aboard = [isinstance(t, Deliver) and t.aboard for t in first]
        self.is_aboard = np.array(aboard, dtype=bool)
        self.loads = np.array([item.load for item in bundles], dtype=np.int64)
        self.service_s = np.array([item.service_s for item in bundles], dtype=np.int64)
        self.site_s = np.array([item.pickup_service_s for item in bundles], dtype=np.int64)
        self.windows = _columns([item.windows for item in bundles])
        self.site_windows = _columns([item.pickup_windows for item in bundles])
        bonus = [CLASS_S * (task.priority + 4 * task.must_serve) for task in first]
        self.bonus_s = np.array(bonus, dtype=np.int64)
        self.setup_s = np.array(
            problem.setup_s or [0] * len(next(iter(problem.travel.values())).seconds),
            dtype=np.int64,
        )


def _columns(rows: list[tuple[Window, ...]]) -> tuple[IntArray, IntArray]:
    """When windows open and close; one that is not there never opens."""
    most = max(len(row) for row in rows)
    opens = np.full((len(rows), most), NEVER_S, dtype=np.int64)
    closes = np.full((len(rows), most), -1, dtype=np.int64)
    for n, row in enumerate(rows):
        opens[n, : len(row)] = [window.start_s for window in row]
        closes[n, : len(row)] = [window.end_s for window in row]
    return opens, closes


def _begin(
    windows: tuple[IntArray, IntArray], rows: NDArray[np.intp], ready_s: IntArray
) -> IntArray:
    """When a hand-over that is ready at `ready_s` begins; `NEVER_S` or later: too late."""
    opens, closes = windows[0][rows], windows[1][rows]
    at = np.maximum(opens, ready_s[:, None])
    begin: IntArray = np.where(at <= closes, at, NEVER_S).min(axis=1)
    return begin


@dataclass
class _Moment:
    """Where the run is, since when, and what its trip has taken of the room."""

    place: int
    now_s: int
    used: IntArray


class _Run:
    """One volunteer's run, extended stop by stop."""

    def __init__(self, problem: Problem, vehicle: Vehicle, table: _Table, mine: BoolArray) -> None:
        self._vehicle, self._table, self._mine = vehicle, table, mine
        self._way: Matrix = problem.travel[vehicle.mode]
        self._capacity = np.array(vehicle.capacity, dtype=np.int64)
        self._strange_s = np.zeros(len(mine), dtype=np.int64)
        for n in np.flatnonzero(mine).tolist():
            self._strange_s[n] = strange_s(table.bundles[n], vehicle)
        self._trips = vehicle.trips_max
        self._stops = vehicle.max_stops if vehicle.max_stops is not None else len(mine) * 2
        begin_s = vehicle.shift.start_s + rest_s(vehicle)
        aboard = table.loads[mine & table.is_aboard].sum(axis=0)
        self._at = _Moment(vehicle.start_place, begin_s, aboard)
        self.done: list[int] = []
        self.order: list[str] = []

    def drive(self) -> None:
        """What is aboard first, then trip by trip from the hub as long as anything fits."""
        aboard = self._mine & self._table.is_aboard
        if aboard.any():
            self._trip(aboard)
            self._trips -= 1
        while self._trips > 0:
            self._to_hub()
            before = len(self.done)
            mark = len(self.order)
            if self.order:
                self.order.append(RELOAD)
            self._trip(self._mine & ~self._table.is_aboard)
            if len(self.done) == before:
                del self.order[mark:]
                return
            self._trips -= 1

    def _to_hub(self) -> None:
        """Load at the hub, where there is anything to load."""
        hub = self._vehicle.hub
        self._at.used = np.zeros(3, dtype=np.int64)
        if hub is not None and (self._mine & self._table.is_hub_food).any():
            setup = int(self._table.setup_s[hub])
            self._at.now_s += int(self._way.seconds[self._at.place, hub]) + setup
            self._at.place = hub

    def _trip(self, open_: BoolArray) -> None:
        """Go on to whoever can be served soonest, until nobody is left that fits."""
        table = self._table
        while self._stops > 0:
            rows = np.flatnonzero(open_ & self._mine)
            rows = rows[
                (
                    table.loads[rows] * ~table.is_aboard[rows, None] + self._at.used
                    <= self._capacity
                ).all(axis=1)
            ]
            if not len(rows):
                return
            begin = self._begins(rows)
            home = begin + table.service_s[rows] + self._home_s(rows)
            score = begin - table.bonus_s[rows] + self._strange_s[rows]
            score[home > self._vehicle.shift.end_s] = NEVER_S
            best = int(score.argmin())
            if score[best] >= NEVER_S:
                return
            self._serve(int(rows[best]), int(begin[best]))

    def _begins(self, rows: NDArray[np.intp]) -> IntArray:
        """When the hand-over of each row would begin, its site first for a rescue."""
        table, way = self._table, self._way.seconds
        site, door = table.site[rows], table.door[rows]
        here = self._at.place
        ready = self._at.now_s + way[here, site] + table.setup_s[site] * (site != here)
        leave = _begin(table.site_windows, rows, ready) + table.site_s[rows]
        to_door = leave + way[site, door] + table.setup_s[door] * (site != door)
        return _begin(table.windows, rows, np.where(table.is_rescue[rows], to_door, ready))

    def _home_s(self, rows: NDArray[np.intp]) -> IntArray:
        """From each row's door to the end of the run, by the hub where food is unloaded."""
        vehicle, way = self._vehicle, self._way.seconds
        door = self._table.door[rows]
        end = door if vehicle.end_place is None else vehicle.end_place
        straight: IntArray = way[door, end]
        if vehicle.hub is None:
            return straight
        carried = bool(self._table.is_collect[self.done].any())
        last = vehicle.hub if vehicle.end_place is None else vehicle.end_place
        by_hub = way[door, vehicle.hub] + self._table.setup_s[vehicle.hub] + way[vehicle.hub, last]
        return np.where(carried | self._table.is_collect[rows], by_hub, straight)

    def _serve(self, row: int, begin_s: int) -> None:
        table = self._table
        ids = [task.id for task in table.bundles[row].tasks]
        self.order += ids * 2 if table.is_rescue[row] else ids
        self.done.append(row)
        self._mine[row] = False
        self._stops -= 2 if table.is_rescue[row] else 1
        if not table.is_rescue[row] and not table.is_aboard[row]:
            self._at.used = self._at.used + table.loads[row]
        self._at.place, self._at.now_s = int(table.door[row]), begin_s + int(table.service_s[row])
