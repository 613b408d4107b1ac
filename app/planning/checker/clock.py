"""The clock of a run: travel, setup, service, shift, windows, expiry, ride times, breaks, length."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from app.planning.checker.run import Call, Found, Run, bad
from app.planning.plan import Stop
from app.planning.problem import Break, Rescue
from app.roads.travel import UNREACHABLE


def time_faults(run: Run) -> Found:
    """Shift, travel, setup and service of every stop; setup once for stops at one place."""
    route, vehicle = run.route, run.vehicle
    seconds = run.problem.travel[vehicle.mode].seconds
    if route.depart_s < vehicle.shift.start_s:
        yield bad("shift_start", "出发早于班次。", "The run leaves before the shift begins.")
    if route.end_s > vehicle.shift.end_s:
        yield bad("shift_end", "结束晚于班次。", "The run ends after the shift.")
    now, here, set_up_at = route.depart_s, vehicle.start_place, None
    for call in run.calls:
        stop = call.stop
        rests = stop.kind == "break"
        if stop.arrival_s != now + int(seconds[here, stop.place]):
            yield bad("arrival_wrong", "到达时间写错了。", "An arrival time is wrong.")
        setup = 0 if rests or set_up_at == stop.place else run.problem.setup(stop.place)
        if stop.start_s < stop.arrival_s + setup:
            yield bad("start_wrong", "还没到就开始了。", "A stop begins before it can.")
        if not rests and stop.leave_s != stop.start_s + _service_s(call):
            yield bad("leave_wrong", "离开时间写错了。", "A leaving time is wrong.")
        if rests and (stop.place != here or stop.task_ids):
            yield bad("break_wrong", "休息要在原地。", "A break is not where the volunteer is.")
        now, here = stop.leave_s, stop.place
        set_up_at = set_up_at if rests else here
    home = 0 if vehicle.end_place is None else int(seconds[here, vehicle.end_place])
    if route.end_s != now + home:
        yield bad("end_wrong", "结束时间写错了。", "The end of the run is wrong.")


def _service_s(call: Call) -> int:
    return sum(call.service_s(task) for task in call.tasks)


def window_faults(run: Run) -> Found:
    """Each household of a stop begins inside one of its own windows, before its food expires."""
    for call in run.calls:
        for task, begin in call.begins():
            at_site = isinstance(task, Rescue) and call.stop.kind == "collect"
            windows = task.pickup_windows if isinstance(task, Rescue) and at_site else task.windows
            if windows and not any(start <= begin <= end for start, end in windows):
                text = (f"{task.id} 不在约定时间里。", f"{task.id} begins outside its windows.")
                yield bad("window", *text, task.id)
            if task.before_s is not None and not at_site and begin > task.before_s:
                text = (f"{task.id} 送到时食物已过期。", f"{task.id} comes after it has expired.")
                yield bad("expired", *text, task.id)


def ride_faults(run: Run) -> Found:
    """From the end of a rescue's own pickup to the beginning of its own hand-over."""
    off: dict[str, int] = {}
    for call in run.calls:
        for task, begin in call.begins():
            if not isinstance(task, Rescue):
                continue
            if call.stop.kind == "collect":
                off[task.id] = begin + task.pickup_service_s
                continue
            most = task.max_ride_s
            if most is not None and begin - off.get(task.id, begin) > most:
                text = (f"{task.id} 在路上太久。", f"{task.id} rides longer than {most} s.")
                yield bad("ride_too_long", *text, task.id)


def break_faults(run: Run) -> Found:
    """Every rest is one of the vehicle's, each at most once; none that is due is left out."""
    route = run.route
    rests = [stop for stop in route.stops if stop.kind == "break"]
    if _kept(rests, run.vehicle.breaks) < len(rests):
        text = ("休息的时间或长短不对。", "A break is at the wrong time, too long or too short.")
        yield bad("break_wrong", *text)
    due = [
        rest
        for rest in run.vehicle.breaks
        if route.depart_s <= rest.window.start_s and route.end_s > rest.window.end_s
    ]
    if _kept(rests, due) < len(due):
        yield bad("break_missing", "该休息的时候没有休息。", "A break that is due is left out.")


def _kept(rests: list[Stop], breaks: Iterable[Break]) -> int:
    """How many of `breaks` can be told apart in `rests`: the earliest rest to the first to close.

    That greedy choice is the largest matching of points and intervals (Glover, 1967).
    """
    free = sorted(breaks, key=lambda rest: rest.window.end_s)
    kept = 0
    for stop in sorted(rests, key=lambda stop: stop.start_s):
        for rest in free:
            in_time = rest.window.start_s <= stop.start_s <= rest.window.end_s
            if in_time and stop.leave_s - stop.start_s == rest.duration_s:
                free.remove(rest)
                kept += 1
                break
    return kept


def length_faults(run: Run) -> Found:
    """Metres and seconds of the whole run, and that there is a way at all."""
    vehicle, route = run.vehicle, run.route
    travel = run.problem.travel[vehicle.mode]
    places = [vehicle.start_place, *(stop.place for stop in route.stops)]
    places += [] if vehicle.end_place is None else [vehicle.end_place]
    ways = list(pairwise(places))
    if any(travel.seconds[way] >= UNREACHABLE for way in ways):
        yield bad(
            "unreachable", "有一站去不了，或者回不来。", "There is no way to a stop, or back."
        )
    if route.distance_m != sum(int(travel.metres[way]) for way in ways):
        yield bad("distance_wrong", "路线的里程写错了。", "The run's distance is wrong.")
    if route.duration_s != route.end_s - route.depart_s:
        yield bad("duration_wrong", "路线的用时写错了。", "The run's duration is wrong.")
