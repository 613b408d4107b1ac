"""Households behind one door are one stop: tasks are bundled before a solver sees them.

A bundle is served in one go, so the windows of its members (cut at their expiry) are shifted by
the service before them and intersected: a bundle's start is allowed exactly when every member's
own start is. A bundle is never larger than the smallest vehicle that could carry one member, nor
longer than `LONGEST_S`, so that bundling closes no way that single tasks had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from app.planning.problem import (
    LATEST_S,
    Deliver,
    Load,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Window,
    hub_of,
    may_serve,
)

LONGEST_S = 45 * 60
ANY_TIME = (Window(0, LATEST_S),)


@dataclass(frozen=True)
class Bundle:
    """Tasks served together, in this order, at one door (a rescue: from one site to one door)."""

    tasks: tuple[Task, ...]
    windows: tuple[Window, ...]
    pickup_windows: tuple[Window, ...]

    @property
    def first(self) -> Task:
        """A member: place, hub, skills, priority, who may and who should come are the same for all."""
        return self.tasks[0]

    @property
    def load(self) -> Load:
        """What all members weigh together."""
        return reduce(Load.plus, (task.load for task in self.tasks))

    @property
    def service_s(self) -> int:
        """Seconds at the door."""
        return sum(task.service_s for task in self.tasks)

    @property
    def prefer_s(self) -> int:
        """What anybody but the volunteers it prefers costs, all members together."""
        return sum(task.prefer_s for task in self.tasks)

    @property
    def pickup_service_s(self) -> int:
        """Seconds at the site (0 for what is no rescue)."""
        return sum(task.pickup_service_s for task in self.tasks if isinstance(task, Rescue))


def bundle(problem: Problem, tasks: Sequence[Task]) -> list[Bundle]:
    """Group `tasks` by door; every task is in exactly one bundle."""
    doors: dict[tuple[object, ...], list[Task]] = {}
    for task in tasks:
        doors.setdefault(_door(task), []).append(task)
    bundles: list[Bundle] = []
    for members in doors.values():
        members.sort(key=lambda task: (min(w.end_s for w in _hours(task)), task.id))
        bundles += _bundles_of_one_door(problem, members)
    return bundles


def _door(task: Task) -> tuple[object, ...]:
    site = task.pickup_place if isinstance(task, Rescue) else None
    ride = task.max_ride_s if isinstance(task, Rescue) else None
    rank = (task.priority, task.must_serve)
    aboard = isinstance(task, Deliver) and task.aboard
    who = (task.skills, task.only, task.prefers, task.prefer_s if task.prefers else 0)
    return (type(task), task.place, site, ride, hub_of(task), aboard, who, rank)


def _bundles_of_one_door(problem: Problem, members: list[Task]) -> list[Bundle]:
    done: list[Bundle] = []
    fitting = [v for v in problem.vehicles if may_serve(v, members[0])]
    for task in members:
        grown = _grown(done[-1], task) if done else None
        if grown and _small_enough(grown, fitting):
            done[-1] = grown
        else:
            done.append(_single(task))
    return done


def _small_enough(grown: Bundle, vehicles: list[Vehicle]) -> bool:
    if grown.service_s > LONGEST_S or grown.pickup_service_s > LONGEST_S:
        return False
    load, members = grown.load, grown.tasks
    could = [v for v in vehicles if all(task.load.fits(v.capacity) for task in members)]
    return bool(could) and all(load.fits(vehicle.capacity) for vehicle in could)


def _single(task: Task) -> Bundle:
    pickup = task.pickup_windows if isinstance(task, Rescue) else ()
    return Bundle((task,), _hours(task), _tidy(pickup or ANY_TIME))


def _hours(task: Task) -> tuple[Window, ...]:
    """The task's windows as far as its food is good; uncut where they all begin too late."""
    windows, before_s = task.windows or ANY_TIME, task.before_s
    if before_s is None:
        return _tidy(windows)
    good = [Window(w.start_s, min(w.end_s, before_s)) for w in windows if w.start_s <= before_s]
    return _tidy(tuple(good) or windows)


def _grown(bundle_: Bundle, task: Task) -> Bundle | None:
    """The bundle with one more member behind the others, or None when the windows do not meet."""
    single = _single(task)
    windows = _meet(bundle_.windows, _earlier(single.windows, bundle_.service_s))
    pickup = _meet(
        bundle_.pickup_windows, _earlier(single.pickup_windows, bundle_.pickup_service_s)
    )
    # Nothing is brought to a door that closes before the site opens.
    if not windows or not pickup or pickup[0].start_s > windows[-1].end_s:
        return None
    return Bundle((*bundle_.tasks, task), windows, pickup)


def _earlier(windows: tuple[Window, ...], seconds: int) -> tuple[Window, ...]:
    return tuple(
        Window(max(0, w.start_s - seconds), w.end_s - seconds)
        for w in windows
        if w.end_s >= seconds
    )


def _meet(one: tuple[Window, ...], other: tuple[Window, ...]) -> tuple[Window, ...]:
    both = [Window(max(a.start_s, b.start_s), min(a.end_s, b.end_s)) for a in one for b in other]
    return _tidy(tuple(w for w in both if w.start_s <= w.end_s))


def _tidy(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Windows in order, those that touch joined."""
    tidy: list[Window] = []
    for window in sorted(windows):
        if tidy and window.start_s <= tidy[-1].end_s:
            tidy[-1] = Window(tidy[-1].start_s, max(tidy[-1].end_s, window.end_s))
        else:
            tidy.append(window)
    return tuple(tidy)
