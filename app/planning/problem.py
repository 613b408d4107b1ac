"""The route problem: who drives, what is to be done, how far everything is.

All values are immutable. Times are whole seconds since midnight of the day that is planned (a
night shift may go beyond 86,400), loads are whole grams and boxes, places are indices into the
travel matrices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from app.roads.travel import Matrix, Mode, Source

LATEST_S = 48 * 3600
"""Nothing is planned beyond the end of the following day."""

TOP_PRIORITY = 3
"""Priorities run from 0 (may wait) to 3 (first); each class outweighs ten of the one below."""


class Load(NamedTuple):
    """What is carried: `boxes` counts every box, `chilled_boxes` those that need the cold."""

    grams: int = 0
    boxes: int = 0
    chilled_boxes: int = 0

    def plus(self, other: Load) -> Load:
        """Both loads together."""
        return Load(self[0] + other[0], self[1] + other[1], self[2] + other[2])

    def minus(self, other: Load) -> Load:
        """This load without the other."""
        return Load(self[0] - other[0], self[1] - other[1], self[2] - other[2])

    def fits(self, capacity: Load) -> bool:
        """Whether no dimension is over `capacity`."""
        return self[0] <= capacity[0] and self[1] <= capacity[1] and self[2] <= capacity[2]


NOTHING = Load()


class Window(NamedTuple):
    """From when until when a hand-over may begin, both ends included."""

    start_s: int
    end_s: int


class Break(NamedTuple):
    """A rest of `duration_s` that begins inside `window`, wherever the volunteer is then."""

    window: Window
    duration_s: int


@dataclass(frozen=True)
class Vehicle:
    """One volunteer (or team) with a vehicle, for one run.

    The run goes from `start_place` to the hub to load (when it delivers hub food), to its stops,
    to the hub again to unload (when it collected), and to `end_place` (None: it ends at its last
    stop), all inside `shift`. `trips_max` above 1 lets it come back to the hub and load again.
    `max_stops` counts sites and doors of the whole run, not the loading and unloading at the hub.
    A break is taken by every run that leaves before the break's window begins and ends after it
    ends. Seconds worked beyond `fair_s` weigh twice (balance between volunteers; None: no share).
    """

    id: str
    mode: Mode
    capacity: Load
    shift: Window
    start_place: int
    end_place: int | None = None
    hub: int | None = None
    skills: frozenset[str] = frozenset()
    max_stops: int | None = None
    breaks: tuple[Break, ...] = ()
    trips_max: int = 1
    fair_s: int | None = None


@dataclass(frozen=True, kw_only=True)
class _Job:
    """What every task has. No windows means any time; `hub` None means the run's own hub.

    `before_s`: the hand-over must begin by then (the food's expiry less a margin). `only`: the
    one vehicle that may do it (locked, or on board). `prefers`: vehicles whose volunteer the
    household knows, or has on its list already; anybody else costs `prefer_s` more (soft).
    """

    id: str
    place: int
    load: Load = NOTHING
    windows: tuple[Window, ...] = ()
    service_s: int = 0
    priority: int = 1
    skills: frozenset[str] = frozenset()
    must_serve: bool = False
    before_s: int | None = None
    only: str | None = None
    prefers: frozenset[str] = frozenset()
    prefer_s: int = 0


@dataclass(frozen=True, kw_only=True)
class Collect(_Job):
    """Fetch a load at a site; it is unloaded at the run's hub at the end."""

    hub: int | None = None


@dataclass(frozen=True, kw_only=True)
class Deliver(_Job):
    """Bring a load from the run's hub to a door.

    `aboard`: it was loaded before the plan begins, on the vehicle that `only` names; it counts
    from the start until it is handed over, to the end when its door is left over; it needs no hub.
    """

    hub: int | None = None
    aboard: bool = False


@dataclass(frozen=True, kw_only=True)
class Rescue(_Job):
    """Fetch a load at `pickup_place` and bring it to the door `place` in the same run.

    At most `max_ride_s` may pass from leaving the site to the beginning of the hand-over.
    """

    pickup_place: int
    pickup_windows: tuple[Window, ...] = ()
    pickup_service_s: int = 0
    max_ride_s: int | None = None


@dataclass(frozen=True, kw_only=True)
class Visit(_Job):
    """Be at a door, carrying nothing for it (a home visit)."""


Task = Collect | Deliver | Rescue | Visit


@dataclass(frozen=True, eq=False)
class Problem:
    """One day's route problem.

    `travel` holds one matrix per mode in use, all over the same places. `setup_s[p]` is paid
    once per stop at place p (park, gate, lift; loading at a hub), however many households are
    served there; empty means no setup anywhere.
    """

    travel: Mapping[Mode, Matrix]
    vehicles: tuple[Vehicle, ...]
    tasks: tuple[Task, ...]
    setup_s: tuple[int, ...] = field(default=())

    @cached_property
    def task_by_id(self) -> dict[str, Task]:
        """Tasks by their id."""
        return {task.id: task for task in self.tasks}

    @cached_property
    def vehicle_by_id(self) -> dict[str, Vehicle]:
        """Vehicles by their id."""
        return {vehicle.id: vehicle for vehicle in self.vehicles}

    @cached_property
    def aboard_of(self) -> dict[str, Load]:
        """What each vehicle has on board before the plan begins, whether it is handed over or not."""
        loads: dict[str, Load] = {}
        for task in self.tasks:
            if isinstance(task, Deliver) and task.aboard and task.only is not None:
                loads[task.only] = loads.get(task.only, NOTHING).plus(task.load)
        return loads

    @property
    def source(self) -> Source:
        """Where the travel times are from; "mixed" when the modes' matrices differ."""
        return one_source(matrix.source for matrix in self.travel.values())

    def setup(self, place: int) -> int:
        """Seconds a stop at `place` costs once."""
        return self.setup_s[place] if self.setup_s else 0


def one_source(sources: Iterable[Source]) -> Source:
    """One label for several sources: theirs when they agree, else "mixed"; "estimate" for none."""
    known = set(sources)
    return known.pop() if len(known) == 1 else "mixed" if known else "estimate"


def hub_of(task: Task) -> int | None:
    """The hub a task insists on, if any."""
    return task.hub if isinstance(task, Collect | Deliver) else None


def needs_hub(task: Task) -> bool:
    """Whether the run of this task passes by a hub."""
    return isinstance(task, Collect) or (isinstance(task, Deliver) and not task.aboard)


def may_serve(vehicle: Vehicle, task: Task) -> bool:
    """Whether the vehicle has the task's skills, runs from its hub and is the one it is bound to.

    Loads are not looked at.
    """
    if not task.skills <= vehicle.skills or task.only not in (None, vehicle.id):
        return False
    if not needs_hub(task):
        return True
    return vehicle.hub is not None and hub_of(task) in (None, vehicle.hub)


def weight(task: Task) -> int:
    """How much it counts that a task is served: ten times more per class, must-serve on top."""
    return int(10 ** (TOP_PRIORITY + 1 if task.must_serve else task.priority))
