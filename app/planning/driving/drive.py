"""Driving calls one after the other: when each begins, and how much later the run could leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.planning.driving.calls import Call
from app.planning.problem import Problem, Vehicle
from app.roads.travel import UNREACHABLE

NOWHERE = -1


class Timed(NamedTuple):
    """A call with its times; `room_s` is how much later it could begin in its window."""

    call: Call
    arrival_s: int
    start_s: int
    leave_s: int
    wait_s: int
    room_s: int


def drive(
    problem: Problem,
    vehicle: Vehicle,
    calls: Iterable[Call],
    depart_s: int,
    done: Sequence[Timed] = (),
) -> list[Timed]:
    """Drive the calls in order, each begun as early as its windows allow.

    `done` are calls that were driven before these; without them the run leaves at `depart_s`.
    """
    seconds = problem.travel[vehicle.mode].seconds
    timed = list(done)
    now, place, before = depart_s, vehicle.start_place, NOWHERE
    if timed:
        now, place = timed[-1].leave_s, timed[-1].call.place
        before = place
    for call in calls:
        arrival_s = now + seconds.item(place, call.place)
        ready_s = arrival_s + (problem.setup(call.place) if call.place != before else 0)
        start_s, room_s = call.begin(ready_s)
        now = start_s + call.service_s
        timed.append(Timed(call, arrival_s, start_s, now, start_s - ready_s, room_s))
        place = before = call.place
    return timed


def spare(timed: Sequence[Timed]) -> int:
    """How much later the run can leave without ending later (all waiting falls away first)."""
    waited, spare_s = 0, UNREACHABLE
    for item in timed:
        waited += item.wait_s
        spare_s = min(spare_s, waited + item.room_s)
    return max(0, min(spare_s, waited))


def end_of(problem: Problem, vehicle: Vehicle, timed: Sequence[Timed], depart_s: int) -> int:
    """When the run is over, the way to its end included."""
    place, end_s = vehicle.start_place, depart_s
    if timed:
        place, end_s = timed[-1].call.place, timed[-1].leave_s
    if vehicle.end_place is not None:
        end_s += problem.travel[vehicle.mode].seconds.item(place, vehicle.end_place)
    return end_s


def is_one_stop(last: Timed, item: Timed) -> bool:
    """Households behind one door, served without a pause, are one stop."""
    one, two = last.call, item.call
    same = one.place == two.place and one.kind == two.kind
    return same and last.leave_s == item.start_s and one.kind != "break"
