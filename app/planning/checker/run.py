"""One run as the checker reads it: its stops with their tasks, cut into trips at the hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.planning.plan import AT_HUB, Route, Stop, Violation
from app.planning.problem import Deliver, Problem, Rescue, Task, Vehicle

Found = Iterator[Violation]
DIMENSIONS = range(3)


def bad(code: str, zh: str, en: str, task_id: str | None = None) -> Violation:
    """A broken rule, before it is said in whose run."""
    return Violation(code, zh, en, task_id=task_id)


@dataclass(frozen=True)
class Call:
    """A stop and the tasks that are done there, in order (none at the hub or in a break)."""

    stop: Stop
    tasks: tuple[Task, ...]

    def service_s(self, task: Task) -> int:
        """How long one of the tasks takes here."""
        if isinstance(task, Rescue) and self.stop.kind == "collect":
            return task.pickup_service_s
        return task.service_s

    def begins(self) -> Iterator[tuple[Task, int]]:
        """Each task with the second its hand-over begins: one after the other, without a gap."""
        clock = self.stop.start_s
        for task in self.tasks:
            yield task, clock
            clock += self.service_s(task)


Calls = tuple[Call, ...]


class HubVisit(NamedTuple):
    """What is done at the hub between two trips; empty where nobody comes by."""

    before: Calls
    done: Calls
    after: Calls


@dataclass(frozen=True)
class Run:
    """A route with its vehicle; all names in it are known."""

    problem: Problem
    vehicle: Vehicle
    route: Route

    @cached_property
    def calls(self) -> Calls:
        """All stops, with their tasks."""
        by_id = self.problem.task_by_id
        return tuple(Call(s, tuple(by_id[id_] for id_ in s.task_ids)) for s in self.route.stops)

    @cached_property
    def hub_visits(self) -> tuple[HubVisit, ...]:
        """Before, between and after the trips: one more than there are trips.

        A break belongs to neither and cuts neither.
        """
        legs: list[list[Call]] = [[]]
        for call in self.calls:
            is_at_hub = call.stop.kind in AT_HUB
            if call.stop.kind == "break":
                continue
            if is_at_hub != (len(legs) % 2 == 1):
                legs.append([])
            legs[-1].append(call)
        if len(legs) % 2 == 0:
            legs.append([])
        calls = [(), *(tuple(leg) for leg in legs), ()]
        return tuple(HubVisit(*calls[n : n + 3]) for n in range(0, len(legs), 2))

    @property
    def served(self) -> Iterator[tuple[Call, Task]]:
        """Every task with the call it is done at."""
        return ((call, task) for call in self.calls for task in call.tasks)


def from_hub(task: Task) -> bool:
    """Whether the task's food is taken on at the hub in this run."""
    return isinstance(task, Deliver) and not task.aboard
